package scoring

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/custom"
	"github.com/clearlane/clearlane/scoring/entry"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/origin"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Scorer decides cases, each by the pack in force on its date. It holds scratch memory, so
// one goroutine owns it; packs may be shared by any number of Scorers.
type Scorer struct {
	set *policy.Set

	// Of the case under way.
	pack        *policy.Pack // in force, or the nearest to it
	packInForce bool         // pack is
	c           *Case
	order       Case // of a pre-review: the case without its shipment
	out         *schemas.Verdict
	facts       policy.Facts
	builder     bool // the seller's platform raises weights
	portKnown   bool
	click       *label.Features // the attributed one, nil without
	targets     policy.Targets  // what the attributed click's campaign covers
	origin      origin.Result
	entry       entry.Result
	asked       *label.Features // whose ids the register's answers are about
	registered  [len(registered)]answer
	text        reason.Text
	custom      custom.Case
}

// New makes a Scorer of the packs that live together.
func New(set *policy.Set) *Scorer { return &Scorer{set: set} }

// Pack is the pack that the last verdict was reached by, or the nearest where none was in
// force on its date; nil before the first verdict.
func (s *Scorer) Pack() *policy.Pack { return s.pack }

// PolicyHash is the hash of the pack that the last verdict was reached by, or of the whole
// set where none was in force.
func (s *Scorer) PolicyHash() string {
	if s.pack == nil || !s.packInForce {
		return s.set.Hash
	}
	return s.pack.Hash
}

// Score decides a shipment. out is emptied first and its slices are reused. Strings
// in out may alias the case, the pack and the Scorer's memory, and hold until the
// next call.
func (s *Scorer) Score(c *Case, out *schemas.Verdict) {
	s.begin(c, out)
	if c.Order == nil {
		out.Missing = append(out.Missing, "order")
	}
	if s.click == nil {
		out.Missing = append(out.Missing, "click")
	}
	if c.Shipment == nil {
		out.Missing = append(out.Missing, "shipment")
	}
	switch {
	case c.cancelled():
		out.Cancelled = true
	case c.Order == nil:
		// Its channel, seller and time decide most rules: it is decided again when
		// the order comes.
		out.Route = s.pack.IncompleteRoute
		s.pending()
		s.suppress()
	default:
		s.judge()
		out.Route = s.route()
		s.suppress()
	}
	s.end()
}

// PreReview decides an order's claim before and apart from its shipments. A
// Case.Shipment is left out of account. The rest is as with Score.
func (s *Scorer) PreReview(c *Case, out *schemas.Verdict) {
	s.order = *c
	s.order.Shipment = nil
	s.begin(&s.order, out)
	if c.Order == nil {
		out.Missing = append(out.Missing, "order")
	}
	if s.click == nil {
		out.Missing = append(out.Missing, "click")
	}
	switch {
	case s.order.cancelled():
		out.Cancelled = true
	case c.Order == nil:
		out.Route = min(s.pack.IncompleteRoute, s.pack.PreReviewHighest)
	default:
		s.judge()
		out.Route = min(s.route(), s.pack.PreReviewHighest)
	}
	s.end()
}

// begin empties the verdict and works out what every rule asks for.
func (s *Scorer) begin(c *Case, out *schemas.Verdict) {
	*out = schemas.Verdict{
		Route:    schemas.RouteRelease,
		Reasons:  out.Reasons[:0],
		Unknowns: out.Unknowns[:0],
		Missing:  out.Missing[:0],
	}
	s.c, s.out = c, out
	s.asked = nil
	s.text.Reset()
	date := c.Date()
	s.pack, s.packInForce = s.set.At(date)
	_, bound := c.destination()
	_, from := c.origin()
	s.facts = policy.Facts{Date: date, Country: s.pack.Country(bound), Origin: s.pack.Country(from), Platform: c.platform()}
	s.builder = s.pack.Builder(s.facts.Platform)
	if c.Order != nil {
		s.facts.Channel = c.Order.Channel
	}
	s.portKnown = false
	if c.Shipment != nil {
		s.facts.Port, s.portKnown = s.pack.Port(c.Shipment.PortOfEntry)
	}
	s.click = s.attribute()
	if s.click != nil {
		out.AttributedClick = s.click.ClickID
	}
	s.dimensions()
}

// Date is the date that the last case was judged at, 0 when it had none.
func (s *Scorer) Date() schemas.Date { return s.facts.Date }

// judge asks every family of rules.
func (s *Scorer) judge() {
	if !s.packInForce {
		s.unknown("policy", s.text.Date("no policy pack is in force on ", s.facts.Date))
		s.pending()
		return
	}
	if s.facts.Date == 0 {
		s.unknown("entry_date", "the case has no date, so no rule is known to be in force")
	}
	s.judgeGeo()
	s.judgeLabels()
	s.judgeTraffic()
	s.judgeOrigin()
	s.judgeEntry()
	s.judgeGoods()
	s.judgeCustom()
}

// end puts the verdict in its order and lets the case go.
func (s *Scorer) end() {
	sortReasons(s.out.Reasons)
	s.out.Unknowns = sortUnknowns(s.out.Unknowns)
	s.out.Complete = len(s.out.Missing) == 0
	s.c, s.out, s.click, s.asked, s.order = nil, nil, nil, nil, Case{}
}

func (s *Scorer) dimensions() {
	c, d := s.c, &s.out.Dimensions
	d.Platform, d.Channel, d.Port = s.facts.Platform, s.facts.Channel, s.facts.Port
	d.HSChapter = c.hsChapter()
	d.LabelClass = label.ClassNone.String()
	if s.click != nil {
		d.ChannelGroup = s.click.Channel.String()
		d.LabelClass = s.labelClass().String()
		d.SiteHost = s.click.SiteHost
		if n := s.click.AdNetwork(); n != label.NetworkNone {
			d.AdNetwork = n.String()
		}
		d.Campaign = s.text.Name(s.click.Campaign())
	}
	if o := c.Order; o != nil {
		d.SellerID, d.Currency, d.EventTime = o.SellerID, o.Currency, o.EventTime
		if o.SiteHost != "" {
			d.SiteHost = o.SiteHost
		}
		if c.Shipment == nil {
			d.DeclaredValue = o.Value
		}
	}
	if sh := c.Shipment; sh != nil {
		d.OriginCountry, d.DeclaredValue, d.EventTime = sh.OriginCountry, sh.DeclaredValue, sh.EventTime
		if sh.Currency != "" {
			d.Currency = sh.Currency
		}
	}
}
