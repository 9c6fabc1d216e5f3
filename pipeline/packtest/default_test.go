package packtest

import (
	"bytes"
	"testing"

	"github.com/clearlane/clearlane/scoring/policy"
)

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
	counts := suite.Counts()
	for _, id := range suite.Rules() {
		for _, kind := range Kinds {
			if counts[id][kind] == 0 {
				t.Errorf("rule %s has no %s case", id, kind)
			}
		}
	}
}
