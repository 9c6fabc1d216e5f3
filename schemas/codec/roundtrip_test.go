package codec

import (
	"reflect"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Whatever form an event goes through, it stays the same event, and its compact
// form the same bytes.
func TestEventsSurviveEveryForm(t *testing.T) {
	for k := schemas.KindAdClick; k <= schemas.KindSellerSite; k++ {
		t.Run(k.String(), func(t *testing.T) {
			d := NewDecoder(schemas.DefaultLimits())
			rapid.Check(t, func(t *rapid.T) {
				event, p := fresh(layout.Inputs[k])
				fill(t, layout.Inputs[k], p)
				compact := appendCompact(event)
				framed := append([]byte{0, 0, 0, 0, 7}, appendJSON(event)...)
				index := rapid.SampledFrom([]string{"\x00", "\x02\x04", "\x04\x00\x02"}).Draw(t, "message index")
				framedProto := append([]byte("\x00\x00\x00\x00\x07"+index), appendProtobuf(event)...)
				records := [][]byte{appendJSON(event), framed, framedProto}
				bare := appendProtobuf(event)
				if f, _, err := FormatOf(bare); err == nil && f == FormatProtobuf { // else: FormatOf says why
					records = append(records, bare)
				}
				for _, record := range records {
					got, err := decodeAs(d, k, record)
					if err != nil {
						t.Fatalf("%q: %v", record, err)
					}
					if !reflect.DeepEqual(got, event) {
						t.Fatalf("%q\n got %+v\nwant %+v", record, got, event)
					}
					if again := appendCompact(got); string(again) != string(compact) {
						t.Fatalf("%q\n%x\n%x", record, again, compact)
					}
				}
				got, err := readCompact(compact, k)
				if err != nil || !reflect.DeepEqual(got, event) {
					t.Fatalf("%x: %v\n got %+v\nwant %+v", compact, err, got, event)
				}
			})
			if d.UnknownFields() != 0 {
				t.Errorf("%d unknown fields", d.UnknownFields())
			}
		})
	}
}

func TestOutputsSurviveBothFormats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d, fromJSON, fromProto schemas.Decision
		fill(t, layout.Decision, unsafe.Pointer(&d))
		same(t, &d, ParseDecision, AppendDecision(nil, &d, AppendVerdict(nil, &d.Verdict)), &fromJSON)
		same(t, &d, ParseDecision, AppendDecisionProto(nil, &d), &fromProto)
	})
	rapid.Check(t, func(t *rapid.T) {
		var p, fromJSON, fromProto schemas.PreReview
		fill(t, layout.PreReview, unsafe.Pointer(&p))
		same(t, &p, ParsePreReview, AppendPreReview(nil, &p, AppendVerdict(nil, &p.Verdict)), &fromJSON)
		same(t, &p, ParsePreReview, AppendPreReviewProto(nil, &p), &fromProto)
	})
	rapid.Check(t, func(t *rapid.T) {
		var p, fromJSON, fromProto schemas.Progress
		fill(t, layout.Progress, unsafe.Pointer(&p))
		same(t, &p, ParseProgress, AppendProgress(nil, &p), &fromJSON)
		same(t, &p, ParseProgress, AppendProgressProto(nil, &p), &fromProto)
	})
	rapid.Check(t, func(t *rapid.T) {
		var d, fromJSON, fromProto schemas.Difference
		fill(t, layout.Difference, unsafe.Pointer(&d))
		same(t, &d, ParseDifference, AppendDifference(nil, &d), &fromJSON)
		same(t, &d, ParseDifference, AppendDifferenceProto(nil, &d), &fromProto)
	})
	rapid.Check(t, func(t *rapid.T) {
		var r, fromJSON, fromProto schemas.RollupRow
		fillRow(t, &r)
		same(t, &r, ParseRollup, AppendRollup(nil, &r), &fromJSON)
		same(t, &r, ParseRollup, AppendRollupProto(nil, &r), &fromProto)
	})
	rapid.Check(t, func(t *rapid.T) {
		var r, fromProto schemas.RollupRow // of members that no one grain has
		fill(t, layout.Rollup, unsafe.Pointer(&r))
		same(t, &r, ParseRollup, AppendRollupProto(nil, &r), &fromProto)
	})
}

// fillRow draws a row with the members of its grain.
func fillRow(t *rapid.T, r *schemas.RollupRow) {
	g := rapid.IntRange(1, len(grains)-1).Draw(t, "grain")
	for i := range grains[g] {
		if f := &grains[g][i]; rapid.Bool().Draw(t, f.Name+" there") || f.Kind == layout.Time || f.Kind == layout.Enum {
			fillMember(t, f, unsafe.Add(unsafe.Pointer(r), f.Offset))
		}
	}
	r.Cell.Grain = schemas.Grain(g)
}

func same[T any](t *rapid.T, want *T, parse func([]byte, *T) error, b []byte, got *T) {
	if err := parse(b, got); err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%q\n got %+v\nwant %+v", b, got, want)
	}
}

func TestEqualVerdictsGiveEqualBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d, again schemas.Decision
		fill(t, layout.Decision, unsafe.Pointer(&d))
		verdict := AppendVerdict(nil, &d.Verdict)
		if err := ParseDecision(AppendDecision(nil, &d, verdict), &again); err != nil {
			t.Fatal(err)
		}
		if got := AppendVerdict(nil, &again.Verdict); string(got) != string(verdict) || VerdictHash(got) != VerdictHash(verdict) {
			t.Fatalf("%s\n%s", got, verdict)
		}
	})
}

// A destination that held another event before holds nothing of it afterwards.
func TestDestinationsAreEmptiedFirst(t *testing.T) {
	d := NewDecoder(schemas.DefaultLimits())
	var o, want schemas.Order
	full := `{"order_key":"k","order_id":"o","event_time":1782907200000,"status":"CANCELLED","items":[{"sku":"a","brand":"b","quantity":1},{"sku":"c"}],"preference":{"certification":{"hs6":"851830"}}}`
	spare := `{"order_key":"k","order_id":"o","event_time":1782907200000,"items":[{"hs_code":"85"}]}`
	for _, record := range []string{full, spare} {
		if err := d.Order([]byte(record), &o); err != nil {
			t.Fatal(err)
		}
	}
	if err := NewDecoder(schemas.DefaultLimits()).Order([]byte(spare), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(o, want) {
		t.Errorf("got %+v\nwant %+v", o, want)
	}
}
