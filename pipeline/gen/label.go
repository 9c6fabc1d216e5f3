package gen

// labelCause is a false label of the class "certain" that is planted on a click, or
// one of the oddities that look like it and are not false.
type labelCause uint8

const (
	labelNone labelCause = iota
	labelDrift
	labelMacro
	labelSourceConflict
	labelMalformed
	labelTime
	labelFBC
	labelPixel
	labelCampaign
	labelParameter
	numLabelCauses
)

// labelCodes says which hard reason a cause gives; none for what is not false.
var labelCodes = [numLabelCauses]string{
	labelMacro:          "LABEL_MACRO_UNEXPANDED",
	labelSourceConflict: "LABEL_CLICKID_SOURCE_CONFLICT",
	labelMalformed:      "LABEL_ID_MALFORMED",
	labelTime:           "LABEL_ID_TIME_INVALID",
	labelFBC:            "LABEL_FBC_CONFLICT",
	labelPixel:          "LABEL_PIXEL_UNREGISTERED",
	labelCampaign:       "LABEL_CAMPAIGN_UNREGISTERED",
	labelParameter:      "LABEL_PARAMETER_CONFLICT",
}

// labelNetworks are the networks whose clicks can carry a cause.
var labelNetworks = [numLabelCauses][]network{
	labelDrift:          {netGoogle, netFacebook},
	labelMacro:          {netGoogle, netFacebook, netBing, netTikTok},
	labelSourceConflict: {netGoogle, netFacebook, netBing, netTikTok},
	labelMalformed:      {netFacebook, netBing},
	labelTime:           {netGoogle, netFacebook},
	labelFBC:            {netFacebook},
	labelPixel:          {netFacebook},
	labelCampaign:       {netBing, netGoogle},
	labelParameter:      {netGoogle, netTikTok},
}

// needsList is true of the causes that only a seller with registered ids can have.
func (l labelCause) needsList() bool { return l == labelPixel || l == labelCampaign }

const dayMs = 86_400_000

// macro templates as they stay behind in a URL: percent-encoded once, twice, or not.
var macros = []string{"%7B%7Bad.name%7D%7D", "%257B%257Badset.name%257D%257D", "{keyword}", "%7BCampaignId%7D", "__CID_NAME__"}

// plant makes the click's labels false in the way of the cause.
func (v *visit) plant(r *rng, cause labelCause) {
	c, ms := v.c, int64(v.c.EventTime)
	switch cause {
	case labelDrift:
		c.UTM.Source = map[network][]string{netGoogle: {"Google", "adwords"}, netFacebook: {"fb", "Facebook"}}[v.net][r.n(2)]
	case labelMacro:
		v.utm = false // stated in the URL alone: the fields would hold it decoded
		c.UTM.Content = pick(r, macros)
	case labelSourceConflict:
		v.swapID(r)
	case labelMalformed:
		switch {
		case v.net == netBing:
			c.MSCLKID = r.text(hexes, 24) + "-" + r.text(hexes, 5)
		case r.perMille(500):
			c.FBP = "fb.1." + r.text(hexes, 8) + "x." + r.text(digits, 9)
		default:
			c.FBC = "fb.one." + r.text(digits, 13) + "." + c.FBCLID
		}
	case labelTime:
		after := ms + dayMs*int64(2+r.n(20))
		switch {
		case v.net == netGoogle:
			c.GCLID = shortGclid(r, after)
		case r.perMille(500):
			c.FBP = fbp(r, after)
		default:
			c.FBC = fbc(after, c.FBCLID)
		}
	case labelFBC:
		c.FBC = fbc(ms-500, fbclid(r))
	case labelPixel:
		c.FacebookPixelID = "9" + r.text(digits, 14) // those of sellers begin with 1
	case labelCampaign:
		if v.net == netBing && r.perMille(500) {
			c.BingCampaignID = "8" + r.text(digits, 8) // those of sellers begin with 4
		} else {
			c.UTM.Campaign = "clearance-" + r.text(digits, 6)
		}
	case labelParameter:
		v.param("utm_content", "a"+r.text(digits, 3))
		v.param("utm_content", "b"+r.text(digits, 3))
		c.UTM.Content = ""
	}
}

// swapID puts another network's click id in the place of the network's own.
func (v *visit) swapID(r *rng) {
	c, ms := v.c, int64(v.c.EventTime)
	c.GCLID, c.FBCLID, c.FBC, c.MSCLKID, c.TTCLID, c.BingCampaignID = "", "", "", "", "", ""
	switch v.net {
	case netGoogle:
		if r.perMille(500) {
			c.MSCLKID = msclkid(r)
		} else {
			c.TTCLID = ttclid(r)
		}
	case netFacebook:
		switch r.n(4) {
		case 0:
			c.GCLID = gclid(r, ms-dayMs)
		case 1:
			c.DCLID = shortGclid(r, ms-2000)
		case 2:
			c.MSCLKID = msclkid(r)
		default:
			c.TTCLID = ttclid(r)
		}
	default:
		c.GCLID = gclid(r, ms-dayMs)
	}
}
