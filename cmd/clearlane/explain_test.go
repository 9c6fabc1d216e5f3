package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/scoring/policy"
)

// TestExplainScripts runs 'clearlane explain' over the lines of the input.
//
//	explain [decisions] [FLAG ...]           the output, hashes and versions of lists left out
//	explain [decisions] part=TITLE [FLAG ...]  of the text the parts of that title, ~ for a blank
//
// With decisions the input is scored first, and the decisions are explained, not the events.
func TestExplainScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/explain", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			file := filepath.Join(t.TempDir(), "events.ndjson")
			must(t, os.WriteFile(file, []byte(d.Input+"\n"), 0o600))
			args, part := []string{"explain"}, ""
			for _, a := range d.CmdArgs {
				switch flag := a.String(); {
				case flag == "decisions":
					_, out, _ := scoreCommand(t, "", "score", "--pre-reviews", file)
					must(t, os.WriteFile(file, []byte(out), 0o600))
				case a.Key == "part":
					part = strings.ReplaceAll(a.Vals[0], "~", " ")
				default:
					args = append(args, flag)
				}
			}
			code, out, errs := scoreCommand(t, "", append(args, file)...)
			if part != "" {
				out = partOf(out, part)
			}
			out = styleSheet.ReplaceAllString(out, "<style>(left out)</style>")
			return fmt.Sprintf("%s%sexit %d\n", hashes.ReplaceAllString(out, "(left out)"), errs, code)
		})
	})
}

var (
	hashes     = regexp.MustCompile(`\b([0-9a-f]{64}|[0-9a-f]{16}|labels-[0-9.]+[0-9])\b`)
	styleSheet = regexp.MustCompile(`(?s)<style>.*</style>`)
)

// partOf is the head of each record and the part of it that has a title.
func partOf(out, title string) string {
	var b strings.Builder
	for i, p := range strings.Split(out, "\n\n") {
		head, _, _ := strings.Cut(strings.TrimLeft(p, "\n"), "\n")
		if i == 0 || strings.HasPrefix(p, "\n") {
			b.WriteString(head + "\n")
		}
		if strings.HasPrefix(head, title) {
			b.WriteString(p + "\n")
		}
	}
	return b.String()
}

// What must not be told of a buyer is told in no form.
func TestExplainTellsNoSecrets(t *testing.T) {
	secrets := []string{"81.2.69.160", "SecretAgent", "SecretGclid_0123456789", "fb.1.1790000000000.12345", "SecretFbclid", "SecretBuyer", "SecretConsignee", "SecretPath", "SecretTracking"}
	events := `{"type":"order","order_key":"o","order_id":"1","event_time":"2026-10-05T10:05:00Z","channel":"B2C","ship_to_country":"US","buyer_ref":"SecretBuyer"}
{"type":"ad_click","order_key":"o","click_id":"c","event_time":"2026-10-05T10:00:00Z","target_countries":["DE"],"ip":"81.2.69.160","user_agent":"SecretAgent/1.0","landing_url":"https://shop.example/SecretPath?utm_source=google&gclid=SecretGclid_0123456789&fbclid=SecretFbclid","fbp":"fb.1.1790000000000.12345","fbc":"fb.1.1790000000000.SecretFbclid","msclkid":"SecretGclid_0123456789"}
{"type":"shipment","order_key":"o","shipment_id":"p","event_time":"2026-10-06T00:00:00Z","destination_country":"US","port_of_entry":"2704","consignee_ref":"SecretConsignee","tracking_number":"SecretTracking"}
`
	for _, format := range []string{"text", "json", "html"} {
		code, out, errs := scoreCommand(t, events, "explain", "--format", format, "-")
		if code != exitOK || !strings.Contains(out, "GEO_TARGET_MISMATCH") || !strings.Contains(out, "gclid (Google)") {
			t.Fatalf("%s: exit %d: %s%s", format, code, out, errs)
		}
		for _, s := range secrets {
			if strings.Contains(out, s) {
				t.Errorf("%s tells %s", format, s)
			}
		}
	}
}

// A file is there whole, or as it was.
func TestExplainWritesAFile(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "record.html")
	events := `{"type":"order","order_key":"o","order_id":"1","event_time":"2026-10-05T10:05:00Z"}
{"type":"shipment","order_key":"o","shipment_id":"p","event_time":"2026-10-06T00:00:00Z"}
`
	if code, stdout, errs := scoreCommand(t, events, "explain", "--format", "html", "--out", out, "-"); code != exitOK || stdout != "" {
		t.Fatalf("exit %d: %s%s", code, stdout, errs)
	}
	b, err := os.ReadFile(out)
	must(t, err)
	if !strings.HasPrefix(string(b), "<!DOCTYPE html>") || !strings.HasSuffix(string(b), "</html>\n") {
		t.Errorf("%s", b)
	}
	if code, _, errs := scoreCommand(t, events, "explain", "--shipment", "other", "--out", out, "-"); code != exitFault || !strings.Contains(errs, "none of 2 lines") {
		t.Errorf("exit %d: %s", code, errs)
	}
	if again, err := os.ReadFile(out); err != nil || string(again) != string(b) {
		t.Errorf("the file was changed: %s, %v", again, err)
	}
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// A decision of another pack is told, but for what only that pack can say; with the pack
// given, that too.
func TestExplainAsksForTheDecisionsPack(t *testing.T) {
	dir := t.TempDir()
	pack := filepath.Join(dir, "pack.yaml")
	must(t, os.WriteFile(pack, regexp.MustCompile(`(?m)^version: .*$`).ReplaceAll(policy.DefaultBytes(), []byte(`version: "mine"`)), 0o600))
	events := `{"type":"order","order_key":"o","order_id":"1","event_time":"2026-10-05T10:05:00Z","ship_to_country":"US"}
{"type":"ad_click","order_key":"o","click_id":"c","event_time":"2026-10-05T10:00:00Z","target_countries":["DE"]}
{"type":"shipment","order_key":"o","shipment_id":"p","event_time":"2026-10-06T00:00:00Z","destination_country":"US","port_of_entry":"2704"}
`
	_, decisions, _ := scoreCommand(t, events, "score", "--policy", pack, "-")
	for _, c := range []struct {
		flags []string
		basis string
		limit string
	}{
		{nil, "none", "The pack at hand"},
		{[]string{"--policy", pack}, "reasons", ""},
	} {
		code, out, errs := scoreCommand(t, decisions, append(append([]string{"explain", "--format", "json"}, c.flags...), "-")...)
		if code != exitOK {
			t.Fatalf("exit %d: %s", code, errs)
		}
		var r struct {
			Reasons         []struct{ Sentence string }
			Counterfactuals struct{ Basis string }
			Limits          []string
		}
		must(t, json.Unmarshal([]byte(out), &r))
		limits := strings.Join(r.Limits, "\n")
		if r.Counterfactuals.Basis != c.basis || len(r.Reasons) == 0 || r.Reasons[0].Sentence == "" || !strings.Contains(limits, c.limit) ||
			c.limit == "" && strings.Contains(limits, "at hand") {
			t.Errorf("%v: %s", c.flags, out)
		}
	}
}

func TestExplainRefusesWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "text"), []byte("what is this\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte("id: [\n"), 0o600))
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "0 arguments"},
		{"a b", exitUsage, "2 arguments"},
		{"--format pdf DIR/empty", exitUsage, "allowed: text, json, html"},
		{"--decision-id 12 DIR/empty", exitUsage, "32 lower-case hex digits"},
		{"--policy DIR/pack.yaml DIR/empty", exitUsage, "DIR/pack.yaml"},
		{"--out DIR/no/such/folder DIR/empty", exitUsage, "--out"},
		{"DIR/none", exitUsage, "DIR/none"},
		{"DIR/empty", exitFault, "none of 0 lines"},
		{"DIR/text", exitFault, "1 of 1 lines are bad"},
	} {
		args := append([]string{"explain"}, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)
		code, out, errs := scoreCommand(t, "", args...)
		if code != c.code || out != "" || !strings.Contains(errs, strings.ReplaceAll(c.says, "DIR", dir)) {
			t.Errorf("%s: exit %d, %q, %s", c.args, code, out, errs)
		}
	}
}
