package geo

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
)

// notAssigned are the codes that Unicode's CLDR takes for regions and ISO 3166-1 has not
// assigned: reserved (AC CP CQ DG EA EZ IC TA UN) and withdrawn ones (AN CS FQ NT PC SU YU).
var notAssigned = strings.Fields("AC CP CQ DG EA EZ IC TA UN AN CS FQ NT PC SU YU")

// The list of countries agrees with another one, kept by others from ISO 3166-1.
func TestCountriesAreThoseOfISO3166(t *testing.T) {
	for x := byte('A'); x <= 'Z'; x++ {
		for y := byte('A'); y <= 'Z'; y++ {
			code := string([]byte{x, y})
			region, err := language.ParseRegion(code)
			want := err == nil && region.IsCountry() && region.String() == code && region.Canonicalize() == region && !slices.Contains(notAssigned, code)
			if got := ParseCountry(code) != 0; got != want {
				t.Errorf("%s is a country: %v, want %v", code, got, want)
			}
		}
	}
}
