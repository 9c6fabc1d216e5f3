package rollup

import (
	"encoding/binary"

	"github.com/clearlane/clearlane/schemas"
)

// total is what a cell holds.
type total struct {
	amounts
	newest int64 // record time from which the cell is kept, Unix ms

	// Of one that is live:
	key    []byte // of the cell
	used   bool   // since the last trim
	dirty  bool   // not what the local state holds
	listed bool   // one of the changed
	asked  bool   // for its row, though it may be the one that was handed out before
}

// amounts are what a row says of its cell.
type amounts struct {
	count  int64
	value  schemas.Sum
	funnel schemas.Funnel
}

// append writes a total in the form that the local state keeps it in.
func (t *total) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, t.count)
	dst = binary.AppendVarint(dst, t.newest)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.value.Hi))
	dst = binary.BigEndian.AppendUint64(dst, t.value.Lo)
	if t.funnel == (schemas.Funnel{}) {
		return dst
	}
	for _, n := range t.stages() {
		dst = binary.AppendVarint(dst, *n)
	}
	return dst
}

func (t *total) read(b []byte) error {
	r := reader{b: b}
	t.count = r.varint()
	t.newest = r.varint()
	if r.bad || len(r.b) < 16 {
		return errCell
	}
	t.value = schemas.Sum{Hi: int64(binary.BigEndian.Uint64(r.b)), Lo: binary.BigEndian.Uint64(r.b[8:])}
	t.funnel = schemas.Funnel{}
	if r.b = r.b[16:]; len(r.b) > 0 {
		for _, n := range t.stages() {
			*n = r.varint()
		}
	}
	if r.bad || len(r.b) > 0 {
		return errCell
	}
	return nil
}

// stages are the numbers of the funnel in the order in which they are kept.
func (t *total) stages() [6]*int64 {
	f := &t.funnel
	return [...]*int64{&f.Clicks, &f.Orders, &f.Shipments, &f.Joined, &f.Waiting, &f.Expired}
}

// change is a total that has changed since the last Emit, and what it was then.
type change struct {
	*total
	before amounts
}

// emits is whether a changed total is handed out: not when what was taken out of it was
// put in again.
func (c *change) emits() bool { return c.asked || c.amounts != c.before }

// keepTo makes the cell be kept from a later record time on.
func (t *total) keepTo(ms int64) { t.newest = max(t.newest, ms) }

// negative is whether anything is counted below zero.
func (t *total) negative() bool {
	f := &t.funnel
	return t.count < 0 || f.Clicks|f.Orders|f.Shipments|f.Joined|f.Waiting|f.Expired < 0
}
