package rollup

import (
	"encoding/binary"

	"github.com/clearlane/clearlane/schemas"
)

const (
	minuteMs = 60 * 1000
	hourMs   = 60 * minuteMs
)

// floor cuts a time to a multiple of unit, also before 1970.
func floor(t schemas.Time, unit schemas.Time) schemas.Time {
	m := t % unit
	if m < 0 {
		m += unit
	}
	return t - m
}

// minuteKey appends the key of the minute_route cell a mark counts in.
func minuteKey(dst []byte, m *Mark) []byte {
	dst = append(dst, byte(schemas.GrainMinuteRoute), byte(m.Route), byte(m.PreferenceStatus))
	dst = binary.AppendVarint(dst, int64(floor(m.EventTime, minuteMs)))
	dst = appendString(dst, m.Port)
	return appendString(dst, m.Currency)
}

// reasonKey appends the key of the hour_reason cell of one of a mark's reasons.
func reasonKey(dst []byte, m *Mark, code string) []byte {
	dst = append(dst, byte(schemas.GrainHourReason))
	dst = binary.AppendVarint(dst, int64(floor(m.EventTime, hourMs)))
	dst = appendString(dst, m.SellerID)
	dst = appendString(dst, m.SiteHost)
	return appendString(dst, code)
}

// cellOf reads a cell's key. Its strings alias the key.
func cellOf(key []byte) (c schemas.Cell, err error) {
	r := reader{b: key}
	c.Grain = schemas.Grain(r.byte())
	switch c.Grain {
	case schemas.GrainMinuteRoute:
		c.Route = schemas.Route(r.byte())
		c.PreferenceStatus = schemas.PreferenceStatus(r.byte())
		c.Time = schemas.Time(r.varint())
		c.Port = r.string()
		c.Currency = r.string()
	case schemas.GrainHourReason:
		c.Time = schemas.Time(r.varint())
		c.SellerID = r.string()
		c.SiteHost = r.string()
		c.Reason = r.string()
	default:
		return c, errCell
	}
	if r.bad || len(r.b) > 0 {
		return c, errCell
	}
	return c, nil
}

// keyOf is the key of a cell, as a row of the rollups topic names it.
func keyOf(dst []byte, c *schemas.Cell) []byte {
	m := Mark{Route: c.Route, PreferenceStatus: c.PreferenceStatus, EventTime: c.Time, Port: c.Port,
		Currency: c.Currency, SellerID: c.SellerID, SiteHost: c.SiteHost}
	if c.Grain == schemas.GrainHourReason {
		return reasonKey(dst, &m, c.Reason)
	}
	return minuteKey(dst, &m)
}

// total is what a cell holds, in the form the local state keeps it.
type total struct {
	count  int64
	value  schemas.Sum
	newest int64 // newest record time of the orders counted in it, Unix ms
}

func (t *total) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, t.count)
	dst = binary.AppendVarint(dst, t.newest)
	dst = binary.BigEndian.AppendUint64(dst, uint64(t.value.Hi))
	return binary.BigEndian.AppendUint64(dst, t.value.Lo)
}

func (t *total) read(b []byte) error {
	r := reader{b: b}
	t.count = r.varint()
	t.newest = r.varint()
	if r.bad || len(r.b) != 16 {
		return errCell
	}
	t.value = schemas.Sum{Hi: int64(binary.BigEndian.Uint64(r.b)), Lo: binary.BigEndian.Uint64(r.b[8:])}
	return nil
}
