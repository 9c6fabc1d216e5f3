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

func TestADemoOfFewOrdersNeedsNoFurtherFlag(t *testing.T) {
	for _, c := range []struct {
		orders, bad int
		given       bool
		want        int
	}{{100, 200, false, 100}, {1000, 200, false, 200}, {100, 200, true, 200}, {-1, 200, false, 0}} {
		o := demoOptions{orders: c.orders, bad: c.bad}
		o.fit(func(string) bool { return c.given })
		if o.bad != c.want {
			t.Errorf("--orders %d, --bad %d given %t: %d bad records, want %d", c.orders, c.bad, c.given, o.bad, c.want)
		}
	}
}
