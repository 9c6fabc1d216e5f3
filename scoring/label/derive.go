package label

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/host"
	"github.com/clearlane/clearlane/scoring/reason"
)

// deriver is the memory that deriving features needs. It stays with the Features,
// so that deriving into the same ones again allocates nothing.
type deriver struct {
	buf      []byte // decoded values that the features alias
	text     reason.Text
	query    query
	values   [numParams]string // as sent, else of the landing URL
	source   source            // of utm_source
	internal bool              // the referrer is the site itself
	click    *schemas.AdClick
	out      *Features
}

// Derive fills out with the facts of a click. The strings of out alias the click
// and out's own memory, and hold until out is used again; AppendFeatures copies
// them. A nil db leaves the click's country unknown.
func Derive(click *schemas.AdClick, db *geo.DB, out *Features) {
	out.reset()
	if out.memory == nil {
		out.memory = new(deriver)
	}
	out.memory.derive(click, db, out)
}

func (d *deriver) derive(click *schemas.AdClick, db *geo.DB, out *Features) {
	d.buf = d.buf[:0]
	d.text.Reset()
	d.click, d.out = click, out

	out.ClickID, out.EventTime, out.SiteHost = click.ClickID, click.EventTime, click.SiteHost
	out.Targets = append(out.Targets, click.TargetCountries[:min(len(click.TargetCountries), MaxTargets)]...)
	out.Country, _ = db.Country(click.IP)
	out.GeoBuild = db.Build()
	out.FacebookPixelID, out.BingCampaignID = click.FacebookPixelID, click.BingCampaignID

	d.parse(click.LandingURL, &d.query)
	d.resolve()
	d.whereFrom()
	d.traffic(click.IP, db)
	d.certain()
	d.likely()
	d.drift()
	d.click, d.out = nil, nil
}

// resolve takes each parameter as it was sent, else from the landing URL.
func (d *deriver) resolve() {
	c := d.click
	u := &c.UTM
	d.values = [numParams]string{
		u.ID, u.Source, u.Medium, u.Campaign, u.SourcePlatform, u.Term, u.Content, u.CreativeFormat, u.MarketingTactic,
		c.GCLID, c.GBRAID, c.WBRAID, c.DCLID, c.FBCLID, c.MSCLKID, c.TTCLID,
	}
	if d.query.any {
		for p := range d.values {
			if d.values[p] == "" {
				d.values[p] = d.query.values[p]
			}
		}
	}
	v := &d.values
	d.out.UTM = schemas.UTM{
		ID: v[utmID], Source: v[utmSource], Medium: v[utmMedium], Campaign: v[utmCampaign],
		SourcePlatform: v[utmSourcePlatform], Term: v[utmTerm], Content: v[utmContent],
		CreativeFormat: v[utmCreativeFormat], MarketingTactic: v[utmMarketingTactic],
	}
	for p := gclid; p < numParams; p++ {
		if v[p] != "" {
			d.out.IDs |= idOf[p]
		}
	}
	if c.FBP != "" {
		d.out.IDs |= FBP
	}
	if c.FBC != "" {
		d.out.IDs |= FBC
	}
}

// whereFrom works out where the click came from, as GA4 does: by its campaign
// parameters, else by Google's click id, else by the referrer.
func (d *deriver) whereFrom() {
	out := d.out
	u := &out.UTM
	d.source = sourceOf(u.Source)
	out.Source = d.source.network
	from := hostOf(d.click.Referrer)
	d.internal = host.Same(from, d.click.SiteHost)
	if d.internal {
		from = ""
	}
	referrer := referrerOf(from)
	out.Referrer, out.ReferrerKind = referrer.network, referrer.kind
	switch {
	case u.Source != "" || u.Medium != "":
		out.Channel = channelOf(u.Source, d.source.kind, u.Medium, u.Campaign)
	case out.IDs&(GCLID|GBRAID|WBRAID) != 0:
		out.Channel = channelOf("google", KindSearch, "cpc", u.Campaign)
	case out.IDs.Has(DCLID):
		out.Channel = Display
	case from != "":
		out.Channel = channelOf(from, referrer.kind, "referral", u.Campaign)
	default:
		out.Channel = channelOf("", KindOther, "", u.Campaign)
	}
}

func (d *deriver) find(code reason.Code, field, observed, expected string) {
	if len(d.out.Findings) < MaxFindings {
		d.out.Findings = append(d.out.Findings, reason.Finding{Code: code, Field: field, Observed: observed, Expected: expected})
	}
}
