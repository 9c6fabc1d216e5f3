package join

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Limits bound the state of one order key. They are part of the configuration: one
// value serves all keys of a partition, and changing it changes what is kept of
// records applied from then on.
type Limits struct {
	Clicks        int // newest clicks kept a case
	Shipments     int // shipments kept a case, the smallest ids
	Verifications int // e-Cert answers kept a case: the newest one an id, the newest ids
	Dispositions  int // newest dispositions kept a case
	// RetentionMs is the longest pause between two records of one case, in record
	// time. A record after a longer pause starts a new case.
	RetentionMs int64
	// SlackMs is how much longer a case is remembered, and by how much records may be
	// displaced without changing anything. NeverForget is no setting of a stream.
	SlackMs int64
}

// NeverForget as SlackMs keeps every case, so that the state is a function of the set
// of records however far they are displaced: for readers of files, which end.
const NeverForget = math.MaxInt64

// DefaultLimits are generous for honest orders: the clicks of an attribution window,
// the parcels of a container's order.
func DefaultLimits() Limits {
	return Limits{
		Clicks:        16,
		Shipments:     256,
		Verifications: 16,
		Dispositions:  64,
		RetentionMs:   (180 * 24 * time.Hour).Milliseconds(),
		SlackMs:       (24 * time.Hour).Milliseconds(),
	}
}

// Bounds of the settings. A count is bounded because every record of a key passes
// through the whole of its state, a duration so that sums of two never overflow.
const (
	maxCount      = 4096
	maxDurationMs = 100 * 366 * 24 * 3600 * 1000
)

// Validate names every setting that is out of bounds.
func (l *Limits) Validate() error {
	var errs []error
	count := func(name string, v int) {
		if v < 1 || v > maxCount {
			errs = append(errs, fmt.Errorf("%s: %d: allowed are 1 to %d", name, v, maxCount))
		}
	}
	count("clicks", l.Clicks)
	count("shipments", l.Shipments)
	count("verifications", l.Verifications)
	count("dispositions", l.Dispositions)
	if l.RetentionMs < 1 || l.RetentionMs > maxDurationMs {
		errs = append(errs, fmt.Errorf("retention: %d ms: allowed are 1 ms to 100 years", l.RetentionMs))
	}
	// More slack than retention would let more than two cases of a key be alive.
	if l.SlackMs < 0 || l.SlackMs > l.RetentionMs {
		errs = append(errs, fmt.Errorf("expiry_slack: %d ms: allowed are 0 to the retention (%d ms)", l.SlackMs, l.RetentionMs))
	}
	return errors.Join(errs...)
}

func (l *Limits) of(k kind) int {
	switch k {
	case clicks:
		return l.Clicks
	case shipments:
		return l.Shipments
	case verifications:
		return l.Verifications
	case dispositions:
		return l.Dispositions
	}
	return 1
}
