package schemas

// Difference is what two policy packs say differently about one subject: the live one,
// which decides, and the shadow, which decides nothing. It is absolute: the newest version
// about a subject holds, and one that does not differ ends those before.
type Difference struct {
	ID         DecisionID // of the decision; of a pre-review its own
	OrderKey   string
	ShipmentID string // empty: of the order's pre-review
	Version    uint64
	Supersedes uint64 // the version before, 0 for the first
	ComparedAt Time
	Differs    bool

	DecisionVersion uint64 // version of the decision or pre-review that was compared
	Live, Shadow    Opinion

	SellerID      string
	SiteHost      string
	Channel       string
	Port          string
	OriginCountry string
	Currency      string
	DeclaredValue Decimal
	EventTime     Time
	InputTime     Time // Kafka timestamp of the newest record used

	Hash uint64 // of all that says what differs; 0 where nothing does
}

// Opinion is what one pack says, as far as it is compared.
type Opinion struct {
	PackVersion      string
	PackHash         string
	Route            Route
	Score            int32
	PreferenceStatus PreferenceStatus
	// Only is the codes of reasons that the other pack does not have, or has of another
	// severity, in their sequence.
	Only []string
}
