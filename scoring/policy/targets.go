package policy

import (
	"strings"

	"github.com/clearlane/clearlane/scoring/geo"
)

// Targets is what a campaign's list of target countries covers.
type Targets struct {
	in, out         geo.Set
	moreIn, moreOut bool // names that the pack does not know, among what is covered and what is excluded
	none            bool
}

// Coverage says whether a country is targeted.
type Coverage uint8

// The answers. Unclear is neither: a name that the pack does not know may hold the country.
const (
	NotCovered Coverage = iota
	Covered
	Unclear
)

// Targets reads a campaign's list of target countries. It may hold countries, regions of
// the pack and, with a leading "-", exclusions, in any order: an exclusion wins. A list
// of exclusions alone covers the rest of the world. A name that is a region and a
// country's code (US) stands for the region: the country with its territories.
func (p *Pack) Targets(list []string, t *Targets) {
	*t = Targets{}
	includes, excludes := false, false
	for _, name := range list {
		name = strings.TrimSpace(name)
		set, more, said := &t.in, &t.moreIn, &includes
		if len(name) > 0 && name[0] == '-' {
			name = strings.TrimSpace(name[1:])
			set, more, said = &t.out, &t.moreOut, &excludes
		}
		if name == "" {
			continue
		}
		*said = true
		if !p.addPlace(name, set) {
			*more = true
		}
	}
	t.none = !includes && !excludes
	if excludes && !includes {
		t.in = geo.World()
	}
}

// addPlace puts the countries of a name into the set; false: the pack knows no such name.
func (p *Pack) addPlace(name string, set *geo.Set) bool {
	var buf [longestName]byte
	if region := p.regions[string(upper(buf[:0], name))]; region != nil {
		set.Union(region)
		return true
	}
	c := geo.ParseCountry(name)
	set.Add(c)
	return c != 0
}

// None is true for a list that says nothing.
func (t *Targets) None() bool { return t.none }

// Covers says whether a country is targeted. The unknown country is not asked for.
func (t *Targets) Covers(c geo.Country) Coverage {
	switch {
	case t.out.Has(c):
		return NotCovered
	case t.in.Has(c) && !t.moreOut:
		return Covered
	case t.in.Has(c) || t.moreIn:
		return Unclear
	}
	return NotCovered
}

// OneCountry is true for a country and its territories, and for two of these: the pack has
// a region of a country's own code that holds both (US: Puerto Rico, Guam). Countries that
// the pack does not put together (CN and HK, MO, TW) stay apart; unknown ones are none.
func (p *Pack) OneCountry(a, b geo.Country) bool {
	return a != 0 && (a == b || p.whole[a] != 0 && p.whole[a] == p.whole[b])
}

// Territory is true for a territory of a country: PR of US.
func (p *Pack) Territory(part, country geo.Country) bool {
	return part != country && p.whole[part] != 0 && p.whole[part] == country
}

// territories works out which country each is a part of. One that is in two such regions
// is a part of the first.
func (c *compiler) territories() {
	c.pack.whole = make(map[geo.Country]geo.Country)
	for _, name := range sorted(c.file.Countries.Regions) {
		country, region := geo.ParseCountry(name), c.pack.regions[name]
		if !region.Has(country) {
			continue
		}
		for i := range region.All {
			if c.pack.whole[i] == 0 {
				c.pack.whole[i] = country
			}
		}
	}
}
