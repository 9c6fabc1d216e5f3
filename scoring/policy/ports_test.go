package policy

import (
	"fmt"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

// pilotPorts are those of the domain's rules: seaports, airports and express hubs of Los
// Angeles, New York and Chicago, by Schedule D.
func pilotPorts() map[string]bool {
	ports := map[string]bool{}
	for _, span := range [][2]int{
		{2704, 2704}, {2709, 2709}, {2720, 2720}, {2770, 2776}, {1001, 1001}, {1003, 1003}, {1012, 1012}, {1068, 1078},
		{4601, 4601}, {4701, 4701}, {3901, 3901}, {3991, 3991},
	} {
		for port := span[0]; port <= span[1]; port++ {
			ports[fmt.Sprintf("%04d", port)] = true
		}
	}
	return ports
}

// Of all codes that Schedule D can have, those of the pilot are in it, and no other one:
// not Omaha (3903), not Las Vegas (2722), none that only shares a district.
func TestPilotPortsAreThoseOfScheduleD(t *testing.T) {
	p, pilot := defaultOf(t), pilotPorts()
	f := Facts{Date: p.Rules[0].From}
	for code := range 10_000 {
		given := fmt.Sprintf("%04d", code)
		var known bool
		if f.Port, known = p.Port(given); f.Port != given || !known {
			t.Fatalf("%s is taken for %q, known: %v", given, f.Port, known)
		}
		r := p.Rule(reason.GeoTargetMismatch, &f)
		if in := r.Severity == schemas.SeverityHard; in != pilot[given] {
			t.Errorf("port %s: in the pilot: %v, want %v", given, in, pilot[given])
		}
	}
	if len(pilot) != 28 {
		t.Errorf("%d ports are held against the pack, want 28", len(pilot))
	}
	f.Port, f.Date = "2704", f.Date-1
	if r := p.Rule(reason.GeoTargetMismatch, &f); r != nil {
		t.Errorf("%s is in force a day early", r.ID)
	}
}

func TestPortsAsTheyAreGiven(t *testing.T) {
	p := defaultOf(t)
	for given, want := range map[string]string{
		"USLAX": "2704", "uslax": "2704", " UsLgb ": "2709", "USNYC": "1001", "USEWR": "4601", "USJFK": "4701", "USCHI": "3901", "USORD": "3901",
		"0401": "0401", "0001": "0001", // Boston, and a code that is none: leading zeros stay
		"": "", "401": "", "27044": "", "27A4": "", "USSEA": "", "LAX": "", "US LAX": "", "2704 ": "", "USLAX,USLGB": "", "２７０４": "",
	} {
		port, known := p.Port(given)
		switch {
		case known != (want != ""):
			t.Errorf("%q: known %v", given, known)
		case known && port != want || !known && port != given:
			t.Errorf("%q is taken for %q, want %q", given, port, want)
		}
	}
}

func TestPortsHaveNames(t *testing.T) {
	p := defaultOf(t)
	for code, want := range map[string]string{"2704": "Los Angeles", "3903": "Omaha", "9999": "", "": ""} {
		if got := p.PortName(code); got != want {
			t.Errorf("%s is named %q, want %q", code, got, want)
		}
	}
	bare := watching(t, `{"ports": {"names": null}}`)
	if bare.PortName("2704") != "" {
		t.Error("a pack without names has one")
	}
}

// A code that begins with 0 is the same whether it stands in quotes or not.
func TestPortCodesKeepLeadingZeros(t *testing.T) {
	text := `
id: x
version: "1"
valid_from: 2026-01-01
ports: {groups: {boston: [0401, "0417"]}, locodes: {USBOS: 0401}, names: {0401: Boston}}
countries: {shipping_country: destination}
attribution: {window_days: 90, label_scope: all}
builders: {weight_percent: 100}
routes: {hard: RELEASE, soft: RELEASE, incomplete: RELEASE, max_score: 1}
pre_reviews: {orders: all, highest_route: RELEASE}
rules: [{id: a, code: GEO_TARGET_MISMATCH, version: 1, effective_from: 2026-01-01, source: x, source_confidence: official, weight: 1,
  severity: hard, scope: {ports: [boston]}}]
`
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	for given, want := range map[string]bool{"0401": true, "USBOS": true, "0417": true, "401": false, "0257": false} {
		f := Facts{Date: p.Rules[0].From}
		f.Port, _ = p.Port(given)
		if got := p.Rule(reason.GeoTargetMismatch, &f) != nil; got != want {
			t.Errorf("%s is in scope: %v", given, got)
		}
	}
	if p.PortName("0401") != "Boston" {
		t.Errorf("0401 is named %q", p.PortName("0401"))
	}
}
