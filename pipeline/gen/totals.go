package gen

import "github.com/clearlane/clearlane/schemas"

// Totals are the right answers added up: what a pipeline must have read, decided and
// counted once the whole stream is in.
type Totals struct {
	Events        map[schemas.Kind]int // records sent, duplicates included, bad ones not
	Bad           int
	Duplicates    int // records that repeat, byte by byte, one sent before that still holds
	Stale         int // records that came after a newer revision of the same thing
	Orders        int // order keys with at least one record
	Shipments     int // subjects with a decision
	PreReviews    int // orders that claim a preference
	Routes        map[schemas.Route]int
	PreRoutes     map[schemas.Route]int // of the pre-reviews
	Statuses      map[schemas.PreferenceStatus]int
	Reasons       map[string]int // hard and soft reasons of shipments, by code
	PreReasons    map[string]int // of the pre-reviews
	HighRisk      int            // shipments that stand in high-risk control in the end
	Incomplete    int
	Cancelled     int
	Cells         map[Cell]CellTotal
	DeadLetters   map[string]int // by the field that the reason must name
	UnknownFields int            // good records with a field that no schema has
}

// Cell is what shipments are counted by, times left out.
type Cell struct {
	Port     string
	Route    schemas.Route
	Status   schemas.PreferenceStatus
	Currency string
}

// CellTotal is the exact content of a cell. ValueE4 is declared value in
// ten-thousandths of the cell's currency.
type CellTotal struct {
	Count   int
	ValueE4 int64
}

func newTotals() *Totals {
	return &Totals{
		Events: map[schemas.Kind]int{}, Routes: map[schemas.Route]int{}, PreRoutes: map[schemas.Route]int{},
		Statuses: map[schemas.PreferenceStatus]int{}, Reasons: map[string]int{}, PreReasons: map[string]int{},
		Cells: map[Cell]CellTotal{}, DeadLetters: map[string]int{},
	}
}

// Expect works out the answers of a stream without making it, handing each to visit,
// which may be nil. It is a pure function of the options, and takes a small part of
// the time that the stream takes.
func Expect(o Options, visit func(*Answer)) *Totals {
	w := newWorld(o)
	t := newTotals()
	for range w.sites {
		t.Events[schemas.KindSellerSite]++
	}
	for n := range w.o.Orders {
		p := w.makePlan(n)
		t.add(p)
		for i := range p.answers {
			if visit != nil {
				visit(&p.answers[i])
			}
		}
	}
	return t
}

func (t *Totals) add(p *plan) {
	t.Orders++
	for i := range p.sends {
		s := &p.sends[i]
		if s.bad {
			t.Bad++
			t.DeadLetters[p.bad[s.index].sort.field]++
			continue
		}
		t.Events[s.kind]++
		t.Duplicates += b2i(s.duplicate && !s.stale)
		t.Stale += b2i(s.stale)
		t.UnknownFields += b2i(extraField(s.style))
	}
	for i := range p.answers {
		t.addAnswer(&p.answers[i])
	}
}

func (t *Totals) addAnswer(a *Answer) {
	if a.IsPreReview() {
		t.PreReviews++
		t.PreRoutes[a.Route]++
		for _, code := range a.Reasons {
			t.PreReasons[code]++
		}
		return
	}
	t.Shipments++
	t.Routes[a.Route]++
	t.Statuses[a.PreferenceStatus]++
	for _, code := range a.Reasons {
		t.Reasons[code]++
	}
	t.HighRisk += b2i(a.Route == schemas.RouteHighRisk)
	t.Incomplete += b2i(!a.Complete)
	t.Cancelled += b2i(a.Cancelled)
	k := Cell{a.Port, a.Route, a.PreferenceStatus, a.Currency}
	c := t.Cells[k]
	c.Count++
	c.ValueE4 += a.DeclaredValue.E4
	t.Cells[k] = c
}
