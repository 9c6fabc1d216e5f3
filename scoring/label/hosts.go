package label

import (
	_ "embed" // the list of sources
	"maps"
	"strings"
)

//go:embed lists/sources.txt
var sourceList string

// ownHosts is what goes before the list: who runs a host, what GA4 counts as video and
// shopping, which the list does not tell, and hosts below a search engine's name that are
// no search. Written by hand.
var ownHosts = map[string]source{
	"facebook.com": {NetworkMeta, KindSocial, ""}, "fb.me": {NetworkMeta, KindSocial, ""}, "fb.com": {NetworkMeta, KindSocial, ""},
	"instagram.com": {NetworkMeta, KindSocial, ""}, "threads.net": {NetworkMeta, KindSocial, ""},
	"threads.com": {NetworkMeta, KindSocial, ""}, "meta.com": {NetworkMeta, KindSocial, ""},
	"messenger.com": {NetworkMeta, KindEmail, ""}, "whatsapp.com": {NetworkMeta, KindEmail, ""}, "wa.me": {NetworkMeta, KindEmail, ""},
	"meta.ai": {NetworkMeta, KindAI, ""},

	"google.com": {NetworkGoogle, KindSearch, ""}, "syndicatedsearch.goog": {NetworkGoogle, KindSearch, ""},
	"googleadservices.com": {NetworkGoogle, KindOther, ""}, "doubleclick.net": {NetworkGoogle, KindOther, ""},
	"googlesyndication.com": {NetworkGoogle, KindOther, ""},
	"mail.google.com":       {NetworkGoogle, KindEmail, ""}, "inbox.google.com": {NetworkGoogle, KindEmail, ""},
	"chat.google.com": {NetworkGoogle, KindEmail, ""}, "groups.google.com": {NetworkGoogle, KindEmail, ""},
	"docs.google.com": {NetworkGoogle, KindOther, ""}, "drive.google.com": {NetworkGoogle, KindOther, ""},
	"sites.google.com": {NetworkGoogle, KindOther, ""}, "calendar.google.com": {NetworkGoogle, KindOther, ""},
	"meet.google.com": {NetworkGoogle, KindOther, ""}, "classroom.google.com": {NetworkGoogle, KindOther, ""},
	"plus.google.com": {NetworkGoogle, KindSocial, ""}, "play.google.com": {NetworkGoogle, KindOther, ""},
	"gemini.google.com": {NetworkGoogle, KindAI, ""}, "bard.google.com": {NetworkGoogle, KindAI, ""},
	"notebooklm.google.com": {NetworkGoogle, KindAI, ""}, "shopping.google.com": {NetworkGoogle, KindShopping, ""},
	"youtube.com": {NetworkGoogle, KindVideo, ""}, "youtu.be": {NetworkGoogle, KindVideo, ""},

	"bing.com": {NetworkMicrosoft, KindSearch, ""}, "msn.com": {NetworkMicrosoft, KindSearch, ""},
	"cc.bingj.com": {NetworkMicrosoft, KindSearch, ""}, "copilot.microsoft.com": {NetworkMicrosoft, KindAI, ""},
	"microsoft.com": {NetworkMicrosoft, KindOther, ""}, "teams.microsoft.com": {NetworkMicrosoft, KindEmail, ""},
	"outlook.com": {NetworkMicrosoft, KindEmail, ""}, "outlook.live.com": {NetworkMicrosoft, KindEmail, ""},
	"login.live.com": {NetworkMicrosoft, KindOther, ""}, "outlook.office.com": {NetworkMicrosoft, KindEmail, ""},
	"safelinks.protection.outlook.com": {NetworkMicrosoft, KindEmail, ""}, "linkedin.com": {NetworkOther, KindSocial, ""},

	"tiktok.com": {NetworkTikTok, KindSocial, ""}, "tiktokv.com": {NetworkTikTok, KindSocial, ""},

	"x.com": {NetworkOther, KindSocial, ""}, "bsky.app": {NetworkOther, KindSocial, ""}, "mastodon.social": {NetworkOther, KindSocial, ""},
	"snapchat.com": {NetworkOther, KindSocial, ""}, "pin.it": {NetworkOther, KindSocial, ""}, "quora.com": {NetworkOther, KindSocial, ""},
	"ok.ru": {NetworkOther, KindSocial, ""}, "vk.ru": {NetworkOther, KindSocial, ""},
	"web.telegram.org": {NetworkOther, KindEmail, ""}, "t.me": {NetworkOther, KindEmail, ""}, "discord.com": {NetworkOther, KindEmail, ""},
	"slack.com": {NetworkOther, KindEmail, ""}, "mail.yahoo.com": {NetworkOther, KindEmail, ""}, "mail.ru": {NetworkOther, KindEmail, ""},
	"mail.yandex.ru": {NetworkOther, KindEmail, ""}, "mail.yandex.com": {NetworkOther, KindEmail, ""},
	"mail.aol.com": {NetworkOther, KindEmail, ""}, "mail.qq.com": {NetworkOther, KindEmail, ""}, "mail.proton.me": {NetworkOther, KindEmail, ""},
	"icloud.com": {NetworkOther, KindEmail, ""},

	"vimeo.com": {NetworkOther, KindVideo, ""}, "dailymotion.com": {NetworkOther, KindVideo, ""}, "twitch.tv": {NetworkOther, KindVideo, ""},
	"netflix.com": {NetworkOther, KindVideo, ""}, "hulu.com": {NetworkOther, KindVideo, ""}, "bilibili.com": {NetworkOther, KindVideo, ""},
	"youku.com": {NetworkOther, KindVideo, ""},
	"shop.app":  {NetworkOther, KindShopping, ""}, "taobao.com": {NetworkOther, KindShopping, ""}, "tmall.com": {NetworkOther, KindShopping, ""},

	// Android's apps: the "host" of android-app://.
	"com.google.android.googlequicksearchbox": {NetworkGoogle, KindSearch, ""}, "com.google.android.gm": {NetworkGoogle, KindEmail, ""},
	"com.google.android.youtube": {NetworkGoogle, KindVideo, ""}, "com.facebook.katana": {NetworkMeta, KindSocial, ""},
	"com.facebook.lite": {NetworkMeta, KindSocial, ""}, "com.facebook.orca": {NetworkMeta, KindEmail, ""},
	"com.instagram.android": {NetworkMeta, KindSocial, ""}, "com.whatsapp": {NetworkMeta, KindEmail, ""},
	"com.zhiliaoapp.musically": {NetworkTikTok, KindSocial, ""}, "com.microsoft.bing": {NetworkMicrosoft, KindSearch, ""},
	"com.pinterest": {NetworkOther, KindSocial, ""}, "com.twitter.android": {NetworkOther, KindSocial, ""},
	"com.reddit.frontpage": {NetworkOther, KindSocial, ""}, "com.linkedin.android": {NetworkOther, KindSocial, ""},
	"org.telegram.messenger": {NetworkOther, KindEmail, ""}, "com.slack": {NetworkOther, KindEmail, ""},
}

// hosts is what is known of whole hosts and of all below them, everywhere what is known
// of a label before any public ending.
var hosts, everywhere = sourceTables(sourceList, ownHosts, aliases)

// sourceTables reads the list: sections in brackets, in them hosts, name.* standing for
// every public ending. What is ours goes before it.
func sourceTables(list string, own, names map[string]source) (whole, labels map[string]source) {
	whole, labels = map[string]source{}, map[string]source{}
	kind := KindOther
	for word := range strings.FieldsSeq(list) {
		switch word {
		case "[search]":
			kind = KindSearch
		case "[social]":
			kind = KindSocial
		case "[ai]":
			kind = KindAI
		default:
			if label, ok := strings.CutSuffix(word, ".*"); ok {
				labels[label] = source{network: NetworkOther, kind: kind}
			} else {
				whole[word] = source{network: NetworkOther, kind: kind}
			}
		}
	}
	maps.Copy(whole, own)
	for name, s := range names {
		if s.name == "" && !strings.Contains(name, " ") {
			labels[name] = s
		}
	}
	return whole, labels
}
