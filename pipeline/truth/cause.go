package truth

import (
	"cmp"
	"slices"
)

// family is what a cause makes wrong. An order has at most one cause of a family.
type family uint8

const (
	ofGeography family = iota
	ofLabels
	ofOrigin
	ofEntry
	ofGoods
	numFamilies
)

// cause is one way for an order to be wrong.
type cause struct {
	name      string
	family    family
	weight    int
	alone     bool // about a destination or an origin that no claim and no entry is planted on
	late      bool // of a click too old to count: nothing else about it does either
	anonymous bool // without a seller, at which labels and claims could be wrong
	// want narrows the spec before the order is made; nil: any spec will do.
	want func(*spec, dice)
	// plant makes the order wrong, and says with which codes (add).
	plant func(*draft)
}

// drawCauses picks none, one or two causes, in the order of their families: what a later one
// wants holds.
func drawCauses(r dice, byFamily *[numFamilies][]cause) []*cause {
	n := 0
	switch v := r.IntN(100); {
	case v >= 92:
		n = 2
	case v >= 40:
		n = 1
	}
	var chosen []*cause
	for range n {
		f := weighted(r, familyWeights, func(w *familyWeight) int { return w.weight }).family
		c := weighted(r, byFamily[f], func(c *cause) int { return c.weight })
		if !slices.ContainsFunc(chosen, c.against) {
			chosen = append(chosen, c)
		}
	}
	slices.SortFunc(chosen, func(a, b *cause) int { return cmp.Compare(a.family, b.family) })
	return chosen
}

// against is true of two causes that one order can't have.
func (c *cause) against(o *cause) bool {
	return c.family == o.family || c.excludes(o) || o.excludes(c)
}

func (c *cause) excludes(o *cause) bool {
	switch {
	case c.late:
		return o.family == ofGeography
	case c.alone:
		return o.family >= ofOrigin
	case c.anonymous:
		return o.family == ofLabels || o.family == ofOrigin
	}
	// Goods and their value are of one cause: a claim's, an entry's or a brand's.
	return c.family >= ofEntry && o.family >= ofOrigin
}

type familyWeight struct {
	family family
	weight int
}

var familyWeights = []familyWeight{{ofGeography, 14}, {ofLabels, 46}, {ofOrigin, 28}, {ofEntry, 9}, {ofGoods, 3}}

// causesByFamily lists all causes.
func causesByFamily() (all [numFamilies][]cause) {
	for _, list := range [][]cause{geoCauses, labelCauses, idCauses, registerCauses, likelyCauses, trafficCauses, ecertCauses, certCauses, entryCauses, goodsCauses} {
		for _, c := range list {
			all[c.family] = append(all[c.family], c)
		}
	}
	return all
}

// add writes codes into the answers.
func (d *draft) add(codes ...string) {
	for _, code := range codes {
		d.planted = append(d.planted, planted{code: code})
	}
}

// addTo writes a code into the answers of some subjects.
func (d *draft) addTo(on subjects, codes ...string) {
	for _, code := range codes {
		d.planted = append(d.planted, planted{code: code, on: on})
	}
}

// onNetworks wants a click of one of the networks, with its labels to be judged.
func onNetworks(names ...string) func(*spec, dice) {
	return func(s *spec, r dice) {
		s.net, s.hasClick = byName(pick(r, names)), true
	}
}

// atListed wants a seller whose labels are registered, beside what want wants.
func atListed(want func(*spec, dice)) func(*spec, dice) {
	return func(s *spec, r dice) {
		want(s, r)
		s.listed = true
	}
}
