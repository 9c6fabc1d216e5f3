package measure

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
)

const answers = `
{"order_key":"a","shipment_id":"1","route":"HIGH_RISK_CONTROL","preference_status":"NOT_CLAIMED","reasons":["GEO_TARGET_MISMATCH"],"info":["LABEL_DRIFT","GEO_CLICK_OUTSIDE_TARGET"],"complete":true,"causes":["far away"]}
{"order_key":"a","shipment_id":"","route":"DOCUMENT_REVIEW","preference_status":"SUSPENDED","reasons":["ECERT_REVOKED"],"info":[],"complete":true}
{"order_key":"b","shipment_id":"1","route":"RELEASE","preference_status":"NOT_CLAIMED","reasons":[],"info":[],"complete":true,"noise":["shared device"]}
{"order_key":"c","shipment_id":"1","route":"RELEASE","preference_status":"NOT_CLAIMED","reasons":[],"complete":true}
{"order_key":"d","shipment_id":"1","route":"RELEASE","preference_status":"NOT_CLAIMED","reasons":["LABEL_FBC_CONFLICT"],"info":[],"complete":true}
`

func verdict(route schemas.Route, status schemas.PreferenceStatus, reasons ...schemas.Reason) *schemas.Verdict {
	return &schemas.Verdict{Route: route, PreferenceStatus: status, Reasons: reasons, Complete: true}
}

func because(code string, s schemas.Severity) schemas.Reason {
	return schemas.Reason{Code: code, Severity: s, Confidence: "vendor"}
}

func tally(t *testing.T, o Options) *Tally {
	t.Helper()
	all, err := Load(strings.NewReader(answers), o)
	if err != nil {
		t.Fatal(err)
	}
	none := schemas.PreferenceNotClaimed
	// Found as planted, and one code of two fields, which is one finding.
	all.Add("a", "1", verdict(schemas.RouteHighRisk, none, because("GEO_TARGET_MISMATCH", schemas.SeverityHard),
		because("LABEL_DRIFT", schemas.SeverityInfo), because("LABEL_DRIFT", schemas.SeverityInfo)))
	all.Add("a", "", verdict(schemas.RouteDocumentReview, schemas.PreferenceSuspended, because("ECERT_REVOKED", schemas.SeverityHard)))
	// A certain reason of a clean order; one of severity info where the answer says nothing of them.
	all.Add("b", "1", verdict(schemas.RouteHighRisk, none, because("LABEL_FBC_CONFLICT", schemas.SeverityHard)))
	all.Add("c", "1", verdict(schemas.RouteRelease, none, because("LABEL_DRIFT", schemas.SeverityInfo)))
	all.Add("z", "1", verdict(schemas.RouteRelease, none))
	return all
}

func code(r *Report, name string) Code {
	i := slices.IndexFunc(r.Codes, func(c Code) bool { return c.Name == name })
	if i < 0 {
		return Code{}
	}
	return r.Codes[i]
}

func TestFiguresOfACode(t *testing.T) {
	r := tally(t, Options{Examples: 5, Unjudged: []string{"GEO_CLICK_OUTSIDE_TARGET"}}).Report()
	for name, want := range map[string]Code{
		"GEO_TARGET_MISMATCH":      {Class: "certain", Confidence: "vendor", Planted: 1, Found: 1, TruePositives: 1, Precision: 1, Recall: 1},
		"LABEL_FBC_CONFLICT":       {Class: "certain", Confidence: "vendor", Planted: 1, Found: 1, FalsePositives: 1, FalseNegatives: 1},
		"LABEL_DRIFT":              {Class: "quality", Confidence: "vendor", Planted: 1, Found: 1, TruePositives: 1, Precision: 1, Recall: 1},
		"GEO_CLICK_OUTSIDE_TARGET": {}, // it does not count
	} {
		if want.Class != "" {
			want.Name = name
		}
		if got := code(r, name); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if c := code(tally(t, Options{}).Report(), "GEO_CLICK_OUTSIDE_TARGET"); c.Planted != 1 || c.Recall != 0 {
		t.Errorf("where it counts: %+v", c)
	}
}

func TestReportOfAll(t *testing.T) {
	r := tally(t, Options{Examples: 5, Unjudged: []string{"GEO_CLICK_OUTSIDE_TARGET"}}).Report()
	if r.Shipments != (Subjects{3, 2}) || r.PreReviews != (Subjects{1, 1}) || r.Clean != (Clean{2, 1, 0}) || r.Undecided != 1 || r.Unanswered != 1 {
		t.Errorf("%+v", r)
	}
	if fmt.Sprint(r.Routes) != "map[HIGH_RISK_CONTROL:map[HIGH_RISK_CONTROL:1] RELEASE:map[HIGH_RISK_CONTROL:1 RELEASE:1]]" {
		t.Errorf("routes %v", r.Routes)
	}
	if len(r.Faults) != 4 {
		t.Errorf("faults %q: want the code's, the clean order's, the answer's and the verdict's", r.Faults)
	}
	if len(r.Examples) != 1 || r.Examples[0].OrderKey != "b" || len(r.Examples[0].Differences) != 2 {
		t.Errorf("examples %+v", r.Examples)
	}
	var b strings.Builder
	if err := r.WriteText(&b); err != nil || !strings.Contains(b.String(), "not planted: LABEL_FBC_CONFLICT") || !strings.Contains(b.String(), "shared device") {
		t.Errorf("%v %s", err, b.String())
	}
}

// Of each difference a few examples are kept, whatever number of others came before.
func TestExamplesAreOfEveryDifference(t *testing.T) {
	var lines strings.Builder
	for i := range 100 {
		fmt.Fprintf(&lines, `{"order_key":"%d","shipment_id":"1","route":"RELEASE","preference_status":"NOT_CLAIMED","reasons":[],"info":[]}`+"\n", i)
	}
	all, err := Load(strings.NewReader(lines.String()), Options{Examples: 2})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		name := "LABEL_DRIFT"
		if i == 99 {
			name = "GEO_TARGET_MISMATCH"
		}
		v := verdict(schemas.RouteRelease, schemas.PreferenceNotClaimed, because(name, schemas.SeveritySoft))
		v.Complete = false
		all.Add(fmt.Sprint(i), "1", v)
	}
	r := all.Report()
	if len(r.Examples) != 3 || r.Examples[2].OrderKey != "99" {
		t.Errorf("%+v", r.Examples)
	}
}

func TestAnswersThatCannotBeRead(t *testing.T) {
	for text, want := range map[string]string{
		`{"order_key":1}`:    "answer 1",
		"{}":                 "order_key is empty",
		`{"order_key":"a"`:   "answer 1",
		`{"order_key":"a"}x`: "answer 2",
		`{"order_key":"a","shipment_id":"s"}` + "\n" + `{"order_key":"a","shipment_id":"s"}`: "answer 2: a second one",
	} {
		if _, err := Load(strings.NewReader(text), Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// A campaign is held against the one planted, where one is.
func TestCampaignsAreCompared(t *testing.T) {
	const one = `{"order_key":"a","shipment_id":"1","route":"RELEASE","preference_status":"NOT_CLAIMED","reasons":[],"complete":true%s}`
	for _, c := range []struct {
		planted, found string
		as             int
	}{{`,"campaign":"spring sale"`, "spring sale", 1}, {`,"campaign":"spring sale"`, "spring%20sale", 0}, {"", "anything", 1}} {
		all, err := Load(strings.NewReader(fmt.Sprintf(one, c.planted)), Options{Examples: 1})
		if err != nil {
			t.Fatal(err)
		}
		v := verdict(schemas.RouteRelease, schemas.PreferenceNotClaimed)
		v.Dimensions.Campaign = c.found
		all.Add("a", "1", v)
		if r := all.Report(); r.Shipments.Agree != c.as {
			t.Errorf("planted %q, found %q: %d as planted", c.planted, c.found, r.Shipments.Agree)
		}
	}
}
