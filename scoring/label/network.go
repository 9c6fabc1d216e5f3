package label

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

// Kind is what a source is: the classes of GA4's default channel groups, and two that
// only a referrer has. The numbers stand in stored features.
type Kind uint8

// The kinds. KindOther is that of a source in no list, and of none.
const (
	KindOther Kind = iota
	KindSearch
	KindSocial
	KindVideo
	KindShopping
	KindEmail // webmail and messengers: labels of any campaign are passed on there
	KindAI    // AI assistants
)

var kindNames = [...]string{"other", "search", "social", "video", "shopping", "email", "ai"}

// String is the kind in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindOther]
}
