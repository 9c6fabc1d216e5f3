package explain

import (
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// Every code has a sentence, and it says what was seen and what was expected.
func TestEveryCodeHasASentence(t *testing.T) {
	for c := reason.None + 1; c < reason.Count; c++ {
		text := findings[c]
		if text == "" {
			t.Errorf("%s has none", c)
			continue
		}
		r := schemas.Reason{Code: c.String(), RuleID: "the-rule", RuleVersion: 7, PackVersion: "the-pack", Field: "the_field",
			Observed: "SEEN", Expected: "WANTED", Source: "THE SOURCE", Confidence: "vendor"}
		w := inWords(&r)
		for _, part := range []string{"SEEN", "WANTED", "rule the-rule, version 7", "pack version the-pack", "a vendor's documentation: THE SOURCE."} {
			if strings.Count(w.Sentence, part) != 1 {
				t.Errorf("%s: %q has %q not once", c, w.Sentence, part)
			}
		}
		if strings.ContainsAny(w.Sentence, "{}") {
			t.Errorf("%s: a place was not filled: %q", c, w.Sentence)
		}
	}
}

// A code that this program does not know, a pack's own rule say, has a sentence too; so has a
// reason whose members are empty.
func TestUnknownCodesHaveASentence(t *testing.T) {
	w := inWords(&schemas.Reason{Code: "OUR_OWN_CODE", Field: "total_value", Observed: "5", Expected: "7", RuleID: "r", Source: "House rule."})
	const want = "The rule looked at the total value and found 5; expected: 7; by rule r, version 0, of pack version , on a source of unknown standing: House rule."
	if w.Sentence != want {
		t.Errorf("%q", w.Sentence)
	}
	if w := inWords(&schemas.Reason{}); !strings.Contains(w.Sentence, "nothing") || !strings.Contains(w.Sentence, "none is named") {
		t.Errorf("%q", w.Sentence)
	}
}

// What a reason repeats never becomes a place of the sentence.
func TestPlacesInValuesStayAsTheyAre(t *testing.T) {
	got := finding(&schemas.Reason{Code: "ECERT_REVOKED", Field: "{observed}", Observed: "{expected}", Expected: "{field}"})
	if want := "The e-Cert was revoked: its {observed} is {expected}; expected: {field}"; got != want {
		t.Errorf("%q", got)
	}
}

func TestCleanLeavesNothingUnprintable(t *testing.T) {
	for in, want := range map[string]string{
		"plain text":      "plain text",
		"日本 é":            "日本 é",
		"\x1b[31mred":     `\u{1b}[31mred`,
		"a\nb\tc":         `a\u{a}b\u{9}c`,
		"a\u202eb\u200bc": `a\u{202e}b\u{200b}c`,
		"\xff\xfe":        `\xff\xfe`,
		"\ufffd":          "\ufffd",
		"a\u00a0b":        `a\u{a0}b`,
	} {
		if got := clean(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
