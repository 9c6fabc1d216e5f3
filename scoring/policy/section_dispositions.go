package policy

import (
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/schemas"
)

// fileDispositions is the section "dispositions". Without it none changes a route.
type fileDispositions struct {
	Suppress []string `yaml:"suppress" json:"suppress"`
	End      []string `yaml:"end" json:"end"`
	Route    string   `yaml:"route" json:"route"`
	Hard     bool     `yaml:"hard" json:"hard"`
}

// Dispositions says what a disposition does to the route of its shipment.
type Dispositions struct {
	Route schemas.Route // of a suppressed shipment
	Hard  bool          // a shipment with a hard reason may be suppressed too

	suppress, end []string
}

// Suppresses is true for a code that suppresses while its last day has not passed.
func (d *Dispositions) Suppresses(code string) bool { return slices.Contains(d.suppress, code) }

// Ends is true for a code that ends an earlier suppression.
func (d *Dispositions) Ends(code string) bool { return slices.Contains(d.end, code) }

func (c *compiler) dispositions() {
	f := c.file.Dispositions
	if f == nil {
		c.pack.Dispositions.Route = schemas.RouteHighRisk // no route lies beyond it
		return
	}
	c.pack.Dispositions = Dispositions{suppress: f.Suppress, end: f.End, Hard: f.Hard, Route: c.route("dispositions.route", f.Route)}
	c.dispositionCodes("dispositions.suppress", f.Suppress)
	c.dispositionCodes("dispositions.end", f.End)
	for i, code := range f.End {
		if slices.Contains(f.Suppress, code) {
			c.fault(fmt.Sprintf("dispositions.end[%d]", i), code, "a code that does not suppress")
		}
	}
}

func (c *compiler) dispositionCodes(path string, codes []string) {
	for i, code := range codes {
		if !schemas.IsDispositionCode(code) {
			c.fault(fmt.Sprintf("%s[%d]", path, i), code, schemas.AllowedDispositionCode)
		}
	}
}
