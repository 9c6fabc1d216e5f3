package schemas_test

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/schemas/internal/layout"
)

// Somebody has decided of every field of an event whether its value may be shown.
func TestEveryFieldIsPlainOrPersonal(t *testing.T) {
	seen := map[string]bool{}
	var walk func(l *layout.Layout)
	walk = func(l *layout.Layout) {
		for i := range l.Fields {
			f := &l.Fields[i]
			if f.Kind == layout.Skip || f.Kind == layout.Const {
				continue
			}
			seen[f.Name] = true
			if schemas.Plain(f.Name) == schemas.Personal(f.Name) {
				t.Errorf("%s: plain %t, personal %t; it must be in one list of personal.go", f.Name, schemas.Plain(f.Name), schemas.Personal(f.Name))
			}
			if f.Sub != nil {
				walk(f.Sub)
			}
		}
	}
	for _, l := range []*layout.Layout{layout.AdClick, layout.Order, layout.Shipment, layout.EcertVerification, layout.Disposition, layout.SellerSite} {
		walk(l)
	}
	if len(seen) < 80 {
		t.Errorf("%d fields seen, there are more", len(seen))
	}
}

// A path is judged by its last member; what is in no list is not shown.
func TestPathsAreJudgedByTheirLastMember(t *testing.T) {
	for path, plain := range map[string]bool{
		"items[2].hs_code": true, "items[2].description": false, "preference.certification.exporter": false, "hs_codes[7]": true,
		"utm_term": false, "landing_url": false, "value": true, "key": false, "": false, "some_day_new": false, "order_key.ip": false,
	} {
		if got := schemas.Plain(path); got != plain {
			t.Errorf("%q: plain %t, want %t", path, got, plain)
		}
	}
}
