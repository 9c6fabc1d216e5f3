package schemas

import "slices"

// What is allowed for values of a form, as errors say it.
const (
	allowedCountry  = "ISO 3166-1 alpha-2, two upper-case letters"
	allowedTarget   = "a country code, or a region name of letters, digits, - and _ (at most 32 bytes)"
	allowedCurrency = "ISO 4217, three upper-case letters"
	allowedChannel  = "B2B, B2C"
	allowedPort     = "Schedule D (four of A-Z, 0-9) or UN/LOCODE (five of A-Z, 0-9)"
	allowedHS       = "2 to 12 digits, with single dots between them"
	allowedHS6      = "six digits, with single dots between them"
	allowedSPI      = "one to three of A-Z, + and *"
	allowedID       = "32 lower-case hex digits"
	allowedLabel    = "facebook_pixel_id, bing_campaign_id, utm_campaign, utm_id, site_host"
)

// AllowedDispositionCode is what a disposition's code may be, as errors say it.
const AllowedDispositionCode = "1 to 16 of A-Z, 0-9 and _"

const (
	maxTarget = 32 // bytes of a region name
	maxCode   = 16 // bytes of a disposition code
)

func upper(c byte) bool { return c-'A' < 26 }
func digit(c byte) bool { return c-'0' < 10 }

func isCountry(s string) bool { return len(s) == 2 && upper(s[0]) && upper(s[1]) }

func isTarget(s string) bool {
	if s == "" || len(s) > maxTarget {
		return false
	}
	for _, c := range []byte(s) {
		if !upper(c&^0x20) && !digit(c) && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

func isCurrency(s string) bool {
	return len(s) == 3 && upper(s[0]) && upper(s[1]) && upper(s[2])
}

func isChannel(s string) bool { return s == ChannelB2B || s == ChannelB2C }

func isPort(s string) bool {
	if len(s) != 4 && len(s) != 5 {
		return false
	}
	for _, c := range []byte(s) {
		if !upper(c) && !digit(c) {
			return false
		}
	}
	return true
}

// tariffDigits counts the digits of a tariff code, 0 when it is not one.
func tariffDigits(s string) (n int) {
	dot := true
	for _, c := range []byte(s) {
		switch {
		case digit(c):
			n++
			dot = false
		case c == '.' && !dot:
			dot = true
		default:
			return 0
		}
	}
	if dot {
		return 0
	}
	return n
}

func isHS(s string) bool  { n := tariffDigits(s); return n >= 2 && n <= 12 }
func isHS6(s string) bool { return tariffDigits(s) == 6 }

func isSPI(s string) bool {
	for _, c := range []byte(s) {
		if !upper(c) && c != '+' && c != '*' {
			return false
		}
	}
	return s != "" && len(s) <= 3
}

func isRegistered(s string) bool { return slices.Contains(RegisteredFields[:], s) }

// IsDispositionCode is true for what may be the code of a disposition.
func IsDispositionCode(s string) bool {
	for _, c := range []byte(s) {
		if !upper(c) && !digit(c) && c != '_' {
			return false
		}
	}
	return s != "" && len(s) <= maxCode
}
