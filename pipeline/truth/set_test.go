package truth

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// drafts makes the orders of a set.
func drafts(o Options) []*draft {
	s := New(o)
	all := make([]*draft, o.Orders)
	for n := range all {
		all[n] = s.draft(n)
	}
	return all
}

func TestASetIsAFunctionOfItsOptions(t *testing.T) {
	write := func(o Options) string {
		var b bytes.Buffer
		s := New(o)
		if err := s.WriteEvents(&b); err != nil {
			t.Fatal(err)
		}
		if err := s.WriteAnswers(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	a := Options{Seed: 5, Orders: 200}
	if write(a) != write(a) {
		t.Error("the same options give another set")
	}
	b := a
	b.Seed = 6
	if write(a) == write(b) {
		t.Error("another seed gives the same set")
	}
}

// Every cause and every noise of the lists is met, and the codes of causes are known.
func TestEveryCauseAndNoiseIsPlanted(t *testing.T) {
	causes, odd, clean, campaigns := map[string]int{}, map[string]int{}, 0, 0
	for _, d := range drafts(Options{Seed: 1, Orders: 8000}) {
		for _, c := range d.causes {
			causes[c]++
		}
		for _, n := range d.noises {
			odd[n]++
		}
		if d.answer(false).Campaign != "" {
			campaigns++
		}
		for _, p := range d.planted {
			c := p.code
			if codeOf(c) == nil {
				t.Fatalf("code %s is not among Codes", c)
			}
		}
		if len(d.causes) == 0 {
			clean++
			if len(d.planted) > 0 {
				t.Errorf("an order without a cause has %v", d.planted)
			}
		}
	}
	for _, list := range causesByFamily() {
		for _, c := range list {
			if causes[c.name] < 3 {
				t.Errorf("cause %q was planted %d times", c.name, causes[c.name])
			}
			delete(causes, c.name)
		}
	}
	for i := range noises {
		if odd[noises[i].name] < 5 {
			t.Errorf("noise %q was met %d times", noises[i].name, odd[noises[i].name])
		}
	}
	if len(causes) > 0 {
		t.Errorf("two causes of one name, or of no list: %v", slices.Sorted(maps.Keys(causes)))
	}
	if campaigns < 4000 {
		t.Errorf("of 8000 orders %d say which campaign has to be read out of the click", campaigns)
	}
	if clean < 2500 || clean > 4000 {
		t.Errorf("%d of 8000 orders have no cause", clean)
	}
}

// A cause is planted as soon as its codes are written: each has at least one code, but
// for the orders of a time before the measures.
func TestEveryPlantedCauseHasACode(t *testing.T) {
	for _, d := range drafts(Options{Seed: 2, Orders: 3000}) {
		if len(d.causes) > 0 && len(d.planted) < len(d.causes) {
			t.Errorf("causes %q have the codes %v", d.causes, d.planted)
		}
	}
}

// The events are what a sender could send: no line is refused by the codec.
func TestEventsAreWellMade(t *testing.T) {
	var b bytes.Buffer
	if err := New(Options{Seed: 3, Orders: 1500}).WriteEvents(&b); err != nil {
		t.Fatal(err)
	}
	kinds := map[schemas.Kind]int{}
	for line := range strings.Lines(b.String()) {
		kind, err := codec.TypeOf([]byte(line))
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		kinds[kind]++
	}
	if kinds[schemas.KindOrder] != 1500 || kinds[schemas.KindShipment] != 1500 || kinds[schemas.KindSellerSite] != numSellers || kinds[schemas.KindAdClick] < 1400 {
		t.Errorf("%v", kinds)
	}
}
