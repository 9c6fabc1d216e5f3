package bench

import (
	"slices"
	"time"
)

// Percentiles are those of some delays, ms.
type Percentiles struct {
	N    int     `json:"n"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	P99  float64 `json:"p99"`
	P999 float64 `json:"p99_9"`
	Max  float64 `json:"max"`
}

// PercentilesOf sorts the delays and takes the nearest rank of each percentile.
func PercentilesOf(delays []time.Duration) *Percentiles {
	p := &Percentiles{N: len(delays)}
	if len(delays) == 0 {
		return p
	}
	slices.Sort(delays)
	at := func(perMille int) float64 {
		return float64(delays[(len(delays)*perMille+999)/1000-1]) / float64(time.Millisecond)
	}
	p.P50, p.P90, p.P99, p.P999, p.Max = at(500), at(900), at(990), at(999), at(1000)
	return p
}
