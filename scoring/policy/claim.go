package policy

import (
	"strings"

	"github.com/clearlane/clearlane/schemas"
)

// ClaimsUSMCA is true when an order claims USMCA preference: by its program or by
// the special program indicator S or S+ (19 CFR 182.11(b)).
func ClaimsUSMCA(o *schemas.Order) bool {
	return o != nil && (strings.EqualFold(o.Preference.Program, "USMCA") || IsUSMCASPI(o.Preference.SPI))
}

// IsUSMCASPI is true for the special program indicators of a USMCA claim.
func IsUSMCASPI(spi string) bool {
	return spi == "S" || spi == "S+" || spi == "s" || spi == "s+"
}

func foldIn(list []string, s string) bool {
	if s == "" {
		return false
	}
	for _, l := range list {
		if !otherwise(l, s) && strings.EqualFold(l, s) {
			return true
		}
	}
	return false
}

// otherwise tells by their first letters alone, where these are ASCII, that two names
// differ in more than case.
func otherwise(a, b string) bool {
	return a != "" && a[0]|b[0] < 0x80 && a[0]|0x20 != b[0]|0x20
}
