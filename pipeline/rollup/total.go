package rollup

import (
	"encoding/binary"
	"math/bits"

	"github.com/clearlane/clearlane/schemas"
)

// total is what a cell holds: a line of the processor's cache for what changes, and one for
// the key that it is found by. It has no pointers for the garbage collector to follow.
type total struct {
	amounts
	newest int64  // record time from which the cell is kept, Unix ms
	length uint32 // of the key, bytes

	// Of one that is live:
	used   bool // since the last trim
	dirty  bool // not what the local state holds
	listed bool // one of the changed
	asked  bool // for its row, though it may be the one that was handed out before

	putMs int64 // the time that it was last put into the local state with, or unknown

	// key is the key, or where it stands if it is longer; see live.
	key [inlineKey]byte
}

// inlineKey is the length of keys that stand in their total, bytes.
const inlineKey = 56

// amounts are what a row says of its cell: of the funnel its stages, else the count and the
// sum of the values, its high part first.
type amounts [6]int64

const (
	countAt = iota
	highAt
	lowAt
)

func amountsOf(row *schemas.RollupRow) amounts {
	if row.Cell.Grain == schemas.GrainHourFunnel {
		return stagesOf(&row.Funnel)
	}
	return amounts{countAt: row.Count, highAt: row.Value.Hi, lowAt: int64(row.Value.Lo)}
}

// stagesOf are the numbers of the funnel in the order in which they are kept.
func stagesOf(f *schemas.Funnel) amounts {
	return amounts{f.Clicks, f.Orders, f.Shipments, f.Joined, f.Waiting, f.Expired}
}

// waitingAt and expiredAt are the places of these stages.
const (
	waitingAt = 4
	expiredAt = 5
)

// state puts the amounts into the row of a cell whose grain it has.
func (a *amounts) state(row *schemas.RollupRow) {
	if row.Cell.Grain == schemas.GrainHourFunnel {
		row.Count, row.Value = 0, schemas.Sum{}
		row.Funnel = schemas.Funnel{Clicks: a[0], Orders: a[1], Shipments: a[2], Joined: a[3], Waiting: a[waitingAt], Expired: a[expiredAt]}
		return
	}
	row.Count, row.Value, row.Funnel = a[countAt], schemas.Sum{Hi: a[highAt], Lo: uint64(a[lowAt])}, schemas.Funnel{}
}

// add adds the amounts of a cell of a decision.
func (a *amounts) add(d *amounts) {
	a[countAt] += d[countAt]
	low, carry := bits.Add64(uint64(a[lowAt]), uint64(d[lowAt]), 0)
	high, _ := bits.Add64(uint64(a[highAt]), uint64(d[highAt]), carry)
	a[lowAt], a[highAt] = int64(low), int64(high)
}

// addStages adds the amounts of a cell of the funnel.
func (a *amounts) addStages(d *amounts) {
	for i := range a {
		a[i] += d[i]
	}
}

// append writes a total in the form that the local state keeps it in.
func (t *total) append(dst []byte, funnel bool) []byte {
	count, high, low := t.amounts[countAt], t.amounts[highAt], t.amounts[lowAt]
	if funnel {
		count, high, low = 0, 0, 0
	}
	dst = binary.AppendVarint(dst, count)
	dst = binary.AppendVarint(dst, t.newest)
	dst = binary.BigEndian.AppendUint64(dst, uint64(high))
	dst = binary.BigEndian.AppendUint64(dst, uint64(low))
	if !funnel || t.amounts == (amounts{}) {
		return dst
	}
	for _, n := range t.amounts {
		dst = binary.AppendVarint(dst, n)
	}
	return dst
}

// read reads what append has written of a cell of the same kind.
func (t *total) read(b []byte, funnel bool) error {
	r := reader{b: b}
	count := r.varint()
	t.newest = r.varint()
	if r.bad || len(r.b) < 16 {
		return errCell
	}
	t.amounts = amounts{}
	if !funnel {
		t.amounts = amounts{countAt: count, highAt: int64(binary.BigEndian.Uint64(r.b)), lowAt: int64(binary.BigEndian.Uint64(r.b[8:]))}
	}
	if r.b = r.b[16:]; funnel && len(r.b) > 0 {
		for i := range t.amounts {
			t.amounts[i] = r.varint()
		}
	}
	if r.bad || len(r.b) > 0 {
		return errCell
	}
	return nil
}

// keepTo makes the cell be kept from a later record time on.
func (t *total) keepTo(ms int64) { t.newest = max(t.newest, ms) }
