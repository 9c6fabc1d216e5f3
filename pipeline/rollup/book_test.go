package rollup

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// cells is a local state in a map.
type cells map[string]stored

type stored struct {
	value    []byte
	newestMs int64
}

func (c cells) AheadCells([][]byte)                {}
func (c cells) GetCell(key []byte) ([]byte, error) { return c[string(key)].value, nil }
func (c cells) PutCell(key, value []byte, newestMs, wasMs int64) error {
	if was, ok := c[string(key)]; wasMs != unknown && (!ok || was.newestMs != wasMs) {
		return fmt.Errorf("cell %q is said to have been put at %d; it was at %d (put: %v)", key, wasMs, was.newestMs, ok)
	}
	c[string(key)] = stored{slices.Clone(value), newestMs}
	return nil
}

// longHost makes keys that don't stand in their totals.
var longHost = strings.Repeat("a", inlineKey) + ".example"

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
		d.SiteHost = rapid.SampledFrom([]string{"a.example", "", longHost}).Draw(t, "site")
		d.EventTime = schemas.Time(rapid.Int64Range(-2*hourMs, 2*hourMs).Draw(t, "time"))
		d.OriginCountry = rapid.SampledFrom([]string{"MX", "CN", ""}).Draw(t, "origin")
		d.HSChapter = rapid.SampledFrom([]string{"85", ""}).Draw(t, "chapter")
		d.ChannelGroup = rapid.SampledFrom([]string{"Direct", "of our own"}).Draw(t, "group")
		d.Platform = rapid.SampledFrom([]string{"Shopline", "shopline"}).Draw(t, "platform")
		d.LabelClass = rapid.SampledFrom([]string{schemas.LabelClean, schemas.LabelNone}).Draw(t, "class")
		d.AdNetwork = rapid.SampledFrom([]string{"google", ""}).Draw(t, "network")
		d.Campaign = rapid.SampledFrom([]string{"summer", "été", ""}).Draw(t, "campaign")
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

// A cell is held against its published row whether it is changed or stored; one that
// differs, or that the row alone knows of, is handed out again.
func TestACellThatDiffersFromItsRowIsHandedOutAgain(t *testing.T) {
	v := schemas.Verdict{Route: schemas.RouteRelease, Reasons: []schemas.Reason{{Code: "A"}}}
	book := New(cells{}, 1000)
	if err := book.Move(nil, AppendMark(nil, &v, 1), 1); err != nil {
		t.Fatal(err)
	}
	minute := Key(&schemas.Cell{Grain: schemas.GrainMinuteRoute, Route: schemas.RouteRelease})
	hour := Key(&schemas.Cell{Grain: schemas.GrainHourReason, Reason: "A"})
	unknown := Key(&schemas.Cell{Grain: schemas.GrainHourReason, Reason: "B"})
	check := func(key string, count int64, want bool) {
		t.Helper()
		if got, err := book.Holds(key, &schemas.RollupRow{Count: count}); err != nil || got != want {
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
	book := New(cells{}, 1000)
	if err := errors.Join(book.Move(AppendMark(nil, &v, 1), nil, 1), book.Apply()); !errors.Is(err, ErrNegative) {
		t.Errorf("error %v, not ErrNegative", err)
	}
}

// A published row's cell finds the key that the task keeps it by.
func TestKeyOfRowIsKeyOfCell(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := verdicts().Draw(t, "verdict")
		book := New(cells{}, 1000)
		if err := book.Move(nil, AppendMark(nil, &v, 1), 1); err != nil {
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

// cellOf is the cell of a key.
func cellOf(key []byte) (c schemas.Cell, err error) {
	err = readKey(key, &c)
	return c, err
}
