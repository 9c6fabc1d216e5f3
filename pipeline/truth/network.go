package truth

// network is where a click comes from.
type network struct {
	name     string
	weight   int
	paid     bool // sells clicks: its campaigns have target countries
	sources  []string
	mediums  []string
	referrer []string
	id       string // the parameter of its click id, empty for none
}

// The networks. Sources are the plain names; what agencies make of them is in noise
// and causes.
var networks = []network{
	{"google", 28, true, []string{"google"}, []string{"cpc", "cpc", "ppc", "paid", "cpm", "paid_search"}, []string{"https://www.google.com/", "https://www.google.de/", "https://www.google.com.hk/search"}, "gclid"},
	{"facebook", 22, true, []string{"facebook"}, []string{"paid_social", "cpc", "paid", "paidsocial", "cpm"}, []string{"https://l.facebook.com/", "https://m.facebook.com/", "https://lm.facebook.com/l.php"}, "fbclid"},
	{"instagram", 7, true, []string{"instagram"}, []string{"paid_social", "cpc", "paid"}, []string{"https://l.instagram.com/", "https://www.instagram.com/"}, "fbclid"},
	{"bing", 8, true, []string{"bing"}, []string{"cpc", "ppc", "paid"}, []string{"https://www.bing.com/", "https://www.bing.com/search?q=lamp"}, "msclkid"},
	{"tiktok", 9, true, []string{"tiktok"}, []string{"paid_social", "cpc", "paid"}, []string{"https://www.tiktok.com/", "https://www.tiktok.com/@lamps"}, "ttclid"},
	{"other paid", 5, true, []string{"taboola", "criteo", "pinterest", "outbrain", "reddit"}, []string{"cpc", "display", "paid_social", "retargeting"}, []string{"", "https://www.news-of-today.example/story"}, ""},
	{"organic search", 7, false, []string{"google", "bing", "duckduckgo"}, []string{"organic"}, []string{""}, ""},
	{"social", 5, false, []string{"facebook", "instagram", "pinterest", "tiktok"}, []string{"social", "organic_social", "sm"}, []string{""}, ""},
	{"email", 3, false, []string{"newsletter", "klaviyo", "mailchimp"}, []string{"email", "e-mail"}, []string{"", "https://mail.google.com/"}, ""},
	{"affiliate", 2, false, []string{"impact", "awin", "gift-guides.example"}, []string{"affiliate", "referral", "affiliates"}, []string{"https://gift-guides.example/lamps", ""}, ""},
	{"direct", 4, false, nil, nil, []string{""}, ""},
}

// byName is the network of a name.
func byName(name string) *network {
	for i := range networks {
		if networks[i].name == name {
			return &networks[i]
		}
	}
	return nil
}
