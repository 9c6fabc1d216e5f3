package decide

import "github.com/clearlane/clearlane/schemas"

// Contrast is how two verdicts about one subject differ in what matters: the route, the
// score, the preference status, and which reasons of which severity there are. Texts,
// sources, versions and weights of rules, unknowns and dimensions do not count, unless
// they change one of those. Its memory is reused.
type Contrast struct {
	// Codes of reasons that only one of the two has, or has of another severity: such a
	// code is in both. In their sequence.
	OnlyOld, OnlyNew []string
	Both             []string // codes that both have, of whatever severity
}

// Of compares two verdicts and says whether they differ. A nil one is that of a subject
// about which nothing is said: it differs from any other.
func (c *Contrast) Of(old, now *schemas.Verdict) bool {
	c.OnlyOld, c.OnlyNew, c.Both = c.OnlyOld[:0], c.OnlyNew[:0], c.Both[:0]
	a, b := reasonsOf(old), reasonsOf(now)
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Code < b[0].Code:
			c.OnlyOld = append(c.OnlyOld, a[0].Code)
			_, a = strongest(a)
		case len(a) == 0 || b[0].Code < a[0].Code:
			c.OnlyNew = append(c.OnlyNew, b[0].Code)
			_, b = strongest(b)
		default:
			code := a[0].Code
			var s, t schemas.Severity
			s, a = strongest(a)
			t, b = strongest(b)
			c.Both = append(c.Both, code)
			if s != t {
				c.OnlyOld, c.OnlyNew = append(c.OnlyOld, code), append(c.OnlyNew, code)
			}
		}
	}
	if old == nil || now == nil {
		return old != now
	}
	return len(c.OnlyOld) > 0 || len(c.OnlyNew) > 0 ||
		old.Route != now.Route || old.Score != now.Score || old.PreferenceStatus != now.PreferenceStatus
}

func reasonsOf(v *schemas.Verdict) []schemas.Reason {
	if v == nil {
		return nil
	}
	return v.Reasons
}

// strongest is the greatest severity of the reasons of the first code, and those of the
// codes behind it. Reasons stand by code.
func strongest(rs []schemas.Reason) (most schemas.Severity, rest []schemas.Reason) {
	n := 0
	for ; n < len(rs) && rs[n].Code == rs[0].Code; n++ {
		most = max(most, rs[n].Severity)
	}
	return most, rs[n:]
}
