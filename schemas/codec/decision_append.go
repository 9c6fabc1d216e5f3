package codec

import (
	"strconv"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// AppendDecision appends a decision as JSON. verdict is what AppendVerdict wrote of
// d.Verdict, which is not looked at.
func AppendDecision(dst []byte, d *schemas.Decision, verdict []byte) []byte {
	dst = d.ID.Append(append(dst, `{"decision_id":"`...))
	dst = appendString(append(dst, `","order_key":`...), d.OrderKey)
	dst = appendString(append(dst, `,"shipment_id":`...), d.ShipmentID)
	dst = appendVersion(dst, d.Version, d.Supersedes, d.DecidedAt)
	if d.Retracted {
		dst = append(dst, `,"retracted":true`...)
	}
	dst = append(append(dst, ','), verdict...)
	return appendDerivation(dst, d.VerdictHash, &d.Evidence)
}

// AppendPreReview appends a pre-review as JSON, as AppendDecision does a decision.
func AppendPreReview(dst []byte, p *schemas.PreReview, verdict []byte) []byte {
	dst = p.ID.Append(append(dst, `{"pre_review_id":"`...))
	dst = appendString(append(dst, `","order_key":`...), p.OrderKey)
	dst = stated(dst, `,"order_id":`, p.OrderID)
	dst = appendVersion(dst, p.Version, p.Supersedes, p.DecidedAt)
	dst = append(append(dst, ','), verdict...)
	return appendDerivation(dst, p.VerdictHash, &p.Evidence)
}

// appendVersion appends which publication about the subject it is.
func appendVersion(dst []byte, version, supersedes uint64, at schemas.Time) []byte {
	dst = strconv.AppendUint(append(dst, `,"version":`...), version, 10)
	if supersedes != 0 {
		dst = strconv.AppendUint(append(dst, `,"supersedes":`...), supersedes, 10)
	}
	if at != 0 {
		dst = append(at.Append(append(dst, `,"decided_at":"`...)), '"')
	}
	return dst
}

// appendDerivation appends what stands behind a verdict, and the closing brace.
func appendDerivation(dst []byte, hash uint64, ev *schemas.Evidence) []byte {
	dst = appendHash(append(dst, `,"verdict_hash":"`...), hash)
	dst = append(dst, '"')
	if ev.InputTime != 0 {
		dst = strconv.AppendInt(append(dst, `,"input_time_ms":`...), int64(ev.InputTime), 10)
	}
	dst = append(dst, `,"evidence":{"positions":[`...)
	for i := range ev.Positions {
		p := &ev.Positions[i]
		dst = appendString(append(next(dst, i), `{"topic":`...), p.Topic)
		dst = strconv.AppendInt(append(dst, `,"partition":`...), int64(p.Partition), 10)
		dst = strconv.AppendInt(append(dst, `,"offset":`...), p.Offset, 10)
		dst = append(dst, '}')
	}
	dst = append(dst, ']')
	if ev.InputHash != 0 {
		dst = append(appendHash(append(dst, `,"input_hash":"`...), ev.InputHash), '"')
	}
	dst = stated(dst, `,"policy_hash":`, ev.PolicyHash)
	dst = stated(dst, `,"geo_version":`, ev.GeoVersion)
	dst = stated(dst, `,"lists_version":`, ev.ListsVersion)
	if site := unsafe.Pointer(&ev.Site); members(layout.SiteEvidence, site) != 0 {
		dst = appendObject(append(dst, `,"site":`...), layout.SiteEvidence, site)
	}
	return append(dst, '}', '}')
}
