package join

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"pgregory.net/rapid"
)

var joinedKinds = []schemas.Kind{
	schemas.KindAdClick, schemas.KindOrder, schemas.KindShipment,
	schemas.KindEcertVerification, schemas.KindDisposition,
}

// drawRecords draws records that collide in every way: few ids, ranks and times. A
// record's hash is that of its content, so equal ranks of an id carry equal payloads.
func drawRecords(t *rapid.T, span int64) []Record {
	n := rapid.IntRange(1, 40).Draw(t, "records")
	rs := make([]Record, n)
	for i := range rs {
		kind := rapid.SampledFrom(joinedKinds).Draw(t, "kind")
		id := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f"}).Draw(t, "id")
		rank := Rank{EventMs: rapid.Int64Range(0, 6).Draw(t, "at"), Hash: rapid.Uint64Range(0, 1).Draw(t, "hash")}
		// The join promises it for revisions of every kind, not only of those that have them.
		rank.Revision = rapid.Int64Range(0, 2).Draw(t, "revision")
		rs[i] = Record{
			Kind: kind, ID: id, Rank: rank,
			TimeMs:  rapid.Int64Range(0, span).Draw(t, "time"),
			Offset:  int64(i),
			Payload: fmt.Appendf(nil, "%s-%v", id, rank),
		}
	}
	return rs
}

// applyInBatches applies the records with the state encoded and decoded at random points.
func applyInBatches(t *rapid.T, l *Limits, rs []Record) *State {
	var s State
	for i := range rs {
		if rapid.IntRange(0, 3).Draw(t, "cut") == 0 {
			b := s.Append(nil)
			if err := s.Decode(b); err != nil {
				t.Fatalf("Decode of an encoded state: %v\n%s", err, printState(&s))
			}
			if again := s.Append(nil); !bytes.Equal(again, b) {
				t.Fatalf("encoded again:\n% x\nfirst:\n% x", again, b)
			}
		}
		s.Apply(l, &rs[i])
		checkInvariants(t, l, &s)
	}
	return &s
}

func checkInvariants(t *rapid.T, l *Limits, s *State) {
	if len(s.cases) > maxCases {
		t.Fatalf("%d cases", len(s.cases))
	}
	for i := range s.cases {
		c := &s.cases[i]
		if i > 0 && gap(s.cases[i-1].LastMs, c.FirstMs) <= uint64(l.RetentionMs) {
			t.Fatalf("cases that are not apart:\n%s", printState(s))
		}
		for k := range c.lists {
			if len(c.lists[k]) > l.of(kind(k)) {
				t.Fatalf("%d entries of kind %d:\n%s", len(c.lists[k]), k, printState(s))
			}
		}
	}
}

// reference is the state as a function of the set of records, computed without any
// of the incremental machinery: sort, chain, group, cut.
func reference(l *Limits, rs []Record) string {
	rs = slices.Clone(rs)
	slices.SortFunc(rs, func(a, b Record) int { return int(a.TimeMs - b.TimeMs) })
	newest := rs[len(rs)-1].TimeMs
	var s State
	for len(rs) > 0 {
		n := 1
		for n < len(rs) && rs[n].TimeMs-rs[n-1].TimeMs <= l.RetentionMs {
			n++
		}
		if rs[n-1].TimeMs >= newest-l.RetentionMs-l.SlackMs {
			s.cases = append(s.cases, referenceCase(l, rs[:n]))
		}
		rs = rs[n:]
	}
	return printState(&s)
}

func referenceCase(l *Limits, rs []Record) Case {
	c := Case{FirstMs: rs[0].TimeMs, LastMs: rs[len(rs)-1].TimeMs}
	best := map[string]Entry{}
	for _, r := range rs {
		k, _ := kindOf(r.Kind)
		if k == orders {
			r.ID = ""
		}
		e := Entry{ID: r.ID, Rank: r.Rank, TimeMs: r.TimeMs, Offset: r.Offset, Payload: r.Payload}
		key := fmt.Sprint(k, " ", r.ID)
		held, ok := best[key]
		cmp := e.Rank.Compare(held.Rank)
		if !ok || cmp > 0 || cmp == 0 && e.Offset < held.Offset {
			best[key] = e
		}
	}
	for key, e := range best {
		k := kind(key[0] - '0')
		c.lists[k] = append(c.lists[k], e)
	}
	for k := range c.lists {
		slices.SortFunc(c.lists[k], func(a, b Entry) int {
			if kind(k).before(&a, &b) {
				return -1
			}
			return 1
		})
		c.lists[k] = c.lists[k][:min(len(c.lists[k]), l.of(kind(k)))]
	}
	return c
}

// Any permutation with any duplication, in any batches, is the same state, as long as
// nothing is forgotten.
func TestStateIsAFunctionOfTheSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := testLimits()
		l.RetentionMs, l.SlackMs = 100, 100
		rs := drawRecords(t, 100+100)
		want := reference(l, rs)
		order := rapid.Permutation(rs).Draw(t, "permutation")
		again := rapid.SliceOf(rapid.SampledFrom(rs)).Draw(t, "duplicates")
		for _, r := range again {
			order = slices.Insert(order, rapid.IntRange(0, len(order)).Draw(t, "at"), r)
		}
		if got := printState(applyInBatches(t, l, order)); got != want {
			t.Fatalf("got:\n%swant:\n%s", got, want)
		}
	})
}

// With NeverForget, any permutation of records however far apart is the same state,
// with as many cases as there are pauses.
func TestNothingOfAHistoryIsForgotten(t *testing.T) {
	most := 0
	rapid.Check(t, func(t *rapid.T) {
		l := testLimits()
		l.RetentionMs, l.SlackMs = rapid.Int64Range(1, 100).Draw(t, "retention"), NeverForget
		rs := drawRecords(t, 2000)
		for i := range rs {
			rs[i].TimeMs += l.RetentionMs // the reference subtracts it
		}
		want := reference(l, rs)
		var s State
		for _, r := range rapid.Permutation(rs).Draw(t, "permutation") {
			if err := s.Decode(s.Append(nil)); err != nil {
				t.Fatal(err)
			}
			if out := s.Apply(l, &r); out == Expired {
				t.Fatalf("record %+v: %s", r, out)
			}
		}
		if got := printState(&s); got != want {
			t.Fatalf("got:\n%swant:\n%s", got, want)
		}
		most = max(most, len(s.Cases()))
	})
	if most <= maxCases {
		t.Errorf("never more than %d cases were tried", most)
	}
}

// With cases that begin and are forgotten, records displaced by at most the slack
// leave the same state, and none of them is expired.
func TestSlackChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := testLimits()
		l.RetentionMs = rapid.Int64Range(1, 100).Draw(t, "retention")
		l.SlackMs = rapid.Int64Range(0, l.RetentionMs).Draw(t, "slack")
		rs := drawRecords(t, 600)
		want := reference(l, rs)

		// Sorting by time plus a delay of at most the slack displaces by at most the slack.
		seed := rapid.Uint64().Draw(t, "seed")
		rnd := rand.New(rand.NewPCG(seed, 1))
		arrival := map[int64]int64{}
		for _, r := range rs {
			arrival[r.Offset] = r.TimeMs + rnd.Int64N(l.SlackMs+1)
		}
		order := slices.Clone(rs)
		slices.SortFunc(order, func(a, b Record) int { return int(arrival[a.Offset] - arrival[b.Offset]) })

		s := applyInBatches(t, l, order)
		if got := printState(s); got != want {
			t.Fatalf("got:\n%swant:\n%s", got, want)
		}
		for i := range order {
			if order[i].TimeMs < s.Newest()-l.SlackMs {
				continue
			}
			if out := s.Apply(l, &order[i]); out == Expired || out == Added || out == Replaced {
				t.Fatalf("record %+v applied again: %s", order[i], out)
			}
		}
		if got := printState(s); got != want {
			t.Fatalf("applied again, got:\n%swant:\n%s", got, want)
		}
	})
}

// Whatever the times and however limits change between records, the state stays in
// its bounds and can be stored.
func TestHostileTimesAndChangedLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s State
		for range rapid.IntRange(1, 20).Draw(t, "records") {
			l := &Limits{
				Clicks:        rapid.IntRange(1, 4).Draw(t, "clicks"),
				Shipments:     rapid.IntRange(1, 4).Draw(t, "shipments"),
				Verifications: 1, Dispositions: 1,
				RetentionMs: rapid.Int64Range(1, maxDurationMs).Draw(t, "retention"),
			}
			l.SlackMs = rapid.Int64Range(0, l.RetentionMs).Draw(t, "slack")
			r := Record{
				Kind:   rapid.SampledFrom(joinedKinds).Draw(t, "kind"),
				ID:     rapid.StringN(0, 2, 2).Draw(t, "id"),
				Rank:   Rank{Revision: rapid.Int64().Draw(t, "revision"), EventMs: rapid.Int64().Draw(t, "at")},
				TimeMs: rapid.Int64().Draw(t, "time"),
				Offset: rapid.Int64().Draw(t, "offset"),
			}
			s.Apply(l, &r)
			p := Published{Subject: r.ID, Version: uint64(r.Offset), Route: uint8(rapid.IntRange(0, 3).Draw(t, "route"))}
			if rapid.Bool().Draw(t, "shadow") {
				p.Shadow = Shadow{rapid.Uint64Min(1).Draw(t, "shadow version"), rapid.Uint64().Draw(t, "shadow hash")}
			}
			s.SetPublished(l, p)
			want := printState(&s)
			if err := s.Decode(s.Append(nil)); err != nil {
				t.Fatalf("Decode of an encoded state: %v", err)
			}
			if got := printState(&s); got != want {
				t.Fatalf("got:\n%swant:\n%s", got, want)
			}
		}
	})
}

// Published subjects are bounded, and those of a remembered case are never forgotten.
func TestPublishedIsBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := testLimits()
		var s State
		for i := range rapid.IntRange(1, 60).Draw(t, "steps") {
			id := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "shipment"))
			s.Apply(l, &Record{Kind: schemas.KindShipment, ID: id, TimeMs: int64(i * rapid.IntRange(1, 20).Draw(t, "pace"))})
			if s.holdsShipment(id) {
				s.SetPublished(l, Published{Subject: id, Version: uint64(i + 1)})
			}
			if len(s.Subjects()) > maxCases*l.Shipments+1 {
				t.Fatalf("%d subjects:\n%s", len(s.Subjects()), printState(&s))
			}
			for c := range s.Cases() {
				for _, e := range s.Cases()[c].Shipments() {
					if s.Published(e.ID) == nil {
						t.Fatalf("shipment %s was published and is not known any more:\n%s", e.ID, printState(&s))
					}
				}
			}
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{})
	f.Add(typicalState().Append(nil))
	l := testLimits()
	var two State
	two.Apply(l, &Record{Kind: schemas.KindShipment, ID: "s", TimeMs: 1})
	two.Apply(l, &Record{Kind: schemas.KindShipment, ID: "s", TimeMs: 121})
	f.Add(two.Append(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		var s State
		if s.Decode(b) != nil {
			return
		}
		again := s.Append(nil)
		var d State
		if err := d.Decode(again); err != nil {
			t.Fatalf("Decode of a decoded state encoded again: %v", err)
		}
		if printState(&d) != printState(&s) {
			t.Fatalf("got:\n%swant:\n%s", printState(&d), printState(&s))
		}
		d.Apply(l, &Record{Kind: schemas.KindOrder, TimeMs: d.Newest()})
	})
}
