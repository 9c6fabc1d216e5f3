package bench

// Idle is what a process uses while no events come.
type Idle struct {
	Seconds     float64 `json:"seconds"`
	CPUSeconds  float64 `json:"cpu_seconds"`
	Commits     int64   `json:"commits"`
	Connections int     `json:"connections"` // sockets; 0: not known
	Goroutines  int     `json:"goroutines"`
	PeakMemory  int64   `json:"peak_memory_bytes"`
}

// CaughtUp is how a backlog was worked off.
type CaughtUp struct {
	LiveSeconds float64 `json:"live_seconds"` // from the process's start to the commit that covers the last event
	Points      []Point `json:"points"`       // one a second
	// Of the subjects looked at, one in Sample by their order: how many versions there are, how
	// many a live run makes, which takes in one record at a time in the order of sending, and
	// how many are spurious: of each subject the versions beyond as many as the live run makes, or
	// those whose verdict the live run never gives, whichever are more.
	Sample       int   `json:"sample"`
	Subjects     int64 `json:"subjects"`
	Versions     int64 `json:"versions"`
	LiveVersions int64 `json:"live_versions"`
	Spurious     int64 `json:"spurious"`
}

// SpuriousShare is spurious versions a subject.
func (c *CaughtUp) SpuriousShare() float64 { return ratio(float64(c.Spurious), float64(c.Subjects)) }

// Point is how far a backlog was worked off at a time.
type Point struct {
	Seconds    float64 `json:"s"` // since the process's start
	Events     int64   `json:"events"`
	CPUSeconds float64 `json:"cpu_s"`
	PeakMemory int64   `json:"peak_bytes"`
}

// Open is what a process was when it was measured with many open orders in its state.
type Open struct {
	Orders       int64   `json:"orders"`     // filled in, and open
	Keys         int64   `json:"keys"`       // in the local state before the measured events: orders and roll-up cells
	DiskBytes    int64   `json:"disk_bytes"` // of the local state then
	Returning    int     `json:"returning"`  // measured events that come again to orders filled in
	FillSeconds  float64 `json:"fill_seconds"`
	StartSeconds float64 `json:"start_seconds"`      // from the process's start until all partitions are live
	StartMemory  int64   `json:"start_memory_bytes"` // most resident until then
	DiskReads    int64   `json:"disk_reads"`         // lookups answered from disk while measured
}
