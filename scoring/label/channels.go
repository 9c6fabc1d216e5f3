package label

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
