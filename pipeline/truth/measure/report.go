package measure

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/clearlane/clearlane/pipeline/truth"
)

// Target is the least precision and recall of a code of the class certain.
const Target = 0.99

// Report is how a run compares to the answers.
type Report struct {
	Shipments  Subjects `json:"shipments"`
	PreReviews Subjects `json:"pre_reviews"`
	Clean      Clean    `json:"clean"`
	Unknowns   Unknowns `json:"unknowns"`
	Undecided  int      `json:"undecided"`  // answers without a verdict
	Unanswered int      `json:"unanswered"` // verdicts without an answer
	Codes      []Code   `json:"codes"`      // of shipments
	// Routes counts shipments by the answer's route, then by the verdict's.
	Routes   map[string]map[string]int `json:"routes"`
	Examples []Example                 `json:"examples,omitempty"`
	Faults   []string                  `json:"faults,omitempty"` // why the run does not meet its target
}

// Subjects are subjects of one sort; those that agree do so in codes, route,
// preference status, completeness, click and campaign.
type Subjects struct {
	Judged int `json:"judged"`
	Agree  int `json:"agree"`
}

func (s *Subjects) add(agree bool) {
	s.Judged++
	s.Agree += one(agree)
}

// Clean is the shipments without a planted code, and how many of them were given
// a reason of the class certain, or only of another class.
type Clean struct {
	Shipments int `json:"shipments"`
	Certain   int `json:"with_certain_reason"`
	Other     int `json:"with_other_reason"`
}

// Unknowns is the questions that were planted to be left open, and how many were.
type Unknowns struct {
	Planted int `json:"planted"`
	Found   int `json:"found"`
}

// Code is the figures of one reason code.
type Code struct {
	Name           string  `json:"code"`
	Class          string  `json:"class"`                // truth.Class, or "none" of a code that is never planted
	Confidence     string  `json:"confidence,omitempty"` // of the source, as the pack has it
	Planted        int     `json:"planted"`
	Found          int     `json:"found"`
	TruePositives  int     `json:"true_positives"`
	FalsePositives int     `json:"false_positives"`
	FalseNegatives int     `json:"false_negatives"`
	Precision      float64 `json:"precision"` // of what was found, 0 to 1; 1 when nothing was
	Recall         float64 `json:"recall"`    // of what was planted, 0 to 1; 1 when nothing was
}

func newCode(name string) *Code {
	c := &Code{Name: name, Class: "none"}
	if class, ok := truth.ClassOf(name); ok {
		c.Class = class.String()
	}
	return c
}

// finish works out what follows from the counts.
func (c *Code) finish() Code {
	c.FalsePositives, c.FalseNegatives = c.Found-c.TruePositives, c.Planted-c.TruePositives
	c.Precision, c.Recall = share(c.TruePositives, c.Found), share(c.TruePositives, c.Planted)
	return *c
}

func share(part, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(part) / float64(of)
}

// Example is a subject whose verdict is not its answer.
type Example struct {
	OrderKey    string   `json:"order_key"`
	ShipmentID  string   `json:"shipment_id"` // empty: the pre-review
	Differences []string `json:"differences"`
	Causes      []string `json:"causes,omitempty"`
	Noise       []string `json:"noise,omitempty"`
}

// faults says where the report misses the target: codes of the class certain below
// Target, clean shipments with such a reason, subjects without a verdict or an answer.
func (r *Report) faults() (faults []string) {
	for i := range r.Codes {
		c := &r.Codes[i]
		if c.Class == truth.Certain.String() && (c.Precision < Target || c.Recall < Target) {
			faults = append(faults, fmt.Sprintf("%s: precision %.4f, recall %.4f; at least %.2f is the target", c.Name, c.Precision, c.Recall, Target))
		}
	}
	if r.Clean.Certain > 0 {
		faults = append(faults, fmt.Sprintf("%d clean shipments have a reason of the class certain; none may", r.Clean.Certain))
	}
	if r.Undecided > 0 {
		faults = append(faults, fmt.Sprintf("%d answers are about subjects that were not decided", r.Undecided))
	}
	if r.Unanswered > 0 {
		faults = append(faults, fmt.Sprintf("%d subjects were decided that no answer is about", r.Unanswered))
	}
	return faults
}

// sortCodes puts the classes in their order, those never planted last, and the codes
// of a class by name.
func sortCodes(codes []Code) {
	classes := []string{truth.Certain.String(), truth.Likely.String(), truth.Signal.String(), truth.Quality.String(), "none"}
	slices.SortFunc(codes, func(a, b Code) int {
		if c := cmp.Compare(slices.Index(classes, a.Class), slices.Index(classes, b.Class)); c != 0 {
			return c
		}
		return cmp.Compare(a.Name, b.Name)
	})
}
