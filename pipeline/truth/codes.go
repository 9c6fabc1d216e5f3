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
}

// Codes are all codes that can be planted, in the order of their families.
var Codes = []Code{
	{"GEO_TARGET_MISMATCH", Certain, byPort, pilotFrom},
	{"GEO_CLICK_OUTSIDE_TARGET", Signal, info, pilotFrom},
	{"GEO_CLICK_SHIPPING_MISMATCH", Signal, info, pilotFrom},

	{"LABEL_MACRO_UNEXPANDED", Certain, byPort, pilotFrom},
	{"LABEL_CLICKID_SOURCE_CONFLICT", Certain, byPort, pilotFrom},
	{"LABEL_ID_MALFORMED", Certain, byPort, pilotFrom},
	{"LABEL_ID_TIME_INVALID", Certain, byPort, pilotFrom},
	{"LABEL_FBC_CONFLICT", Certain, byPort, pilotFrom},
	{"LABEL_PIXEL_UNREGISTERED", Certain, byPort, pilotFrom},
	{"LABEL_CAMPAIGN_UNREGISTERED", Certain, byPort, pilotFrom},
	{"LABEL_PARAMETER_CONFLICT", Certain, byPort, pilotFrom},

	{"LABEL_CLICKIDS_CONFLICT", Likely, soft, pilotFrom},
	{"LABEL_PAID_WITHOUT_CLICKID", Likely, soft, pilotFrom},
	{"LABEL_ORGANIC_WITH_CLICKID", Likely, soft, pilotFrom},
	{"LABEL_REFERRER_CONFLICT", Likely, soft, pilotFrom},
	{"LABEL_DRIFT", Quality, info, pilotFrom},

	{"SITE_NOT_INTEGRATED", Certain, soft, ecertFrom},
	{"ECERT_ID_MISSING", Certain, hard, ecertFrom},
	{"ECERT_PENDING", Certain, soft, ecertFrom},
	{"ECERT_UNVERIFIABLE", Certain, soft, ecertFrom},
	{"ECERT_INVALID", Certain, hard, ecertFrom},
	{"ECERT_REVOKED", Certain, hard, ecertFrom},
	{"ECERT_EXPIRED", Certain, hard, ecertFrom},
	{"ECERT_HS6_MISMATCH", Certain, hard, ecertFrom},
	{"ECERT_ORIGIN_MISMATCH", Certain, hard, ecertFrom},
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
