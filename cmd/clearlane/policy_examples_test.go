package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// The examples of packs of one's own are right, live together, and pass their cases; so does
// the pack of the rival implementations' rules, which stands alone.
func TestExamplesOfPacks(t *testing.T) {
	folder := filepath.Join(root, "testdata", "policies")
	if code, out, errs := command(t, nil, "policy", "check", folder); code != exitOK || strings.Count(out, "in force") != 2 {
		t.Errorf("check: exit %d\n%s%s", code, out, errs)
	}
	for file, cases := range map[string]string{"narrow-to-builders.yaml": "6 cases, 0 failed", "all-sites-2027.yaml": "2 cases, 0 failed",
		"peers/three-rules.yaml": "9 cases, 0 failed"} {
		code, out, errs := command(t, nil, "policy", "test", filepath.Join(folder, file))
		if code != exitOK || !strings.Contains(out, cases) {
			t.Errorf("%s: exit %d, want %s\n%s%s", file, code, cases, out, errs)
		}
	}
	for date, want := range map[string]string{"2026-12-31": "narrow-to-builders 1", "2027-01-01": "all-sites 1"} {
		code, out, errs := command(t, nil, "policy", "show", folder, "--date", date)
		if code != exitOK || !strings.HasPrefix(out, want) {
			t.Errorf("on %s: exit %d, want %s\n%s%s", date, code, want, out, errs)
		}
	}
	if code, _, errs := command(t, nil, "policy", "show", folder); code != exitUsage || !strings.Contains(errs, "--date") {
		t.Errorf("of two packs none is chosen: exit %d\n%s", code, errs)
	}
}
