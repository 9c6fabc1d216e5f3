// Package policy holds the rules as data: a pack says which facts are reasons, in
// which scope and since when, what they weigh, by which source, and where the
// score leads. A pack is read whole, checked whole, and never changed afterwards,
// so any number of Scorers may share it.
//
// It imports schemas, reason, geo and custom.
package policy

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Pack is one version of the policy, compiled for scoring. Its lookups allocate
// nothing. The exported fields are for reading.
type Pack struct {
	ID        string
	Version   string
	Hash      string // SHA-256 of the pack's canonical form, hex: comments and layout do not count
	ValidFrom schemas.Date
	ValidTo   schemas.Date // 0: open
	Rules     []Rule       // in the order of the file

	Shipping         ShippingCountry
	Traffic          Traffic
	AttributionDays  int32 // a click this many days before its order, or fewer, may have led to it
	ClockSkew        int32 // and one stamped this many seconds after it, or fewer: clocks of two systems
	AllClicks        bool  // labels of all kept clicks count, not of the attributed one only
	MaxScore         int32
	HardRoute        schemas.Route // of a hard reason
	SoftRoute        schemas.Route // of a soft reason
	Thresholds       []Threshold   // by ascending score
	IncompleteRoute  schemas.Route // of a shipment whose order has not arrived
	PreReviews       PreReviewOrders
	PreReviewHighest schemas.Route // a pre-review never leads beyond it

	// CertificationLowValue, in USD, is up to what value no certification of origin has
	// to be shown; not Set: at none.
	CertificationLowValue schemas.Decimal

	Dispositions Dispositions

	Entry *Entry // nil: nothing is found about an entry

	canonical []byte // JSON, without comments and test cases
	byCode    [reason.Count][]*Rule
	custom    []Custom
	builders  []string
	locodes   map[string]string
	portNames map[string]string // by Schedule D code
	regions   map[string]*geo.Set
	whole     map[geo.Country]geo.Country // of a territory and of its country: the country
	rates     map[string][]DatedRate      // by currency, by date
	brands    map[string]*Brand           // by brandKey of names and aliases
}

// ShippingCountry says which country is the "actual shipping country", which the
// pilot's announcement does not define.
type ShippingCountry uint8

// The readings of the shipping country.
const (
	ShippingDestination ShippingCountry = iota
	ShippingOrigin
	ShippingEither // either of the two being targeted is enough
)

// PreReviewOrders says which orders get a pre-review.
type PreReviewOrders uint8

// The choices of pre_reviews.orders.
const (
	PreReviewClaims PreReviewOrders = iota // orders that claim a preference
	PreReviewAll
	PreReviewNone
)

// Threshold leads a score of at least AtLeast to Route.
type Threshold struct {
	AtLeast int32
	Route   schemas.Route
}

// Rule is one dated version of one rule. Of the rules of one code the first whose
// scope holds is the one in force.
type Rule struct {
	ID            string
	Name          string      // the code as it is published
	Code          reason.Code // None of a rule of the pack's own
	Custom        *Expression // what such a rule looks at, else nil
	Version       int32
	From          schemas.Date
	To            schemas.Date // last day in force, 0: open
	Source        string
	Confidence    string // official, reported, vendor or heuristic
	Weight        int32
	BuilderWeight int32 // weight where the seller's platform is in the pack's builder list
	Severity      schemas.Severity

	ports     map[string]bool // Schedule D; nil: any, known or not
	countries *geo.Set        // the country the goods are bound for; nil: any, known or not
	origins   *geo.Set        // the country the goods come from; nil: any, known or not
	channels  []string
	platforms []string
}

// Facts are what the scope of a rule is held against. What is unknown is empty, and
// holds no scope that asks for it.
type Facts struct {
	Date     schemas.Date // of the case
	Port     string       // Schedule D
	Country  geo.Country  // the goods are bound for
	Origin   geo.Country  // the goods come from
	Channel  string
	Platform string // of the seller's site
}

// Precedes is true of a click that counts as before an order: one platform stamps the
// click, another the order, and their clocks differ by ClockSkew at most.
func (p *Pack) Precedes(click, order schemas.Time) bool {
	return click <= order+schemas.Time(p.ClockSkew)*1000
}

// Rule is the rule in force for a code, or nil; nil too for a number that is no
// code of this program, which stored features of a newer one may hold.
func (p *Pack) Rule(code reason.Code, f *Facts) *Rule {
	if code >= reason.Count {
		return nil
	}
	for _, r := range p.byCode[code] {
		if r.inForce(f) {
			return r
		}
	}
	return nil
}

func (r *Rule) inForce(f *Facts) bool {
	return f.Date >= r.From && (r.To == 0 || f.Date <= r.To) && f.Date != 0 &&
		(r.ports == nil || r.ports[f.Port]) &&
		(r.countries == nil || r.countries.Has(f.Country)) &&
		(r.origins == nil || r.origins.Has(f.Origin)) &&
		(r.channels == nil || foldIn(r.channels, f.Channel)) &&
		(r.platforms == nil || foldIn(r.platforms, f.Platform))
}

// AsksPort is true when the rules of a code differ by port.
func (p *Pack) AsksPort(code reason.Code) bool {
	for _, r := range p.byCode[code] {
		if r.ports != nil {
			return true
		}
	}
	return false
}

// AsksOrigin is true when a rule of a code would be in force if only the goods came
// from a country that its scope names.
func (p *Pack) AsksOrigin(code reason.Code, f *Facts) bool {
	if code >= reason.Count {
		return false
	}
	for _, r := range p.byCode[code] {
		if r.origins != nil {
			anywhere := *r
			anywhere.origins = nil
			if anywhere.inForce(f) {
				return true
			}
		}
	}
	return false
}

// Builder is true for a platform of the pack's list of China-based site builders.
// It raises the weight of a reason and is never a reason itself.
func (p *Pack) Builder(platform string) bool {
	return platform != "" && foldIn(p.builders, platform)
}

// RouteOf is the route of a score, RELEASE below every threshold.
func (p *Pack) RouteOf(score int32) schemas.Route {
	route := schemas.RouteRelease
	for i := range p.Thresholds {
		if score >= p.Thresholds[i].AtLeast {
			route = max(route, p.Thresholds[i].Route)
		}
	}
	return route
}

// WantsPreReview is true for an order that gets a pre-review.
func (p *Pack) WantsPreReview(o *schemas.Order) bool {
	switch p.PreReviews {
	case PreReviewAll:
		return true
	case PreReviewNone:
		return false
	}
	return ClaimsUSMCA(o)
}
