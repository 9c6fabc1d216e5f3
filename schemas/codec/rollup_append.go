package codec

import (
	"strconv"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Three events make one row of a roll-up and more, so the members of rows are written out
// here, as those of decisions are: see TestRowsAreWrittenAsTheirLayoutSays.

var (
	grains   = membersOfGrains()
	rowHeads = headsOfRows()
)

// membersOfGrains are the members of the rows of each grain. What a grain has, its rows
// state, even where it is empty.
func membersOfGrains() (grains [len(layout.Shapes)][]layout.Field) {
	for g := range layout.Shapes {
		shape := &layout.Shapes[g]
		for _, f := range layout.Rollup.Fields {
			if !shape.Has(f.Name) {
				continue
			}
			if f.Kind == layout.Const {
				f.Names = []string{shape.Kind}
			}
			f.Always = true
			grains[g] = append(grains[g], f)
		}
	}
	return grains
}

// headsOfRows are the first members of the rows of each grain, up to the value of the time.
func headsOfRows() (heads [len(layout.Shapes)]string) {
	for g := range heads {
		heads[g] = `{"kind":"` + layout.Shapes[g].Kind + `","grain":"` + schemas.Grain(g).String() + `","time":"`
	}
	return heads
}

// AppendRollup appends a roll-up row as JSON, with the members of its grain and no
// others. A row of no grain is written as one of minute_route.
func AppendRollup(dst []byte, r *schemas.RollupRow) []byte {
	c := &r.Cell
	if c.Grain == schemas.GrainUnknown || int(c.Grain) >= len(rowHeads) || c.Time == 0 ||
		int(c.Route) >= len(routeNames) || int(c.PreferenceStatus) >= len(preferenceNames) {
		return appendRollupMembers(dst, r) // what no book holds, and the epoch of Unix
	}
	dst = append(c.Time.Append(append(dst, rowHeads[c.Grain]...)), '"')
	switch c.Grain {
	case schemas.GrainMinuteRoute:
		dst = appendString(append(dst, `,"port":`...), c.Port)
		dst = appendRoute(dst, c.Route)
		dst = append(append(append(dst, `,"preference_status":"`...), preferenceNames[c.PreferenceStatus]...), '"')
		dst = appendString(append(dst, `,"currency":`...), c.Currency)
	case schemas.GrainHourReason:
		dst = appendString(append(dst, `,"seller_id":`...), c.SellerID)
		dst = appendString(append(dst, `,"site_host":`...), c.SiteHost)
		dst = appendString(append(dst, `,"reason":`...), c.Reason)
	case schemas.GrainDayOrigin:
		dst = appendRoute(dst, c.Route)
		dst = appendString(append(dst, `,"currency":`...), c.Currency)
		dst = appendString(append(dst, `,"origin_country":`...), c.OriginCountry)
		dst = appendString(append(dst, `,"hs_chapter":`...), c.HSChapter)
	case schemas.GrainHourLabel:
		dst = appendString(append(dst, `,"currency":`...), c.Currency)
		dst = appendString(append(dst, `,"channel_group":`...), c.ChannelGroup)
		dst = appendString(append(dst, `,"platform":`...), c.Platform)
		dst = appendString(append(dst, `,"label_class":`...), c.LabelClass)
	case schemas.GrainDayCampaign:
		dst = appendRoute(dst, c.Route)
		dst = appendString(append(dst, `,"label_class":`...), c.LabelClass)
		dst = appendString(append(dst, `,"ad_network":`...), c.AdNetwork)
		dst = appendString(append(dst, `,"campaign":`...), c.Campaign)
	case schemas.GrainDaySeller:
		dst = appendRoute(dst, c.Route)
		dst = appendString(append(dst, `,"currency":`...), c.Currency)
		dst = appendString(append(dst, `,"seller_id":`...), c.SellerID)
		dst = appendString(append(dst, `,"site_host":`...), c.SiteHost)
	case schemas.GrainHourFunnel:
		dst = appendString(append(dst, `,"seller_id":`...), c.SellerID)
		dst = appendString(append(dst, `,"channel":`...), c.Channel)
	default: // GrainDayLedger
		dst = appendString(append(dst, `,"topic":`...), c.Topic)
		dst = appendString(append(dst, `,"outcome":`...), c.Outcome)
	}
	dst = appendAmounts(dst, r)
	dst = strconv.AppendUint(append(dst, `,"layout":`...), uint64(r.Layout), 10)
	dst = strconv.AppendInt(append(dst, `,"partition":`...), int64(r.Partition), 10)
	dst = strconv.AppendUint(append(dst, `,"version":`...), r.Version, 10)
	if c.Grain != schemas.GrainDayLedger {
		dst = strconv.AppendUint(append(dst, `,"epoch":`...), uint64(c.Epoch), 10)
	}
	return append(dst, '}')
}

// appendRollupMembers is AppendRollup by the layout.
func appendRollupMembers(dst []byte, r *schemas.RollupRow) []byte {
	g := r.Cell.Grain
	if g == schemas.GrainUnknown || int(g) >= len(grains) {
		g = schemas.GrainMinuteRoute
	}
	return append(appendFields(append(dst, '{'), grains[g], unsafe.Pointer(r)), '}')
}

// appendRoute appends a route as a member, if it is one.
func appendRoute(dst []byte, r schemas.Route) []byte {
	if r == schemas.RouteNone {
		return dst
	}
	return append(append(append(dst, `,"route":"`...), routeNames[r]...), '"')
}

// appendAmounts appends what a row says of its cell.
func appendAmounts(dst []byte, r *schemas.RollupRow) []byte {
	if r.Cell.Grain == schemas.GrainHourFunnel {
		f := &r.Funnel
		dst = strconv.AppendInt(append(dst, `,"clicks":`...), f.Clicks, 10)
		dst = strconv.AppendInt(append(dst, `,"orders":`...), f.Orders, 10)
		dst = strconv.AppendInt(append(dst, `,"shipments":`...), f.Shipments, 10)
		dst = strconv.AppendInt(append(dst, `,"joined":`...), f.Joined, 10)
		dst = strconv.AppendInt(append(dst, `,"waiting":`...), f.Waiting, 10)
		return strconv.AppendInt(append(dst, `,"expired":`...), f.Expired, 10)
	}
	dst = strconv.AppendInt(append(dst, `,"count":`...), r.Count, 10)
	if g := r.Cell.Grain; g == schemas.GrainDayCampaign || g == schemas.GrainDayLedger {
		return dst
	}
	return append(r.Value.Append(append(dst, `,"value":"`...)), '"')
}
