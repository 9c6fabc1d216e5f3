package scoring

import (
	"regexp"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

// without is the default pack without a section.
func without(t *testing.T, section string) *policy.Pack {
	whole := string(policy.DefaultBytes())
	cut := regexp.MustCompile(`(?m)^`+section+`:\n(?:[ #].*\n|\n)*`).ReplaceAllString(whole, "")
	if cut == whole || !strings.Contains(cut, "\nrules:") {
		t.Fatalf("section %s was not cut out", section)
	}
	p, err := policy.Parse([]byte(cut))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A pack from before a section was known loads, and does what it did then.
func TestAbsentSections(t *testing.T) {
	c := &Case{
		Order:    &schemas.Order{EventTime: 1_783_684_800_000, Channel: "B2C", Currency: "USD", Preference: schemas.Preference{Program: "USMCA"}},
		Shipment: &schemas.Shipment{ShipmentID: "s", EntryDate: 20_650, OriginCountry: "MX", DestinationCountry: "US", Currency: "USD", DeclaredValue: schemas.DecimalOf(9, 0), HSCodes: []string{"940521"}},
		Dispositions: []schemas.Disposition{
			{ShipmentID: "s", Code: "RELEASED", Until: 20_700, EventTime: 1},
		},
	}
	var v schemas.Verdict
	if New(policy.Alone(without(t, "origin"))).Score(c, &v); v.Suppressed.Code != "RELEASED" || len(v.Reasons) != 1 || v.Reasons[0].Code != "CERT_MISSING" {
		t.Errorf("without a low value a certification is needed at any: %+v", v)
	}
	c.Shipment.DeclaredValue = schemas.DecimalOf(9000, 0)
	if New(policy.Alone(without(t, "dispositions"))).Score(c, &v); v.Suppressed != (schemas.Suppression{}) || v.Route != schemas.RouteDocumentReview {
		t.Errorf("without the section a disposition is only recorded: %+v", v)
	}
}
