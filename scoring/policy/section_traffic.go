package policy

// What counts as an anomaly in the time from a click to its order.

type fileTraffic struct {
	TooFastSeconds int32 `yaml:"too_fast_seconds" json:"too_fast_seconds,omitempty"`
	TooLateDays    int32 `yaml:"too_late_days" json:"too_late_days,omitempty"`
}

// Defaults and bounds of the section traffic. Orders in surplus 3 to 10 s after the click
// are how injected clicks show; advertising networks count an order for 90 days at most.
const (
	defaultTooFastSeconds = 10
	mostTooFastSeconds    = 3600
	defaultTooLateDays    = 90
	mostTooLateDays       = 3650
)

// Traffic bounds the time from a click to its order.
type Traffic struct {
	TooFastSeconds int32 // an order at most this many seconds after the click is too fast
	TooLateDays    int32 // one more than this many days after it is too late
}

func (c *compiler) traffic() {
	f := &c.file.Traffic
	if f.TooFastSeconds == 0 {
		f.TooFastSeconds = defaultTooFastSeconds
	}
	if f.TooLateDays == 0 {
		f.TooLateDays = defaultTooLateDays
	}
	c.between("traffic.too_fast_seconds", f.TooFastSeconds, 1, mostTooFastSeconds)
	c.between("traffic.too_late_days", f.TooLateDays, 1, mostTooLateDays)
	c.pack.Traffic = Traffic{TooFastSeconds: f.TooFastSeconds, TooLateDays: f.TooLateDays}
}
