package packtest

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"github.com/clearlane/clearlane/scoring/policy"
)

// events are what scripts refer to as *click, *order, *shipment and *site.
const events = `
- anchors:
    click: &click {type: ad_click, click_id: c1, event_time: "2026-07-10T11:30:00Z", site_host: shop.example, target_countries: [DE], ip: "203.0.113.7", user_agent: Mozilla/5.0}
    order: &order {type: order, order_id: o1, event_time: "2026-07-10T12:00:00Z", seller_id: s1, site_host: shop.example, channel: B2C, ship_to_country: US}
    claim: &claim {<<: *order, channel: B2B, preference: {program: USMCA}}
    shipment: &shipment {type: shipment, shipment_id: s1, event_time: "2026-07-12T00:00:00Z", destination_country: US, port_of_entry: "2704", entry_type: "01", entry_date: 2026-07-15}
    site: &site {type: seller_site, seller_id: s1, site_host: shop.example}
`

// TestScripts plays cases against the default pack and prints what differs, or what is
// wrong with the cases.
func TestScripts(t *testing.T) {
	pack, err := policy.Default()
	if err != nil {
		t.Fatal(err)
	}
	datadriven.Walk(t, "testdata/scripts", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, td *datadriven.TestData) string {
			before := strings.Count(events, "\n")
			cases, err := Parse("script", []byte(events+td.Input))
			if td.Cmd == "whole" {
				before = 0
				cases, err = Parse("script", []byte(td.Input))
			}
			if err != nil {
				return relative(err.Error(), before) + "\n"
			}
			suite := &Suite{Pack: pack, Cases: cases}
			var out bytes.Buffer
			for _, fault := range suite.Check() {
				fmt.Fprintln(&out, fault)
			}
			if _, err := suite.Run(t.Context(), &out); err != nil {
				return err.Error() + "\n"
			}
			return out.String()
		})
	})
}

// relative counts lines from the script's first.
func relative(text string, before int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		var n int
		if _, err := fmt.Sscanf(line, "line %d:", &n); err == nil {
			_, rest, _ := strings.Cut(line, ":")
			line = fmt.Sprintf("line %d:%s", n-before, rest)
		}
		b.WriteString(line)
	}
	return b.String()
}

// FuzzParse reads any text as cases, and plays those that are right.
func FuzzParse(f *testing.F) {
	pack, err := policy.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(events + "- name: a\n  rules: [geo-target]\n  kind: positive\n  events: [*click, *order, *shipment]\n  expect: {route: RELEASE}\n"))
	f.Add([]byte("- {name: a, events: [{type: seller_site}], expect: {shipments: {a: {reasons: []}}}}"))
	f.Add([]byte("- &a [*a]"))
	f.Add([]byte("- <<: [{a: 1}, 2]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cases, err := Parse("f", b)
		if err != nil {
			text := err.Error()
			for line := range strings.Lines(strings.TrimPrefix(text, "f:\n")) {
				if !strings.Contains(line, ": ") || !strings.Contains(line, "; allowed: ") {
					t.Fatalf("a fault without path, value or what is allowed: %q", text)
				}
			}
			return
		}
		for i := range cases {
			if _, err := Run(t.Context(), pack, &cases[i]); err != nil {
				t.Fatal(err)
			}
		}
	})
}
