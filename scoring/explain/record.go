package explain

import (
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring"
	"github.com/clearlane/clearlane/scoring/policy"
)

// Input is what a record is made of.
type Input struct {
	Decision  *schemas.Decision // of a pre-review: without a shipment
	PreReview bool
	OrderID   string
	// Pack is the pack that the decision may have been made by: one of another hash is left out of account, and the
	// record says so. nil: none is at hand.
	Pack *policy.Pack
	// Case is what the decision was made of; nil: the decision is all that is known.
	// Nothing of it is changed.
	Case *scoring.Case
}

// Record is one decision in words. Its members are in the order in which they are read. It may
// share memory with what it was made of.
type Record struct {
	Subject    Subject    `json:"subject"`
	Route      Route      `json:"route"`
	Preference Preference `json:"preference"`
	Reasons    []Reason   `json:"reasons"`
	Unknowns   []Unknown  `json:"unknowns"`
	Missing    []Missing  `json:"missing"`
	Changes    Changes    `json:"counterfactuals"`
	Sections   []Section  `json:"sections"`
	Limits     []string   `json:"limits"` // what the record can't say, and why
	Disclaimer string     `json:"disclaimer"`
}

// Subject is what was decided, and which version of the decision it is.
type Subject struct {
	Kind       string `json:"kind"` // "shipment" or "pre-review"
	OrderKey   string `json:"order_key"`
	OrderID    string `json:"order_id,omitempty"`
	ShipmentID string `json:"shipment_id,omitempty"`
	DecisionID string `json:"decision_id"`
	Version    uint64 `json:"version"`
	Supersedes uint64 `json:"supersedes"`
	DecidedAt  string `json:"decided_at"`
	Cancelled  bool   `json:"cancelled"`
	Retracted  bool   `json:"retracted"`
	Sentence   string `json:"sentence"`
}

// Route is where the subject goes, and what that follows from.
type Route struct {
	Route string   `json:"route"`
	Score int32    `json:"score"`
	From  []string `json:"follows_from"` // sentences
}

// Preference is where the USMCA claim stands.
type Preference struct {
	Status   string `json:"status"`
	Sentence string `json:"sentence"`
}

// Reason is one reason in words. Sentence says it all in one; Finding is its first half.
type Reason struct {
	Code        string `json:"code"`
	Severity    string `json:"severity"`
	Weight      int32  `json:"weight"`
	Field       string `json:"field"`
	Observed    string `json:"observed"`
	Expected    string `json:"expected"`
	RuleID      string `json:"rule_id"`
	RuleVersion int32  `json:"rule_version"`
	PackVersion string `json:"pack_version"`
	Source      string `json:"source"`
	Confidence  string `json:"source_confidence"`
	Standing    string `json:"-"` // the confidence in words
	Finding     string `json:"finding"`
	Sentence    string `json:"sentence"`
}

// Unknown is a question that could not be answered.
type Unknown struct {
	Field    string `json:"field"`
	Why      string `json:"why"`
	Sentence string `json:"sentence"`
}

// Missing is a part of the case that has not arrived.
type Missing struct {
	What     string `json:"what"`
	Sentence string `json:"sentence"`
}

// Section is a table of facts with a lead.
type Section struct {
	Name  string   `json:"name"`
	Title string   `json:"title"`
	Lead  string   `json:"lead,omitempty"`
	Facts []Fact   `json:"facts,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

// Fact is one line of a section.
type Fact struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Value string `json:"value"`
}

func (s *Section) add(name, label, value string) {
	s.Facts = append(s.Facts, Fact{name, label, value})
}

// stated adds what may be left out by the sender.
func (s *Section) stated(name, label, value string) { s.add(name, label, or(value, "not stated")) }

// Of makes the record of a decision.
func Of(in Input) *Record {
	d := in.Decision
	e := explainer{Input: in, verdict: &d.Verdict}
	if in.Pack != nil && in.Pack.Hash == d.Evidence.PolicyHash {
		e.pack = in.Pack
	}
	r := &Record{
		Subject:    e.subject(),
		Route:      e.route(),
		Preference: e.preference(),
		Reasons:    e.reasons(),
		Unknowns:   e.unknowns(),
		Missing:    e.missing(),
		Changes:    e.changes(),
		Disclaimer: Disclaimer,
	}
	if in.Case != nil {
		r.Sections = append(r.Sections, e.campaign(), e.link())
		if !in.PreReview {
			r.Sections = append(r.Sections, e.shipment())
		}
		r.Sections = append(r.Sections, e.order(), e.claim())
		if s, any := e.dispositions(); any && !in.PreReview {
			r.Sections = append(r.Sections, s)
		}
	} else {
		r.Sections = append(r.Sections, e.counted())
	}
	r.Sections = append(r.Sections, e.evidence())
	r.Limits = e.limits()
	return r
}

// explainer makes one record.
type explainer struct {
	Input
	verdict *schemas.Verdict
	pack    *policy.Pack // the one the decision was made by; nil: not at hand
}
