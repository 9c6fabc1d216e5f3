package policy

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// A glance at the first letters overlooks no name that is the same in another case.
func TestNamesInAnotherCaseAreFound(t *testing.T) {
	name := rapid.StringMatching(`[@` + "`" + `kK` + "\u212a" + `sSſaAé\[{1]{0,2}`)
	rapid.Check(t, func(t *rapid.T) {
		l, s := name.Draw(t, "of the list"), name.Draw(t, "name")
		if got, want := foldIn([]string{"zzz", l}, s), s != "" && strings.EqualFold(l, s); got != want {
			t.Fatalf("%q in %q: %v", s, l, got)
		}
	})
}
