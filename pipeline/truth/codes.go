package truth

import "github.com/clearlane/clearlane/schemas"

// Class is how sure a reason of a code is.
type Class uint8

// The classes. Certain is what records contradict by themselves; likely points to it;
// a signal is weak by its nature; quality says nothing about risk.
const (
	Certain Class = iota
	Likely
	Signal
	Quality
)

var classNames = [...]string{"certain", "likely", "signal", "quality"}

// String is the class in lower case.
func (c Class) String() string { return classNames[c] }

// MarshalText is String.
func (c Class) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// effect is what a reason of a code does to the route of a shipment.
type effect uint8

const (
	byPort effect = iota // hard in a port of the pilot, soft elsewhere
	hard
	soft
	info
)

// Code is a reason code that causes can have.
type Code struct {
	Name  string
	Class Class
	// effect and from are those of the default routes: the code is a reason at dates
	// from this day on.
	effect effect
	from   schemas.Date
	// infoFrom is the day from which on the code is of severity info; 0: never.
	infoFrom schemas.Date
}

// effectAt is what a reason of the code does at a date.
func (c *Code) effectAt(date schemas.Date) effect {
	if c.infoFrom != 0 && date >= c.infoFrom {
		return info
	}
	return c.effect
}

// Codes are all codes that can be planted, in the order of their families.
var Codes = []Code{
	{Name: "GEO_TARGET_MISMATCH", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "GEO_CLICK_OUTSIDE_TARGET", Class: Signal, effect: info, from: pilotFrom},
	{Name: "GEO_CLICK_SHIPPING_MISMATCH", Class: Signal, effect: info, from: pilotFrom},
	{Name: "GEO_ORIGIN_INCONSISTENT", Class: Signal, effect: info, from: pilotFrom},

	{Name: "LABEL_MACRO_UNEXPANDED", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_CLICKID_SOURCE_CONFLICT", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_ID_MALFORMED", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_ID_TIME_INVALID", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_FBC_CONFLICT", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_PIXEL_UNREGISTERED", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_CAMPAIGN_UNREGISTERED", Class: Certain, effect: byPort, from: pilotFrom},
	{Name: "LABEL_PARAMETER_CONFLICT", Class: Certain, effect: byPort, from: pilotFrom},

	{Name: "LABEL_CLICKIDS_CONFLICT", Class: Likely, effect: soft, from: pilotFrom},
	{Name: "LABEL_PAID_WITHOUT_CLICKID", Class: Likely, effect: soft, from: pilotFrom},
	{Name: "LABEL_ORGANIC_WITH_CLICKID", Class: Likely, effect: soft, from: pilotFrom},
	{Name: "LABEL_REFERRER_CONFLICT", Class: Likely, effect: soft, from: pilotFrom},
	{Name: "LABEL_DRIFT", Class: Quality, effect: info, from: pilotFrom},

	{Name: "TRAFFIC_TOO_FAST", Class: Signal, effect: info, from: pilotFrom},
	{Name: "TRAFFIC_TOO_LATE", Class: Signal, effect: info, from: pilotFrom},
	{Name: "TRAFFIC_ROBOT", Class: Signal, effect: info, from: pilotFrom},
	{Name: "TRAFFIC_DATACENTER", Class: Signal, effect: info, from: pilotFrom},

	{Name: "SITE_NOT_INTEGRATED", Class: Certain, effect: soft, from: ecertFrom},
	{Name: "ECERT_ID_MISSING", Class: Certain, effect: hard, from: ecertFrom},
	{Name: "ECERT_PENDING", Class: Certain, effect: soft, from: ecertFrom},
	{Name: "ECERT_UNVERIFIABLE", Class: Certain, effect: soft, from: ecertFrom},
	{Name: "ECERT_INVALID", Class: Certain, effect: hard, from: ecertFrom},
	{Name: "ECERT_REVOKED", Class: Certain, effect: hard, from: ecertFrom},
	{Name: "ECERT_EXPIRED", Class: Certain, effect: hard, from: ecertFrom},
	{Name: "ECERT_HS6_MISMATCH", Class: Certain, effect: hard, from: ecertFrom},
	{Name: "ECERT_ORIGIN_MISMATCH", Class: Certain, effect: hard, from: ecertFrom},

	{Name: "CERT_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "SPI_WITHOUT_CERT", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_1_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_2_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_3_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_4_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_5_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_6_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_7_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_8_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_ELEMENT_9_MISSING", Class: Certain, effect: soft, from: certFrom},
	{Name: "BLANKET_EXPIRED", Class: Certain, effect: soft, from: certFrom},
	{Name: "BLANKET_GT_12M", Class: Certain, effect: soft, from: certFrom},
	{Name: "HS6_MISMATCH", Class: Certain, effect: soft, from: certFrom},
	{Name: "ORIGIN_NOT_US_CA_MX", Class: Certain, effect: soft, from: certFrom},
	{Name: "CERT_AFTER_CLAIM", Class: Certain, effect: soft, from: certFrom},

	{Name: "ENTRY_321_SUSPENDED", Class: Certain, effect: hard, from: suspendedFrom},
	{Name: "ENTRY_321_OVER_LIMIT", Class: Certain, effect: hard, from: limitFrom},
	{Name: "ENTRY_WAREHOUSE_CONSIGNEE", Class: Certain, effect: soft, from: rulingFrom},
	{Name: "ENTRY_TYPE_RETIRED", Class: Certain, effect: soft, from: allSuspendedFrom},
	{Name: "ENTRY_DATA_INCOMPLETE", Class: Certain, effect: soft, from: dataFrom, infoFrom: dataEnded},
	{Name: "IPR_LOW_PRICE", Class: Likely, effect: soft, from: limitFrom},
	{Name: "IPR_SELLER_UNIDENTIFIED", Class: Likely, effect: soft, from: limitFrom},
}

// codeOf is the code of a name, nil when there is none.
func codeOf(name string) *Code {
	for i := range Codes {
		if Codes[i].Name == name {
			return &Codes[i]
		}
	}
	return nil
}

// ClassOf is the class of a code; ok is false for one that is not planted.
func ClassOf(name string) (class Class, ok bool) {
	if c := codeOf(name); c != nil {
		return c.Class, true
	}
	return 0, false
}
