package reason

// looks says of each code what its rules look at, for those who read a pack. The code's
// meaning is fixed; these are its words.
var looks = [Count]string{
	GeoTargetMismatch:        "the countries that the attributed click's campaign targets, against the shipping country",
	GeoClickOutsideTarget:    "the country of the click's address, against the countries that its campaign targets",
	GeoClickShippingMismatch: "the country of the click's address, against the country the goods are bound for",
	GeoOriginInconsistent:    "what order, shipment and seller state about where the goods come from, against each other",

	LabelMacroUnexpanded:       "placeholders of advertising networks, such as {{ad.name}}, left in the click's labels",
	LabelClickIDSourceConflict: "the network of the click id, against that of utm_source",
	LabelIDMalformed:           "the form of msclkid, fbp and fbc, against what their networks document",
	LabelIDTimeInvalid:         "the times within gclid, fbp and fbc, against the time of the click",
	LabelFBCConflict:           "the fbclid within fbc, against that of the landing page",
	LabelPixelUnregistered:     "the Facebook pixel ID, against those registered for the seller's site",
	LabelCampaignUnregistered:  "the Bing and UTM campaigns, against those registered for the seller's site",
	LabelParameterConflict:     "parameters that the landing page's address has twice, with different values",

	LabelClickIDsConflict:   "paid click ids of different networks on one click",
	LabelPaidWithoutClickID: "a paid medium that comes without a click id",
	LabelOrganicWithClickID: "an organic medium that comes with a paid click id",
	LabelReferrerConflict:   "the network of the referring page, against that of the source",
	LabelDrift:              "spelling and form of the click's labels",

	SiteNotIntegrated:   "the state of the site's integration with an origin verification platform, at the date of the case",
	EcertIDMissing:      "the e-Cert ID that a claim of USMCA preference comes with",
	EcertPending:        "whether the verification platform has answered about the e-Cert",
	EcertUnverifiable:   "whether the verification platform could answer about the e-Cert",
	EcertInvalid:        "the platform's answer: the e-Cert is invalid, not found, or not valid yet at the date of the case",
	EcertRevoked:        "the platform's answer: the e-Cert is revoked",
	EcertExpired:        "the last day of the e-Cert's validity, against the date of the case",
	EcertHS6Mismatch:    "the subheadings that the e-Cert covers, against those of the goods",
	EcertOriginMismatch: "the origin that the e-Cert names, against that of the goods",

	TrafficTooFast:    "the time from the click to its order: shorter than people take",
	TrafficTooLate:    "the time from the click to its order: longer than clicks lead to orders",
	TrafficRobot:      "the click's user agent: a robot's",
	TrafficDatacenter: "the click's address: a data centre's",

	CertMissing:         "whether a claim of USMCA preference comes with a certification of origin",
	CertElement1Missing: "element 1 of the certification (Annex 5-A): the role of its certifier",
	CertElement2Missing: "element 2 of the certification (Annex 5-A): its certifier",
	CertElement3Missing: "element 3 of the certification (Annex 5-A): the exporter",
	CertElement4Missing: "element 4 of the certification (Annex 5-A): the producer",
	CertElement5Missing: "element 5 of the certification (Annex 5-A): the importer",
	CertElement6Missing: "element 6 of the certification (Annex 5-A): the goods and their subheading",
	CertElement7Missing: "element 7 of the certification (Annex 5-A): the origin criterion",
	CertElement8Missing: "element 8 of the certification (Annex 5-A): the blanket period",
	CertElement9Missing: "element 9 of the certification (Annex 5-A): signature and date",
	BlanketExpired:      "the blanket period, against the date of the case",
	BlanketGT12M:        "the length of the blanket period, against twelve months",
	HS6Mismatch:         "the subheading on the certification, against those of order and shipment",
	OriginNotUSCAMX:     "the origin of the goods: the United States, Canada and Mexico are parties",
	SPIWithoutCert:      "the special program indicator S or S+, and whether anything certifies the origin",
	CertAfterClaim:      "the day the certification was signed, against the day of the claim",

	Entry321Suspended:       "a claim of the de minimis exemption (Section 321) while it is suspended",
	Entry321OverLimit:       "the value of a shipment for which the de minimis exemption is claimed, against the limit",
	EntryWarehouseConsignee: "whether the consignee is a fulfilment warehouse, and whether the owner is named",
	EntryTypeRetired:        "the entry type, against those in use at the date of the case",
	EntryDataIncomplete:     "the data elements of the Section 321 Data Pilot that the shipment comes with",
	IPRLowPrice:             "the price of goods of a watched brand, against the brand's reference price",
	IPRSellerUnidentified:   "whether a seller of goods of a watched brand is identified",
}

// LooksAt is what rules of the code look at, in words; empty for no code.
func (c Code) LooksAt() string {
	if c < Count {
		return looks[c]
	}
	return ""
}
