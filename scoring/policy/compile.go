package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/strict"
)

// compiler turns a file into a pack and collects every fault on the way.
type compiler struct {
	file   *file
	pack   *Pack
	faults strict.Faults
	line   func(path string) int // of the file; 0 where there is none
}

func (c *compiler) compile() {
	c.header()
	c.ports()
	c.countries()
	c.settings()
	c.origin()
	c.traffic()
	c.custom()
	c.entry()
	c.rates()
	c.goods()
	c.dispositions()
	c.rules()
}

func (c *compiler) fault(path string, value any, allowed string) {
	text := fmt.Sprint(value)
	if s, ok := value.(string); ok {
		text = strict.Quote(s)
	}
	c.faults = append(c.faults, strict.Fault{Line: c.line(path), Path: path, Value: text, Allowed: allowed})
}

func (c *compiler) header() {
	p, f := c.pack, c.file
	p.ID, p.Version = f.ID, f.Version
	if f.ID == "" {
		c.fault("id", f.ID, "a name")
	}
	if f.Version == "" {
		c.fault("version", f.Version, "a version, for example \"2026.11.3\"")
	}
	p.ValidFrom, p.ValidTo = c.period("", "valid_from", f.ValidFrom, "valid_to", f.ValidTo)
}

// period reads two dates: a from that is needed, a to that may be absent.
func (c *compiler) period(path, fromKey, from, toKey, to string) (schemas.Date, schemas.Date) {
	a, b := c.date(path+fromKey, from), schemas.Date(0)
	if to != "" {
		if b = c.date(path+toKey, to); b != 0 && b < a {
			c.fault(path+toKey, to, "a date not before "+fromKey)
		}
	}
	return a, b
}

func (c *compiler) date(path, s string) schemas.Date {
	d, err := schemas.ParseDate(s)
	if err != nil || d <= 0 {
		c.fault(path, s, "a date YYYY-MM-DD after 1970-01-01")
		return 0
	}
	return d
}

func (c *compiler) ports() {
	c.pack.locodes = make(map[string]string, len(c.file.Ports.LOCODEs))
	for _, k := range sorted(c.file.Ports.LOCODEs) {
		v := c.file.Ports.LOCODEs[k]
		if len(k) != 5 || strings.ToUpper(k) != k {
			c.fault("ports.locodes", k, "a UN/LOCODE of five characters in upper case")
		}
		c.scheduleD("ports.locodes."+k, v)
		c.pack.locodes[k] = v
	}
	for _, k := range sorted(c.file.Ports.Names) {
		c.scheduleD("ports.names", k)
		if c.file.Ports.Names[k] == "" {
			c.fault("ports.names."+k, "", "the port's name")
		}
	}
	c.pack.portNames = c.file.Ports.Names
	for _, g := range sorted(c.file.Ports.Groups) {
		if g == "" || digits(g) {
			c.fault("ports.groups", g, "a name that is no port code")
		}
		for i, port := range c.file.Ports.Groups[g] {
			c.scheduleD(fmt.Sprintf("ports.groups.%s[%d]", g, i), port)
		}
	}
}

func (c *compiler) scheduleD(path, port string) {
	if len(port) != 4 || !digits(port) {
		c.fault(path, port, "a Schedule D code: a string of four digits")
	}
}

// countries compiles the regions. A region lists countries or "*", the world.
func (c *compiler) countries() {
	f := &c.file.Countries
	c.pack.regions = make(map[string]*geo.Set, len(f.Regions))
	for _, name := range sorted(f.Regions) {
		if name == "" || len(name) > longestName || strings.ToUpper(name) != name {
			c.fault("countries.regions", name, fmt.Sprintf("a name in upper case of at most %d bytes", longestName))
		}
		set := new(geo.Set)
		for i, code := range f.Regions[name] {
			if code == "*" {
				*set = geo.World()
			} else if country := geo.ParseCountry(code); country != 0 {
				set.Add(country)
			} else {
				c.fault(fmt.Sprintf("countries.regions.%s[%d]", name, i), code, `an ISO 3166-1 alpha-2 code, or "*" for all`)
			}
		}
		c.pack.regions[name] = set
	}
	c.territories()
	switch f.Shipping {
	case "destination":
		c.pack.Shipping = ShippingDestination
	case "origin":
		c.pack.Shipping = ShippingOrigin
	case "either":
		c.pack.Shipping = ShippingEither
	default:
		c.fault("countries.shipping_country", f.Shipping, "destination, origin or either")
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
