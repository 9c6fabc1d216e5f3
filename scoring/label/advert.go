package label

// AdNetwork is the network that the click came from as an advertisement: that of utm_source
// where it is in the lists, else the one network that gave the click an id for selling it,
// else Meta where there is an fbclid, which Meta adds to unpaid links too. NetworkNone where
// the labels name none of the four: what a referrer alone says is no advertisement.
func (f *Features) AdNetwork() Network {
	if known(f.Source) {
		return f.Source
	}
	sold := NetworkNone
	for _, n := range [...]struct {
		ids     IDSet
		network Network
	}{{googleIDs, NetworkGoogle}, {MSCLKID, NetworkMicrosoft}, {TTCLID, NetworkTikTok}} {
		switch {
		case f.IDs&n.ids == 0:
		case sold != NetworkNone:
			return NetworkNone // they contradict each other
		default:
			sold = n.network
		}
	}
	if sold == NetworkNone && f.IDs.Has(FBCLID) {
		return NetworkMeta
	}
	return sold
}

// Campaign is what names the click's campaign: utm_campaign, else Microsoft's campaign id,
// as they were derived; empty where neither is stated.
func (f *Features) Campaign() string {
	if f.UTM.Campaign != "" {
		return f.UTM.Campaign
	}
	return f.BingCampaignID
}
