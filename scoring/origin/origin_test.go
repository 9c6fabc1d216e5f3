package origin

import (
	"testing"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/reason"
)

func TestHS6(t *testing.T) {
	for code, want := range map[string]string{
		"9405.21.6010": "940521", "940521": "940521", "9405.21": "940521", "9405 21 60 10": "940521",
		"9405.2": "", "": "", "9405.2A": "", "HS940521": "",
	} {
		hs, ok := hs6(code)
		if ok != (want != "") || ok && string(hs[:]) != want {
			t.Errorf("%q: %q %v, want %q", code, hs[:], ok, want)
		}
	}
}

func TestNewestAnswerOfTheIDHolds(t *testing.T) {
	all := []schemas.EcertVerification{
		{EcertID: "a", Status: schemas.EcertVerified, CheckedAt: 1},
		{EcertID: "a", Status: schemas.EcertInvalid, CheckedAt: 3},
		{EcertID: "a", Status: schemas.EcertVerified, CheckedAt: 3},
		{EcertID: "b", Status: schemas.EcertVerified, CheckedAt: 9},
	}
	if v := newest(all, "a"); v == nil || v.Status != schemas.EcertInvalid {
		t.Errorf("of two answers at one instant the favourable one holds: %+v", v)
	}
	if v := newest(all, "A"); v != nil {
		t.Errorf("an id in other case has the answer %+v", v)
	}
}

func TestEveryOriginCodeHasAnEffect(t *testing.T) {
	for code := reason.None; code < reason.Count; code++ {
		want := code >= reason.SiteNotIntegrated && code <= reason.EcertOriginMismatch ||
			code >= reason.CertMissing && code <= reason.CertAfterClaim
		if got := Effect(code) > schemas.PreferenceEligible; got != want {
			t.Errorf("%v: effect %v", code, Effect(code))
		}
	}
}

// Of a shipment whose goods the e-Cert covers in part, the part it does not cover counts.
func TestEveryGoodMustBeCovered(t *testing.T) {
	var r Result
	Judge(&Claim{
		Order:    &schemas.Order{Preference: schemas.Preference{Program: "USMCA", EcertID: "a"}},
		Shipment: &schemas.Shipment{HSCodes: []string{"9405.21", "6109.10"}, OriginCountry: "MX"},
		Verifications: []schemas.EcertVerification{
			{EcertID: "a", Status: schemas.EcertVerified, HS6: []string{"940521"}, OriginCountry: "MX"},
		},
		Site: &schemas.SellerSite{OriginIntegration: schemas.OriginIntegration{Status: schemas.Integrated}},
		Date: 20700, Waived: true,
	}, &r)
	if len(r.Findings) != 1 || r.Findings[0].Code != reason.EcertHS6Mismatch || r.Findings[0].Observed != "610910" {
		t.Errorf("found %+v", r.Findings)
	}
}
