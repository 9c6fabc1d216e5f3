package packtest

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/join"
	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Run plays a case. What differs from what it states is told in words, one thing each; an
// error is a fault of ours, and not of the case.
func Run(ctx context.Context, pack *policy.Pack, c *Case) (differs []string, err error) {
	if c.settings != nil {
		if pack, err = pack.With(c.settings); err != nil {
			return []string{"settings: " + err.Error()}, nil
		}
	}
	db, _, err := geo.FromTable(c.geo)
	if err != nil {
		return nil, err
	}
	nets, _, err := geo.NetworksFromTable(c.nets)
	if err != nil {
		return nil, err
	}
	db = db.WithNetworks(nets)
	var out bytes.Buffer
	opts := offline.Options{Name: "events", Events: schemas.DefaultLimits(), Join: join.DefaultLimits(), PreReviews: true}
	scorer := offline.New(opts, offline.Deps{Policy: policy.Alone(pack), Geo: db, Out: &out, Bad: func(b *offline.BadLine) {
		differs = append(differs, fmt.Sprintf("events[%d] is refused: %v", b.Line-1, b.Reject))
	}})
	if _, err := scorer.Run(ctx, bytes.NewReader(bytes.Join(c.events, []byte("\n")))); err != nil {
		return nil, err
	}
	got, err := read(out.String())
	if err != nil {
		return nil, err
	}
	differs = append(differs, got.compare(&c.expect)...)
	return append(differs, got.kind(c)...), nil
}

// decided is what was decided in a case.
type decided struct {
	shipments map[string]*schemas.Verdict
	preReview *schemas.Verdict
}

func read(out string) (*decided, error) {
	d := &decided{shipments: map[string]*schemas.Verdict{}}
	for line := range strings.Lines(out) {
		var s schemas.Decision
		if codec.ParseDecision([]byte(line), &s) == nil && s.ShipmentID != "" {
			d.shipments[s.ShipmentID] = &s.Verdict
			continue
		}
		var p schemas.PreReview
		if err := codec.ParsePreReview([]byte(line), &p); err != nil {
			return nil, fmt.Errorf("neither a decision nor a pre-review: %w", err)
		}
		d.preReview = &p.Verdict
	}
	return d, nil
}

// all is every verdict, and whose it is.
func (d *decided) all(yield func(string, *schemas.Verdict) bool) {
	for _, id := range sorted(d.shipments) {
		if !yield("shipment "+id, d.shipments[id]) {
			return
		}
	}
	if d.preReview != nil {
		yield("pre_review", d.preReview)
	}
}

func (d *decided) compare(e *expect) (differs []string) {
	if e.states() {
		ids := sorted(d.shipments)
		if len(ids) == 1 {
			differs = e.against("", d.shipments[ids[0]])
		} else {
			differs = append(differs, fmt.Sprintf("expect is about one shipment, and there are %d (%s); allowed: shipments: {ID: ...}", len(ids), strings.Join(ids, ", ")))
		}
	}
	for _, id := range sorted(e.Shipments) {
		v := e.Shipments[id]
		differs = append(differs, v.against("shipment "+id+": ", d.shipments[id])...)
	}
	if e.PreReview != nil {
		differs = append(differs, e.PreReview.against("pre_review: ", d.preReview)...)
	}
	return differs
}

// against tells where a verdict is not what is stated.
func (v *verdict) against(who string, got *schemas.Verdict) (differs []string) {
	if got == nil {
		return []string{who + "nothing was decided about it"}
	}
	differ := func(what string, is, want any) {
		differs = append(differs, fmt.Sprintf("%s%s is %v, expected %v", who, what, is, want))
	}
	if v.Route != "" && v.Route != got.Route.String() {
		differ("route", got.Route, v.Route)
	}
	if v.Score != nil && *v.Score != got.Score {
		differ("score", got.Score, *v.Score)
	}
	if v.Preference != "" && v.Preference != got.PreferenceStatus.String() {
		differ("preference_status", got.PreferenceStatus, v.Preference)
	}
	if v.Cancelled != nil && *v.Cancelled != got.Cancelled {
		differ("cancelled", got.Cancelled, *v.Cancelled)
	}
	if v.Suppressed != nil && *v.Suppressed != got.Suppressed.Code {
		differ("suppressed", got.Suppressed.Code, *v.Suppressed)
	}
	if v.Complete != nil && *v.Complete != got.Complete {
		differ("complete", got.Complete, *v.Complete)
	}
	info := func(r *schemas.Reason) bool { return r.Severity == schemas.SeverityInfo }
	risk := func(r *schemas.Reason) bool { return !info(r) }
	if is := codes(got, risk); v.Reasons != nil && !slices.Equal(is, set(v.Reasons)) {
		differ("reasons", list(is), list(set(v.Reasons)))
	}
	if is := codes(got, info); v.Info != nil && !slices.Equal(is, set(v.Info)) {
		differ("info", list(is), list(set(v.Info)))
	}
	var unknown []string
	for i := range got.Unknowns {
		unknown = append(unknown, got.Unknowns[i].Field)
	}
	for _, field := range v.Unknowns {
		if !slices.Contains(unknown, field) {
			differ("unknowns", list(unknown), "among them "+field)
		}
	}
	if v.Unknowns != nil && len(v.Unknowns) == 0 && len(unknown) > 0 {
		differ("unknowns", list(unknown), "none")
	}
	return differs
}

// kind holds the rules under test against the kind of the case.
func (d *decided) kind(c *Case) (differs []string) {
	for _, id := range c.Rules {
		where := ""
		for who, v := range d.all {
			if slices.ContainsFunc(v.Reasons, func(r schemas.Reason) bool { return r.RuleID == id }) {
				where = who
			}
		}
		if c.Kind == Positive && where == "" {
			differs = append(differs, "rule "+id+" gives no reason; the case is positive")
		} else if c.Kind != Positive && where != "" {
			differs = append(differs, fmt.Sprintf("rule %s gives a reason to %s; the case is %s", id, where, c.Kind))
		}
	}
	return differs
}

func codes(v *schemas.Verdict, of func(*schemas.Reason) bool) []string {
	var all []string
	for i := range v.Reasons {
		if of(&v.Reasons[i]) {
			all = append(all, v.Reasons[i].Code)
		}
	}
	return set(all)
}

func set(l []string) []string { return slices.Compact(slices.Sorted(slices.Values(l))) }

func list(l []string) string { return "[" + strings.Join(l, ", ") + "]" }
