// Package reason names the reason codes. They are a contract: brokers and analysts
// select on them, so a code never changes its meaning, and its number, which
// stands in stored click features, never changes either.
package reason

// Code is a reason code.
type Code uint8

// The codes that a rule can give. Codes that need more than one order
// (TRAFFIC_ID_REPLAYED, ECERT_REUSED, ENTRY_321_DAY_LIMIT) are not among them:
// no rule may publish them before the cross-order stage exists.
const (
	None Code = iota

	GeoTargetMismatch
	GeoClickOutsideTarget
	GeoClickShippingMismatch
	GeoOriginInconsistent

	LabelMacroUnexpanded
	LabelClickIDSourceConflict
	LabelIDMalformed
	LabelIDTimeInvalid
	LabelFBCConflict
	LabelPixelUnregistered
	LabelCampaignUnregistered
	LabelParameterConflict

	LabelClickIDsConflict
	LabelPaidWithoutClickID
	LabelOrganicWithClickID
	LabelReferrerConflict
	LabelDrift

	SiteNotIntegrated
	EcertIDMissing
	EcertPending
	EcertUnverifiable
	EcertInvalid
	EcertRevoked
	EcertExpired
	EcertHS6Mismatch
	EcertOriginMismatch

	TrafficTooFast
	TrafficTooLate
	TrafficRobot
	TrafficDatacenter

	// The nine elements are numbered as in USMCA Annex 5-A and 19 CFR 182.12(a)(4)(i) to
	// (ix): the certifier's role, certifier, exporter, producer, importer, description
	// with HS6, criterion, blanket period, signature with its day. One that is stated and
	// not allowed counts as missing.
	CertMissing
	CertElement1Missing
	CertElement2Missing
	CertElement3Missing
	CertElement4Missing
	CertElement5Missing
	CertElement6Missing
	CertElement7Missing
	CertElement8Missing
	CertElement9Missing
	BlanketExpired // at the date of the case; of a period that is too long, its first year
	BlanketGT12M
	HS6Mismatch
	OriginNotUSCAMX
	SPIWithoutCert
	CertAfterClaim // signed, or its blanket period begun, after the date of the claim

	Entry321Suspended
	Entry321OverLimit
	EntryWarehouseConsignee
	EntryTypeRetired
	EntryDataIncomplete
	IPRLowPrice
	IPRSellerUnidentified

	Count // one more than the greatest code
)

var names = [Count]string{
	None:                       "",
	GeoTargetMismatch:          "GEO_TARGET_MISMATCH",
	GeoClickOutsideTarget:      "GEO_CLICK_OUTSIDE_TARGET",
	GeoClickShippingMismatch:   "GEO_CLICK_SHIPPING_MISMATCH",
	GeoOriginInconsistent:      "GEO_ORIGIN_INCONSISTENT",
	LabelMacroUnexpanded:       "LABEL_MACRO_UNEXPANDED",
	LabelClickIDSourceConflict: "LABEL_CLICKID_SOURCE_CONFLICT",
	LabelIDMalformed:           "LABEL_ID_MALFORMED",
	LabelIDTimeInvalid:         "LABEL_ID_TIME_INVALID",
	LabelFBCConflict:           "LABEL_FBC_CONFLICT",
	LabelPixelUnregistered:     "LABEL_PIXEL_UNREGISTERED",
	LabelCampaignUnregistered:  "LABEL_CAMPAIGN_UNREGISTERED",
	LabelParameterConflict:     "LABEL_PARAMETER_CONFLICT",
	LabelClickIDsConflict:      "LABEL_CLICKIDS_CONFLICT",
	LabelPaidWithoutClickID:    "LABEL_PAID_WITHOUT_CLICKID",
	LabelOrganicWithClickID:    "LABEL_ORGANIC_WITH_CLICKID",
	LabelReferrerConflict:      "LABEL_REFERRER_CONFLICT",
	LabelDrift:                 "LABEL_DRIFT",
	SiteNotIntegrated:          "SITE_NOT_INTEGRATED",
	EcertIDMissing:             "ECERT_ID_MISSING",
	EcertPending:               "ECERT_PENDING",
	EcertUnverifiable:          "ECERT_UNVERIFIABLE",
	EcertInvalid:               "ECERT_INVALID",
	EcertRevoked:               "ECERT_REVOKED",
	EcertExpired:               "ECERT_EXPIRED",
	EcertHS6Mismatch:           "ECERT_HS6_MISMATCH",
	EcertOriginMismatch:        "ECERT_ORIGIN_MISMATCH",
	TrafficTooFast:             "TRAFFIC_TOO_FAST",
	TrafficTooLate:             "TRAFFIC_TOO_LATE",
	TrafficRobot:               "TRAFFIC_ROBOT",
	TrafficDatacenter:          "TRAFFIC_DATACENTER",
	CertMissing:                "CERT_MISSING",
	CertElement1Missing:        "CERT_ELEMENT_1_MISSING",
	CertElement2Missing:        "CERT_ELEMENT_2_MISSING",
	CertElement3Missing:        "CERT_ELEMENT_3_MISSING",
	CertElement4Missing:        "CERT_ELEMENT_4_MISSING",
	CertElement5Missing:        "CERT_ELEMENT_5_MISSING",
	CertElement6Missing:        "CERT_ELEMENT_6_MISSING",
	CertElement7Missing:        "CERT_ELEMENT_7_MISSING",
	CertElement8Missing:        "CERT_ELEMENT_8_MISSING",
	CertElement9Missing:        "CERT_ELEMENT_9_MISSING",
	BlanketExpired:             "BLANKET_EXPIRED",
	BlanketGT12M:               "BLANKET_GT_12M",
	HS6Mismatch:                "HS6_MISMATCH",
	OriginNotUSCAMX:            "ORIGIN_NOT_US_CA_MX",
	SPIWithoutCert:             "SPI_WITHOUT_CERT",
	CertAfterClaim:             "CERT_AFTER_CLAIM",
	Entry321Suspended:          "ENTRY_321_SUSPENDED",
	Entry321OverLimit:          "ENTRY_321_OVER_LIMIT",
	EntryWarehouseConsignee:    "ENTRY_WAREHOUSE_CONSIGNEE",
	EntryTypeRetired:           "ENTRY_TYPE_RETIRED",
	EntryDataIncomplete:        "ENTRY_DATA_INCOMPLETE",
	IPRLowPrice:                "IPR_LOW_PRICE",
	IPRSellerUnidentified:      "IPR_SELLER_UNIDENTIFIED",
}

// String is the code as it is published, empty for None and for no code at all.
func (c Code) String() string {
	if c < Count {
		return names[c]
	}
	return ""
}

// Parse is the code of a published name, None when there is none.
func Parse(name string) Code {
	for c := None + 1; c < Count; c++ {
		if names[c] == name {
			return c
		}
	}
	return None
}

// Finding is one fact that a rule may make a reason of. Field is the event's field
// in snake_case. Observed and Expected never hold an IP, a user agent, an fbp, an
// fbc or a raw URL; they may alias the finder's memory.
type Finding struct {
	Code     Code
	Field    string
	Observed string
	Expected string
}
