package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/truth/measure"
)

// labelledSet writes a labelled set and returns its folder.
func labelledSet(t *testing.T, orders, seed string) string {
	t.Helper()
	dir := t.TempDir()
	if code, out, errs := command(t, nil, "gen", "--profile", "rules", "--orders", orders, "--seed", seed, "--out", dir); code != exitOK || out != "" {
		t.Fatalf("exit %d, %s%s", code, out, errs)
	}
	return dir
}

func scoreSet(t *testing.T, dir string, more ...string) (code int, out, errs string) {
	t.Helper()
	args := append([]string{"score", "--set", "geo.asn_file=" + filepath.Join(dir, "asn.mmdb"), "--set", "task.retention=4800h",
		"--geo", filepath.Join(dir, "country.mmdb"), "--policy", filepath.Join(dir, "policy.yaml"), "--answers", filepath.Join(dir, "answers.ndjson")}, more...)
	return command(t, nil, append(args, filepath.Join(dir, "events.ndjson"))...)
}

// The promise of `make bench-truth`, in its short form: certain rules find what was
// planted for them and nothing else, and no honest order has a certain reason.
func TestCertainRulesFindWhatWasPlanted(t *testing.T) {
	code, out, errs := scoreSet(t, labelledSet(t, "4000", "1"), "--report", "json")
	var r measure.Report
	must(t, json.Unmarshal([]byte(out), &r))
	if code != exitOK || len(r.Faults) > 0 {
		t.Errorf("exit %d, %s", code, errs)
	}
	if r.Shipments.Judged != 4000 || r.PreReviews.Judged < 1000 || r.Clean.Shipments < 1000 || r.Clean.Certain > 0 {
		t.Errorf("%+v %+v, clean %+v", r.Shipments, r.PreReviews, r.Clean)
	}
	for _, c := range r.Codes {
		switch {
		case c.Class == "none":
			t.Errorf("%s was found %d times; no cause has it", c.Name, c.Found)
		case c.Planted < 8:
			t.Errorf("%s was planted %d times only", c.Name, c.Planted)
		}
	}
}

// A report that cannot fail proves nothing: one planted code is taken out of the
// answers, another is written into an honest one's.
func TestReportMissesItsTargetWhenAnswersAreNotFound(t *testing.T) {
	dir := labelledSet(t, "300", "2")
	file := filepath.Join(dir, "answers.ndjson")
	answers, err := os.ReadFile(file)
	must(t, err)
	text := strings.ReplaceAll(string(answers), `"LABEL_FBC_CONFLICT"`, `"LABEL_ID_MALFORMED"`)
	must(t, os.WriteFile(file, []byte(text), 0o600))
	code, out, errs := scoreSet(t, dir, "--examples", "1")
	if code != exitFault || !strings.Contains(errs, "LABEL_FBC_CONFLICT: precision 0.0000") || !strings.Contains(out, "not planted: LABEL_FBC_CONFLICT") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}

// Without a country database the codes that need one do not count.
func TestReportWithoutCountries(t *testing.T) {
	dir := labelledSet(t, "300", "3")
	code, out, errs := command(t, nil, "score", "--answers", filepath.Join(dir, "answers.ndjson"), filepath.Join(dir, "events.ndjson"))
	if code != exitOK || strings.Contains(out, "GEO_CLICK_") || !strings.Contains(out, "GEO_TARGET_MISMATCH") {
		t.Errorf("exit %d, %s%s", code, out, errs)
	}
}

// The answers of the other profile can be held against decisions, too.
func TestReportOfAStream(t *testing.T) {
	dir := t.TempDir()
	if code, _, errs := command(t, nil, "gen", "--orders", "400", "--out", dir); code != exitOK {
		t.Fatal(errs)
	}
	code, out, errs := command(t, nil, "score", "--report", "json", "--answers", filepath.Join(dir, "answers.ndjson"), filepath.Join(dir, "events.ndjson"))
	var r measure.Report
	must(t, json.Unmarshal([]byte(out), &r))
	if code != exitOK || r.Shipments.Agree != r.Shipments.Judged || r.PreReviews.Agree != r.PreReviews.Judged || r.Shipments.Judged < 400 {
		t.Errorf("exit %d, %+v %+v %s\n%+v", code, r.Shipments, r.PreReviews, errs, r.Examples)
	}
}

func TestReportsFlagsAreChecked(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "answers.ndjson")
	for name, c := range map[string]struct {
		answers, want string
		args          []string
	}{
		"no file":        {"", "no such file", nil},
		"not JSON":       {"{\n", "answer 1", nil},
		"no order":       {"{}\n", "order_key is empty", nil},
		"twice":          {`{"order_key":"a"}` + "\n" + `{"order_key":"a"}`, "a second one", nil},
		"report":         {`{"order_key":"a"}`, "--report html; text or json is allowed", []string{"--report", "html"}},
		"versions":       {`{"order_key":"a"}`, "--all-versions", []string{"--all-versions"}},
		"other subjects": {`{"order_key":"a"}`, "1 answers are about subjects that were not decided", nil},
	} {
		t.Run(name, func(t *testing.T) {
			must(t, os.RemoveAll(file))
			if c.answers != "" {
				must(t, os.WriteFile(file, []byte(c.answers), 0o600))
			}
			code, _, errs := command(t, nil, append(append([]string{"score", "--answers", file}, c.args...), "-")...)
			if code == exitOK || !strings.Contains(errs, c.want) {
				t.Errorf("exit %d, %s; want %s", code, errs, c.want)
			}
		})
	}
	if code, _, errs := command(t, nil, "score", "--report", "json", "-"); code != exitUsage || !strings.Contains(errs, "go with --answers") {
		t.Errorf("exit %d, %s", code, errs)
	}
	for _, args := range [][]string{{"--profile", "x"}, {"--profile", "rules", "--kafka", "localhost:1"}} {
		if code, _, errs := command(t, nil, append([]string{"gen"}, args...)...); code != exitUsage || !strings.Contains(errs, "profile") {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
}
