package custom

import (
	"time"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
)

// The facts of a case. A name never changes its meaning: packs are written with it.

var factsType = newKind("Facts", "facts", "what the pack and the date make of the case", []member[Facts]{
	{"date", types.TimestampType, "the day the case is judged at: entry date, else the shipment's, else the order's", func(f *Facts) ref.Val { return day(f.Date) }},
	{"port", types.StringType, "port of entry, Schedule D where the pack knows it", func(f *Facts) ref.Val { return text(f.Port) }},
	{"destination", types.StringType, "country the goods are bound for, alpha-2", func(f *Facts) ref.Val { return text(f.Country) }},
	{"builder", types.BoolType, "the seller's platform is in the pack's list of builders", func(f *Facts) ref.Val { return types.Bool(f.Builder) }},
})

var itemType = newKind("Item", "order.items", "a line of an order", []member[schemas.Item]{
	{"sku", types.StringType, "the seller's own number", func(i *schemas.Item) ref.Val { return text(i.SKU) }},
	{"hs_code", types.StringType, "tariff number as stated", func(i *schemas.Item) ref.Val { return text(i.HSCode) }},
	{"description", types.StringType, "the goods in words", func(i *schemas.Item) ref.Val { return text(i.Description) }},
	{"brand", types.StringType, "as stated", func(i *schemas.Item) ref.Val { return text(i.Brand) }},
	{"quantity", decimalType, "how many", func(i *schemas.Item) ref.Val { return amount(i.Quantity) }},
	{"unit_value", decimalType, "of one, in the order's currency", func(i *schemas.Item) ref.Val { return amount(i.UnitValue) }},
	{"origin_country", types.StringType, "alpha-2", func(i *schemas.Item) ref.Val { return text(i.OriginCountry) }},
})

var orderType = newKind("Order", "order", "the order in its newest revision", []member[schemas.Order]{
	{"order_id", types.StringType, "the seller's number", func(o *schemas.Order) ref.Val { return text(o.OrderID) }},
	{"event_time", types.TimestampType, "when it was placed or changed", func(o *schemas.Order) ref.Val { return instant(o.EventTime) }},
	{"seller_id", types.StringType, "", func(o *schemas.Order) ref.Val { return text(o.SellerID) }},
	{"seller_country", types.StringType, "alpha-2", func(o *schemas.Order) ref.Val { return text(o.SellerCountry) }},
	{"site_host", types.StringType, "host of the seller's site", func(o *schemas.Order) ref.Val { return text(o.SiteHost) }},
	{"platform", types.StringType, "site builder as the sender names it", func(o *schemas.Order) ref.Val { return text(o.Platform) }},
	{"channel", types.StringType, "B2B or B2C", func(o *schemas.Order) ref.Val { return text(o.Channel) }},
	{"buyer_ref", types.StringType, "the buyer's reference", func(o *schemas.Order) ref.Val { return text(o.BuyerRef) }},
	{"billing_country", types.StringType, "alpha-2", func(o *schemas.Order) ref.Val { return text(o.BillingCountry) }},
	{"ship_to_country", types.StringType, "alpha-2", func(o *schemas.Order) ref.Val { return text(o.ShipToCountry) }},
	{"currency", types.StringType, "ISO 4217", func(o *schemas.Order) ref.Val { return text(o.Currency) }},
	{"value", decimalType, "in the currency", func(o *schemas.Order) ref.Val { return amount(o.Value) }},
	{"items", types.NewListType(itemType.typ), "its lines", func(o *schemas.Order) ref.Val { return someOf(itemType, o.Items) }},
	{"preference_program", types.StringType, "USMCA where that preference is claimed", func(o *schemas.Order) ref.Val { return text(o.Preference.Program) }},
	{"spi", types.StringType, "special program indicator", func(o *schemas.Order) ref.Val { return text(o.Preference.SPI) }},
	{"e_cert_id", types.StringType, "", func(o *schemas.Order) ref.Val { return text(o.Preference.EcertID) }},
	{"certified", types.BoolType, "a certification of origin stands in the order", func(o *schemas.Order) ref.Val { return types.Bool(o.Preference.Certification.Present) }},
})

var shipmentType = newKind("Shipment", "shipment", "the shipment in its newest revision; unknown in a pre-review", []member[schemas.Shipment]{
	{"shipment_id", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.ShipmentID) }},
	{"event_time", types.TimestampType, "", func(s *schemas.Shipment) ref.Val { return instant(s.EventTime) }},
	{"origin_country", types.StringType, "alpha-2", func(s *schemas.Shipment) ref.Val { return text(s.OriginCountry) }},
	{"destination_country", types.StringType, "alpha-2", func(s *schemas.Shipment) ref.Val { return text(s.DestinationCountry) }},
	{"port_of_entry", types.StringType, "as stated; facts.port is in Schedule D", func(s *schemas.Shipment) ref.Val { return text(s.PortOfEntry) }},
	{"mode", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.Mode) }},
	{"carrier", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.Carrier) }},
	{"tracking_number", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.TrackingNumber) }},
	{"master_bill", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.MasterBill) }},
	{"house_bill", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.HouseBill) }},
	{"entry_type", types.StringType, "01, 11, 86 ...", func(s *schemas.Shipment) ref.Val { return text(s.EntryType) }},
	{"entry_date", types.TimestampType, "", func(s *schemas.Shipment) ref.Val { return day(s.EntryDate) }},
	{"declared_value", decimalType, "in the currency", func(s *schemas.Shipment) ref.Val { return amount(s.DeclaredValue) }},
	{"currency", types.StringType, "ISO 4217", func(s *schemas.Shipment) ref.Val { return text(s.Currency) }},
	{"consignee_ref", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.ConsigneeRef) }},
	{"owner_ref", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.OwnerRef) }},
	{"warehouse", types.BoolType, "the consignee is a fulfilment warehouse", func(s *schemas.Shipment) ref.Val { return truth(s.Warehouse) }},
	{"de_minimis_claim", types.BoolType, "Section 321 is claimed", func(s *schemas.Shipment) ref.Val { return truth(s.DeMinimisClaim) }},
	{"hs_codes", types.NewListType(types.StringType), "tariff numbers", func(s *schemas.Shipment) ref.Val { return texts(s.HSCodes) }},
	{"e_cert_id", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.EcertID) }},
	{"spi", types.StringType, "special program indicator", func(s *schemas.Shipment) ref.Val { return text(s.SPI) }},
	{"marketplace", types.StringType, "", func(s *schemas.Shipment) ref.Val { return text(s.Marketplace) }},
	{"listed_price", decimalType, "", func(s *schemas.Shipment) ref.Val { return amount(s.ListedPrice) }},
})

var clickType = newKind("Click", "click", "a click; the variable is the one the order is attributed to", []member[label.Features]{
	{"click_id", types.StringType, "the sender's name of the click", func(f *label.Features) ref.Val { return text(f.ClickID) }},
	{"event_time", types.TimestampType, "", func(f *label.Features) ref.Val { return instant(f.EventTime) }},
	{"site_host", types.StringType, "", func(f *label.Features) ref.Val { return text(f.SiteHost) }},
	{"target_countries", types.NewListType(types.StringType), "of its campaign, as sent", func(f *label.Features) ref.Val { return texts(f.Targets) }},
	{"country", types.StringType, "of its address, alpha-2", func(f *label.Features) ref.Val { return text(f.Country) }},
	{"utm_id", types.StringType, "", func(f *label.Features) ref.Val { return text(f.UTM.ID) }},
	{"utm_source", types.StringType, "", func(f *label.Features) ref.Val { return text(f.UTM.Source) }},
	{"utm_medium", types.StringType, "", func(f *label.Features) ref.Val { return text(f.UTM.Medium) }},
	{"utm_campaign", types.StringType, "", func(f *label.Features) ref.Val { return text(f.UTM.Campaign) }},
	{"utm_term", types.StringType, "", func(f *label.Features) ref.Val { return text(f.UTM.Term) }},
	{"utm_content", types.StringType, "", func(f *label.Features) ref.Val { return text(f.UTM.Content) }},
	{"facebook_pixel_id", types.StringType, "", func(f *label.Features) ref.Val { return text(f.FacebookPixelID) }},
	{"bing_campaign_id", types.StringType, "", func(f *label.Features) ref.Val { return text(f.BingCampaignID) }},
	{"source_network", types.StringType, "google, meta, microsoft, tiktok, other", func(f *label.Features) ref.Val { return network(f.Source) }},
	{"referrer_network", types.StringType, "the same of the referrer", func(f *label.Features) ref.Val { return network(f.Referrer) }},
	{"channel_group", types.StringType, "GA4's default channel group", func(f *label.Features) ref.Val { return text(f.Channel.String()) }},
	{"label_class", types.StringType, "certain, likely, drift or clean, by the click alone", func(f *label.Features) ref.Val { return text(f.Class().String()) }},
})

var siteType = newKind("Site", "site", "what is registered about the seller's site", []member[schemas.SellerSite]{
	{"site_host", types.StringType, "", func(s *schemas.SellerSite) ref.Val { return text(s.SiteHost) }},
	{"platform", types.StringType, "", func(s *schemas.SellerSite) ref.Val { return text(s.Platform) }},
	{"facebook_pixel_ids", types.NewListType(types.StringType), "", func(s *schemas.SellerSite) ref.Val { return texts(s.FacebookPixelIDs) }},
	{"bing_campaign_ids", types.NewListType(types.StringType), "", func(s *schemas.SellerSite) ref.Val { return texts(s.BingCampaignIDs) }},
	{"utm_campaigns", types.NewListType(types.StringType), "", func(s *schemas.SellerSite) ref.Val { return texts(s.UTMCampaigns) }},
	{"integration_platform", types.StringType, "origin verification platform", func(s *schemas.SellerSite) ref.Val { return text(s.OriginIntegration.Platform) }},
	{"integration_since", types.TimestampType, "", func(s *schemas.SellerSite) ref.Val { return day(s.OriginIntegration.Since) }},
	{"integrated", types.BoolType, "the site is integrated", func(s *schemas.SellerSite) ref.Val {
		if s.OriginIntegration.Status == schemas.IntegrationUnknown {
			return nil
		}
		return types.Bool(s.OriginIntegration.Status == schemas.Integrated)
	}},
})

var answerType = newKind("Answer", "answers", "an origin verification platform's answer", []member[schemas.EcertVerification]{
	{"e_cert_id", types.StringType, "", func(v *schemas.EcertVerification) ref.Val { return text(v.EcertID) }},
	{"platform", types.StringType, "", func(v *schemas.EcertVerification) ref.Val { return text(v.Platform) }},
	{"verified", types.BoolType, "", func(v *schemas.EcertVerification) ref.Val { return types.Bool(v.Status == schemas.EcertVerified) }},
	{"checked_at", types.TimestampType, "", func(v *schemas.EcertVerification) ref.Val { return instant(v.CheckedAt) }},
	{"valid_from", types.TimestampType, "", func(v *schemas.EcertVerification) ref.Val { return day(v.ValidFrom) }},
	{"valid_to", types.TimestampType, "", func(v *schemas.EcertVerification) ref.Val { return day(v.ValidTo) }},
	{"hs6", types.NewListType(types.StringType), "", func(v *schemas.EcertVerification) ref.Val { return texts(v.HS6) }},
	{"origin_country", types.StringType, "alpha-2", func(v *schemas.EcertVerification) ref.Val { return text(v.OriginCountry) }},
})

// Of a value that is not known these are nil.

func text(s string) ref.Val {
	if s == "" {
		return nil
	}
	return types.String(s)
}

func texts(s []string) ref.Val {
	if s == nil {
		return nil
	}
	return types.NewStringList(types.DefaultTypeAdapter, s)
}

func amount(d schemas.Decimal) ref.Val {
	if !d.Set {
		return nil
	}
	return decimal{d}
}

func truth(b schemas.Bool) ref.Val {
	switch b {
	case schemas.True:
		return types.True
	case schemas.False:
		return types.False
	}
	return nil
}

func instant(t schemas.Time) ref.Val {
	if t == 0 {
		return nil
	}
	return types.Timestamp{Time: time.UnixMilli(int64(t)).UTC()}
}

func day(d schemas.Date) ref.Val {
	if d == 0 {
		return nil
	}
	return instant(d.Time())
}

func network(n label.Network) ref.Val {
	if n == label.NetworkNone {
		return nil
	}
	return types.String(n.String())
}

func someOf[T any](k *kind[T], all []T) ref.Val {
	if len(all) == 0 {
		return nil
	}
	return list(k, all)
}
