package decide

import (
	"strconv"

	"github.com/clearlane/clearlane/scoring/label"
)

// attributed is the click that the last verdict is attributed to, nil without one.
func (d *Decider) attributed() *label.Features {
	for i := range d.facts.Clicks {
		if f := &d.facts.Clicks[i]; f.ClickID == d.verdict.AttributedClick {
			return f
		}
	}
	return nil
}

// geoVersion is the country database that the attributed click's country comes from: the
// one in force when the click was read, since its address is gone. Of one that is no longer
// in force the click keeps the build time alone. Without a click no country was asked for,
// and it is the database in force.
func (d *Decider) geoVersion() string {
	f := d.attributed()
	switch {
	case f == nil || f.GeoBuild == d.refs.Geo.Build():
		return d.refs.Geo.Version()
	case f.GeoBuild == 0:
		return ""
	}
	return "build-" + strconv.FormatUint(uint64(f.GeoBuild), 10)
}
