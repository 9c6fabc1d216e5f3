package explain

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/label"
	"github.com/clearlane/clearlane/scoring/policy"
	"github.com/clearlane/clearlane/scoring/reason"
)

// past is the codes of routing rules that nothing supplied afterwards does away with.
var past = []reason.Code{reason.IPRLowPrice} // what goods were sold for

// A rule of the default pack that leads somewhere has a repair, or is known to have none.
func TestRoutingRulesHaveRepairs(t *testing.T) {
	for _, r := range defaultPack(t).Rules {
		repaired := slices.ContainsFunc(repairs, func(x repair) bool { return slices.Contains(x.codes, r.Code) })
		if r.Severity != schemas.SeverityInfo && repaired == slices.Contains(past, r.Code) {
			t.Errorf("rule %s, %s: repaired %v", r.ID, r.Code, repaired)
		}
	}
}

func TestRepairsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range repairs {
		if seen[r.id] || seen[r.text] || len(r.codes) == 0 {
			t.Errorf("%s: %s", r.id, r.text)
		}
		seen[r.id], seen[r.text] = true, true
	}
	if !seen[lastResort] {
		t.Error("the last resort is not among them")
	}
}

// Each repair does away with a reason it speaks to, in some case; a repair made twice is
// made once; none makes the scorer fail, whatever the case.
func TestRepairsAreOfUse(t *testing.T) {
	pack := defaultPack(t)
	used := map[string]bool{}
	codes := func(c *scoring.Case) (out []string) {
		var v schemas.Verdict
		scoring.New(policy.Alone(pack)).Score(c, &v)
		for _, r := range v.Reasons {
			out = append(out, r.Code)
		}
		if slices.Contains(v.Missing, "order") {
			out = append(out, "")
		}
		return out
	}
	check := func(in Input, all bool) {
		e := &explainer{Input: in, verdict: &in.Decision.Verdict, pack: pack}
		before := codes(in.Case)
		for _, r := range repairs {
			if !all && !slices.ContainsFunc(r.codes, func(c reason.Code) bool { return slices.Contains(before, c.String()) }) {
				continue
			}
			once, twice := newDraft(e), newDraft(e)
			r.apply(once)
			r.apply(twice)
			r.apply(twice)
			after := codes(&once.c)
			if again := codes(&twice.c); !slices.Equal(after, again) {
				t.Fatalf("%s: once %v, twice %v", r.id, after, again)
			}
			for _, c := range r.codes {
				if slices.Contains(before, c.String()) && !slices.Contains(after, c.String()) {
					used[r.id] = true
				}
			}
		}
	}
	cases := rapid.Custom(drawCase)
	for seed := 1; seed < 10_000 && len(used) < len(repairs); seed++ { // always the same ones
		check(decided(pack, cases.Example(seed), false), seed < 200)
	}
	for _, r := range repairs {
		if !used[r.id] {
			t.Errorf("%s does away with nothing in any case", r.id)
		}
	}
}

// To register a pixel in time does not move the day of a campaign, nor the other way round.
func TestRegisteringOneLeavesTheOtherAsItIs(t *testing.T) {
	pack := defaultPack(t)
	const day = 20644 // 2026-07-10
	click := label.Features{ClickID: "c", EventTime: day * 86_400_000, SiteHost: "h", Targets: []string{"US"}, FacebookPixelID: "9", UTM: schemas.UTM{Campaign: "launch"}}
	c := &scoring.Case{
		Order: &schemas.Order{OrderID: "o", SiteHost: "h", EventTime: click.EventTime + 3_600_000, ShipToCountry: "US"}, Clicks: []label.Features{click},
		Site: &schemas.SellerSite{SiteHost: "h", FacebookPixelIDs: []string{"1"}, UTMCampaigns: []string{"launch"},
			Registrations: []schemas.Registration{{Field: "utm_campaign", ID: "launch", Since: day + 1}, {Field: "facebook_pixel_id", ID: "1", Since: day - 1}}},
		Shipment: &schemas.Shipment{ShipmentID: "p", EventTime: click.EventTime + 7_200_000, DestinationCountry: "US", PortOfEntry: "2704", EntryType: "01"},
	}
	var v schemas.Verdict
	scoring.New(policy.Alone(pack)).Score(c, &v)
	e := &explainer{Input: Input{Case: c}, verdict: &v, pack: pack}
	reasons := func(repair func(*draft)) (codes []string) {
		d := newDraft(e)
		repair(d)
		var out schemas.Verdict
		scoring.New(policy.Alone(pack)).Score(&d.c, &out)
		for _, r := range out.Reasons {
			codes = append(codes, r.Code)
		}
		return codes
	}
	if got := reasons(func(*draft) {}); !slices.Equal(got, []string{"LABEL_CAMPAIGN_UNREGISTERED", "LABEL_PIXEL_UNREGISTERED"}) {
		t.Errorf("as it is: %v", got)
	}
	if got := reasons((*draft).registerPixel); !slices.Equal(got, []string{"LABEL_CAMPAIGN_UNREGISTERED"}) {
		t.Errorf("with the pixel registered: %v", got)
	}
	if got := reasons((*draft).registerCampaigns); !slices.Equal(got, []string{"LABEL_PIXEL_UNREGISTERED"}) {
		t.Errorf("with the campaign registered: %v", got)
	}
}
