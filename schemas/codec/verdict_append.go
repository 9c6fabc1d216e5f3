package codec

import (
	"slices"
	"strconv"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Every decision is a thousand bytes of JSON, so its members are written out here instead of
// by walking the layout, at a third of the instructions. The layout stays what they are held
// against: see TestDecisionsAreWrittenAsTheirLayoutSays.

var (
	routeNames      = namesOf(layout.Verdict, "route")
	preferenceNames = namesOf(layout.Verdict, "preference_status")
	severityNames   = namesOf(layout.Reason, "severity")
)

func namesOf(l *layout.Layout, member string) []string { return l.Fields[l.Find([]byte(member))].Names }

// AppendVerdict appends the members of a verdict, without braces around them. Equal
// verdicts give equal bytes.
func AppendVerdict(dst []byte, v *schemas.Verdict) []byte {
	if v.Route == schemas.RouteNone || int(v.Route) >= len(routeNames) || int(v.PreferenceStatus) >= len(preferenceNames) {
		return appendVerdictMembers(dst, v) // what no rules decide
	}
	dst = append(append(append(dst, `"route":"`...), routeNames[v.Route]...), `","score":`...)
	dst = strconv.AppendInt(dst, int64(v.Score), 10)
	dst = append(append(append(dst, `,"preference_status":"`...), preferenceNames[v.PreferenceStatus]...), `","reasons":[`...)
	for i := range v.Reasons {
		dst = appendReason(next(dst, i), &v.Reasons[i])
	}
	dst = append(dst, `],"unknowns":[`...)
	for i := range v.Unknowns {
		u := &v.Unknowns[i]
		dst = appendString(append(next(dst, i), `{"field":`...), u.Field)
		dst = append(appendString(append(dst, `,"why":`...), u.Why), '}')
	}
	dst = strconv.AppendBool(append(dst, `],"complete":`...), v.Complete)
	if len(v.Missing) > 0 {
		dst = append(dst, `,"missing":[`...)
		for i, m := range v.Missing {
			dst = appendString(next(dst, i), m)
		}
		dst = append(dst, ']')
	}
	dst = stated(dst, `,"attributed_click":`, v.AttributedClick)
	if v.Cancelled {
		dst = append(dst, `,"cancelled":true`...)
	}
	if v.Suppressed != (schemas.Suppression{}) {
		dst = appendObject(append(dst, `,"suppressed":`...), layout.Suppression, unsafe.Pointer(&v.Suppressed))
	}
	dst = appendDimensions(dst, &v.Dimensions)
	if v.DataCompleteness.Set {
		dst = append(v.DataCompleteness.Append(append(dst, `,"data_completeness":"`...)), '"')
	}
	if v.Ecert != (schemas.Ecert{}) {
		dst = appendObject(append(dst, `,"ecert":`...), layout.Ecert, unsafe.Pointer(&v.Ecert))
	}
	return dst
}

// appendVerdictMembers is AppendVerdict by the layout.
func appendVerdictMembers(dst []byte, v *schemas.Verdict) []byte {
	from := len(dst)
	dst = appendFields(append(dst, '{'), layout.Verdict.Fields, unsafe.Pointer(v))
	return slices.Delete(dst, from, from+1)
}

func appendDimensions(dst []byte, d *schemas.Dimensions) []byte {
	dst = stated(dst, `,"seller_id":`, d.SellerID)
	dst = stated(dst, `,"site_host":`, d.SiteHost)
	dst = stated(dst, `,"platform":`, d.Platform)
	dst = stated(dst, `,"channel":`, d.Channel)
	dst = stated(dst, `,"port":`, d.Port)
	dst = stated(dst, `,"origin_country":`, d.OriginCountry)
	dst = stated(dst, `,"hs_chapter":`, d.HSChapter)
	dst = stated(dst, `,"channel_group":`, d.ChannelGroup)
	dst = stated(dst, `,"ad_network":`, d.AdNetwork)
	dst = stated(dst, `,"campaign":`, d.Campaign)
	dst = stated(dst, `,"label_class":`, d.LabelClass)
	dst = stated(dst, `,"currency":`, d.Currency)
	if d.DeclaredValue.Set {
		dst = append(d.DeclaredValue.Append(append(dst, `,"declared_value":"`...)), '"')
	}
	if d.EventTime != 0 {
		dst = append(d.EventTime.Append(append(dst, `,"event_time":"`...)), '"')
	}
	return dst
}

func appendReason(dst []byte, r *schemas.Reason) []byte {
	dst = appendString(append(dst, `{"code":`...), r.Code)
	severity := severityNames[min(int(r.Severity), len(severityNames)-1)]
	dst = append(append(append(dst, `,"severity":"`...), severity...), `","weight":`...)
	dst = strconv.AppendInt(dst, int64(r.Weight), 10)
	dst = stated(dst, `,"rule_id":`, r.RuleID)
	if r.RuleVersion != 0 {
		dst = strconv.AppendInt(append(dst, `,"rule_version":`...), int64(r.RuleVersion), 10)
	}
	dst = stated(dst, `,"pack_version":`, r.PackVersion)
	dst = appendString(append(dst, `,"field":`...), r.Field)
	dst = appendString(append(dst, `,"observed":`...), r.Observed)
	dst = appendString(append(dst, `,"expected":`...), r.Expected)
	dst = stated(dst, `,"source":`, r.Source)
	dst = stated(dst, `,"confidence":`, r.Confidence)
	return append(dst, '}')
}

// stated appends a text member, with what stands before its value, unless it is empty.
func stated(dst []byte, name, v string) []byte {
	if v == "" {
		return dst
	}
	return appendString(append(dst, name...), v)
}

// next parts the elements of a list.
func next(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ',')
	}
	return dst
}
