package label

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/schemas"
)

// The published definitions.
var (
	paidRE     = regexp.MustCompile(`^(.*cp.*|ppc|retargeting|paid.*)$`)
	shoppingRE = regexp.MustCompile(`^(.*(([^a-df-z]|^)shop|shopping).*)$`)
	msclkidRE  = regexp.MustCompile(`^[0-9a-fA-F]{32}$`)
	fbpRE      = regexp.MustCompile(`^fb\.\d\.\d{13}\.\d+$`)
	fbcRE      = regexp.MustCompile(`^fb\.\d\.\d{13}\.[A-Za-z0-9_-]+$`)
)

func TestPaidAndShoppingAreGA4sExpressions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`(cp|c|p|paid|ppc|retargeting|shop|shopping|work|e|_|a|z| |-){0,5}`).Draw(t, "text")
		if got, want := isPaid([]byte(s)), paidRE.MatchString(s); got != want {
			t.Fatalf("isPaid(%q) = %v, GA4 says %v", s, got, want)
		}
		if got, want := isShopping([]byte(s)), shoppingRE.MatchString(s); got != want {
			t.Fatalf("isShopping(%q) = %v, GA4 says %v", s, got, want)
		}
	})
}

func TestIDFormsAreThePublishedOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9a-fA-Fg]{31,33}`).Draw(t, "msclkid")
		if got, want := validMSCLKID(s), msclkidRE.MatchString(s); got != want {
			t.Fatalf("msclkid %q: %v, published form says %v", s, got, want)
		}
		s = rapid.StringMatching(`(fb\.|fb)[0-9a]{1,2}\.[0-9a]{12,14}\.[0-9]{0,3}[A-Za-z_-]{0,3}`).Draw(t, "meta id")
		m := splitMetaID(s, true)
		if got, want := m.wellMade && m.ms, fbpRE.MatchString(s); got != want {
			t.Fatalf("fbp %q: %v, published form says %v", s, got, want)
		}
		m = splitMetaID(s, false)
		if got, want := m.wellMade && m.ms, fbcRE.MatchString(s); got != want {
			t.Fatalf("fbc %q: %v, published form says %v", s, got, want)
		}
	})
	if m := splitMetaID("fb.1.1554763741205.IwAR2F4-dbP0l7Mn1IawQQGCINEz7PYXQvwjNwB_qa2ofrHyiLjcbCRxTDMgk.AQ", false); !m.wellMade || !m.ms {
		t.Error("an fbc with the short fifth part is refused")
	}
	if validMSCLKID(microsoftTestID) {
		t.Error("Microsoft's test value passes for a msclkid")
	}
}

func TestGclidTimesArePublishedOnes(t *testing.T) {
	for id, want := range map[string]string{
		"CKSDxc_qhLkCFQyk4AodO24Arg": "2013-08-17T15:50:17Z",
		"CMrlnPq42q8CFQdb3wodOkkGBg": "2012-04-29T16:09:18Z",
	} {
		got, ok := gclidTime(id)
		if at := time.UnixMilli(int64(got)).UTC().Truncate(time.Second).Format(time.RFC3339); !ok || at != want {
			t.Errorf("%s: %s %v, published as %s", id, at, ok, want)
		}
	}
	for _, id := range []string{"", "CjwKCAjwtest_the_long_form_0123456789abcdef", "TeSter-123", "aaaaaaaaaaaaaaaaaaaaaaaaa"} {
		if at, ok := gclidTime(id); ok {
			t.Errorf("%q: read as %v, though it is none of the known layouts", id, at)
		}
	}
}

func TestChannelGroupsAreGA4s(t *testing.T) {
	for _, c := range []struct {
		source, medium, campaign string
		want                     Channel
	}{
		{"(direct)", "(none)", "", Direct},
		{"direct", "(not set)", "", Direct},
		{"", "", "", Direct},
		{"google", "cpc", "summer cross-network", CrossNetwork},
		{"google", "cpc", "eshop", PaidShopping},
		{"google", "cpc", "workshop", PaidSearch},
		{"amazon", "cpc", "", PaidShopping},
		{"google", "cpm", "", PaidSearch},
		{"GOOGLE", "CPC", "", PaidSearch},
		{"bing", "ppc", "", PaidSearch},
		{"facebook", "paid_social", "", PaidSocial},
		{"ig", "cpc", "", PaidSocial},
		{"youtube", "cpv", "", PaidVideo},
		{"youtube", "cpc", "", PaidVideo},
		{"news.example", "cpm", "", Display},
		{"news.example", "banner", "", Display},
		{"news.example", "retargeting", "", PaidOther},
		{"ebay", "referral", "", OrganicShopping},
		{"news.example", "referral", "a shop", OrganicShopping},
		{"m.facebook.com", "referral", "", OrganicSocial},
		{"forum.example", "social network", "", OrganicSocial},
		{"vimeo", "referral", "", OrganicVideo},
		{"site.example", "video", "", OrganicVideo},
		{"google.co.uk", "referral", "", OrganicSearch},
		{"site.example", "organic", "", OrganicSearch},
		{"e-mail", "", "", Email},
		{"newsletter", "e mail", "", Email},
		{"partner", "affiliate", "", Affiliates},
		{"partner", "affiliates", "", Unassigned},
		{"google", "retargeting", "", PaidSearch},
		{"facebook", "banner", "", Display},
		{"chatgpt.com", "referral", "", Referral},
		{"mail.google.com", "referral", "", Referral},
		{"forum.example", "sm", "", OrganicSocial},
		{"spot", "podcast audio", "", Unassigned},
		{"news.example", "sms", "", SMS},
		{"app", "push notifications", "", MobilePush},
		{"news.example", "cpc", "shopping week", PaidShopping},
		{"news.example", "email", "my-shop", OrganicShopping},
		{"news.example", "email", "bookshop", Email},
		{"duckduckgo.com", "referral", "", OrganicSearch},
		{"amazon.de", "referral", "", OrganicShopping},
		{"dailymotion.com", "paid", "", PaidVideo},
		{"pinterest", "paid-pins", "", PaidSocial},
		{"site.example", "link", "", Referral},
		{"spot", "audio", "", Audio},
		{"sms", "text", "", SMS},
		{"app", "web push", "", MobilePush},
		{"app", "mobile", "", MobilePush},
		{"firebase", "x", "", MobilePush},
		{"site.example", "something", "", Unassigned},
	} {
		if got := channelOf(c.source, sourceOf(c.source).kind, c.medium, c.campaign); got != c.want {
			t.Errorf("%q / %q / %q: %v, GA4 says %v", c.source, c.medium, c.campaign, got, c.want)
		}
	}
}

func TestSourcesAreKnownByAliasAndHost(t *testing.T) {
	for source, want := range map[string]Network{
		"": NetworkNone, "fb": NetworkMeta, "IG": NetworkMeta, "yt": NetworkGoogle, "fb-ads": NetworkMeta, "fbad": NetworkMeta,
		"facebook-ads": NetworkMeta, "adwords": NetworkGoogle, "google_ads": NetworkGoogle, "l.instagram.com": NetworkMeta,
		"www.google.com.au": NetworkGoogle, "bing.com": NetworkMicrosoft, "tiktok": NetworkTikTok,
		"facebook.evil.example": NetworkOther, "notgoogle": NetworkOther, "googleish.com": NetworkOther,
		strings.Repeat("g", 200): NetworkOther,
	} {
		if got := sourceOf(source).network; got != want {
			t.Errorf("%q: %v, want %v", source, got, want)
		}
	}
}

func TestMacros(t *testing.T) {
	var d deriver
	for s, want := range map[string]string{
		"{{campaign.name}}": "{{campaign.name}}", "{{ ad.id }}": "{{ ad.id }}", "x-{CampaignId}": "{CampaignId}", "{lpurl}": "{lpurl}",
		"{ifmobile:m}": "{ifmobile:m}", "__CAMPAIGN_ID__": "__CAMPAIGN_ID__", "a__AID__b": "__AID__",
		"%7B%7Bad.name%7D%7D": "{{ad.name}}", "%257B%257Bad.name%257D%257D": "{{ad.name}}",
		"%25257Bx%25257D": "", "{}": "", "{{}}": "", `{"a":1}`: "", "{3F2504E0-4F89-11D3}": "", "__init__": "", "____": "", "__X_": "",
		"{x": "", "x}": "", "{{x}": "{x}", "50% off": "", "{1}": "", "summer_sale__2026": "",
		"US__SEARCH__BRAND": "", "US___SEARCH__BRAND__EXACT": "", "2026__Q3__": "", "美国__SALE__": "",
		"x-__NAME__": "__NAME__", "___NAME__": "__NAME__", "x___CAMPAIGN_NAME__": "__CAMPAIGN_NAME__", "US__SEARCH____CID__": "__CID__",
	} {
		if got, found := d.hasMacro(s); got != want || found != (want != "") {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestTimeBeforeEventIsNotFalse(t *testing.T) {
	click := schemas.AdClick{EventTime: 1_783_683_000_000, FBP: "fb.1.1783683240000.123"}
	var f Features
	Derive(&click, nil, &f)
	if len(f.Findings) != 0 {
		t.Errorf("four minutes of a visitor's clock make %+v", f.Findings)
	}
	click.FBP = "fb.1.1783683301000.123"
	Derive(&click, nil, &f)
	if len(f.Findings) != 1 {
		t.Errorf("five minutes and a second make %+v", f.Findings)
	}
}

// A text that is taken to hold no macro at a glance holds none.
func TestNoMacroIsOverlooked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`([a-c{}%_]|__A__|%7[bB]|\{x\}|%25){0,8}`).Draw(t, "value")
		decoded, found := s, false
		for range 3 {
			found = found || findMacro(decoded) != ""
			if next, err := url.PathUnescape(decoded); err == nil {
				decoded = next
			}
		}
		if found && !mayHoldMacro(s) {
			t.Fatalf("%q holds a macro", s)
		}
	})
}
