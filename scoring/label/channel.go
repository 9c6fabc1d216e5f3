package label

import (
	"bytes"
	"strings"
)

// longest bounds how much of a medium or campaign the channel rules look at.
const longest = 128

// channelOf is GA4's default channel group of a source of a kind, a medium and a
// campaign: the first definition that holds, all in lower case. Source: "[GA4]
// Default channel group", Google Analytics help.
func channelOf(sourceText string, kind Kind, medium, campaign string) Channel {
	var sb, mb, cb [longest]byte
	src := lower(sb[:0], cut(sourceText))
	med := lower(mb[:0], cut(medium))
	cam := lower(cb[:0], cut(campaign))
	paid := isPaid(med)

	switch {
	case (len(src) == 0 || is(src, "direct", "(direct)")) && (len(med) == 0 || is(med, "(none)", "(not set)")):
		return Direct
	case bytes.Contains(cam, []byte("cross-network")):
		return CrossNetwork
	case paid && (kind == KindShopping || isShopping(cam)):
		return PaidShopping
	case paid && kind == KindSearch:
		return PaidSearch
	case paid && kind == KindSocial:
		return PaidSocial
	case paid && kind == KindVideo:
		return PaidVideo
	case is(med, "display", "banner", "expandable", "interstitial", "cpm"):
		return Display
	case paid:
		return PaidOther
	case kind == KindShopping || isShopping(cam):
		return OrganicShopping
	case kind == KindSocial || is(med, "social", "social-network", "social-media", "sm", "social network", "social media"):
		return OrganicSocial
	case kind == KindVideo || bytes.Contains(med, []byte("video")):
		return OrganicVideo
	case kind == KindSearch || is(med, "organic"):
		return OrganicSearch
	case isEmail(src) || isEmail(med):
		return Email
	case is(med, "affiliate"):
		return Affiliates
	case is(med, "referral", "app", "link"):
		return Referral
	case is(med, "audio"):
		return Audio
	case is(src, "sms") || is(med, "sms"):
		return SMS
	case bytes.HasSuffix(med, []byte("push")) || bytes.Contains(med, []byte("mobile")) ||
		bytes.Contains(med, []byte("notification")) || is(src, "firebase"):
		return MobilePush
	}
	return Unassigned
}

// isPaid is PAID of GA4: ^(.*cp.*|ppc|retargeting|paid.*)$
func isPaid(medium []byte) bool {
	return bytes.Contains(medium, []byte("cp")) || is(medium, "ppc", "retargeting") ||
		bytes.HasPrefix(medium, []byte("paid"))
}

// isShopping is ^(.*(([^a-df-z]|^)shop|shopping).*)$ of GA4: eshop is, workshop is not.
func isShopping(campaign []byte) bool {
	if !bytes.Contains(campaign, []byte("shop")) { // most say neither
		return false
	}
	if bytes.Contains(campaign, []byte("shopping")) {
		return true
	}
	for from := 0; ; {
		i := bytes.Index(campaign[from:], []byte("shop"))
		if i < 0 {
			return false
		}
		at := from + i
		if at == 0 || campaign[at-1] == 'e' || campaign[at-1] < 'a' || campaign[at-1] > 'z' {
			return true
		}
		from = at + 1
	}
}

func isEmail(b []byte) bool { return is(b, "email", "e-mail", "e_mail", "e mail") }

func is(b []byte, any ...string) bool {
	for _, s := range any {
		if string(b) == s {
			return true
		}
	}
	return false
}

func cut(s string) string {
	s = strings.Trim(s, " ")
	return s[:min(len(s), longest)]
}
