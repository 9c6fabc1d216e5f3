package codec

import (
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// byLayout is a decision or a pre-review as its layout says.
func byLayout(l *layout.Layout, p unsafe.Pointer, verdict *schemas.Verdict) []byte {
	first, n := l.Find([]byte(layout.Verdict.Fields[0].Name)), len(layout.Verdict.Fields)
	b := appendFields([]byte{'{'}, l.Fields[:first], p)
	b = appendVerdictMembers(append(b, ','), verdict)
	return append(appendFields(b, l.Fields[first+n:], p), '}')
}

// What is written out by hand is what the layout says, member by member, for whatever a
// verdict may hold.
func TestDecisionsAreWrittenAsTheirLayoutSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var d schemas.Decision
		fill(t, layout.Decision, unsafe.Pointer(&d))
		if rapid.IntRange(0, 3).Draw(t, "odd") == 0 {
			v := &d.Verdict
			v.Route, v.PreferenceStatus = schemas.Route(rapid.Byte().Draw(t, "route")), schemas.PreferenceStatus(rapid.Byte().Draw(t, "status"))
			for i := range v.Reasons {
				v.Reasons[i].Severity = schemas.Severity(rapid.Byte().Draw(t, "severity"))
			}
			v.Dimensions.Campaign, d.OrderKey = rapid.String().Draw(t, "campaign"), rapid.String().Draw(t, "key")
		}
		if rapid.Bool().Draw(t, "empty lists") {
			d.Verdict.Reasons, d.Verdict.Unknowns, d.Verdict.Missing, d.Evidence.Positions = nil, nil, nil, nil
		}
		if got, want := AppendVerdict(nil, &d.Verdict), appendVerdictMembers(nil, &d.Verdict); string(got) != string(want) {
			t.Fatalf("verdict\n%s\nby its layout\n%s", got, want)
		}
		if got, want := AppendDecision(nil, &d, AppendVerdict(nil, &d.Verdict)), byLayout(layout.Decision, unsafe.Pointer(&d), &d.Verdict); string(got) != string(want) {
			t.Fatalf("decision\n%s\nby its layout\n%s", got, want)
		}
		p := schemas.PreReview{ID: d.ID, OrderKey: d.OrderKey, OrderID: d.ShipmentID, Version: d.Version, Supersedes: d.Supersedes, DecidedAt: d.DecidedAt,
			VerdictHash: d.VerdictHash, Evidence: d.Evidence}
		if got, want := AppendPreReview(nil, &p, AppendVerdict(nil, &d.Verdict)), byLayout(layout.PreReview, unsafe.Pointer(&p), &d.Verdict); string(got) != string(want) {
			t.Fatalf("pre-review\n%s\nby its layout\n%s", got, want)
		}
	})
}

// Whatever a text holds, and however long it is: what JSON demands is escaped, and no more.
func TestTextsOfAnyLengthAreWritten(t *testing.T) {
	plain := func(s string) string { // byte by byte
		b := []byte{'"'}
		for _, r := range s { // what is no UTF-8 comes as U+FFFD
			if r < ' ' || r == '"' || r == '\\' {
				b = appendEscape(b, byte(r))
			} else {
				b = append(b, string(r)...)
			}
		}
		return string(append(b, '"'))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(rapid.ByteRange(' ', '~'), 0, 40).Draw(t, "plain"))
		if rapid.Bool().Draw(t, "with others") {
			at := rapid.IntRange(0, len(s)).Draw(t, "at")
			s = s[:at] + string(rapid.SliceOfN(rapid.Byte(), 1, 3).Draw(t, "others")) + s[at:]
		}
		if got, want := string(appendString(nil, s)), plain(s); got != want {
			t.Fatalf("%q: got %s, want %s", s, got, want)
		}
	})
}
