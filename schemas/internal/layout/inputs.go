package layout

import "github.com/clearlane/clearlane/schemas"

var all tables

var typeMember = skipped("type", "Name of the kind of event. Needed only where kinds are mixed, as in lines for `clearlane score`; ignored elsewhere.")

func mostHS(l *schemas.Limits) int         { return l.HSCodes }
func mostRegistered(l *schemas.Limits) int { return l.RegisteredIDs }

// The events.
var (
	AdClick = build[schemas.AdClick](&all, "AdClick", "One visit that an advertisement or a link led to. What the sender leaves out is unknown.",
		f(1, "order_key", "OrderKey", "Key of the order, equal to the Kafka key.").req().as(Key),
		f(2, "click_id", "ClickID", "Id of the click, unique within its order key.").req().as(Identifier),
		f(3, "event_time", "EventTime", "When the visit began.").req(),
		f(4, "site_host", "SiteHost", "Host name of the site.").as(Identifier),
		f(5, "landing_url", "LandingURL", "URL of the landing page with its full query string.").as(URL),
		f(6, "referrer", "Referrer", "Referring URL or host.").as(URL),
		f(7, "target_countries", "TargetCountries", "Countries (ISO 3166-1 alpha-2) or named regions that the campaign targets.").as(Target).most(func(l *schemas.Limits) int { return l.TargetCountries }),
		f(8, "utm_id", "UTM.ID", "GA4 campaign id. A UTM member left out is read from landing_url.").as(Label),
		f(9, "utm_source", "UTM.Source", "GA4 source.").as(Label),
		f(10, "utm_medium", "UTM.Medium", "GA4 medium.").as(Label),
		f(11, "utm_campaign", "UTM.Campaign", "GA4 campaign name.").as(Label),
		f(12, "utm_source_platform", "UTM.SourcePlatform", "GA4 source platform.").as(Label),
		f(13, "utm_term", "UTM.Term", "GA4 term.").as(Label),
		f(14, "utm_content", "UTM.Content", "GA4 content.").as(Label),
		f(15, "utm_creative_format", "UTM.CreativeFormat", "GA4 creative format.").as(Label),
		f(16, "utm_marketing_tactic", "UTM.MarketingTactic", "GA4 marketing tactic.").as(Label),
		f(17, "gclid", "GCLID", "Google click id.").as(Label),
		f(18, "gbraid", "GBRAID", "Google app click id; not unique.").as(Label),
		f(19, "wbraid", "WBRAID", "Google web-to-app click id; not unique.").as(Label),
		f(20, "dclid", "DCLID", "Google Display and Video click id.").as(Label),
		f(21, "fbclid", "FBCLID", "Meta click id.").as(Label),
		f(22, "msclkid", "MSCLKID", "Microsoft click id.").as(Label),
		f(23, "ttclid", "TTCLID", "TikTok click id.").as(Label),
		f(24, "facebook_pixel_id", "FacebookPixelID", "Meta pixel id of the page.").as(Label),
		f(25, "fbp", "FBP", "Cookie _fbp.").as(Label),
		f(26, "fbc", "FBC", "Cookie _fbc.").as(Label),
		f(27, "bing_campaign_id", "BingCampaignID", "Microsoft Advertising campaign id.").as(Label),
		f(28, "ip", "IP", "Address of the visitor.").as(Address),
		f(29, "user_agent", "UserAgent", "User agent of the visitor.").as(Agent),
		typeMember,
	).input()

	Item = build[schemas.Item](&all, "Item", "One line of an order.",
		f(1, "sku", "SKU", "The seller's article number.").as(Identifier),
		f(2, "hs_code", "HSCode", "Tariff code of the goods.").as(HS),
		f(3, "description", "Description", "What the goods are.").as(Text),
		f(4, "brand", "Brand", "Brand of the goods.").as(Identifier),
		f(5, "quantity", "Quantity", "Number of pieces; may be a JSON integer.").integer(),
		f(6, "unit_value", "UnitValue", "Price of one piece in the order's currency."),
		f(7, "origin_country", "OriginCountry", "Country of origin of the goods.").as(Country),
	)

	Certification = build[schemas.Certification](&all, "Certification", "The nine data elements of USMCA Annex 5-A. A wrong value is a finding.",
		f(1, "certifier_role", "CertifierRole", "Who certifies: IMPORTER, EXPORTER or PRODUCER.").as(Short),
		f(2, "certifier", "Certifier", "Name and address of the certifier.").as(Text),
		f(3, "exporter", "Exporter", "Name and address of the exporter.").as(Text),
		f(4, "producer", "Producer", "Name and address of the producer.").as(Text),
		f(5, "importer", "Importer", "Name and address of the importer.").as(Text),
		f(6, "description", "Description", "Description of the goods.").as(Text),
		f(7, "hs6", "HS6", "Six-digit tariff classification.").as(Short),
		f(8, "origin_criterion", "OriginCriterion", "Origin criterion: A, B, C or D.").as(Short),
		f(9, "blanket_from", "BlanketFrom", "First day of the blanket period."),
		f(10, "blanket_to", "BlanketTo", "Last day of the blanket period."),
		f(11, "signed_at", "SignedAt", "Day of the signature."),
	)

	Preference = build[schemas.Preference](&all, "Preference", "The tariff preference that an order claims.",
		f(1, "program", "Program", "Name of the program, USMCA.").as(Short),
		f(2, "spi", "SPI", "Special program indicator; S or S+ claims USMCA.").as(SPI),
		f(3, "e_cert_id", "EcertID", "Id of the electronic origin certificate.").as(Identifier),
		f(4, "certification", "Certification", "The certification of origin.").sub(Certification),
	)

	Order = build[schemas.Order](&all, "Order", "One order of a site. The greatest (revision, event_time) holds.",
		f(1, "order_key", "OrderKey", "Key of the order, equal to the Kafka key.").req().as(Key),
		f(2, "order_id", "OrderID", "The site's order number.").req().as(Identifier),
		f(3, "revision", "Revision", "Revision of the order, 0 or more."),
		f(4, "event_time", "EventTime", "When the order was placed or revised.").req(),
		f(5, "status", "Status", "State of the order; ACTIVE when left out."),
		f(6, "seller_id", "SellerID", "Id of the seller.").as(Identifier),
		f(7, "site_host", "SiteHost", "Host name of the site.").as(Identifier),
		f(8, "platform", "Platform", "The SaaS site builder.").as(Short),
		f(9, "seller_country", "SellerCountry", "Country of the seller.").as(Country),
		f(10, "channel", "Channel", "Business or consumer order.").as(Channel),
		f(11, "buyer_ref", "BuyerRef", "Pseudonymous reference of the buyer.").as(Identifier),
		f(12, "billing_country", "BillingCountry", "Country of the billing address.").as(Country),
		f(13, "ship_to_country", "ShipToCountry", "Country of the delivery address.").as(Country),
		f(14, "currency", "Currency", "Currency of the amounts.").as(Currency),
		f(15, "value", "Value", "Total value of the goods."),
		f(16, "items", "Items", "Lines of the order.").list(Item, listOps[schemas.Item]()).most(func(l *schemas.Limits) int { return l.Items }),
		f(17, "preference", "Preference", "The preference claimed, if any.").sub(Preference),
		typeMember,
	).input()

	Shipment = build[schemas.Shipment](&all, "Shipment", "One parcel or container of an order. The greatest (revision, event_time) holds.",
		f(1, "order_key", "OrderKey", "Key of the order, equal to the Kafka key.").req().as(Key),
		f(2, "shipment_id", "ShipmentID", "Id of the shipment, unique within its order key.").req().as(Identifier),
		f(3, "revision", "Revision", "Revision of the shipment, 0 or more."),
		f(4, "event_time", "EventTime", "When the shipment was made or revised.").req(),
		f(5, "status", "Status", "State of the shipment; ACTIVE when left out."),
		f(6, "origin_country", "OriginCountry", "Country of origin.").as(Country),
		f(7, "destination_country", "DestinationCountry", "Country of destination.").as(Country),
		f(8, "port_of_entry", "PortOfEntry", "Port of entry, Schedule D or UN/LOCODE.").as(Port),
		f(9, "mode", "Mode", "Mode of transport.").as(Short),
		f(10, "carrier", "Carrier", "Carrier code.").as(Short),
		f(11, "tracking_number", "TrackingNumber", "Tracking number.").as(Identifier),
		f(12, "master_bill", "MasterBill", "Master bill of lading or air waybill.").as(Identifier),
		f(13, "house_bill", "HouseBill", "House bill of lading or air waybill.").as(Identifier),
		f(14, "entry_type", "EntryType", "Entry type code: 01, 11, 86.").as(Short),
		f(15, "entry_date", "EntryDate", "Day of entry."),
		f(16, "declared_value", "DeclaredValue", "Declared value."),
		f(17, "consignee_ref", "ConsigneeRef", "Pseudonymous reference of the consignee.").as(Identifier),
		f(18, "owner_ref", "OwnerRef", "Pseudonymous reference of the owner of the goods.").as(Identifier),
		f(19, "warehouse", "Warehouse", "Whether the consignee is a fulfilment warehouse."),
		f(20, "de_minimis_claim", "DeMinimisClaim", "Whether Section 321 is claimed."),
		f(21, "currency", "Currency", "Currency of the amounts.").as(Currency),
		f(22, "hs_codes", "HSCodes", "Tariff codes of the goods.").as(HS).most(mostHS),
		f(23, "e_cert_id", "EcertID", "Id of the electronic origin certificate.").as(Identifier),
		f(24, "spi", "SPI", "Special program indicator of the entry.").as(SPI),
		f(25, "marketplace", "Marketplace", "Marketplace of the sale.").as(Identifier),
		f(26, "listed_price", "ListedPrice", "Price at which the goods were listed."),
		typeMember,
	).input()

	EcertVerification = build[schemas.EcertVerification](&all, "EcertVerification", "What an origin verification platform answered about one e-Cert ID. The newest checked_at holds.",
		f(1, "order_key", "OrderKey", "Key of the order, equal to the Kafka key.").req().as(Key),
		f(2, "e_cert_id", "EcertID", "Id of the electronic origin certificate.").req().as(Identifier),
		f(3, "platform", "Platform", "The verification platform.").as(Short),
		f(4, "status", "Status", "The answer; UNAVAILABLE is no answer.").req(),
		f(5, "checked_at", "CheckedAt", "When the platform answered.").req(),
		f(6, "valid_from", "ValidFrom", "First day of validity."),
		f(7, "valid_to", "ValidTo", "Last day of validity."),
		f(8, "hs6", "HS6", "Six-digit tariff codes that the certificate covers.").as(HS6).most(mostHS),
		f(9, "origin_country", "OriginCountry", "Country of origin that the certificate states.").as(Country),
		typeMember,
	).input()

	Disposition = build[schemas.Disposition](&all, "Disposition", "What an officer or a broker did with a decision.",
		f(1, "order_key", "OrderKey", "Key of the order, equal to the Kafka key.").req().as(Key),
		f(2, "shipment_id", "ShipmentID", "Id of the shipment.").req().as(Identifier),
		f(3, "decision_id", "DecisionID", "The decision that was acted upon.").as(HexID),
		f(4, "version", "Version", "Version of that decision."),
		f(5, "event_time", "EventTime", "When it was done.").req(),
		f(6, "code", "Code", "ACE disposition code (1A, 1H, ...), RELEASED, HELD, EXAMINED or OVERRIDDEN.").req().as(Code),
		f(7, "by", "By", "Who did it.").as(Identifier),
		f(8, "note", "Note", "Free text.").as(Text),
		f(9, "until", "Until", "Last day of a suppression, judged at the case's date."),
		typeMember,
	).input()

	OriginIntegration = build[schemas.OriginIntegration](&all, "OriginIntegration", "A site's connection to an origin verification platform.",
		f(1, "platform", "Platform", "The verification platform.").as(Short),
		f(2, "status", "Status", "How far the site is connected."),
		f(3, "since", "Since", "First day of that state."),
	)

	Registration = build[schemas.Registration](&all, "Registration", "Since when an id of a site's lists is registered, or the site itself.",
		f(1, "field", "Field", "Name of the click's field: facebook_pixel_id, bing_campaign_id, utm_campaign, utm_id or site_host.").req().as(LabelName),
		f(2, "id", "ID", "The id as it stands in the list; of site_host the site's host.").req().as(Label),
		f(3, "since", "Since", "First day on which it is registered, UTC.").req(),
	)

	SellerSite = build[schemas.SellerSite](&all, "SellerSite", "What is registered about one site of a seller. A list that is left out is registered nowhere, so unknown; an empty one allows nothing.",
		f(1, "seller_id", "SellerID", "Id of the seller.").req().as(Identifier),
		f(2, "site_host", "SiteHost", "Host name of the site.").req().as(Identifier),
		f(3, "platform", "Platform", "The SaaS site builder.").as(Short),
		f(4, "facebook_pixel_ids", "FacebookPixelIDs", "The seller's Meta pixels.").as(Label).kind(Registered).most(mostRegistered),
		f(5, "bing_campaign_ids", "BingCampaignIDs", "The seller's Microsoft Advertising campaigns.").as(Label).kind(Registered).most(mostRegistered),
		f(6, "utm_campaigns", "UTMCampaigns", "The seller's campaign names.").as(Label).kind(Registered).most(mostRegistered),
		f(7, "origin_integration", "OriginIntegration", "Connection to an origin verification platform.").sub(OriginIntegration),
		f(8, "utm_ids", "UTMIDs", "The seller's GA4 campaign ids.").as(Label).kind(Registered).most(mostRegistered),
		f(9, "registrations", "Registrations", "Since when ids of the lists, or the site, are registered. What is not named here is registered since an unknown day.").list(Registration, listOps[schemas.Registration]()).most(mostRegistered),
		typeMember,
	).input()
)
