package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"

	"github.com/clearlane/clearlane/pipeline/offline"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/codec"
	"github.com/clearlane/clearlane/scoring/policy"
)

// TestScoreScripts runs 'clearlane score' over the lines of the input.
//
//	score [FLAG ...]  one decision a line, as show prints it
//	raw [FLAG ...]    the bytes of the output, but for the hash of the default pack
//
// A FLAG is as on the command line. gzip packs the input, stdin hands it to standard input.
func TestScoreScripts(t *testing.T) {
	datadriven.Walk(t, "testdata/score", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			dir := t.TempDir()
			input, file, stdin := d.Input+"\n", filepath.Join(dir, "events.ndjson"), ""
			args := []string{"score"}
			for _, a := range d.CmdArgs {
				switch flag := a.String(); flag {
				case "gzip":
					file += ".gz"
					input = packedText(t, input)
				case "stdin":
					file, stdin = "-", input
				default:
					args = append(args, flag)
				}
			}
			if file != "-" {
				must(t, os.WriteFile(file, []byte(input), 0o600))
			}
			code, out, errs := scoreCommand(t, stdin, append(args, file)...)
			if d.Cmd == "score" {
				out = show(t, out)
			}
			out = policyHash.ReplaceAllString(out, `"policy_hash":"(64 hex digits)"`)
			return fmt.Sprintf("%s%sexit %d\n", out, errs, code)
		})
	})
}

var policyHash = regexp.MustCompile(`"policy_hash":"[0-9a-f]{64}"`)

func scoreCommand(t *testing.T, stdin string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(t.Context(), &app{in: strings.NewReader(stdin), out: &stdout, err: &stderr}, args)
	return code, stdout.String(), stderr.String()
}

func packedText(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, text)
	must(t, errors.Join(err, z.Close()))
	return b.String()
}

// show prints each decision in one line that people can compare.
func show(t *testing.T, out string) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(out) {
		var d schemas.Decision
		subject := "pre-review"
		if strings.Contains(line, `"shipment_id"`) {
			must(t, codec.ParseDecision([]byte(line), &d))
			subject = d.ShipmentID
		} else {
			var r schemas.PreReview
			must(t, codec.ParsePreReview([]byte(line), &r))
			d = schemas.Decision{OrderKey: r.OrderKey, Version: r.Version, Supersedes: r.Supersedes, DecidedAt: r.DecidedAt, Verdict: r.Verdict, Evidence: r.Evidence}
		}
		v := &d.Verdict
		fmt.Fprintf(&b, "%s %s: %s %s", d.OrderKey, subject, v.Route, v.PreferenceStatus)
		for i := range v.Reasons {
			fmt.Fprintf(&b, " %s(%s)", v.Reasons[i].Code, v.Reasons[i].Severity)
		}
		if v.Cancelled {
			b.WriteString(" cancelled")
		}
		if !v.Complete {
			fmt.Fprintf(&b, " missing=%s", strings.Join(v.Missing, ","))
		}
		if v.AttributedClick != "" {
			fmt.Fprintf(&b, " click=%s", v.AttributedClick)
		}
		fmt.Fprintf(&b, " lines=")
		for i, p := range d.Evidence.Positions {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprint(&b, p.Offset)
		}
		fmt.Fprintf(&b, " at=%s", d.DecidedAt)
		if d.Version != uint64(d.DecidedAt) || d.Supersedes != 0 {
			fmt.Fprintf(&b, " version=%s supersedes=%d", schemas.Time(d.Version), d.Supersedes)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// What is written about the generator's events is, subject by subject, what the
// generator knows to be right.
func TestScoreGivesTheKnownAnswers(t *testing.T) {
	orders := "20000"
	if testing.Short() {
		orders = "2000"
	}
	for _, seed := range []string{"1", "2"} {
		dir := t.TempDir()
		if code, _, errs := command(t, nil, "gen", "--orders", orders, "--seed", seed, "--out", dir); code != exitOK {
			t.Fatalf("gen: %s", errs)
		}
		code, out, errs := command(t, nil, "score", "--pre-reviews", filepath.Join(dir, "events.ndjson"))
		if code != exitOK {
			t.Fatalf("exit %d: %s", code, errs)
		}
		compareAnswers(t, readLines(t, filepath.Join(dir, "answers.ndjson")), strings.Split(strings.TrimSpace(out), "\n"))
	}
}

// answer is what the generator writes about a subject, and what a decision says of it.
type answer struct {
	OrderKey         string   `json:"order_key"`
	ShipmentID       string   `json:"shipment_id"`
	Route            string   `json:"route"`
	PreferenceStatus string   `json:"preference_status"`
	Reasons          []string `json:"-"`
	Complete         bool     `json:"complete"`
	AttributedClick  string   `json:"attributed_click"`
}

func compareAnswers(t *testing.T, answers, decisions []string) {
	t.Helper()
	type subject struct{ order, shipment string }
	known := map[subject]answer{}
	for _, line := range answers {
		var a struct {
			answer
			Codes []string `json:"reasons"`
		}
		must(t, json.Unmarshal([]byte(line), &a))
		a.answer.Reasons = a.Codes
		known[subject{a.OrderKey, a.ShipmentID}] = a.answer
	}
	last := subject{}
	for _, line := range decisions {
		var d struct {
			answer
			Codes []struct{ Code, Severity string } `json:"reasons"`
		}
		must(t, json.Unmarshal([]byte(line), &d))
		for _, r := range d.Codes {
			if r.Severity != schemas.SeverityInfo.String() {
				d.answer.Reasons = append(d.answer.Reasons, r.Code)
			}
		}
		slices.Sort(d.answer.Reasons)
		d.answer.Reasons = slices.Compact(d.answer.Reasons)
		s := subject{d.OrderKey, d.ShipmentID}
		if s.order < last.order || s.order == last.order && s.shipment < last.shipment {
			t.Fatalf("%v stands behind %v", s, last)
		}
		last = s
		want, ok := known[s]
		delete(known, s)
		if got := fmt.Sprintf("%+v", d.answer); !ok || got != fmt.Sprintf("%+v", want) {
			t.Errorf("got  %s\nwant %+v (known: %v)", got, want, ok)
		}
	}
	for s := range known {
		t.Errorf("%v was not decided", s)
	}
}

// --policy and --geo, and the configuration's keys of the same, are what is scored by.
func TestScoreTakesPolicyAndCountries(t *testing.T) {
	dir := t.TempDir()
	pack := filepath.Join(dir, "pack.yaml")
	text := regexp.MustCompile(`(?m)^version: .*$`).ReplaceAll(policy.DefaultBytes(), []byte(`version: "mine"`))
	must(t, os.WriteFile(pack, text, 0o600))
	db := filepath.Join(dir, "countries.mmdb")
	must(t, os.WriteFile(db, countries(t), 0o600))
	events := `{"type":"order","order_key":"o","order_id":"1","event_time":"2026-10-05T10:05:00Z","channel":"B2C","ship_to_country":"US"}
{"type":"ad_click","order_key":"o","click_id":"c","event_time":"2026-10-05T10:00:00Z","target_countries":["DE"],"ip":"81.2.69.160"}
{"type":"shipment","order_key":"o","shipment_id":"p","event_time":"2026-10-06T00:00:00Z","destination_country":"US","port_of_entry":"2704"}
`
	for _, flags := range [][]string{
		{"--policy", pack, "--geo", db},
		{"--set", "policy.file=" + pack, "--set", "geo.file=" + db},
		{"--set", "policy.file=none", "--policy", pack, "--set", "geo.file=none", "--geo", db},
	} {
		code, out, errs := scoreCommand(t, events, append(append([]string{"score"}, flags...), "-")...)
		if code != exitOK || !strings.Contains(out, `"pack_version":"mine"`) || !strings.Contains(out, `"geo_version":"`) ||
			!strings.Contains(out, "GEO_CLICK_OUTSIDE_TARGET") {
			t.Errorf("%v: exit %d %s%s", flags, code, errs, out)
		}
		if strings.Contains(out, "81.2.69") {
			t.Errorf("an address is in the output: %s", out)
		}
	}
}

// countries is a database that knows one network, to be in the United Kingdom.
func countries(t *testing.T) []byte {
	t.Helper()
	return countriesOf(t, 1_780_000_000, "GB")
}

func countriesOf(t *testing.T, build int64, country string) []byte {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "GeoLite2-Country", BuildEpoch: build})
	must(t, err)
	_, network, err := net.ParseCIDR("81.2.69.0/24")
	must(t, err)
	must(t, w.Insert(network, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(country), "geoname_id": mmdbtype.Uint32(1)}}))
	var b bytes.Buffer
	_, err = w.WriteTo(&b)
	must(t, err)
	return b.Bytes()
}

func TestScoreRefusesWhatItCannotRead(t *testing.T) {
	dir := t.TempDir()
	text := strings.Repeat(`{"type":"order","order_key":"k","order_id":"o","event_time":"2026-10-05T00:00:00Z"}`+"\n", 1000)
	packed := packedText(t, text)
	must(t, os.WriteFile(filepath.Join(dir, "cut.gz"), []byte(packed[:len(packed)/2]), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "plain.gz"), []byte(text), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "pack.yaml"), []byte("id: [\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "empty"), nil, 0o600))
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "0 arguments"},
		{"a b", exitUsage, "2 arguments"},
		{"--nonsense -", exitUsage, "unknown flag"},
		{"--set task.retention=never DIR/empty", exitUsage, "task.retention"},
		{"DIR/none", exitUsage, "DIR/none"},
		{"DIR", exitFault, "directory"},
		{"DIR/plain.gz", exitUsage, "gzip: invalid header"},
		{"DIR/cut.gz", exitFault, "unexpected EOF"},
		{"--policy DIR/pack.yaml DIR/empty", exitUsage, "DIR/pack.yaml"},
		{"--policy DIR/none.yaml DIR/empty", exitUsage, "DIR/none.yaml"},
		{"--geo DIR/empty DIR/empty", exitUsage, "DIR/empty"},
	} {
		code, out, errs := command(t, nil, append([]string{"score"}, strings.Fields(strings.ReplaceAll(c.args, "DIR", dir))...)...)
		if code != c.code || out != "" || !strings.Contains(strings.ReplaceAll(errs, dir, "DIR"), c.says) {
			t.Errorf("score %s: exit %d, want %d with %q\n%s%s", c.args, code, c.code, c.says, out, errs)
		}
	}
}

func TestScoreSaysHowFarItIs(t *testing.T) {
	var b bytes.Buffer
	now := time.Unix(0, 0)
	r := scoreReport{command: "score", w: &b, name: "f", clock: func() time.Time { return now }, began: now, live: true}
	step := func(d time.Duration, stage string, done int) { now = now.Add(d); r.progress(stage, done) }
	step(quiet-1, offline.StageRead, 1)
	step(1, offline.StageRead, 2)
	step(progressEvery-1, offline.StageRead, 3)
	step(1, offline.StageJudge, 4)
	r.clear()
	r.clear()
	const want = "\r\x1b[Kscore: 2 lines read, 2 s\r\x1b[Kscore: 4 orders judged, 2 s\r\x1b[K"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
	b.Reset()
	r.live = false
	step(time.Hour, offline.StageRead, 5)
	if b.Len() > 0 || isTerminal(&b) {
		t.Errorf("to a file: %q", b.String())
	}
}
