package explain

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fieldWords names the fields that reasons and unknowns speak of. One that is not among
// them is named by its own words.
var fieldWords = map[string]string{
	"bing_campaign_id":               "Microsoft campaign id (bing_campaign_id)",
	"certification.blanket_from":     "first day of the blanket period",
	"certification.blanket_to":       "last day of the blanket period",
	"certification.certifier":        "certifier",
	"certification.certifier_role":   "certifier's role",
	"certification.description":      "description of the certified goods",
	"certification.exporter":         "exporter on the certification",
	"certification.hs6":              "subheading on the certification",
	"certification.importer":         "importer on the certification",
	"certification.origin_criterion": "origin criterion",
	"certification.producer":         "producer on the certification",
	"certification.signed_at":        "date of the signature",
	"channel":                        "sales channel (B2B or B2C)",
	"click":                          "click that led to the order",
	"click_country":                  "country of the click's address",
	"click_ids":                      "click ids",
	"data_elements":                  "data elements",
	"de_minimis_claim":               "claim of the de minimis exemption (Section 321)",
	"declared_value":                 "declared value",
	"destination_country":            "country that the goods go to",
	"e_cert_id":                      "e-Cert ID",
	"ecert.hs6":                      "list of subheadings on the e-Cert",
	"ecert.origin_country":           "country of origin on the e-Cert",
	"ecert.status":                   "status on the verification platform",
	"ecert.valid_from":               "first day of validity",
	"ecert.valid_to":                 "last day of validity",
	"entry_date":                     "date of the case",
	"entry_type":                     "entry type",
	"event_time":                     "time of the order",
	"facebook_pixel_id":              "Facebook pixel id",
	"fbc":                            "Meta click cookie (fbc)",
	"fbp":                            "Meta browser cookie (fbp)",
	"hs_codes":                       "tariff numbers of the shipment",
	"ip":                             "network of the click's address",
	"items.brand":                    "brand of an ordered item",
	"items.hs_code":                  "tariff numbers of the ordered items",
	"items.origin_country":           "country of origin of an ordered item",
	"items.unit_value":               "price of an ordered item",
	"origin_country":                 "country that the goods come from",
	"owner_ref":                      "owner of the goods",
	"port_of_entry":                  "port of entry",
	"preference.certification":       "certification of origin",
	"referrer":                       "page that the click came from (referrer)",
	"seller_id":                      "seller",
	"ship_to_country":                "country that the order is shipped to",
	"shipment_id":                    "shipment",
	"site.origin_integration":        "connection of the site to a verification platform",
	"target_countries":               "countries that the campaign targets",
	"user_agent":                     "user agent of the click",
	"utm_campaign":                   "campaign name (utm_campaign)",
	"utm_content":                    "advertisement (utm_content)",
	"utm_creative_format":            "creative format (utm_creative_format)",
	"utm_id":                         "campaign id (utm_id)",
	"utm_marketing_tactic":           "marketing tactic (utm_marketing_tactic)",
	"utm_medium":                     "medium (utm_medium)",
	"utm_source":                     "source (utm_source)",
	"utm_source_platform":            "source platform (utm_source_platform)",
	"utm_term":                       "search term (utm_term)",
	"value":                          "value of the order",
	"warehouse":                      "question whether the consignee is a fulfilment warehouse",
}

func wordsOf(field string) string {
	if w, ok := fieldWords[field]; ok {
		return w
	}
	return clean(strings.NewReplacer("_", " ", ".", " ").Replace(field))
}

// confidenceWords says how sure it is that a source says what its rule does.
func confidenceWords(confidence string) string {
	switch confidence {
	case "official":
		return "an official source"
	case "reported":
		return "a source known from reports only"
	case "vendor":
		return "a vendor's documentation"
	case "heuristic":
		return "a rule of thumb, not a source of law"
	}
	return "a source of unknown standing"
}

// clean is s with everything that is not printable escaped: control characters, marks of
// writing direction, and bytes that are no UTF-8.
func clean(s string) string {
	if printable(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\u{%x}`, r)
		}
		i += n
	}
	return b.String()
}

func printable(s string) bool {
	for i, r := range s {
		if !unicode.IsPrint(r) || r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			return false
		}
	}
	return true
}

// or is s, cleaned, or another text where it is empty.
func or(s, empty string) string {
	if s == "" {
		return empty
	}
	return clean(s)
}

// and joins words as a sentence lists them.
func and(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
