package label

// IDSet is a set of click ids. Its bits stand in stored features and never change.
type IDSet uint16

// The click ids.
const (
	GCLID IDSet = 1 << iota
	GBRAID
	WBRAID
	DCLID
	FBCLID
	MSCLKID
	TTCLID
	FBP
	FBC
)

// Has is true when all of ids are in the set.
func (s IDSet) Has(ids IDSet) bool { return s&ids == ids }

// Network is who runs the place a source or a referrer names.
type Network uint8

// The networks. NetworkNone is that of no source at all, NetworkOther that of a
// source in no list. The numbers stand in stored features.
const (
	NetworkNone Network = iota
	NetworkGoogle
	NetworkMeta
	NetworkMicrosoft
	NetworkTikTok
	NetworkOther
)

var networkNames = [...]string{"none", "google", "meta", "microsoft", "tiktok", "other"}

// String is the network's name in lower case.
func (n Network) String() string {
	if int(n) < len(networkNames) {
		return networkNames[n]
	}
	return networkNames[NetworkOther]
}

// Channel is GA4's default channel group of a click.
type Channel uint8

// The channel groups in the order in which GA4 tries them. The numbers stand in
// stored features.
const (
	ChannelNone Channel = iota // no click
	Direct
	CrossNetwork
	PaidShopping
	PaidSearch
	PaidSocial
	PaidVideo
	Display
	PaidOther
	OrganicShopping
	OrganicSocial
	OrganicVideo
	OrganicSearch
	Email
	Affiliates
	Referral
	Audio
	SMS
	MobilePush
	Unassigned
)

var channelNames = [...]string{
	"", "Direct", "Cross-network", "Paid Shopping", "Paid Search", "Paid Social",
	"Paid Video", "Display", "Paid Other", "Organic Shopping", "Organic Social",
	"Organic Video", "Organic Search", "Email", "Affiliates", "Referral", "Audio",
	"SMS", "Mobile Push Notifications", "Unassigned",
}

// String is the group's name as GA4 writes it, empty without a click.
func (c Channel) String() string {
	if int(c) < len(channelNames) {
		return channelNames[c]
	}
	return ""
}
