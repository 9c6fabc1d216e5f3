package schemas

// Grain says which dimensions a roll-up cell has.
type Grain uint8

// The grains. A cell's time is the decision's event_time cut to the grain's unit,
// of the funnel and the ledger another time, said with them.
const (
	GrainUnknown     Grain = iota
	GrainMinuteRoute       // minute, port, route, preference status, currency: count, value
	GrainHourReason        // hour, seller, site, reason: count
	GrainDayOrigin         // day, origin country, HS chapter, route, currency: count, value
	GrainHourLabel         // hour, channel group, platform, label class, currency: count, value
	GrainDayCampaign       // day, ad network, campaign, label class, route: count
	GrainDaySeller         // day, seller, site, route, currency: count, value
	GrainHourFunnel        // hour, seller, channel: Funnel; on the wire of kind funnel
	GrainDayLedger         // day, topic, outcome: count; on the wire of kind ledger
)

// Cell is one roll-up cell of one partition: its key and its absolute totals.
// Fields that its grain does not have are empty.
type Cell struct {
	Grain            Grain
	Time             Time
	Port             string
	Route            Route
	PreferenceStatus PreferenceStatus
	Currency         string
	SellerID         string
	SiteHost         string
	Reason           string
	OriginCountry    string
	HSChapter        string
	ChannelGroup     string
	Platform         string
	LabelClass       string
	AdNetwork        string
	Campaign         string
	Channel          string
	Topic            string // ledger: name of the topic
	Outcome          string // ledger: what became of its records
	// Epoch is the day (Unix days) of the version of the decisions that the cell counts, 0 in
	// rows of older releases. A cell that was forgotten is never counted in again: what comes
	// to it later, comes in a later epoch. Of the ledger, of which nothing is forgotten, 0.
	Epoch uint32
}

// Funnel is how far the orders of a cell of GrainHourFunnel have come. The three last are
// the shipments in other words: Shipments = Joined + Waiting + Expired.
type Funnel struct {
	Clicks    int64 // clicks held, of orders that arrived and of those that have not
	Orders    int64
	Shipments int64
	Joined    int64 // shipments that have their order and a click
	Waiting   int64 // shipments that have not, and may get them
	Expired   int64 // shipments that had not when their order was forgotten
}

// RollupRow is the absolute value of one cell as of one commit. Readers take the
// row with the greatest version of each (layout, partition, cell), and add over
// partitions and epochs.
type RollupRow struct {
	Layout    uint32 // number of partitions of the inputs when the row was written
	Partition int32
	Version   uint64 // commit number
	Cell      Cell
	Count     int64
	Value     Sum // of declared_value, in Currency
	Funnel    Funnel
}

// Sum is an exact sum of decimals in ten-thousandths, as a 128-bit two's
// complement number, so that no number of legal amounts overflows it.
type Sum struct {
	Hi int64
	Lo uint64
}

// Progress is the record that makes a commit: everything up to Offsets is in the
// outputs of commit number Commit and of those before.
type Progress struct {
	Partition         int32
	Layout            uint32
	Commit            uint64
	Watermark         Time             // greatest record timestamp taken in
	Offsets           map[string]int64 // input topic -> next offset
	PolicyHash        string
	GeoVersion        string
	ListsVersion      string
	SellerSitesOffset int64
	Instance          string // who wrote it, for people

	// While orders are decided anew for sellers whose sites changed from offset SweepFrom
	// to SweepTo, how far that has come: the order of SweepKey under the seller's SweepTag
	// was the last. With equal offsets nothing is under way.
	SweepFrom int64
	SweepTo   int64
	SweepTag  uint64
	SweepKey  string
	// Redecide: all open orders are being decided anew, behind RedecideKey.
	Redecide    bool
	RedecideKey string

	ShadowHash string // of the shadow pack, empty without one

	// EpochsFrom is the least version of the decisions that are counted by epoch. Those of
	// lower versions, from before there were epochs, are counted in epoch 0. It is 0 in
	// records of older releases.
	EpochsFrom uint64
}
