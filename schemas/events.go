package schemas

// Kind says which event a record is. Its names are those of the "type" field.
type Kind uint8

// The kinds of events. SellerSite is reference data, keyed by seller; all others
// are keyed by order.
const (
	KindUnknown Kind = iota
	KindAdClick
	KindOrder
	KindShipment
	KindEcertVerification
	KindDisposition
	KindSellerSite
)

var kindNames = [...]string{"unknown", "ad_click", "order", "shipment", "ecert_verification", "disposition", "seller_site"}

// String is the value of the "type" field of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[KindUnknown]
}

// ParseKind is the kind of a "type" field, KindUnknown when there is none of that name.
func ParseKind(s string) Kind {
	for i, n := range kindNames {
		if n == s && i > 0 {
			return Kind(i)
		}
	}
	return KindUnknown
}

// AdClick is one visit that an advertisement or a link led to.
// Fields that the sender leaves out are empty, and empty is unknown.
type AdClick struct {
	OrderKey        string
	ClickID         string
	EventTime       Time
	SiteHost        string
	LandingURL      string   // with its full query string
	Referrer        string   // absolute URL or host
	TargetCountries []string // ISO 3166-1 alpha-2, or a region name of the policy pack ("EU"), of the campaign
	UTM             UTM      // as sent; what is empty here is parsed from LandingURL
	GCLID           string
	GBRAID          string
	WBRAID          string
	DCLID           string
	FBCLID          string
	MSCLKID         string
	TTCLID          string
	FacebookPixelID string
	FBP             string
	FBC             string
	BingCampaignID  string
	IP              string
	UserAgent       string
}

// UTM is GA4's nine campaign parameters (JSON: utm_id, utm_source, ...).
type UTM struct {
	ID              string
	Source          string
	Medium          string
	Campaign        string
	SourcePlatform  string
	Term            string
	Content         string
	CreativeFormat  string
	MarketingTactic string
}

// Status is the life of an order or a shipment.
type Status uint8

// ACTIVE is what an event without a status is.
const (
	StatusActive Status = iota
	StatusCancelled
)

// Order is one order of a site, in its newest revision.
type Order struct {
	OrderKey       string
	OrderID        string
	Revision       int64
	EventTime      Time
	Status         Status
	SellerID       string
	SiteHost       string
	Platform       string // the SaaS site builder, as the sender names it
	SellerCountry  string
	Channel        string // B2B or B2C
	BuyerRef       string
	BillingCountry string
	ShipToCountry  string
	Currency       string // ISO 4217
	Value          Decimal
	Items          []Item
	Preference     Preference
}

// Item is one line of an order.
type Item struct {
	SKU           string
	HSCode        string
	Description   string
	Brand         string
	Quantity      Decimal
	UnitValue     Decimal
	OriginCountry string
}

// Preference is the tariff preference an order claims. Present is false where the
// event has none.
type Preference struct {
	Present       bool
	Program       string // "USMCA"
	SPI           string // special program indicator: "S" or "S+" claims USMCA (19 CFR 182.11(b))
	EcertID       string
	Certification Certification
}

// Certification is the nine data elements of USMCA Annex 5-A.
type Certification struct {
	Present         bool
	CertifierRole   string // IMPORTER, EXPORTER or PRODUCER
	Certifier       string
	Exporter        string
	Producer        string
	Importer        string
	Description     string
	HS6             string
	OriginCriterion string // A, B, C or D
	BlanketFrom     Date
	BlanketTo       Date
	SignedAt        Date
}

// Shipment is one parcel or container of an order, in its newest revision.
type Shipment struct {
	OrderKey           string
	ShipmentID         string
	Revision           int64
	EventTime          Time
	Status             Status
	OriginCountry      string
	DestinationCountry string
	PortOfEntry        string // Schedule D, four characters, or UN/LOCODE
	Mode               string
	Carrier            string
	TrackingNumber     string
	MasterBill         string
	HouseBill          string
	EntryType          string
	EntryDate          Date
	DeclaredValue      Decimal
	ConsigneeRef       string
	OwnerRef           string
	Warehouse          Bool // the consignee is a fulfilment warehouse
	DeMinimisClaim     Bool // Section 321 is claimed
	Currency           string
	HSCodes            []string
	EcertID            string
	SPI                string
	Marketplace        string
	ListedPrice        Decimal
}

// EcertStatus is what an origin verification platform answered.
type EcertStatus uint8

// The answers of a platform. UNAVAILABLE is no answer: it is not the same as INVALID.
const (
	EcertUnknown EcertStatus = iota
	EcertVerified
	EcertInvalid
	EcertRevoked
	EcertExpired
	EcertNotFound
	EcertUnavailable
)

// against says how much an answer says against a claim.
var against = [...]uint8{EcertUnknown: 0, EcertUnavailable: 1, EcertVerified: 2, EcertExpired: 3, EcertNotFound: 4, EcertInvalid: 5, EcertRevoked: 6}

// MaxAgainst is the greatest value of Against.
const MaxAgainst = 7

// Against says how much an answer says against a claim: of several of one instant the one
// that says most holds. UNAVAILABLE says nothing, so that any other goes before it; EXPIRED
// leaves open whether it was valid at the date of the case, REVOKED leaves nothing open.
func (s EcertStatus) Against() uint8 {
	if int(s) < len(against) {
		return against[s]
	}
	return MaxAgainst
}

// EcertVerification is a platform's answer about one e-Cert ID.
type EcertVerification struct {
	OrderKey      string
	EcertID       string
	Platform      string // for example CROSSNET
	Status        EcertStatus
	CheckedAt     Time
	ValidFrom     Date
	ValidTo       Date
	HS6           []string
	OriginCountry string
}

// Disposition is what an officer or a broker did with a decision. It is recorded,
// joined and landed; it never deletes a reason.
type Disposition struct {
	OrderKey   string
	ShipmentID string
	DecisionID string
	Version    uint64
	EventTime  Time
	Code       string // an ACE disposition (1A, 1B, 1C, 1H ...), RELEASED, HELD, EXAMINED or OVERRIDDEN
	By         string
	Note       string
	Until      Date // a suppression: judged at the case's date
}

// SellerSite is what is registered about one site of a seller. A list that is
// absent (nil) is registered nowhere, so unknown; an empty one allows nothing.
type SellerSite struct {
	SellerID          string
	SiteHost          string
	Platform          string
	FacebookPixelIDs  []string
	BingCampaignIDs   []string
	UTMCampaigns      []string
	OriginIntegration OriginIntegration
	UTMIDs            []string
	Registrations     []Registration // since when; an id that none names is registered since an unknown day
}

// Registration says since when an id of a site's lists is registered, or the site.
type Registration struct {
	Field string // of a click: one of RegisteredFields
	ID    string // as in the list of that field; of site_host the site's host
	Since Date   // first day, UTC
}

// RegisteredFields are the fields of a click that a Registration may date.
var RegisteredFields = [...]string{"facebook_pixel_id", "bing_campaign_id", "utm_campaign", "utm_id", "site_host"}

// IntegrationStatus is how far a site is connected to a verification platform.
type IntegrationStatus uint8

// The states of an integration.
const (
	IntegrationUnknown IntegrationStatus = iota
	Integrated
	IntegrationPending
	IntegrationNone
)

// OriginIntegration is a site's connection to an origin verification platform.
type OriginIntegration struct {
	Platform string
	Status   IntegrationStatus
	Since    Date
}
