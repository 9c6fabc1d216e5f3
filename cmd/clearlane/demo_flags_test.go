package main

import (
	"slices"
	"testing"
)

// A flag that the chosen form of the demo has no use for is named, and no other.
func TestDemoNamesFlagsThatChangeNothing(t *testing.T) {
	all := func(string) bool { return true }
	for _, tc := range []struct {
		exit  bool
		given func(string) bool
		want  []string
	}{
		{false, all, []string{"orders", "bad"}},
		{false, func(name string) bool { return name == "orders" || name == "rate" }, []string{"orders"}},
		{true, all, []string{"rate"}},
		{true, func(name string) bool { return name != "rate" }, nil},
	} {
		o := demoOptions{exit: tc.exit}
		if got := o.idle(tc.given); !slices.Equal(got, tc.want) {
			t.Errorf("--exit=%v: %v, want %v", tc.exit, got, tc.want)
		}
	}
}
