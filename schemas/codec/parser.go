package codec

import (
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Parser reads outputs in either format, with or without framing. Members that are
// not known are skipped: a reader may be older than the writer. It validates no
// more than that each member is of its kind.
//
// What it reads into is overwritten, its slices are reused, and its strings alias
// the record or the parser's own memory: they are valid until the record's memory
// is reused or the parser's next call. One goroutine owns a parser.
type Parser struct {
	r      reader
	limits schemas.Limits
}

// NewParser makes a parser.
func NewParser() *Parser {
	p := &Parser{limits: schemas.DefaultLimits()}
	p.r.limits = &p.limits
	return p
}

// Decision reads a decision.
func (p *Parser) Decision(b []byte, d *schemas.Decision) error {
	*d = schemas.Decision{Verdict: emptied(&d.Verdict), Evidence: emptiedEvidence(&d.Evidence)}
	return p.r.readAny(b, layout.Decision, unsafe.Pointer(d))
}

// PreReview reads a pre-review.
func (p *Parser) PreReview(b []byte, v *schemas.PreReview) error {
	*v = schemas.PreReview{Verdict: emptied(&v.Verdict), Evidence: emptiedEvidence(&v.Evidence)}
	return p.r.readAny(b, layout.PreReview, unsafe.Pointer(v))
}

// Rollup reads a roll-up row. A row of a kind that is not known is a
// *schemas.FieldError of the field "kind".
func (p *Parser) Rollup(b []byte, r *schemas.RollupRow) error {
	*r = schemas.RollupRow{}
	return p.r.readAny(b, layout.Rollup, unsafe.Pointer(r))
}

// Progress reads a progress record. Its map is made anew and owns its keys.
func (p *Parser) Progress(b []byte, v *schemas.Progress) error {
	*v = schemas.Progress{}
	return p.r.readAny(b, layout.Progress, unsafe.Pointer(v))
}

// emptied keeps the memory of a verdict's lists and nothing else.
func emptied(v *schemas.Verdict) schemas.Verdict {
	return schemas.Verdict{Reasons: v.Reasons[:0], Unknowns: v.Unknowns[:0], Missing: v.Missing[:0]}
}

func emptiedEvidence(e *schemas.Evidence) schemas.Evidence {
	return schemas.Evidence{Positions: e.Positions[:0]}
}

// ParseDecision reads one decision as a Parser does, at the cost of a new one: its
// strings alias b or memory of their own.
func ParseDecision(b []byte, d *schemas.Decision) error { return NewParser().Decision(b, d) }

// ParsePreReview reads one pre-review, as ParseDecision does a decision.
func ParsePreReview(b []byte, v *schemas.PreReview) error { return NewParser().PreReview(b, v) }

// ParseRollup reads one roll-up row, as ParseDecision does a decision.
func ParseRollup(b []byte, r *schemas.RollupRow) error { return NewParser().Rollup(b, r) }

// ParseProgress reads one progress record, as ParseDecision does a decision.
func ParseProgress(b []byte, v *schemas.Progress) error { return NewParser().Progress(b, v) }
