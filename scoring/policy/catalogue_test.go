package policy

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/clearlane/clearlane/scoring/reason"
)

// CATALOGUE.md is the catalogue of the default pack: 'make generate', or this test with
// -rewrite, writes it.
func TestTheCatalogueIsThatOfTheDefaultPack(t *testing.T) {
	want := defaultOf(t).Markdown()
	if f := flag.Lookup("rewrite"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile("CATALOGUE.md", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("CATALOGUE.md")
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("CATALOGUE.md is not what 'make generate' writes (%v)", err)
	}
}

func TestTheCatalogueSaysAllOfARule(t *testing.T) {
	p, err := Parse([]byte(strings.Replace(string(defaultPack), "scope: {ports: [pilot]}", "scope: {ports: [pilot], countries: [US, EU], channels: [B2B], platforms: [\"A|B\"]}\n    effective_to: \"2027-01-01\"", 1)))
	if err != nil {
		t.Fatal(err)
	}
	want := Listed{
		Rule: "geo-target-pilot", Version: 1, Code: "GEO_TARGET_MISMATCH", LooksAt: reason.GeoTargetMismatch.LooksAt(),
		Scope: "ports pilot; bound for US, EU; channel B2B; platform A|B", From: "2026-06-01", To: "2027-01-01", Severity: "hard", Weight: 60, Builders: true,
		Source:     "CBP ad-source traceability pilot, announced 2026-06-01: advertised country or region is not the shipping country",
		Confidence: "reported",
	}
	if got := p.Catalogue()[0]; got != want {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	for line := range strings.Lines(string(p.Markdown())) {
		if strings.HasPrefix(line, "| ") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 12 {
			t.Errorf("a row of another number of cells: %s", line)
		}
	}
	for c := reason.None + 1; c < reason.Count; c++ {
		if c.LooksAt() == "" {
			t.Errorf("%v: what it looks at is not said", c)
		}
	}
}

// What is shown as YAML is the same pack.
func TestAPackIsWrittenAsItReads(t *testing.T) {
	p := defaultOf(t)
	text, err := p.YAML()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(text)
	if err != nil || again.Hash != p.Hash {
		t.Fatalf("%v, hash %v, was %v", err, again, p.Hash)
	}
}

func TestDiff(t *testing.T) {
	edit := func(pairs ...string) *Pack {
		t.Helper()
		text := string(defaultPack)
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, pairs[i]) {
				t.Fatalf("the default pack has no %q", pairs[i])
			}
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
		p, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		pairs []string
		want  string
	}{
		{[]string{"# Clearlane", "# A comment"}, ""},
		{[]string{"window_days: 90", "window_days: 30"}, "attribution.window_days: 90 -> 30"},
		{[]string{"BENELUX: [BE, NL, LU]", "BENELUX: [BE, NL]"}, `countries.regions.BENELUX: ["BE","NL","LU"] -> ["BE","NL"]`},
		{[]string{"    BENELUX: [BE, NL, LU]\n", ""}, `countries.regions.BENELUX: removed: ["BE","NL","LU"]`},
		{[]string{"weight: 60", "weight: 50", "builders_raise: true\n    scope: {ports: [pilot]}", "scope: {ports: [pilot], channels: [B2C]}"},
			"rules.geo-target-pilot.builders_raise: true -> false\nrules.geo-target-pilot.scope.channels: added: [\"B2C\"]\nrules.geo-target-pilot.weight: 60 -> 50"},
		{[]string{"- id: geo-click-target\n", "- id: geo-click\n"},
			"rules.geo-click-target: removed: GEO_CLICK_OUTSIDE_TARGET, version 1, info, weight 5, from 2026-06-01\nrules.geo-click: added: GEO_CLICK_OUTSIDE_TARGET, version 1, info, weight 5, from 2026-06-01"},
		{[]string{"- id: geo-target\n", "- id: x\n", "- id: geo-target-pilot\n", "- id: geo-target\n", "- id: x\n", "- id: geo-target-pilot\n"}, ""}, // see below
	} {
		var lines []string
		for _, change := range Diff(defaultOf(t), edit(c.pairs...)) {
			lines = append(lines, change.String())
		}
		got := strings.Join(lines, "\n")
		if c.want == "" && len(c.pairs) > 2 { // two rules have changed places
			if !strings.HasSuffix(got, "sequence of GEO_TARGET_MISMATCH: geo-target-pilot, geo-target -> geo-target, geo-target-pilot") {
				t.Errorf("%q: %s", c.pairs, got)
			}
		} else if got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.pairs, got, c.want)
		}
	}
}

// Two packs differ exactly when their hashes do, and what differs is the same read backwards.
func TestDiffIsTheHash(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) *Pack {
			text := string(defaultPack)
			for _, pair := range [][2]string{{"window_days: 90", "window_days: 30"}, {"weight: 60", "weight: 59"}, {"version: 1\n", "version: 2\n"},
				{"- id: label-drift\n", "- id: drift\n"}, {"id: clearlane-default", "id: mine"}, {"ANZ: [AU, NZ]", "ANZ: [AU]"}} {
				if rapid.Bool().Draw(t, label+pair[0]) {
					text = strings.Replace(text, pair[0], pair[1], 1)
				}
			}
			p, err := Parse([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		a, b := draw("a "), draw("b ")
		there, back := Diff(a, b), Diff(b, a)
		if (len(there) == 0) != (a.Hash == b.Hash) || len(there) != len(back) {
			t.Fatalf("%v; %v", there, back)
		}
	})
}
