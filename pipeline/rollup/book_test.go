package rollup

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// cells is a local state in a map.
type cells map[string][]byte

func (c cells) GetCell(key []byte) ([]byte, error) { return c[string(key)], nil }
func (c cells) PutCell(key, value []byte, _ int64) error {
	c[string(key)] = slices.Clone(value)
	return nil
}

// verdicts draws what a decision may say.
func verdicts() *rapid.Generator[schemas.Verdict] {
	return rapid.Custom(func(t *rapid.T) schemas.Verdict {
		v := schemas.Verdict{
			Route:            schemas.Route(rapid.IntRange(1, 3).Draw(t, "route")),
			PreferenceStatus: schemas.PreferenceStatus(rapid.IntRange(0, 3).Draw(t, "preference")),
		}
		d := &v.Dimensions
		d.Port = rapid.SampledFrom([]string{"2704", "4601", ""}).Draw(t, "port")
		d.Currency = rapid.SampledFrom([]string{"USD", "CAD", ""}).Draw(t, "currency")
		d.SellerID = rapid.SampledFrom([]string{"s-1", "s-2"}).Draw(t, "seller")
		d.SiteHost = rapid.SampledFrom([]string{"a.example", ""}).Draw(t, "site")
		d.EventTime = schemas.Time(rapid.Int64Range(-2*hourMs, 2*hourMs).Draw(t, "time"))
		if rapid.Bool().Draw(t, "valued") {
			d.DeclaredValue = schemas.Decimal{E4: rapid.Int64Range(-1e15, 1e15).Draw(t, "value"), Set: true}
		}
		for _, code := range []string{"A", "A", "B", "C"} {
			if rapid.Bool().Draw(t, code) {
				v.Reasons = append(v.Reasons, schemas.Reason{Code: code})
			}
		}
		return v
	})
}

// recount is what the cells must hold of the decisions that stand: its own plain sums.
func recount(stand map[int]schemas.Verdict) map[schemas.Cell]string {
	type total struct {
		n int64
		v schemas.Sum
	}
	sums := map[schemas.Cell]total{}
	for _, v := range stand {
		d := v.Dimensions
		at := func(unit schemas.Time) schemas.Time {
			n := d.EventTime / unit
			if d.EventTime < 0 && d.EventTime%unit != 0 {
				n--
			}
			return n * unit
		}
		c := schemas.Cell{Grain: schemas.GrainMinuteRoute, Time: at(60000), Port: d.Port, Route: v.Route, PreferenceStatus: v.PreferenceStatus, Currency: d.Currency}
		s := sums[c]
		s.n++
		if d.DeclaredValue.Set {
			s.v = s.v.Add(d.DeclaredValue)
		}
		sums[c] = s
		seen := map[string]bool{}
		for _, r := range v.Reasons {
			if seen[r.Code] {
				continue
			}
			seen[r.Code] = true
			c := schemas.Cell{Grain: schemas.GrainHourReason, Time: at(3600000), SellerID: d.SellerID, SiteHost: d.SiteHost, Reason: r.Code}
			s := sums[c]
			s.n++
			sums[c] = s
		}
	}
	out := map[schemas.Cell]string{}
	for c, s := range sums {
		out[c] = fmt.Sprint(s.n, s.v)
	}
	return out
}

// Whatever is decided, revised and emitted, the last row of every cell is the sum over
// the decisions that stand.
func TestRowsAreTheSumOfWhatStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		store := cells{}
		book := New(store, 1000)
		marks, stand := map[int][]byte{}, map[int]schemas.Verdict{}
		rows := map[string]string{}
		emit := func() {
			err := book.Emit(func(_ []byte, r *schemas.RollupRow) error {
				k := Key(&r.Cell) // the row's strings live until the next one
				delete(rows, k)
				if r.Count != 0 || r.Value != (schemas.Sum{}) {
					rows[k] = fmt.Sprint(r.Count, r.Value)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				emit()
			case 1: // a crash behind a commit: what was emitted is in the store
				emit()
				book = New(store, 1000)
			default:
				id := rapid.IntRange(0, 8).Draw(t, "subject")
				v := verdicts().Draw(t, "verdict")
				mark := AppendMark(nil, &v)
				if err := book.Move(marks[id], mark, 5); err != nil {
					t.Fatal(err)
				}
				marks[id], stand[id] = mark, v
			}
		}
		emit()
		want := recount(stand)
		if len(rows) != len(want) {
			t.Fatalf("%d cells, not %d", len(rows), len(want))
		}
		for c, w := range want {
			if got := rows[Key(&c)]; got != w {
				t.Fatalf("cell %+v: %s, not %s", c, got, w)
			}
		}
	})
}

// A cell is held against its published row whether it is changed or stored; one that
// differs, or that the row alone knows of, is handed out again.
func TestACellThatDiffersFromItsRowIsHandedOutAgain(t *testing.T) {
	v := schemas.Verdict{Route: schemas.RouteRelease, Reasons: []schemas.Reason{{Code: "A"}}}
	book := New(cells{}, 1000)
	if err := book.Move(nil, AppendMark(nil, &v), 1); err != nil {
		t.Fatal(err)
	}
	minute := Key(&schemas.Cell{Grain: schemas.GrainMinuteRoute, Route: schemas.RouteRelease})
	hour := Key(&schemas.Cell{Grain: schemas.GrainHourReason, Reason: "A"})
	unknown := Key(&schemas.Cell{Grain: schemas.GrainHourReason, Reason: "B"})
	check := func(key string, count int64, want bool) {
		t.Helper()
		if got, err := book.Holds(key, count, schemas.Sum{}); err != nil || got != want {
			t.Errorf("cell %q holds %d: %t, %v, not %t", key, count, got, err, want)
		}
	}
	for range 2 {
		check(minute, 1, true)
		check(minute, 2, false)
		check(hour, 1, true)
		check(unknown, 0, true)
		check(unknown, 1, false)
		if err := book.Store(); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range []string{minute, unknown} {
		if err := book.Touch(key, 1); err != nil {
			t.Fatal(err)
		}
	}
	left := map[string]int64{}
	if err := book.Emit(func(key []byte, r *schemas.RollupRow) error {
		left[string(key)] = r.Count
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 || left[minute] != 1 || left[unknown] != 0 {
		t.Errorf("handed out: %v, not those two that were touched", left)
	}
}

// Taking out what was never counted is an error, not a negative count.
func TestNothingCountsBelowZero(t *testing.T) {
	v := schemas.Verdict{Route: schemas.RouteRelease}
	if err := New(cells{}, 1000).Move(AppendMark(nil, &v), nil, 1); !errors.Is(err, ErrNegative) {
		t.Errorf("error %v, not ErrNegative", err)
	}
}

// A published row's cell finds the key that the task keeps it by.
func TestKeyOfRowIsKeyOfCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := verdicts().Draw(t, "verdict")
		book := New(cells{}, 1000)
		if err := book.Move(nil, AppendMark(nil, &v), 1); err != nil {
			t.Fatal(err)
		}
		if err := book.Emit(func(key []byte, r *schemas.RollupRow) error {
			if Key(&r.Cell) != string(key) {
				t.Errorf("cell %+v: another key", r.Cell)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func FuzzReadMark(f *testing.F) {
	v := schemas.Verdict{Route: schemas.RouteHighRisk, Reasons: []schemas.Reason{{Code: "A"}, {Code: "B"}}}
	v.Dimensions.DeclaredValue = schemas.Decimal{E4: 12345, Set: true}
	f.Add(AppendMark(nil, &v))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Mark
		if ReadMark(b, &m) == nil && len(m.Reasons) > len(b) {
			t.Errorf("%d reasons of %d bytes", len(m.Reasons), len(b))
		}
	})
}

func BenchmarkMove(b *testing.B) {
	v := schemas.Verdict{Route: schemas.RouteRelease}
	v.Dimensions.Port, v.Dimensions.Currency = "2704", "USD"
	v.Dimensions.DeclaredValue = schemas.Decimal{E4: 12345, Set: true}
	mark := AppendMark(nil, &v)
	book := New(cells{}, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if err := book.Move(nil, mark, 1); err != nil {
			b.Fatal(err)
		}
	}
}
