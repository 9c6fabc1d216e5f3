package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/pipeline/truth"
	"github.com/clearlane/clearlane/schemas"
)

// Options say what is judged.
type Options struct {
	Unjudged []string // codes that do not count, because what they need was not given
	Examples int      // how many subjects are kept of each difference
}

// Tally counts. One goroutine uses it.
type Tally struct {
	o       Options
	answers map[subject]*truth.Answer // not asked for yet
	codes   map[string]*Code
	shown   map[string]int // how often each difference was met
	r       Report
}

type subject struct{ order, shipment string }

// Load reads answers, one JSON object a line, as truth.Set and `clearlane gen` write them.
func Load(src io.Reader, o Options) (*Tally, error) {
	t := &Tally{o: o, answers: map[subject]*truth.Answer{}, codes: map[string]*Code{}, shown: map[string]int{}, r: Report{Routes: map[string]map[string]int{}}}
	in := json.NewDecoder(bufio.NewReaderSize(src, 1<<16))
	for n := 1; ; n++ {
		a := new(truth.Answer)
		if err := in.Decode(a); err == io.EOF {
			return t, nil
		} else if err != nil {
			return nil, fmt.Errorf("answer %d: %w", n, err)
		}
		s := subject{a.OrderKey, a.ShipmentID}
		if a.OrderKey == "" {
			return nil, fmt.Errorf("answer %d: order_key is empty", n)
		}
		if t.answers[s] != nil {
			return nil, fmt.Errorf("answer %d: a second one about order %q, shipment %q", n, s.order, s.shipment)
		}
		t.answers[s] = a
	}
}

// Add holds a verdict against its answer. A pre-review has no shipmentID.
func (t *Tally) Add(orderKey, shipmentID string, v *schemas.Verdict) {
	s := subject{orderKey, shipmentID}
	a := t.answers[s]
	if a == nil {
		t.r.Unanswered++
		return
	}
	delete(t.answers, s)
	planted, found := t.planted(a), t.found(a, v)
	wrong := differences(a, v, planted, found)
	for _, field := range a.Unknowns {
		t.r.Unknowns.Planted++
		if slices.ContainsFunc(v.Unknowns, func(u schemas.Unknown) bool { return u.Field == field }) {
			t.r.Unknowns.Found++
		} else {
			wrong = append(wrong, "not unknown: "+field)
		}
	}
	if shipmentID == "" {
		t.r.PreReviews.add(len(wrong) == 0)
	} else {
		t.r.Shipments.add(len(wrong) == 0)
		t.count(a, v, planted, found)
	}
	if t.fresh(wrong) {
		t.r.Examples = append(t.r.Examples, Example{OrderKey: orderKey, ShipmentID: shipmentID, Differences: wrong, Causes: a.Causes, Noise: a.Noise})
	}
}

// fresh is true of differences that are worth an example: one of them has been shown
// less often than the bound.
func (t *Tally) fresh(wrong []string) (yes bool) {
	for _, w := range wrong {
		if strings.HasPrefix(w, "route") && len(wrong) > 1 {
			continue // it follows from the others
		}
		if t.shown[w]++; t.shown[w] <= t.o.Examples {
			yes = true
		}
	}
	return yes
}

// judged is true of a code that counts here.
func (t *Tally) judged(code string) bool {
	return !slices.Contains(t.o.Unjudged, code)
}

func (t *Tally) planted(a *truth.Answer) (codes []string) {
	for _, list := range [][]string{a.Reasons, a.Info} {
		for _, code := range list {
			if t.judged(code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// found is the codes of a verdict that its answer speaks of, each once.
func (t *Tally) found(a *truth.Answer, v *schemas.Verdict) (codes []string) {
	for i := range v.Reasons {
		r := &v.Reasons[i]
		if r.Severity == schemas.SeverityInfo && a.Info == nil || !t.judged(r.Code) || slices.Contains(codes, r.Code) {
			continue
		}
		codes = append(codes, r.Code)
		t.code(r.Code).Confidence = r.Confidence
	}
	return codes
}

func (t *Tally) code(name string) *Code {
	c := t.codes[name]
	if c == nil {
		c = newCode(name)
		t.codes[name] = c
	}
	return c
}

// count adds a shipment to the figures of its codes and to the routes.
func (t *Tally) count(a *truth.Answer, v *schemas.Verdict, planted, found []string) {
	for _, code := range planted {
		c := t.code(code)
		c.Planted++
		c.TruePositives += one(slices.Contains(found, code))
	}
	certain := false
	for _, code := range found {
		c := t.code(code)
		c.Found++
		certain = certain || c.Class == truth.Certain.String()
	}
	if len(planted) == 0 {
		t.r.Clean.Shipments++
		t.r.Clean.Certain += one(certain)
		t.r.Clean.Other += one(!certain && len(found) > 0)
	}
	row := t.r.Routes[a.Route]
	if row == nil {
		row = map[string]int{}
		t.r.Routes[a.Route] = row
	}
	row[v.Route.String()]++
}

// differences says how a verdict differs from its answer.
func differences(a *truth.Answer, v *schemas.Verdict, planted, found []string) (wrong []string) {
	for _, code := range planted {
		if !slices.Contains(found, code) {
			wrong = append(wrong, "not found: "+code)
		}
	}
	for _, code := range found {
		if !slices.Contains(planted, code) {
			wrong = append(wrong, "not planted: "+code)
		}
	}
	for _, f := range [...]struct{ name, planted, found string }{
		{"route", a.Route, v.Route.String()},
		{"preference_status", a.PreferenceStatus, v.PreferenceStatus.String()},
		{"complete", fmt.Sprint(a.Complete), fmt.Sprint(v.Complete)},
		{"attributed_click", a.AttributedClick, v.AttributedClick},
	} {
		if f.planted != f.found {
			wrong = append(wrong, fmt.Sprintf("%s: %s, planted %s", f.name, f.found, f.planted))
		}
	}
	if c := v.Dimensions.Campaign; a.Campaign != "" && c != a.Campaign {
		wrong = append(wrong, fmt.Sprintf("campaign: %s, planted %s", c, a.Campaign))
	}
	return wrong
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Report is what was counted.
func (t *Tally) Report() *Report {
	r := t.r
	r.Undecided = len(t.answers)
	for _, a := range t.answers {
		for _, code := range t.planted(a) {
			if a.ShipmentID != "" {
				t.code(code).Planted++
			}
		}
	}
	for _, c := range t.codes {
		r.Codes = append(r.Codes, c.finish())
	}
	sortCodes(r.Codes)
	r.Faults = r.faults()
	return &r
}
