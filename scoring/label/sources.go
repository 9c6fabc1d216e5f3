package label

import "strings"

// kind is what a source is in GA4's default channel groups.
type kind uint8

const (
	kindOther kind = iota
	kindSearch
	kindSocial
	kindVideo
	kindShopping
)

// source is what is known about a name in utm_source or in a referrer's host.
type source struct {
	network Network
	kind    kind
	name    string // the usual name, where this one is an alias of it
}

// sources is names of well-known sources in lower case, as utm_source has them and
// as the first label of a host. Origin: the networks' own tagging guides and the
// aliases in use; written by hand, not taken from a list.
var sources = map[string]source{
	"google": {NetworkGoogle, kindSearch, ""}, "adwords": {NetworkGoogle, kindSearch, "google"},
	"google_ads": {NetworkGoogle, kindSearch, "google"}, "google-ads": {NetworkGoogle, kindSearch, "google"},
	"googleads": {NetworkGoogle, kindSearch, "google"}, "google ads": {NetworkGoogle, kindSearch, "google"},
	"youtube": {NetworkGoogle, kindVideo, ""}, "yt": {NetworkGoogle, kindVideo, "youtube"},

	"facebook": {NetworkMeta, kindSocial, ""}, "fb": {NetworkMeta, kindSocial, "facebook"},
	"fb-ads": {NetworkMeta, kindSocial, "facebook"}, "fb_ads": {NetworkMeta, kindSocial, "facebook"}, "fbads": {NetworkMeta, kindSocial, "facebook"},
	"fbad": {NetworkMeta, kindSocial, "facebook"}, "fb-ad": {NetworkMeta, kindSocial, "facebook"}, "fb_ad": {NetworkMeta, kindSocial, "facebook"},
	"facebook-ads": {NetworkMeta, kindSocial, "facebook"}, "facebook_ads": {NetworkMeta, kindSocial, "facebook"},
	"facebookads": {NetworkMeta, kindSocial, "facebook"}, "facebook ads": {NetworkMeta, kindSocial, "facebook"},
	"instagram": {NetworkMeta, kindSocial, ""}, "ig": {NetworkMeta, kindSocial, "instagram"}, "meta": {NetworkMeta, kindSocial, ""},
	"meta-ads": {NetworkMeta, kindSocial, "meta"}, "meta_ads": {NetworkMeta, kindSocial, "meta"}, "metaads": {NetworkMeta, kindSocial, "meta"},

	"bing": {NetworkMicrosoft, kindSearch, ""}, "microsoft": {NetworkMicrosoft, kindSearch, ""},
	"bingads": {NetworkMicrosoft, kindSearch, "bing"}, "bing-ads": {NetworkMicrosoft, kindSearch, "bing"},
	"bing_ads": {NetworkMicrosoft, kindSearch, "bing"}, "microsoft-ads": {NetworkMicrosoft, kindSearch, "microsoft"},
	"microsoft_ads": {NetworkMicrosoft, kindSearch, "microsoft"}, "msn": {NetworkMicrosoft, kindSearch, ""},

	"tiktok": {NetworkTikTok, kindSocial, ""}, "tiktok-ads": {NetworkTikTok, kindSocial, "tiktok"},
	"tiktok_ads": {NetworkTikTok, kindSocial, "tiktok"}, "tiktokads": {NetworkTikTok, kindSocial, "tiktok"},

	"yahoo": {NetworkOther, kindSearch, ""}, "duckduckgo": {NetworkOther, kindSearch, ""},
	"baidu": {NetworkOther, kindSearch, ""}, "yandex": {NetworkOther, kindSearch, ""},
	"ecosia": {NetworkOther, kindSearch, ""}, "naver": {NetworkOther, kindSearch, ""},
	"qwant": {NetworkOther, kindSearch, ""}, "sogou": {NetworkOther, kindSearch, ""}, "seznam": {NetworkOther, kindSearch, ""},

	"pinterest": {NetworkOther, kindSocial, ""}, "twitter": {NetworkOther, kindSocial, ""}, "x.com": {NetworkOther, kindSocial, ""},
	"t.co": {NetworkOther, kindSocial, ""}, "linkedin": {NetworkOther, kindSocial, ""}, "reddit": {NetworkOther, kindSocial, ""},
	"snapchat": {NetworkOther, kindSocial, ""}, "threads": {NetworkMeta, kindSocial, ""}, "quora": {NetworkOther, kindSocial, ""},
	"tumblr": {NetworkOther, kindSocial, ""}, "vk": {NetworkOther, kindSocial, ""}, "weibo": {NetworkOther, kindSocial, ""},

	"vimeo": {NetworkOther, kindVideo, ""}, "dailymotion": {NetworkOther, kindVideo, ""},
	"twitch": {NetworkOther, kindVideo, ""}, "netflix": {NetworkOther, kindVideo, ""},

	"amazon": {NetworkOther, kindShopping, ""}, "ebay": {NetworkOther, kindShopping, ""}, "etsy": {NetworkOther, kindShopping, ""},
	"walmart": {NetworkOther, kindShopping, ""}, "alibaba": {NetworkOther, kindShopping, ""},
	"aliexpress": {NetworkOther, kindShopping, ""}, "mercadolibre": {NetworkOther, kindShopping, ""},
	"rakuten": {NetworkOther, kindShopping, ""}, "temu": {NetworkOther, kindShopping, ""},
}

const longestSource = 64

// sourceOf looks up a utm_source in any case: a known name, or the host of one
// ("m.facebook.com", "google.co.uk").
func sourceOf(s string) source {
	s = strings.Trim(s, " ")
	if s == "" {
		return source{}
	}
	var buf [longestSource]byte
	if len(s) > len(buf) {
		return source{network: NetworkOther}
	}
	low := lower(buf[:0], s)
	if found, ok := sources[string(low)]; ok {
		return found
	}
	// A host: its last labels must be a public ending, so that facebook.example.com
	// is not Facebook.
	for from := 0; ; {
		dot := indexDot(low[from:])
		if dot < 0 {
			return source{network: NetworkOther}
		}
		if found, ok := sources[string(low[from:from+dot])]; ok && publicEnding(low[from+dot+1:]) {
			return found
		}
		from += dot + 1
		if found, ok := sources[string(low[from:])]; ok && indexDot(low[from:]) >= 0 {
			return found
		}
	}
}

// publicEnding is true for "com", two letters, or one of "co", "com" before two letters.
func publicEnding(b []byte) bool {
	switch string(b) {
	case "com", "net", "org":
		return true
	}
	if len(b) == 2 {
		return indexDot(b) < 0
	}
	dot := indexDot(b)
	return dot > 0 && len(b)-dot-1 == 2 && (string(b[:dot]) == "co" || string(b[:dot]) == "com")
}

func indexDot(b []byte) int {
	for i, c := range b {
		if c == '.' {
			return i
		}
	}
	return -1
}

// hostOf is the host of an absolute URL or of a bare host, without port and user.
func hostOf(url string) string {
	if _, rest, found := strings.Cut(url, "://"); found {
		url = rest
	}
	if i := strings.IndexAny(url, "/?#"); i >= 0 {
		url = url[:i]
	}
	if i := strings.LastIndexByte(url, '@'); i >= 0 {
		url = url[i+1:]
	}
	if i := strings.IndexByte(url, ':'); i >= 0 {
		url = url[:i]
	}
	return strings.TrimSuffix(url, ".")
}

// lower appends s in ASCII lower case.
func lower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}

// sameSite is true for two hosts that differ by "www." at most.
func sameSite(a, b string) bool {
	return strings.EqualFold(strings.TrimPrefix(a, "www."), strings.TrimPrefix(b, "www."))
}
