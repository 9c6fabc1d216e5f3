package land

import (
	"github.com/ClickHouse/ch-go/proto"

	"github.com/clearlane/clearlane/schemas"
)

// listOf fills an array column element by element, in memory it reuses.
type listOf[T any] struct {
	*proto.ColArr[T]
	row []T
}

func list[T any](col *proto.ColArr[T]) *listOf[T] { return &listOf[T]{ColArr: col} }

// next adds an element to the row in the making; end completes the row.
func (l *listOf[T]) next(v T) { l.row = append(l.row, v) }

func (l *listOf[T]) end() {
	l.Append(l.row)
	l.row = l.row[:0]
}

// reasons is the arrays of a verdict's findings.
type reasons struct {
	code, severity, ruleID, pack, field, observed, expected, source, confidence *listOf[string]
	weight, ruleVersion                                                         *listOf[int32]
}

func newReasons(c *columns) *reasons {
	return &reasons{
		code: list(c.codeList("reasons.code")), severity: list(c.codeList("reasons.severity")), weight: list(c.int32List("reasons.weight")),
		ruleID: list(c.codeList("reasons.rule_id")), ruleVersion: list(c.int32List("reasons.rule_version")), pack: list(c.codeList("reasons.pack_version")),
		field: list(c.codeList("reasons.field")), observed: list(c.textList("reasons.observed")), expected: list(c.textList("reasons.expected")),
		source: list(c.codeList("reasons.source")), confidence: list(c.codeList("reasons.confidence")),
	}
}

func (r *reasons) add(found []schemas.Reason) {
	for i := range found {
		f := &found[i]
		r.code.next(f.Code)
		r.severity.next(f.Severity.String())
		r.weight.next(f.Weight)
		r.ruleID.next(f.RuleID)
		r.ruleVersion.next(f.RuleVersion)
		r.pack.next(f.PackVersion)
		r.field.next(f.Field)
		r.observed.next(f.Observed)
		r.expected.next(f.Expected)
		r.source.next(f.Source)
		r.confidence.next(f.Confidence)
	}
	for _, l := range [...]*listOf[string]{r.code, r.severity, r.ruleID, r.pack, r.field, r.observed, r.expected, r.source, r.confidence} {
		l.end()
	}
	r.weight.end()
	r.ruleVersion.end()
}
