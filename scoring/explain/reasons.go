package explain

import (
	"fmt"
	"strings"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

func (e *explainer) subject() Subject {
	d := e.Decision
	s := Subject{
		Kind: "shipment", OrderKey: clean(d.OrderKey), OrderID: clean(e.OrderID), ShipmentID: clean(d.ShipmentID),
		DecisionID: d.ID.String(), Version: d.Version, Supersedes: d.Supersedes, DecidedAt: d.DecidedAt.String(),
		Cancelled: d.Verdict.Cancelled, Retracted: d.Retracted,
	}
	if e.PreReview {
		s.Kind = "pre-review"
		s.Sentence = fmt.Sprintf("This is the pre-review of the claim of order %s, before and apart from its shipments.", s.OrderKey)
	} else {
		s.Sentence = fmt.Sprintf("This is the decision about shipment %s of order %s.", s.ShipmentID, s.OrderKey)
	}
	if d.Retracted {
		s.Sentence += " It says that the shipment is in high-risk control no longer."
	}
	return s
}

func (e *explainer) reasons() []Reason {
	out := make([]Reason, 0, len(e.verdict.Reasons))
	for i := range e.verdict.Reasons {
		out = append(out, inWords(&e.verdict.Reasons[i]))
	}
	return out
}

func inWords(r *schemas.Reason) Reason {
	w := Reason{
		Code: clean(r.Code), Severity: r.Severity.String(), Weight: r.Weight, Field: clean(r.Field),
		Observed: clean(r.Observed), Expected: clean(r.Expected),
		RuleID: clean(r.RuleID), RuleVersion: r.RuleVersion, PackVersion: clean(r.PackVersion),
		Source: clean(r.Source), Confidence: clean(r.Confidence), Standing: confidenceWords(r.Confidence),
	}
	w.Finding = finding(r)
	w.Sentence = fmt.Sprintf("%s; by rule %s, version %d, of pack version %s, on %s: %s.",
		w.Finding, w.RuleID, w.RuleVersion, w.PackVersion, w.Standing, strings.TrimSuffix(or(w.Source, "none is named"), "."))
	return w
}

// finding is what was seen and what was expected.
func finding(r *schemas.Reason) string {
	text := findings[reason.Parse(r.Code)]
	if text == "" {
		text = otherFinding
	}
	return strings.NewReplacer(
		"{field}", wordsOf(r.Field),
		"{observed}", or(r.Observed, "nothing"),
		"{expected}", or(r.Expected, "something else"),
	).Replace(text)
}

func (e *explainer) unknowns() []Unknown {
	out := make([]Unknown, 0, len(e.verdict.Unknowns))
	for _, u := range e.verdict.Unknowns {
		out = append(out, Unknown{clean(u.Field), clean(u.Why), fmt.Sprintf("Not known: the %s (%s).", wordsOf(u.Field), or(u.Why, "no reason is given"))})
	}
	return out
}

// missingWords says what follows of a part that has not arrived.
var missingWords = map[string]string{
	"order":    "The order has not arrived. Its seller, channel and time decide most rules, so none was applied; it is decided again when the order comes.",
	"click":    "No click is linked to the order, so nothing is said about its advertising; it is decided again when one comes.",
	"shipment": "What the shipment says is not held any more, so its documents have to say.",
}

func (e *explainer) missing() []Missing {
	out := make([]Missing, 0, len(e.verdict.Missing))
	for _, m := range e.verdict.Missing {
		text := missingWords[m]
		if text == "" {
			text = fmt.Sprintf("Of the case the %s has not arrived.", wordsOf(m))
		}
		out = append(out, Missing{clean(m), text})
	}
	return out
}

var preferenceWords = map[schemas.PreferenceStatus]string{
	schemas.PreferenceNotClaimed: "No USMCA preference is claimed.",
	schemas.PreferenceEligible:   "USMCA preference is claimed, and no rule in force speaks against it.",
	schemas.PreferencePending:    "USMCA preference is claimed, and what it depends on is not known yet.",
	schemas.PreferenceSuspended:  "USMCA preference is claimed and suspended; the reasons about the claim say why.",
}

func (e *explainer) preference() Preference {
	return Preference{e.verdict.PreferenceStatus.String(), preferenceWords[e.verdict.PreferenceStatus]}
}
