package schemas

// Route is where a shipment goes. The greater one is the stricter one.
type Route uint8

// The routes. RouteNone is that of a subject never decided.
const (
	RouteNone Route = iota
	RouteRelease
	RouteDocumentReview
	RouteHighRisk
)

// PreferenceStatus is where a USMCA claim stands.
type PreferenceStatus uint8

// The states of a claim.
const (
	PreferenceNotClaimed PreferenceStatus = iota
	PreferenceEligible
	PreferencePending
	PreferenceSuspended
)

// Severity is how much a reason counts for the route. Hard reasons route by
// themselves, soft ones ask for documents, info ones change nothing.
type Severity uint8

// The severities.
const (
	SeverityInfo Severity = iota
	SeveritySoft
	SeverityHard
)

// Verdict is what was decided about a subject: a function of the records read for
// its order, the policy pack and the reference data, and of nothing else. A new
// version of a decision is published only when its verdict differs.
type Verdict struct {
	Route            Route
	Score            int32
	PreferenceStatus PreferenceStatus
	Reasons          []Reason  // ordered by code, then field
	Unknowns         []Unknown // ordered by field, then why
	Complete         bool
	Missing          []string // of a subject that is not complete: "order", "click", ...
	AttributedClick  string   // click_id, empty when no click is attributed
	Cancelled        bool     // the order or the shipment was cancelled: route RELEASE, no reasons
	Suppressed       Suppression
	Dimensions       Dimensions
	Ecert            Ecert
	// DataCompleteness is how many percent are known of the data elements that the
	// Section 321 Data Pilot asks for; stated where Section 321 is claimed.
	DataCompleteness Decimal
}

// Ecert is the e-Cert that a preference claim rests on, and what its platform answered.
// It is the zero value where no preference is claimed, or without an e-Cert ID.
type Ecert struct {
	ID       string
	Platform string
	Status   EcertStatus // unknown: no answer has arrived
	ValidTo  Date        // last day, zero when not stated
}

// Suppression is the disposition that a shipment's route is taken from, instead of
// from its reasons, which stay with the score as they are. It is the zero value where
// none does. Who made the disposition is not said: it stands in the evidence.
type Suppression struct {
	Code  string // of the disposition: RELEASED, OVERRIDDEN, ...
	Until Date   // the last day, by the date of the case, that it holds
	Route Route  // where the reasons lead
}

// Reason is one finding, with what it needs to be defended before an officer.
// Observed and Expected never hold an IP, a user agent, an fbp, an fbc or a raw URL.
type Reason struct {
	Code        string
	Severity    Severity
	Weight      int32
	RuleID      string
	RuleVersion int32
	PackVersion string
	Field       string
	Observed    string
	Expected    string
	Source      string
	Confidence  string // official, reported, vendor or heuristic
}

// Unknown is a question that could not be answered: never a match, never a mismatch.
type Unknown struct {
	Field string
	Why   string
}

// Dimensions are what decisions are counted by.
type Dimensions struct {
	SellerID      string
	SiteHost      string
	Platform      string
	Channel       string
	Port          string
	OriginCountry string
	HSChapter     string
	ChannelGroup  string // GA4's default channel group of the attributed click
	AdNetwork     string // advertising network of the attributed click, empty when none is known
	Campaign      string // its campaign: utm_campaign, else the Bing campaign id; empty when none
	LabelClass    string // certain, likely, drift, clean, none (no click) of the labels
	Currency      string
	DeclaredValue Decimal
	EventTime     Time
}

// Position is where a record stands.
type Position struct {
	Topic     string
	Partition int32
	Offset    int64
}

// Evidence is what a verdict was derived from. It is not part of the verdict.
type Evidence struct {
	Positions    []Position // of identical records the lowest offset
	InputTime    Time       // Kafka timestamp of the newest record used
	PolicyHash   string
	GeoVersion   string // of the country database
	ListsVersion string // of the label lists
	Site         SiteEvidence
	InputHash    uint64 // murmur3-64 over the records' hashes, in their order
}

// SiteEvidence is the SellerSite fields that were used.
type SiteEvidence struct {
	Known       bool
	Platform    string
	Integration IntegrationStatus
	Since       Date
	// Elsewhere are the fields of the attributed click whose value other sellers have
	// registered, and not this one, as it stood when this was decided. A verdict does not
	// depend on it.
	Elsewhere []string
}

// DecisionID names a subject for ever: murmur3-128 (seed 0) over uvarint length +
// order_key, uvarint length + shipment_id. On the wire: 32 hex digits; as a Kafka
// key: these 16 bytes.
type DecisionID [16]byte

// Decision is one published version of the verdict about a shipment.
type Decision struct {
	ID          DecisionID
	OrderKey    string
	ShipmentID  string
	Version     uint64
	Supersedes  uint64 // the version before, 0 for the first
	DecidedAt   Time
	Retracted   bool // on high-risk: the decision leaves high-risk control
	Verdict     Verdict
	VerdictHash uint64
	Evidence    Evidence
}

// PreReview is one published version of the verdict about an order's claim, before
// and apart from its shipments. ID: the DecisionID rule over order_key alone.
type PreReview struct {
	ID          DecisionID
	OrderKey    string
	OrderID     string
	Version     uint64
	Supersedes  uint64
	DecidedAt   Time
	Verdict     Verdict
	VerdictHash uint64
	Evidence    Evidence
}
