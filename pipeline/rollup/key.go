package rollup

import (
	"encoding/binary"
	"errors"

	"github.com/clearlane/clearlane/schemas"
)

const (
	minuteMs = 60 * 1000
	hourMs   = 60 * minuteMs
	dayMs    = 24 * hourMs
)

// units are what a cell's time is a multiple of.
var units = [...]schemas.Time{
	schemas.GrainMinuteRoute: minuteMs,
	schemas.GrainHourReason:  hourMs,
	schemas.GrainDayOrigin:   dayMs,
	schemas.GrainHourLabel:   hourMs,
	schemas.GrainDayCampaign: dayMs,
	schemas.GrainDaySeller:   dayMs,
	schemas.GrainHourFunnel:  hourMs,
	schemas.GrainDayLedger:   dayMs,
}

var errCell = errors.New("roll-up cell: not in a known form")

// floor cuts a time to a multiple of unit, also before 1970.
func floor(t schemas.Time, unit schemas.Time) schemas.Time {
	m := t % unit
	if m < 0 {
		m += unit
	}
	return t - m
}

// byEpoch marks the keys that have an epoch. Those of the first release, of the two grains
// that there were, have none, and are those of epoch 0 for ever.
const byEpoch = 1 << 7

// appendKey appends the key of a cell. Of a key's fields only those that its grain has
// are looked at, and its time is cut to the grain's unit.
func appendKey(dst []byte, c *schemas.Cell) []byte {
	if isFirst(c.Grain, c.Epoch) {
		return appendFirstKey(dst, c.Grain, c, int64(floor(c.Time, units[c.Grain])))
	}
	dst = append(dst, byte(c.Grain)|byEpoch)
	dst = appendWhen(dst, c.Epoch, c.Time, units[c.Grain])
	return appendDimensions(dst, c.Grain, c)
}

// isFirst tells cells that have a key of the first release.
func isFirst(g schemas.Grain, epoch uint32) bool {
	return epoch == 0 && g <= schemas.GrainHourReason
}

// appendWhen appends an epoch and a time in units.
func appendWhen(dst []byte, epoch uint32, t, unit schemas.Time) []byte {
	return binary.AppendVarint(binary.AppendUvarint(dst, uint64(epoch)), int64(floor(t, unit)/unit))
}

// appendDimensions appends those that cells of a grain have.
func appendDimensions(dst []byte, g schemas.Grain, c *schemas.Cell) []byte {
	switch g {
	case schemas.GrainMinuteRoute:
		dst = append(dst, byte(c.Route), byte(c.PreferenceStatus))
		dst = appendString(dst, c.Port)
		return appendString(dst, c.Currency)
	case schemas.GrainHourReason:
		dst = appendString(dst, c.SellerID)
		dst = appendString(dst, c.SiteHost)
		return appendString(dst, c.Reason)
	case schemas.GrainDayOrigin:
		dst = append(dst, byte(c.Route))
		dst = appendString(dst, c.OriginCountry)
		dst = appendString(dst, c.HSChapter)
		return appendString(dst, c.Currency)
	case schemas.GrainHourLabel:
		dst = appendString(dst, c.ChannelGroup)
		dst = appendString(dst, c.Platform)
		dst = appendString(dst, c.LabelClass)
		return appendString(dst, c.Currency)
	case schemas.GrainDayCampaign:
		dst = append(dst, byte(c.Route))
		dst = appendString(dst, c.AdNetwork)
		dst = appendString(dst, c.Campaign)
		return appendString(dst, c.LabelClass)
	case schemas.GrainDaySeller:
		dst = append(dst, byte(c.Route))
		dst = appendString(dst, c.SellerID)
		dst = appendString(dst, c.SiteHost)
		return appendString(dst, c.Currency)
	case schemas.GrainHourFunnel:
		dst = appendString(dst, c.SellerID)
		return appendString(dst, c.Channel)
	default: // GrainDayLedger
		dst = appendString(dst, c.Topic)
		return appendString(dst, c.Outcome)
	}
}

func appendFirstKey(dst []byte, g schemas.Grain, c *schemas.Cell, time int64) []byte {
	dst = append(dst, byte(g))
	if g == schemas.GrainMinuteRoute {
		dst = append(dst, byte(c.Route), byte(c.PreferenceStatus))
		dst = binary.AppendVarint(dst, time)
		dst = appendString(dst, c.Port)
		return appendString(dst, c.Currency)
	}
	dst = binary.AppendVarint(dst, time)
	dst = appendString(dst, c.SellerID)
	dst = appendString(dst, c.SiteHost)
	return appendString(dst, c.Reason)
}

// readKey reads a cell's key. Its strings alias the key.
func readKey(key []byte, c *schemas.Cell) error {
	r := reader{b: key}
	first := r.byte()
	*c = schemas.Cell{Grain: schemas.Grain(first &^ byEpoch)}
	if c.Grain == schemas.GrainUnknown || int(c.Grain) >= len(units) {
		return errCell
	}
	if first&byEpoch == 0 {
		r.firstKey(c)
	} else {
		r.keyByEpoch(c)
	}
	if r.bad || len(r.b) > 0 {
		return errCell
	}
	return nil
}

func (r *reader) keyByEpoch(c *schemas.Cell) {
	c.Epoch = uint32(r.uvarint())
	c.Time = schemas.Time(r.varint()) * units[c.Grain]
	switch c.Grain {
	case schemas.GrainMinuteRoute:
		c.Route = schemas.Route(r.byte())
		c.PreferenceStatus = schemas.PreferenceStatus(r.byte())
		c.Port, c.Currency = r.string(), r.string()
	case schemas.GrainHourReason:
		c.SellerID, c.SiteHost, c.Reason = r.string(), r.string(), r.string()
	case schemas.GrainDayOrigin:
		c.Route = schemas.Route(r.byte())
		c.OriginCountry, c.HSChapter, c.Currency = r.string(), r.string(), r.string()
	case schemas.GrainHourLabel:
		c.ChannelGroup, c.Platform, c.LabelClass, c.Currency = r.string(), r.string(), r.string(), r.string()
	case schemas.GrainDayCampaign:
		c.Route = schemas.Route(r.byte())
		c.AdNetwork, c.Campaign, c.LabelClass = r.string(), r.string(), r.string()
	case schemas.GrainDaySeller:
		c.Route = schemas.Route(r.byte())
		c.SellerID, c.SiteHost, c.Currency = r.string(), r.string(), r.string()
	case schemas.GrainHourFunnel:
		c.SellerID, c.Channel = r.string(), r.string()
	default: // GrainDayLedger
		c.Topic, c.Outcome = r.string(), r.string()
	}
}

func (r *reader) firstKey(c *schemas.Cell) {
	switch c.Grain {
	case schemas.GrainMinuteRoute:
		c.Route = schemas.Route(r.byte())
		c.PreferenceStatus = schemas.PreferenceStatus(r.byte())
		c.Time = schemas.Time(r.varint())
		c.Port, c.Currency = r.string(), r.string()
	case schemas.GrainHourReason:
		c.Time = schemas.Time(r.varint())
		c.SellerID, c.SiteHost, c.Reason = r.string(), r.string(), r.string()
	default:
		r.fail()
	}
}
