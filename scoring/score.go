package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Case is all that is known about a subject. The caller builds it in memory of its
// own, which it may reuse after the verdict has been used; scoring changes nothing
// of it.
type Case struct {
	OrderKey      string
	Order         *schemas.Order              // nil: has not arrived
	Shipment      *schemas.Shipment           // nil: a pre-review of the order
	Clicks        []label.Features            // all kept clicks of the order, in any order
	Verifications []schemas.EcertVerification // the newest answer for each e-Cert ID, or all of them
	Site          *schemas.SellerSite         // nil: nothing is registered, which is unknown
	// Dispositions are what officers and brokers did with earlier decisions. They
	// are recorded beside a decision and change neither its reasons nor its route.
	Dispositions []schemas.Disposition
}

// Scorer decides cases by one pack. It holds scratch memory, so one goroutine owns
// it; a pack may be shared by any number of Scorers.
type Scorer struct {
	pack *policy.Pack
}

// New makes a Scorer of a pack.
func New(pack *policy.Pack) *Scorer { return &Scorer{pack: pack} }

// Pack is the policy that the Scorer decides by.
func (s *Scorer) Pack() *policy.Pack { return s.pack }

// Score decides a shipment. out is emptied first and its slices are reused. Strings
// in out may alias the case, the pack and the Scorer's memory, and hold until the
// next call.
func (s *Scorer) Score(c *Case, out *schemas.Verdict) {
	*out = schemas.Verdict{Route: schemas.RouteRelease, Reasons: out.Reasons[:0], Unknowns: out.Unknowns[:0], Missing: out.Missing[:0]}
}

// PreReview decides an order's claim apart from its shipments; Case.Shipment is not
// looked at. The rest is as with Score.
func (s *Scorer) PreReview(c *Case, out *schemas.Verdict) {
	*out = schemas.Verdict{Route: schemas.RouteRelease, Reasons: out.Reasons[:0], Unknowns: out.Unknowns[:0], Missing: out.Missing[:0]}
}
