package label

import (
	"strings"
	"testing"
)

func TestReferrersHaveTheClassOfTheList(t *testing.T) {
	for host, want := range map[string]source{
		"":                      {},
		"www.google.com":        {NetworkGoogle, KindSearch, ""},
		"www.google.co.uk":      {NetworkGoogle, KindSearch, ""},
		"www.google.com.au":     {NetworkGoogle, KindSearch, ""},
		"mail.google.com":       {NetworkGoogle, KindEmail, ""},
		"gemini.google.com":     {NetworkGoogle, KindAI, ""},
		"M.YouTube.com":         {NetworkGoogle, KindVideo, ""},
		"l.facebook.com":        {NetworkMeta, KindSocial, ""},
		"lm.facebook.com":       {NetworkMeta, KindSocial, ""},
		"cn.bing.com":           {NetworkMicrosoft, KindSearch, ""},
		"copilot.microsoft.com": {NetworkMicrosoft, KindAI, ""},
		"www.tiktok.com":        {NetworkTikTok, KindSocial, ""},
		"duckduckgo.com":        {NetworkOther, KindSearch, ""},
		"de.search.yahoo.com":   {NetworkOther, KindSearch, ""},
		"yandex.com.tr":         {NetworkOther, KindSearch, ""},
		"t.co":                  {NetworkOther, KindSocial, ""},
		"old.reddit.com":        {NetworkOther, KindSocial, ""},
		"www.amazon.co.jp":      {NetworkOther, KindShopping, ""},
		"chatgpt.com":           {NetworkOther, KindAI, ""},
		"com.google.android.gm": {NetworkGoogle, KindEmail, ""},
		"com.facebook.katana":   {NetworkMeta, KindSocial, ""},

		// Not theirs.
		"facebook.example.com":          {NetworkOther, KindOther, ""},
		"google.com.evil.example":       {NetworkOther, KindOther, ""},
		"google.github.io":              {NetworkOther, KindOther, ""},
		"notfacebook.com":               {NetworkOther, KindOther, ""},
		"amazon.blogspot.com":           {NetworkOther, KindOther, ""},
		"t.co.example":                  {NetworkOther, KindOther, ""},
		"co.uk":                         {NetworkOther, KindOther, ""},
		"xn--facbook-dya.com":           {NetworkOther, KindOther, ""},
		strings.Repeat("a.", 200) + "b": {NetworkOther, KindOther, ""},
		"...":                           {NetworkOther, KindOther, ""},
		"localhost":                     {NetworkOther, KindOther, ""},
	} {
		if got := referrerOf(host); got != want {
			t.Errorf("%q: %+v, want %+v", host, got, want)
		}
	}
}

func TestHostsAreTakenOutOfURLs(t *testing.T) {
	for url, want := range map[string]string{
		"https://www.google.com/search?q=x":          "www.google.com",
		"HTTPS://user:secret@Shop.Example:8443/p#f":  "Shop.Example",
		"shop.example/p?u=https://www.facebook.com/": "shop.example",
		"//shop.example/p":                           "shop.example",
		"android-app://com.google.android.gm/":       "com.google.android.gm",
		"shop.example.":                              "shop.example",
		"https://shop.example\\@www.facebook.com/":   "shop.example",
		"/p?u=https://www.facebook.com/":             "",
		"":                                           "",
		"https://":                                   "",
		"https://bücher.example/":                    "bücher.example",
		"about:blank":                                "about",
		"https://shop.example?next=http://t.co/":     "shop.example",
	} {
		if got := hostOf(url); got != want {
			t.Errorf("%q: %q, want %q", url, got, want)
		}
	}
}

// Every host of the list is found as itself and below itself, unless what is ours goes
// before it.
func TestListOfSourcesIsSound(t *testing.T) {
	seen := map[string]bool{}
	for word := range strings.FieldsSeq(sourceList) {
		if seen[word] || strings.ToLower(word) != word {
			t.Errorf("%q stands there twice or not in lower case", word)
		}
		seen[word] = true
		if word[0] == '[' {
			continue
		}
		host := strings.ReplaceAll(word, ".*", ".co.uk")
		if got := referrerOf(host); got.network == NetworkNone || got.kind == KindOther && ownHosts[word].network == NetworkNone {
			t.Errorf("%q: %+v", host, got)
		}
		if a, b := referrerOf(host), referrerOf("www."+host); a != b {
			t.Errorf("%q is %+v, below it %+v", host, a, b)
		}
	}
	if len(seen) < 500 {
		t.Errorf("%d hosts", len(seen))
	}
}
