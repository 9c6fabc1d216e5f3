package truth

// What noise is made of. No rule reads any of it.

var agencyContents = []string{"US|25-54|F|lookalike_", "us~mob~carousel~", "adset 03 — Ad ", "CTA: Shop now / ", "c1.v2-", "hero[A]", "50%-off ", "a+b test "}

var forwarders = []string{"FWD Pacific Consolidators", "Harborline Freight", "Blue Anchor Logistics", "Northgate Parcel Forwarding", "TransOcean NVOCC"}

// otherParams are parameters of shops, newsletters, analytics and other networks, as
// they stand in URLs.
var otherParams = [][2]string{
	{"variant", "4418293"}, {"ref", "home_banner"}, {"mc_cid", "a1b2c3d4e5"}, {"mc_eid", "f00dcafe11"}, {"_ga", "2.1234.5678-9.1011"}, {"_gl", "1*abc*_up*MQ.."},
	{"epik", "dj0yJnU9a2s"}, {"twclid", "2-4y6x8"}, {"rdt_cid", "5021445"}, {"irclickid", "QxYz12"}, {"awc", "1001_1700000000_ab"}, {"srsltid", "AfmBOop1"},
	{"yclid", "1234567890123456789"}, {"li_fat_id", "6f2a"}, {"ScCid", "9a8b7c"}, {"currency", "USD"}, {"q", "lamp+led"}, {"filter", "a%5B%5D=1"}, {"utm_nooverride", "1"},
	{"redirect_to", "https%3A%2F%2Flogin.example%2F%3Futm_source%3Dfacebook%26utm_medium%3Dcpc%26gclid%3DCjwKAnotherOne12345678"}, {"hsa_acc", "123"}, {"hsa_cam", "456"}, {"matchtype", "b"}, {"network", "g"}, {"device", "m"}, {"gad_source", "1"}, {"tblci", "GiA9"},
}

// notMacros are labels with braces, underscores and percent signs that nobody should
// have filled in.
var notMacros = []string{
	`{"id":17,"v":2}`, "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "__init__", "a__b__c", "snake__case__name", "save {20%}", "{}", "{{}}", "___", "50%", "100%25 cotton",
	"size {S, M}", "__", "set{ }", "{1}", "v2__final", "_a_", "%", "%7B%7D",
}

var appAgents = []string{
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/478.0.0.44.109;FBBV/640000000;FBDV/iPhone15,2]",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 345.0.0.22.101 (iPhone15,3; iOS 18_5; en_US)",
	"Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36 trill_370102 BytedanceWebview/d8a21c6",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/380.0.788317806 Mobile/15E148 Safari/604.1",
	"Mozilla/5.0 (Linux; Android 15; SM-A556E; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/480.0.0.53.88;]",
	"Mozilla/5.0 (Linux; Android 14; M2101K6G Build/UKQ1; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.50",
}

// oddAgents are people's: a phone whose maker's name ends in bot, a watch, a car, a
// console, a text browser, a browser named after a spider's work.
var oddAgents = []string{
	"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (Linux; Android 13; CUBOT KINGKONG STAR) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Mobile Safari/537.36",
	"Mozilla/5.0 (X11; GNU/Linux) AppleWebKit/537.36 (KHTML, like Gecko) Chromium/128.0.0.0 Chrome/128.0.0.0 Safari/537.36 Tesla/2026.2.9",
	"Mozilla/5.0 (PlayStation; PlayStation 5/9.60) AppleWebKit/605.1.15 (KHTML, like Gecko)",
	"Mozilla/5.0 (SMART-TV; Linux; Tizen 8.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/5.0 Chrome/120.0.0.0 TV Safari/537.36",
	"Lynx/2.9.2 libwww-FM/2.14 SSL-MM/1.4.1 OpenSSL/3.4.0",
	"Mozilla/5.0 (Android 14; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0",
	"Opera/9.80 (Android; Opera Mini/79.0.2254/191.361; U; en) Presto/2.12.423 Version/12.16",
	"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 OPR/125.0.0.0",
}

// redirects are hosts that stand between an advertisement and the shop.
var redirects = []string{
	"https://bit.ly/", "https://ad.atdmt.example/c/go", "https://track.agency-tools.example/r?id=7", "https://linktr.ee/lumenhome", "https://lnk.bio/abc",
	"https://click.mailer.example/ls/click", "https://www.awin1.com/", "https://checkout.pay-wall.example/return", "https://go.skimresources.com/",
}

// strippers are browsers whose makers or users take click ids off links: Safari (link
// tracking protection), Firefox (query parameter stripping), Brave, which calls itself
// Chrome, and Chrome with an extension.
var strippers = []string{browsers[1], browsers[1], browsers[2], browsers[4], browsers[4], browsers[0], browsers[3]}
