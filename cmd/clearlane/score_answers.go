package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/pipeline/truth/measure"
	"github.com/clearlane/clearlane/scoring/geo"
	"github.com/clearlane/clearlane/scoring/label"
)

// The forms of the report that --answers gives.
const (
	reportText = "text"
	reportJSON = "json"
)

// loadAnswers reads what the decisions are to be held against.
func (o *scoreOptions) loadAnswers(db *geo.DB) (*measure.Tally, error) {
	switch {
	case o.report != reportText && o.report != reportJSON:
		return nil, usagef("score: --report %s; %s or %s is allowed", o.report, reportText, reportJSON)
	case o.allVersions:
		return nil, usagef("score: --answers and --all-versions; answers are about final decisions")
	case o.examples < 0:
		return nil, usagef("score: --examples %d; 0 or more is allowed", o.examples)
	}
	f, err := os.Open(o.answers)
	if err != nil {
		return nil, usagef("score: --answers: %w", err)
	}
	defer f.Close()
	t, err := measure.Load(f, measure.Options{Unjudged: unjudged(db), Examples: o.examples})
	if err != nil {
		return nil, usagef("score: --answers %s: %w", o.answers, err)
	}
	return t, nil
}

// unjudged are the codes that need a database which is not there.
func unjudged(db *geo.DB) (codes []string) {
	if db.Build() == 0 {
		codes = append(codes, "GEO_CLICK_OUTSIDE_TARGET", "GEO_CLICK_SHIPPING_MISMATCH")
	}
	if db.Networks() == nil {
		codes = append(codes, "TRAFFIC_DATACENTER")
	}
	return codes
}

// writeReport writes how the decisions compare, and fails when that misses the target.
func (o *scoreOptions) writeReport(w io.Writer, t *measure.Tally) error {
	r := t.Report()
	var err error
	if o.report == reportJSON {
		err = json.NewEncoder(w).Encode(struct {
			Program version `json:"program"`
			Lists   string  `json:"lists_version"`
			*measure.Report
		}{buildVersion(), label.Version, r})
	} else {
		err = r.WriteText(w)
	}
	if err == nil && len(r.Faults) > 0 {
		err = fmt.Errorf("score: the target is missed: %s", strings.Join(r.Faults, "; "))
	}
	return err
}

// compareTo holds every final verdict against the answers.
func compareTo(t *measure.Tally) func(*offline.Final) error {
	return func(f *offline.Final) error {
		if f.PreReview != nil {
			t.Add(f.PreReview.OrderKey, "", f.Verdict)
		} else {
			t.Add(f.Decision.OrderKey, f.Decision.ShipmentID, f.Verdict)
		}
		return nil
	}
}
