package schemas

import "strings"

// plainFields are the fields of events whose values may be shown to whoever reads the
// tables: codes, amounts, times, and the ids of orders, sellers and documents.
var plainFields = names(`
	order_key order_id shipment_id decision_id click_id revision version event_time checked_at status code until
	seller_id site_host platform seller_country channel currency value sku hs_code brand quantity unit_value origin_country
	program spi e_cert_id certifier_role hs6 origin_criterion blanket_from blanket_to signed_at
	port_of_entry mode carrier entry_type entry_date declared_value warehouse de_minimis_claim hs_codes marketplace listed_price
	valid_from valid_to target_countries facebook_pixel_ids bing_campaign_ids utm_campaigns utm_ids
	field id since`)

// personalFields are those that name a person or where one lives, come from a person's
// browser or the address that it asked for, are free text that may hold any of it, or
// hold fields of their own: what stands there instead may be anything. Every field of an event is in one of the two lists.
var personalFields = names(`
	ip user_agent landing_url referrer fbp fbc gclid gbraid wbraid dclid fbclid msclkid ttclid facebook_pixel_id bing_campaign_id
	utm_id utm_source utm_medium utm_campaign utm_source_platform utm_term utm_content utm_creative_format utm_marketing_tactic
	buyer_ref billing_country ship_to_country destination_country consignee_ref owner_ref tracking_number master_bill house_bill
	certifier exporter producer importer description by note
	items preference certification origin_integration registrations`)

func names(list string) map[string]bool {
	all := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		all[name] = true
	}
	return all
}

// Plain says whether a field, named by its path ("items[2].hs_code"), is one whose value
// may be shown. A field that no list has is not: what stands there is unknown.
func Plain(path string) bool { return plainFields[last(path)] }

// Personal says whether a field, named by its path, is known as one that is not plain.
func Personal(path string) bool { return personalFields[last(path)] }

// last is the name of a path's last member, without its place in a list.
func last(path string) string {
	path = path[strings.LastIndexByte(path, '.')+1:]
	name, _, _ := strings.Cut(path, "[")
	return name
}
