package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/backtest"
	"github.com/clearlane/clearlane/pipeline/embedded/broker"
	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// changedPack is the default pack with a port less in the pilot, a rule that asks for
// documents turned into one that only counts, a greater weight, and pre-reviews of all.
func changedPack(t *testing.T) string {
	t.Helper()
	text := policy.DefaultBytes()
	for _, change := range [][2]string{
		{`      - "4601" # Newark / New York-New Jersey` + "\n", ""},
		{"severity: soft", "severity: info"},
		{"weight: 60", "weight: 61"},
		{"orders: claims_preference", "orders: all"},
	} {
		if !bytes.Contains(text, []byte(change[0])) {
			t.Fatalf("the default pack has no %q", change[0])
		}
		text = bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
	}
	file := filepath.Join(t.TempDir(), "changed.yaml")
	must(t, os.WriteFile(file, text, 0o600))
	return file
}

func backtestOf(t *testing.T, args ...string) *backtest.Report {
	t.Helper()
	code, out, errs := scoreCommand(t, "", append([]string{"backtest", "--format", "json"}, args...)...)
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	var r backtest.Report
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	must(t, d.Decode(&r))
	return &r
}

// verdictOf is what a decision's line says that a backtest looks at.
type verdictOf struct {
	ShipmentID string `json:"shipment_id"`
	OrderKey   string `json:"order_key"`
	Route      string `json:"route"`
	Score      int    `json:"score"`
	Status     string `json:"preference_status"`
	Seller     string `json:"seller_id"`
	Port       string `json:"port"`
	Currency   string `json:"currency"`
	Value      string `json:"declared_value"`
	Reasons    []struct{ Code, Severity string }
}

// codes are the codes of the reasons, each with its greatest severity.
func (v *verdictOf) codes() map[string]int {
	m := map[string]int{}
	for _, r := range v.Reasons {
		m[r.Code] = max(m[r.Code], slices.Index([]string{"INFO", "SOFT", "HARD"}, r.Severity))
	}
	return m
}

func scored(t *testing.T, args ...string) map[string]verdictOf {
	t.Helper()
	code, out, errs := scoreCommand(t, "", append([]string{"score", "--pre-reviews"}, args...)...)
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	all := map[string]verdictOf{}
	for line := range strings.Lines(out) {
		var v verdictOf
		must(t, json.Unmarshal([]byte(line), &v))
		all[v.OrderKey+"\x00"+v.ShipmentID] = v
	}
	return all
}

func generatedFile(t *testing.T, orders string) string {
	t.Helper()
	dir := t.TempDir()
	if code, _, errs := scoreCommand(t, "", "gen", "--orders", orders, "--seed", "7", "--out", dir); code != exitOK {
		t.Fatal(errs)
	}
	return filepath.Join(dir, "events.ndjson")
}

// counted is what a section says, worked out of two runs of 'clearlane score'.
type counted struct {
	subjects, changed, stricter, milder int64
	routes, statuses                    map[[2]string]int64
	reasons                             map[string][6]int64  // old, new, both, of another severity, only old, only new
	ports, sellers                      map[string][3]int64  // subjects, changed, moved
	values                              map[string][3]string // changed, held old, held new
}

func count(old, now map[string]verdictOf, of func(string) bool) counted {
	c := counted{routes: map[[2]string]int64{}, statuses: map[[2]string]int64{}, reasons: map[string][6]int64{},
		ports: map[string][3]int64{}, sellers: map[string][3]int64{}, values: map[string][3]string{}}
	values := map[string][3]*big.Rat{}
	both := maps.Clone(old)
	maps.Copy(both, now)
	strict := []string{"NONE", "RELEASE", "DOCUMENT_REVIEW", "HIGH_RISK_CONTROL"}
	for key := range both {
		if !of(key) {
			continue
		}
		none := verdictOf{Route: "NONE", Status: "NOT_CLAIMED"}
		a, hasOld := old[key]
		b, hasNew := now[key]
		dims := a
		if !hasOld {
			a, dims = none, b
		}
		if !hasNew {
			b = none
		}
		c.subjects++
		c.routes[[2]string{a.Route, b.Route}]++
		c.statuses[[2]string{a.Status, b.Status}]++
		x, y := a.codes(), b.codes()
		codes := maps.Clone(x)
		maps.Copy(codes, y)
		for code := range codes {
			s, inOld := x[code]
			u, inNew := y[code]
			n := c.reasons[code]
			for i, is := range []bool{inOld, inNew, inOld && inNew, inOld && inNew && s != u, inOld && !inNew, inNew && !inOld} {
				if is {
					n[i]++
				}
			}
			c.reasons[code] = n
		}
		changed := hasOld != hasNew || a.Route != b.Route || a.Score != b.Score || a.Status != b.Status || !maps.Equal(x, y)
		moved := slices.Index(strict, b.Route) - slices.Index(strict, a.Route)
		for _, g := range []struct {
			in   map[string][3]int64
			name string
		}{{c.ports, dims.Port}, {c.sellers, dims.Seller}} {
			n := g.in[g.name]
			n[0]++
			if changed {
				n[1]++
			}
			if moved != 0 {
				n[2]++
			}
			g.in[g.name] = n
		}
		v, known := values[dims.Currency]
		if !known {
			v = [3]*big.Rat{new(big.Rat), new(big.Rat), new(big.Rat)}
			values[dims.Currency] = v
		}
		if worth, ok := new(big.Rat).SetString(dims.Value); ok {
			for i, is := range []bool{changed, a.Route == "HIGH_RISK_CONTROL", b.Route == "HIGH_RISK_CONTROL"} {
				if is {
					v[i].Add(v[i], worth)
				}
			}
		}
		if changed {
			c.changed++
		}
		if moved > 0 {
			c.stricter++
		} else if moved < 0 {
			c.milder++
		}
	}
	for currency, v := range values {
		c.values[currency] = [3]string{v[0].RatString(), v[1].RatString(), v[2].RatString()}
	}
	return c
}

// saysAs is what a section of a report says, in the same form.
func saysAs(t *testing.T, s *backtest.Section) counted {
	c := counted{subjects: s.Subjects, changed: s.Changed, stricter: s.Stricter, milder: s.Milder, routes: map[[2]string]int64{}, statuses: map[[2]string]int64{},
		reasons: map[string][6]int64{}, ports: map[string][3]int64{}, sellers: map[string][3]int64{}, values: map[string][3]string{}}
	for _, m := range s.Routes {
		c.routes[[2]string{m.Old, m.New}] = m.Count
	}
	for _, m := range s.Preferences {
		c.statuses[[2]string{m.Old, m.New}] = m.Count
	}
	for _, r := range s.Reasons {
		c.reasons[r.Code] = [6]int64{r.Old, r.New, r.Both, r.Severity, r.OnlyOld, r.OnlyNew}
	}
	for _, g := range s.Ports {
		c.ports[g.Name] = [3]int64{g.Subjects, g.Changed, g.RouteChanged}
	}
	for _, g := range s.Sellers {
		c.sellers[g.Name] = [3]int64{g.Subjects, g.Changed, g.RouteChanged}
	}
	number := func(s string) string {
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("no number: %q", s)
		}
		return r.RatString()
	}
	for _, v := range s.Values {
		c.values[v.Currency] = [3]string{number(v.Changed), number(v.HeldOld), number(v.HeldNew)}
	}
	return c
}

// The report of a backtest is what anybody finds who scores the events with each pack and
// compares the two outputs.
func TestBacktestIsTheDifferenceOfTwoScores(t *testing.T) {
	events, pack := generatedFile(t, "3000"), changedPack(t)
	old, now := scored(t, events), scored(t, "--policy", pack, events)
	r := backtestOf(t, "--policy", pack, "--top", "10000", events)
	for _, s := range []struct {
		what string
		is   *backtest.Section
		of   func(string) bool
	}{
		{"shipments", &r.Shipments, func(key string) bool { return !strings.HasSuffix(key, "\x00") }},
		{"pre-reviews", &r.PreReviews, func(key string) bool { return strings.HasSuffix(key, "\x00") }},
	} {
		want, got := count(old, now, s.of), saysAs(t, s.is)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", s.what, got, want)
		}
		if want.changed == 0 || want.stricter+want.milder == 0 || want.changed == want.subjects && s.what == "shipments" {
			t.Errorf("%s: %d of %d have changed, %d and %d in their route: nothing to show", s.what, want.changed, want.subjects, want.stricter, want.milder)
		}
		for _, e := range s.is.Examples {
			key := e.OrderKey + "\x00" + e.ShipmentID
			a, b := old[key], now[key]
			if a.Route == "" {
				a.Route = "NONE"
			}
			if a.Route != e.OldRoute || b.Route != e.NewRoute || a.Score != int(e.OldScore) || b.Score != int(e.NewScore) {
				t.Errorf("%s: example %+v; the scores say %+v and %+v", s.what, e, a, b)
			}
		}
	}
}

// Two packs that are equal differ in nothing, and say so.
func TestBacktestOfEqualPacksIsEmpty(t *testing.T) {
	pack := filepath.Join(t.TempDir(), "same.yaml")
	must(t, os.WriteFile(pack, policy.DefaultBytes(), 0o600))
	events := generatedFile(t, "500")
	r := backtestOf(t, "--policy", pack, events)
	for _, s := range []*backtest.Section{&r.Shipments, &r.PreReviews} {
		if s.Subjects == 0 || s.Changed != 0 || s.RouteChanged != 0 || len(s.Examples) != 0 {
			t.Errorf("%+v", s)
		}
	}
	if code, out, _ := scoreCommand(t, "", "backtest", "--fail-on-change", "--policy", pack, events); code != exitOK || !strings.Contains(out, "No verdict differs.") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code, _, _ := scoreCommand(t, "", "backtest", "--fail-on-change", "--policy", changedPack(t), events); code != exitFault {
		t.Errorf("exit %d with a pack that changes verdicts", code)
	}
}

// The topics of a broker and a file give the same report, and so do the same events in
// several files; of topics that nobody reads, nobody is a member, and nothing is written.
func TestBacktestOfTopicsIsThatOfFiles(t *testing.T) {
	pack := changedPack(t)
	b, err := broker.Start(3)
	must(t, err)
	t.Cleanup(b.Close)
	kafka := []string{"--set", "kafka.brokers=" + strings.Join(b.Addrs(), ",")}
	run := func(args ...string) {
		t.Helper()
		if code, _, errs := scoreCommand(t, "", append(args, kafka...)...); code != exitOK {
			t.Fatalf("%v: %s", args, errs)
		}
	}
	run("topics", "--create", "--partitions", "3")
	run("gen", "--orders", "1500", "--seed", "7", "--bad", "30", "--format", "mixed", "--kafka", strings.Join(b.Addrs(), ","))
	events := generatedFile(t, "1500")
	file := backtestOf(t, "--policy", pack, events)
	topics := backtestOf(t, append([]string{"--policy", pack}, kafka...)...)
	if topics.Read.Refused == 0 {
		t.Error("no bad record was refused: nothing to show")
	}
	topics.Read, file.Read = backtest.Read{}, backtest.Read{}
	if !reflect.DeepEqual(topics, file) {
		t.Errorf("topics: %+v\nfile: %+v", topics, file)
	}
	text, err := os.ReadFile(events)
	must(t, err)
	cut := bytes.IndexByte(text[len(text)/2:], '\n') + len(text)/2 + 1
	dir := t.TempDir()
	first, second := filepath.Join(dir, "1.ndjson"), filepath.Join(dir, "2.ndjson")
	must(t, os.WriteFile(first, text[:cut], 0o600))
	must(t, os.WriteFile(second, text[cut:], 0o600))
	halves := backtestOf(t, "--policy", pack, second, first)
	if halves.Read = (backtest.Read{}); !reflect.DeepEqual(halves, file) {
		t.Errorf("two files: %+v\none: %+v", halves, file)
	}
}

// Of a period those cases count whose date lies within it; all periods together are all.
func TestBacktestCountsThePeriodsOfCases(t *testing.T) {
	events, pack := generatedFile(t, "2000"), changedPack(t)
	all := backtestOf(t, "--policy", pack, events)
	dates := map[string]bool{}
	for _, e := range all.Shipments.Examples {
		dates[e.Date] = true
	}
	cut, err := schemas.ParseDate(slices.Sorted(maps.Keys(dates))[len(dates)/2])
	must(t, err)
	before := backtestOf(t, "--policy", pack, "--to", (cut - 1).String(), events)
	from := backtestOf(t, "--policy", pack, "--from", cut.String(), events)
	if before.Shipments.Subjects == 0 || from.Shipments.Subjects == 0 {
		t.Error("all shipments are on one side: nothing to show")
	}
	for _, s := range [][3]backtest.Section{{all.Shipments, before.Shipments, from.Shipments}, {all.PreReviews, before.PreReviews, from.PreReviews}} {
		if s[0].Subjects != s[1].Subjects+s[2].Subjects || s[0].Changed != s[1].Changed+s[2].Changed {
			t.Errorf("all %d (%d changed), before %d (%d), from then on %d (%d)", s[0].Subjects, s[0].Changed, s[1].Subjects, s[1].Changed, s[2].Subjects, s[2].Changed)
		}
	}
	for _, e := range before.Shipments.Examples {
		if e.Date >= cut.String() {
			t.Errorf("an example of %s", e.Date)
		}
	}
}
