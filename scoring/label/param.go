package label

// param is a campaign parameter or a click id of a landing URL.
type param uint8

const (
	utmID param = iota
	utmSource
	utmMedium
	utmCampaign
	utmSourcePlatform
	utmTerm
	utmContent
	utmCreativeFormat
	utmMarketingTactic
	gclid
	gbraid
	wbraid
	dclid
	fbclid
	msclkid
	ttclid
	numLabels // of which an event has fields of its own

	// What Google's tagging puts beside its ids: in the URL alone.
	gclsrc        = numLabels
	gadSource     = numLabels + 1
	gadCampaignID = numLabels + 2
	numParams     = numLabels + 3
)

var paramNames = [numParams]string{
	"utm_id", "utm_source", "utm_medium", "utm_campaign", "utm_source_platform",
	"utm_term", "utm_content", "utm_creative_format", "utm_marketing_tactic",
	"gclid", "gbraid", "wbraid", "dclid", "fbclid", "msclkid", "ttclid",
	"gclsrc", "gad_source", "gad_campaignid",
}

const (
	shortestParam = len("gclid")
	longestParam  = len("utm_marketing_tactic")
)

// paramOf is the parameter of a key in any case, numParams for any other key.
func paramOf(key string) param {
	if len(key) < shortestParam || len(key) > longestParam {
		return numParams
	}
	switch key[0] | 0x20 { // most keys of other kinds are through here
	case 'u', 'g', 'w', 'd', 'f', 'm', 't':
	default:
		return numParams
	}
	var low [longestParam]byte
	for i := range len(key) {
		c := key[i]
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	switch string(low[:len(key)]) {
	case "utm_id":
		return utmID
	case "utm_source":
		return utmSource
	case "utm_medium":
		return utmMedium
	case "utm_campaign":
		return utmCampaign
	case "utm_source_platform":
		return utmSourcePlatform
	case "utm_term":
		return utmTerm
	case "utm_content":
		return utmContent
	case "utm_creative_format":
		return utmCreativeFormat
	case "utm_marketing_tactic":
		return utmMarketingTactic
	case "gclid":
		return gclid
	case "gbraid":
		return gbraid
	case "wbraid":
		return wbraid
	case "dclid":
		return dclid
	case "fbclid":
		return fbclid
	case "msclkid":
		return msclkid
	case "ttclid":
		return ttclid
	case "gclsrc":
		return gclsrc
	case "gad_source":
		return gadSource
	case "gad_campaignid":
		return gadCampaignID
	}
	return numParams
}
