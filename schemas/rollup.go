package schemas

// Grain says which dimensions a roll-up cell has.
type Grain uint8

// The grains. A cell's time is the decision's event_time cut to the grain's unit.
const (
	GrainUnknown     Grain = iota
	GrainMinuteRoute       // minute, port, route, preference status, currency: count, value
	GrainHourReason        // hour, seller, site, reason: count
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
}

// RollupRow is the absolute value of one cell as of one commit. Readers take the
// row with the greatest version of each (layout, partition, cell), and add over
// partitions.
type RollupRow struct {
	Layout    uint32 // number of partitions of the inputs when the row was written
	Partition int32
	Version   uint64 // commit number
	Cell      Cell
	Count     int64
	Value     Sum // of declared_value, in Currency
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
}
