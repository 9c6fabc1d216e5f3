package packtest

import (
	"bytes"
	_ "embed" // the list of rules that lack cases
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/scoring/policy"
)

// Rules that lack cases so far. What stands here must become less.
//
//go:embed testdata/lacking.txt
var lacking string

// The cases of the built-in pack hold, and every rule has at least one of each kind.
func TestCasesOfTheDefaultPack(t *testing.T) {
	pack, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	cases, err := ParseAll(policy.DefaultCases())
	if err != nil {
		t.Fatal(err)
	}
	suite := &Suite{Pack: pack, Cases: cases}
	for _, fault := range suite.Check() {
		t.Error(fault)
	}
	var out bytes.Buffer
	failed, err := suite.Run(t.Context(), &out)
	if err != nil {
		t.Fatal(err)
	}
	if failed > 0 {
		t.Errorf("%d of %d cases fail; 'clearlane policy test' shows them:\n%s", failed, len(cases), &out)
	}
	counts, excused := suite.Counts(), strings.Fields(lacking)
	for _, id := range suite.Rules() {
		for _, kind := range Kinds {
			if counts[id][kind] == 0 && !slices.Contains(excused, id) {
				t.Errorf("rule %s has no %s case", id, kind)
			}
		}
	}
}
