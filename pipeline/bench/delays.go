package bench

import "slices"

// Percentiles are those of some delays, ms.
type Percentiles struct {
	N    int   `json:"n"`
	P50  int64 `json:"p50"`
	P90  int64 `json:"p90"`
	P99  int64 `json:"p99"`
	P999 int64 `json:"p99_9"`
	Max  int64 `json:"max"`
}

// PercentilesOf sorts the delays and takes the nearest rank of each percentile.
func PercentilesOf(ms []int64) *Percentiles {
	p := &Percentiles{N: len(ms)}
	if len(ms) == 0 {
		return p
	}
	slices.Sort(ms)
	at := func(perMille int) int64 { return ms[(len(ms)*perMille+999)/1000-1] }
	p.P50, p.P90, p.P99, p.P999, p.Max = at(500), at(900), at(990), at(999), ms[len(ms)-1]
	return p
}
