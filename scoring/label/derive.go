package label

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
)

// Deriver derives the features of clicks. Its zero value is ready. It holds scratch
// memory, so one goroutine owns it.
type Deriver struct {
	buf []byte // decoded text that the last Features alias
}

// Derive fills out with the facts of a click. The strings of out alias the click
// and the Deriver's memory and hold until the next call; AppendFeatures copies
// them. A nil db leaves the click's country unknown.
func (d *Deriver) Derive(click *schemas.AdClick, db *geo.DB, out *Features) {
	out.reset()
	out.ClickID, out.EventTime, out.SiteHost = click.ClickID, click.EventTime, click.SiteHost
	out.Targets = append(out.Targets, click.TargetCountries...)
	out.Country, _ = db.Country(click.IP)
	out.GeoBuild = db.Build()
}
