package backtest

// Report is the outcome of a backtest. Its JSON form is a contract: members are added,
// never renamed or given another meaning.
type Report struct {
	Old     Pack   `json:"old"`
	New     Pack   `json:"new"`
	Period  Period `json:"period"`
	Read    Read   `json:"read"`
	Changed int64  `json:"changed"` // subjects of both sections

	Shipments  Section `json:"shipments"`
	PreReviews Section `json:"pre_reviews"`
}

// Pack names a policy pack.
type Pack struct {
	Version string `json:"version"`
	Hash    string `json:"hash"`
}

// Period is the first and the last date of the cases that count; empty: no bound.
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Read is what the history held.
type Read struct {
	Events  int64 `json:"events"` // that were taken in
	Refused int64 `json:"refused"`
	Orders  int   `json:"orders"`
}

// Section is about the subjects of one kind: shipments, or orders' pre-reviews.
type Section struct {
	Subjects     int64 `json:"subjects"` // of the period
	Changed      int64 `json:"changed"`
	RouteChanged int64 `json:"route_changed"`
	Stricter     int64 `json:"stricter"` // of those, that go to a stricter route
	Milder       int64 `json:"milder"`

	Routes      []Move    `json:"routes"`      // every pair of routes that occurs, unchanged ones too
	Preferences []Move    `json:"preferences"` // the same of preference statuses
	Reasons     []Reason  `json:"reasons"`     // by code
	Ports       []Group   `json:"ports"`       // most changed first, then by name
	Sellers     []Group   `json:"sellers"`
	Networks    []Group   `json:"networks"` // of the attributed click; one without a name: none is known
	Values      []Value   `json:"values"`   // by currency
	Examples    []Example `json:"examples"`
}

// Move counts subjects that go from one route or status to another.
type Move struct {
	Old   string `json:"old"`
	New   string `json:"new"`
	Count int64  `json:"count"`
}

// Reason counts the subjects that have a reason of a code: Old is Both and OnlyOld, New is
// Both and OnlyNew.
type Reason struct {
	Code     string `json:"code"`
	Old      int64  `json:"old"`
	New      int64  `json:"new"`
	Both     int64  `json:"both"`
	Severity int64  `json:"severity"` // of both: those that have it of another severity
	OnlyOld  int64  `json:"only_old"`
	OnlyNew  int64  `json:"only_new"`
}

// Group counts the subjects of a port or a seller. Name is empty where none is known.
type Group struct {
	Name         string `json:"name"`
	Others       int    `json:"others,omitempty"` // in the last row: how many it stands for
	Subjects     int64  `json:"subjects"`
	Changed      int64  `json:"changed"`
	RouteChanged int64  `json:"route_changed"`
	Stricter     int64  `json:"stricter"`
	Milder       int64  `json:"milder"`
	HeldOld      int64  `json:"held_old"` // in high-risk control
	HeldNew      int64  `json:"held_new"`
}

// Value adds up declared values of one currency, as decimals; those that are not stated
// are counted and add nothing.
type Value struct {
	Currency  string `json:"currency"`
	Subjects  int64  `json:"subjects"`
	Unstated  int64  `json:"unstated"`
	Changed   string `json:"changed"`
	Stricter  string `json:"stricter"`
	Milder    string `json:"milder"`
	HeldOld   string `json:"held_old"`
	HeldNew   string `json:"held_new"`
	ReviewOld string `json:"review_old"` // in document review
	ReviewNew string `json:"review_new"`
}

// Example is one changed subject.
type Example struct {
	DecisionID string   `json:"decision_id"` // of a pre-review its pre_review_id
	OrderKey   string   `json:"order_key"`
	ShipmentID string   `json:"shipment_id,omitempty"`
	Date       string   `json:"date"`
	SellerID   string   `json:"seller_id"`
	Port       string   `json:"port"`
	Currency   string   `json:"currency"`
	Value      string   `json:"value"`
	OldRoute   string   `json:"old_route"`
	NewRoute   string   `json:"new_route"`
	OldScore   int32    `json:"old_score"`
	NewScore   int32    `json:"new_score"`
	OldStatus  string   `json:"old_preference_status"`
	NewStatus  string   `json:"new_preference_status"`
	OnlyOld    []string `json:"only_old"` // codes of reasons, as in decide.Contrast: one of another severity is in all three
	OnlyNew    []string `json:"only_new"`
	Both       []string `json:"both"`
}
