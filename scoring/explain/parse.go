package explain

import (
	"bytes"
	"errors"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
)

// ErrNotADecision: a line is JSON, and neither a decision nor a pre-review.
var ErrNotADecision = errors.New(`it is no decision and no pre-review: allowed is a record of these topics or a line of 'clearlane score', with decision_id, order_key and route`)

// Reader reads decisions and pre-reviews in the form that their topics have, as JSON. What it
// gives out is valid until its next call. One goroutine owns it.
type Reader struct {
	parser   *codec.Parser
	decision schemas.Decision
	review   schemas.PreReview
}

// NewReader makes a reader.
func NewReader() *Reader { return &Reader{parser: codec.NewParser()} }

// Read reads one line. The error is of codec, or ErrNotADecision.
func (r *Reader) Read(line []byte) (Input, error) {
	if line = bytes.TrimSpace(line); len(line) == 0 || line[0] != '{' {
		return Input{}, ErrNotADecision
	}
	if err := r.parser.Decision(line, &r.decision); err != nil {
		return Input{}, err
	}
	in := Input{Decision: &r.decision}
	if r.decision.ShipmentID == "" {
		if err := r.parser.PreReview(line, &r.review); err != nil {
			return Input{}, err
		}
		in = ofPreReview(&r.review)
	}
	if d := in.Decision; d.ID == (schemas.DecisionID{}) || d.OrderKey == "" || d.Verdict.Route == schemas.RouteNone {
		return Input{}, ErrNotADecision
	}
	return in, nil
}

func ofPreReview(p *schemas.PreReview) Input {
	return Input{PreReview: true, OrderID: p.OrderID, Decision: &schemas.Decision{
		ID: p.ID, OrderKey: p.OrderKey, Version: p.Version, Supersedes: p.Supersedes, DecidedAt: p.DecidedAt,
		Verdict: p.Verdict, VerdictHash: p.VerdictHash, Evidence: p.Evidence,
	}}
}

// OfFinal is the input of a decision or, where d is nil, a pre-review, and its verdict.
func OfFinal(d *schemas.Decision, p *schemas.PreReview, v *schemas.Verdict) Input {
	in := Input{}
	if d != nil {
		of := *d
		in.Decision = &of
	} else {
		in = ofPreReview(p)
	}
	in.Decision.Verdict = *v
	return in
}
