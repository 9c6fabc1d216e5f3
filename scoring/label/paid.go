package label

import (
	"strings"

	"github.com/clearlane/clearlane/scoring/reason"
)

// paid finds a paid medium without a click id, of a network that gives every paid click
// one. But privacy tools take ids away (Safari's link tracking protection, Firefox,
// Brave, extensions), redirects and caches lose them, and a click without an id is not
// false by itself. So it is a finding only where nothing points to such a thing, and else
// a note, of which the rule makes an unknown. What points to one:
//   - what Google's tagging puts beside its ids has stayed (gad_source, gad_campaignid,
//     gclsrc): there was an id;
//   - an fbc: the visitor has followed a link of Meta's that had one;
//   - the referrer is not the network's own page: something took it away, or the click
//     came by way of others, each of which may have lost the id;
//   - the browser is one that strips, or it is not stated which it is.
//
// What is left is a visit straight from the network's page in a browser that strips
// nothing, or in the network's own app, which sends no referrer and strips nothing. Brave
// and Chrome with an extension can't be told from Chrome: this is why the class is likely
// and not certain. A link within the site has no click id to begin with: its labels are
// drift.
func (d *deriver) paid() {
	out, agent := d.out, d.click.UserAgent
	if !known(out.Source) || out.IDs&clickIDs != 0 || d.internal || d.out.HasMacro("utm_medium") || d.out.HasMacro("utm_source") {
		return
	}
	left := out.IDs&(GADSource|GADCampaignID|GCLSRC|FBC) != 0
	straight := appOf(agent) == out.Source || out.Referrer == out.Source && !strips(agent)
	if left || !straight {
		out.Notes |= NoteIDsStripped
		return
	}
	d.find(reason.LabelPaidWithoutClickID, "utm_medium", reason.Show(out.UTM.Medium), "a click id beside a paid medium")
}

// strips is true of the user agents of browsers that may take click ids off: all on iOS
// and Safari (WebKit without Chrome), Firefox, DuckDuckGo, Brave where it says so, and of
// none at all.
func strips(agent string) bool {
	if agent == "" {
		return true
	}
	for _, word := range [...]string{"iPhone", "iPad", "iPod", "Firefox/", "FxiOS", "DuckDuckGo/", "Ddg/", "Brave"} {
		if strings.Contains(agent, word) {
			return true
		}
	}
	return strings.Contains(agent, "AppleWebKit") && strings.Contains(agent, "Safari/") && !strings.Contains(agent, "Chrom")
}

// apps are what the browsers within the networks' apps say.
var apps = [...]struct {
	word    string
	network Network
}{
	{"FBAN/", NetworkMeta}, {"FBAV/", NetworkMeta}, {"FB_IAB", NetworkMeta}, {"Instagram ", NetworkMeta}, {"Barcelona ", NetworkMeta},
	{"BytedanceWebview", NetworkTikTok}, {"musical_ly", NetworkTikTok}, {"trill_", NetworkTikTok},
	{"BingSapphire/", NetworkMicrosoft}, {"GSA/", NetworkGoogle},
}

// appOf is whose app a user agent belongs to, NetworkNone where it is no app of theirs.
func appOf(agent string) Network {
	for i := range apps {
		if strings.Contains(agent, apps[i].word) {
			return apps[i].network
		}
	}
	return NetworkNone
}
