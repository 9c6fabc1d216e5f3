package backtest

import (
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/decide"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
)

// Options say what a Tally counts and shows.
type Options struct {
	From, To schemas.Date // dates of the cases that count, both included; 0: no bound
	Top      int          // ports, and sellers, with a row of their own
	Examples int          // of each pair of routes
}

// DefaultOptions are the bounds of a report that nobody has asked otherwise.
func DefaultOptions() Options { return Options{Top: 20, Examples: 5} }

// MostRows is the most that Top and Examples may be.
const MostRows = 10_000

// Tally adds up pairs of verdicts. It holds a row for each port, seller, advertising
// network, currency and code that occurs; campaigns, of which anyone may make any number,
// have none.
type Tally struct {
	opts       Options
	shipments  section
	preReviews section
	contrast   decide.Contrast
}

// NewTally makes an empty one.
func NewTally(opts Options) *Tally {
	return &Tally{opts: opts, shipments: newSection(), preReviews: newSection()}
}

// Add counts a pair, unless its date lies outside the period.
func (t *Tally) Add(p *offline.Pair) {
	if p.Date < t.opts.From || t.opts.To != 0 && p.Date > t.opts.To {
		return
	}
	s := &t.shipments
	if p.Subject == "" {
		s = &t.preReviews
	}
	s.add(p, t.contrast.Of(p.Old, p.New), &t.contrast, t.opts.Examples)
}

const (
	routes   = int(schemas.RouteHighRisk) + 1
	statuses = int(schemas.PreferenceSuspended) + 1
)

// section adds up what a Section shows.
type section struct {
	subjects, changed int64
	routes            [routes][routes]int64 // old, new
	preferences       [statuses][statuses]int64
	reasons           map[string]*Reason
	ports, sellers    map[string]*Group
	networks          map[string]*Group // of the attributed click
	values            map[string]*value
	examples          [routes][routes]examples
}

// value is what a Value shows, before it is text.
type value struct {
	subjects, unstated        int64
	changed, stricter, milder schemas.Sum
	heldOld, heldNew          schemas.Sum
	reviewOld, reviewNew      schemas.Sum
}

func newSection() section {
	return section{reasons: map[string]*Reason{}, ports: map[string]*Group{}, sellers: map[string]*Group{}, networks: map[string]*Group{}, values: map[string]*value{}}
}

// nothing is the verdict of a pack that says nothing about a subject.
var nothing = schemas.Verdict{Route: schemas.RouteNone}

// add counts a subject. Its dimensions are those that the old pack's verdict has, where
// there is one.
func (s *section) add(p *offline.Pair, changed bool, c *decide.Contrast, most int) {
	old, now := p.Old, p.New
	var d *schemas.Dimensions
	if old != nil {
		d = &old.Dimensions
	} else {
		old, d = &nothing, &now.Dimensions
	}
	if now == nil {
		now = &nothing
	}
	s.subjects++
	s.routes[old.Route][now.Route]++
	s.preferences[old.PreferenceStatus][now.PreferenceStatus]++
	for _, code := range c.Both {
		r := row(s.reasons, code)
		r.Old, r.New, r.Both = r.Old+1, r.New+1, r.Both+1
	}
	for _, code := range c.OnlyOld {
		r := row(s.reasons, code)
		if slices.Contains(c.Both, code) { // of another severity: in OnlyNew too
			r.Severity++
		} else {
			r.Old, r.OnlyOld = r.Old+1, r.OnlyOld+1
		}
	}
	for _, code := range c.OnlyNew {
		if !slices.Contains(c.Both, code) {
			r := row(s.reasons, code)
			r.New, r.OnlyNew = r.New+1, r.OnlyNew+1
		}
	}
	row(s.ports, d.Port).add(old.Route, now.Route, changed)
	row(s.sellers, d.SellerID).add(old.Route, now.Route, changed)
	row(s.networks, d.AdNetwork).add(old.Route, now.Route, changed)
	row(s.values, d.Currency).add(old.Route, now.Route, changed, d.DeclaredValue)
	if changed {
		s.changed++
		s.examples[old.Route][now.Route].add(p, old, now, d, c, most)
	}
}

// row is the row of a name, made where there is none. The name may alias a verdict.
func row[T any](rows map[string]*T, name string) *T {
	r := rows[name]
	if r == nil {
		r = new(T)
		rows[strings.Clone(name)] = r
	}
	return r
}

func (g *Group) add(old, now schemas.Route, changed bool) {
	g.Subjects++
	if changed {
		g.Changed++
	}
	switch {
	case now > old:
		g.Stricter++
		g.RouteChanged++
	case now < old:
		g.Milder++
		g.RouteChanged++
	}
	if old == schemas.RouteHighRisk {
		g.HeldOld++
	}
	if now == schemas.RouteHighRisk {
		g.HeldNew++
	}
}

func (v *value) add(old, now schemas.Route, changed bool, worth schemas.Decimal) {
	v.subjects++
	if !worth.Set {
		v.unstated++
		return
	}
	when := func(is bool, sum *schemas.Sum) {
		if is {
			*sum = sum.Add(worth)
		}
	}
	when(changed, &v.changed)
	when(now > old, &v.stricter)
	when(now < old, &v.milder)
	when(old == schemas.RouteHighRisk, &v.heldOld)
	when(now == schemas.RouteHighRisk, &v.heldNew)
	when(old == schemas.RouteDocumentReview, &v.reviewOld)
	when(now == schemas.RouteDocumentReview, &v.reviewNew)
}
