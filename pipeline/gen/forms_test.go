package gen

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

// The published formats, written down here once more and used by nothing else.
var (
	formGclid   = regexp.MustCompile(`^[A-Za-z0-9_-]{20,}$`)
	formFBP     = regexp.MustCompile(`^fb\.\d\.(\d{13})\.\d+$`)
	formFBC     = regexp.MustCompile(`^fb\.\d\.(\d{13})\.([A-Za-z0-9_-]+)$`)
	formMsclkid = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)
	formPixel   = regexp.MustCompile(`^\d{15,16}$`)
	formTariff  = regexp.MustCompile(`^\d{4}\.?\d{2}\.?\d{2}\.?\d{2}$`)
	formMacro   = regexp.MustCompile(`[{}]|__[A-Z_]+__`)
)

// A click without a cause must have nothing false about it.
func TestCleanClicksAreClean(t *testing.T) {
	w := newWorld(Options{Seed: 9})
	networks := map[string]int{}
	for n := range 5000 {
		p := w.makePlan(n)
		if p.attributed < 0 || p.label != labelNone {
			continue
		}
		c := &p.clicks[p.attributed]
		u, err := url.Parse(c.LandingURL)
		if err != nil || u.Host != c.SiteHost {
			t.Fatalf("%s: landing_url %q: %v", p.key, c.LandingURL, err)
		}
		q := u.Query()
		fault := func(what, value string) { t.Errorf("%s: %s %q in %q", p.key, what, value, c.LandingURL) }
		for name, values := range q {
			if len(values) > 1 || formMacro.MatchString(values[0]) {
				fault(name, strings.Join(values, ","))
			}
		}
		source := q.Get("utm_source")
		networks[source]++
		for name, stated := range map[string]string{"gclid": c.GCLID, "fbclid": c.FBCLID, "msclkid": c.MSCLKID, "ttclid": c.TTCLID} {
			if q.Get(name) != stated {
				fault(name+" differs from the URL's", stated)
			}
		}
		if c.UTM.Source != "" && (c.UTM.Source != source || c.UTM.Campaign != q.Get("utm_campaign")) {
			fault("utm_source or utm_campaign differs from the URL's", c.UTM.Source)
		}
		owner := map[string]string{"google": c.GCLID, "bing": c.MSCLKID, "tiktok": c.TTCLID, "facebook": c.FBCLID}
		for network, id := range owner {
			medium := q.Get("utm_medium")
			if id != "" && network != "facebook" && source != network || id == "" && source == network && medium != "organic" {
				fault("click id of "+network+" with medium "+medium, id)
			}
		}
		if c.GCLID != "" && !formGclid.MatchString(c.GCLID) {
			fault("gclid", c.GCLID)
		}
		if c.MSCLKID != "" && !formMsclkid.MatchString(c.MSCLKID) {
			fault("msclkid", c.MSCLKID)
		}
		if m := formFBP.FindStringSubmatch(c.FBP); c.FBP != "" && (m == nil || after(m[1], c)) {
			fault("fbp", c.FBP)
		}
		if m := formFBC.FindStringSubmatch(c.FBC); c.FBC != "" && (m == nil || after(m[1], c) || m[2] != c.FBCLID) {
			fault("fbc", c.FBC)
		}
		if c.FacebookPixelID != "" && (!formPixel.MatchString(c.FacebookPixelID) || !slices.Contains(p.seller.pixels, c.FacebookPixelID)) {
			fault("facebook_pixel_id", c.FacebookPixelID)
		}
		if id := c.BingCampaignID; id != "" && !slices.Contains(p.seller.bing, id) {
			fault("bing_campaign_id", id)
		}
		if name := q.Get("utm_campaign"); name != "" && !slices.Contains(p.seller.campaigns, name) {
			fault("utm_campaign", name)
		}
		if !p.geoMismatch && len(c.TargetCountries) > 0 && !slices.Contains(c.TargetCountries, p.destination) &&
			!(slices.Contains(c.TargetCountries, "EU") && slices.Contains(euCountries, p.destination)) {
			fault("target_countries", strings.Join(c.TargetCountries, ","))
		}
		if c.IP != "" && !documentation(c.IP) {
			fault("ip", c.IP)
		}
	}
	for _, source := range []string{"", "google", "facebook", "bing", "tiktok", "newsletter", "gift-guides.example"} {
		if networks[source] == 0 {
			t.Errorf("no click with utm_source %q", source)
		}
	}
}

func after(ms string, c *schemas.AdClick) bool {
	v, _ := strconv.ParseInt(ms, 10, 64)
	return v > int64(c.EventTime)
}

// documentation is true of addresses that belong to nobody (RFC 5737, RFC 3849).
func documentation(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err == nil && slices.ContainsFunc([]string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"},
		func(p string) bool { return netip.MustParsePrefix(p).Contains(a) })
}

// A claim without a cause must stand by its own papers.
func TestGoodClaimsAreGood(t *testing.T) {
	w := newWorld(Options{Seed: 10})
	verified := 0
	for n := range 8000 {
		p := w.makePlan(n)
		if !p.orderClaims || len(p.orders) == 0 {
			continue
		}
		o := &p.orders[len(p.orders)-1]
		cert, item := &o.Preference.Certification, &o.Items[0]
		if !formTariff.MatchString(item.HSCode) || strings.ReplaceAll(item.HSCode, ".", "")[:6] != cert.HS6 || !slices.Contains(usmcaOrigins, item.OriginCountry) {
			t.Errorf("%s: goods %s of %s under a certification for %s", p.key, item.HSCode, item.OriginCountry, cert.HS6)
		}
		if cert.BlanketTo-cert.BlanketFrom > 365 || cert.SignedAt > dayOf(p.orderTime) || p.firstDate() < cert.BlanketFrom || p.lastDate() > cert.BlanketTo {
			t.Errorf("%s: blanket period %d to %d, signed %d, dates %d to %d", p.key, cert.BlanketFrom, cert.BlanketTo, cert.SignedAt, p.firstDate(), p.lastDate())
		}
		if p.claim != claimVerified {
			continue
		}
		verified++
		if len(p.certs) != 1 {
			t.Fatalf("%s: %d answers", p.key, len(p.certs))
		}
		v := &p.certs[0]
		if v.Status != schemas.EcertVerified || v.EcertID != o.Preference.EcertID || !slices.Contains(v.HS6, cert.HS6) || v.OriginCountry != item.OriginCountry ||
			v.ValidFrom > p.firstDate() || v.ValidTo < p.lastDate() {
			t.Errorf("%s: %+v for %+v", p.key, v, item)
		}
	}
	if verified < 500 {
		t.Errorf("only %d verified claims", verified)
	}
}

// Times inside click ids: the published examples, made again from their time.
func TestShortGclidHoldsItsTime(t *testing.T) {
	const ms = 1376754617000 // 2013-08-17 15:50:17 UTC, of CKSDxc_qhLkCFQyk4AodO24Arg
	r := newRNG(1, saltOrder, 1)
	got := shortGclid(&r, ms)
	if len(got) != 26 || got[0] != 'C' || got[6:12] != "_qhLkC" {
		t.Errorf("%s does not look like CKSDxc_qhLkCFQyk4AodO24Arg", got)
	}
	for range 50 {
		if long := gclid(&r, 1790000000000); len(long) > 30 && !strings.HasPrefix(long, "Cj0KCQ") {
			t.Errorf("%s does not look like Cj0KCQjw...", long)
		}
	}
}
