package schemas

// Limits bounds what one event may hold. Lengths are in bytes.
type Limits struct {
	RecordBytes     int   // a whole record
	KeyBytes        int   // order_key
	IDBytes         int   // ids, references, tracking numbers and bills
	CodeBytes       int   // codes and short names: platform, mode, carrier, program
	LabelBytes      int   // one advertising label: utm_*, click ids, pixel and campaign ids
	TextBytes       int   // free text: descriptions, notes, parties of a certification
	URLBytes        int   // landing_url, referrer
	AddressBytes    int   // ip
	AgentBytes      int   // user_agent
	Items           int   // lines of an order
	HSCodes         int   // codes of a shipment or of an e-Cert
	TargetCountries int   // countries and regions that a campaign targets
	RegisteredIDs   int   // of each list of a seller's site
	Depth           int   // nesting of members that are skipped
	Amount          int64 // greatest amount or quantity, in whole units; none is negative
}

// DefaultLimits are far above what honest senders need and far below what hurts.
func DefaultLimits() Limits {
	return Limits{
		RecordBytes:     1 << 20,
		KeyBytes:        256,
		IDBytes:         256,
		CodeBytes:       64,
		LabelBytes:      2048,
		TextBytes:       4096,
		URLBytes:        16 << 10,
		AddressBytes:    64,
		AgentBytes:      2048,
		Items:           1000,
		HSCodes:         200,
		TargetCountries: 300,
		RegisteredIDs:   10_000,
		Depth:           64,
		Amount:          100_000_000_000,
	}
}
