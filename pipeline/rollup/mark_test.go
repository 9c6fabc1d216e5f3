package rollup

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// A mark says all that the cells of its decision follow from, and the time to the ms.
func TestAMarkIsReadAsItWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := verdicts().Draw(t, "verdict")
		d := &v.Dimensions
		d.EventTime = schemas.Time(rapid.Int64Range(int64(schemas.MinTime), int64(schemas.MaxTime)).Draw(t, "event time"))
		version := rapid.Uint64Range(1, 4e12).Draw(t, "version")
		var reasons []string
		for i := range v.Reasons {
			if i == 0 || v.Reasons[i-1].Code != v.Reasons[i].Code {
				reasons = append(reasons, v.Reasons[i].Code)
			}
		}
		want := Mark{EventTime: d.EventTime, Value: d.DeclaredValue, Reasons: reasons, Cell: schemas.Cell{
			Route: v.Route, PreferenceStatus: v.PreferenceStatus, Port: d.Port, Currency: d.Currency, SellerID: d.SellerID, SiteHost: d.SiteHost,
			OriginCountry: d.OriginCountry, HSChapter: d.HSChapter, ChannelGroup: d.ChannelGroup, Platform: d.Platform, LabelClass: d.LabelClass,
			AdNetwork: d.AdNetwork, Campaign: d.Campaign, Epoch: uint32(version / 86_400_000)}}
		var got Mark
		if err := ReadMark(AppendMark(nil, &v, version), &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v\nwant %+v", got, want)
		}
		first := Mark{EventTime: d.EventTime, Value: d.DeclaredValue, Reasons: reasons, first: true, Cell: schemas.Cell{
			Route: v.Route, PreferenceStatus: v.PreferenceStatus, Port: d.Port, Currency: d.Currency}}
		if len(reasons) > 0 {
			first.Cell.SellerID, first.Cell.SiteHost = d.SellerID, d.SiteHost
		}
		got = Mark{}
		if err := ReadMark(appendFirstMark(nil, &v), &got); err != nil || !reflect.DeepEqual(got, first) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", err, got, first)
		}
	})
}

// Local states of the first release hold these bytes.
func TestMarksAndKeysOfTheFirstReleaseAreRead(t *testing.T) {
	const mark = "\x01\x03\x02\x80\xf8\x99\xab\xe4g\x042704\x03USD\x01\x80\u031e\x01\x01\x01R\x01s\x01h"
	var m Mark
	if err := ReadMark([]byte(mark), &m); err != nil {
		t.Fatal(err)
	}
	want := Mark{EventTime: 1782993600000, Value: schemas.DecimalOf(129, 9200), Reasons: []string{"R"}, first: true, Cell: schemas.Cell{
		Route: schemas.RouteHighRisk, PreferenceStatus: schemas.PreferencePending, Port: "2704", Currency: "USD", SellerID: "s", SiteHost: "h"}}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got %+v\nwant %+v", m, want)
	}
	for key, want := range map[string]schemas.Cell{
		"\x01\x03\x02\x80\xf8\x99\xab\xe4g\x042704\x03USD": {Grain: schemas.GrainMinuteRoute, Time: 1782993600000, Route: schemas.RouteHighRisk,
			PreferenceStatus: schemas.PreferencePending, Port: "2704", Currency: "USD"},
		"\x02\x80\xf8\x99\xab\xe4g\x01s\x01h\x01R": {Grain: schemas.GrainHourReason, Time: 1782993600000, SellerID: "s", SiteHost: "h", Reason: "R"},
	} {
		if got, err := cellOf([]byte(key)); err != nil || got != want || Key(&want) != key {
			t.Errorf("%q: %+v, %v", key, got, err)
		}
	}
}

// What stands in local states as a number keeps its number: the first and last words of
// each release, and how many there were.
func TestWordsKeepTheirNumbers(t *testing.T) {
	for n, word := range map[int]string{0: "USD", 8: "certain", 13: "google", 18: "Direct", 37: "Shopify", 47: "GEO_TARGET_MISMATCH", 99: "IPR_SELLER_UNIDENTIFIED"} {
		if n >= len(words) || words[n] != word {
			t.Errorf("word %d is not %q", n, word)
		}
	}
	if len(numbers) != len(words) {
		t.Errorf("%d words, %d of them different", len(words), len(numbers))
	}
}

func FuzzReadMark(f *testing.F) {
	v := schemas.Verdict{Route: schemas.RouteHighRisk, Reasons: []schemas.Reason{{Code: "A"}, {Code: "ECERT_INVALID"}}}
	v.Dimensions.DeclaredValue = schemas.Decimal{E4: 12345, Set: true}
	f.Add(AppendMark(nil, &v, 20_000*dayMs))
	f.Add(appendFirstMark(nil, &v))
	f.Add([]byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, b []byte) {
		var m Mark
		if ReadMark(b, &m) == nil && len(m.Reasons) > len(b) {
			t.Errorf("%d reasons of %d bytes", len(m.Reasons), len(b))
		}
	})
}

// appendFirstMark appends the mark of the first version.
func appendFirstMark(dst []byte, v *schemas.Verdict) []byte {
	var m Mark
	m.OfFirst(v)
	return m.Append(dst)
}
