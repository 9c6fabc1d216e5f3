package label

// aliases is what utm_source says for well-known sources, in lower case. Origin: the
// networks' own tagging guides and the names in use; written by hand, not taken from a
// list. One that is no alias (name is empty) is a host's label before a public ending too:
// amazon.co.uk.
var aliases = map[string]source{
	"google": {NetworkGoogle, KindSearch, ""}, "adwords": {NetworkGoogle, KindSearch, "google"},
	"google_ads": {NetworkGoogle, KindSearch, "google"}, "google-ads": {NetworkGoogle, KindSearch, "google"},
	"googleads": {NetworkGoogle, KindSearch, "google"}, "google ads": {NetworkGoogle, KindSearch, "google"},
	"youtube": {NetworkGoogle, KindVideo, ""}, "yt": {NetworkGoogle, KindVideo, "youtube"},

	"facebook": {NetworkMeta, KindSocial, ""}, "fb": {NetworkMeta, KindSocial, "facebook"},
	"fb-ads": {NetworkMeta, KindSocial, "facebook"}, "fb_ads": {NetworkMeta, KindSocial, "facebook"}, "fbads": {NetworkMeta, KindSocial, "facebook"},
	"fbad": {NetworkMeta, KindSocial, "facebook"}, "fb-ad": {NetworkMeta, KindSocial, "facebook"}, "fb_ad": {NetworkMeta, KindSocial, "facebook"},
	"facebook-ads": {NetworkMeta, KindSocial, "facebook"}, "facebook_ads": {NetworkMeta, KindSocial, "facebook"},
	"facebookads": {NetworkMeta, KindSocial, "facebook"}, "facebook ads": {NetworkMeta, KindSocial, "facebook"},
	"instagram": {NetworkMeta, KindSocial, ""}, "ig": {NetworkMeta, KindSocial, "instagram"}, "meta": {NetworkMeta, KindSocial, ""},
	"meta-ads": {NetworkMeta, KindSocial, "meta"}, "meta_ads": {NetworkMeta, KindSocial, "meta"}, "metaads": {NetworkMeta, KindSocial, "meta"},

	"bing": {NetworkMicrosoft, KindSearch, ""}, "microsoft": {NetworkMicrosoft, KindSearch, ""},
	"bingads": {NetworkMicrosoft, KindSearch, "bing"}, "bing-ads": {NetworkMicrosoft, KindSearch, "bing"},
	"bing_ads": {NetworkMicrosoft, KindSearch, "bing"}, "microsoft-ads": {NetworkMicrosoft, KindSearch, "microsoft"},
	"microsoft_ads": {NetworkMicrosoft, KindSearch, "microsoft"}, "msn": {NetworkMicrosoft, KindSearch, ""},

	"tiktok": {NetworkTikTok, KindSocial, ""}, "tiktok-ads": {NetworkTikTok, KindSocial, "tiktok"},
	"tiktok_ads": {NetworkTikTok, KindSocial, "tiktok"}, "tiktokads": {NetworkTikTok, KindSocial, "tiktok"},

	"yahoo": {NetworkOther, KindSearch, ""}, "duckduckgo": {NetworkOther, KindSearch, ""},
	"baidu": {NetworkOther, KindSearch, ""}, "yandex": {NetworkOther, KindSearch, ""},
	"ecosia": {NetworkOther, KindSearch, ""}, "naver": {NetworkOther, KindSearch, ""},
	"qwant": {NetworkOther, KindSearch, ""}, "sogou": {NetworkOther, KindSearch, ""}, "seznam": {NetworkOther, KindSearch, ""},

	"pinterest": {NetworkOther, KindSocial, ""}, "twitter": {NetworkOther, KindSocial, ""}, "linkedin": {NetworkOther, KindSocial, ""}, "reddit": {NetworkOther, KindSocial, ""},
	"snapchat": {NetworkOther, KindSocial, ""}, "threads": {NetworkMeta, KindSocial, ""}, "quora": {NetworkOther, KindSocial, ""},
	"tumblr": {NetworkOther, KindSocial, ""}, "vk": {NetworkOther, KindSocial, ""}, "weibo": {NetworkOther, KindSocial, ""},

	"vimeo": {NetworkOther, KindVideo, ""}, "dailymotion": {NetworkOther, KindVideo, ""},
	"twitch": {NetworkOther, KindVideo, ""}, "netflix": {NetworkOther, KindVideo, ""},

	"amazon": {NetworkOther, KindShopping, ""}, "ebay": {NetworkOther, KindShopping, ""}, "etsy": {NetworkOther, KindShopping, ""},
	"walmart": {NetworkOther, KindShopping, ""}, "alibaba": {NetworkOther, KindShopping, ""},
	"aliexpress": {NetworkOther, KindShopping, ""}, "mercadolibre": {NetworkOther, KindShopping, ""},
	"rakuten": {NetworkOther, KindShopping, ""}, "temu": {NetworkOther, KindShopping, ""},
}
