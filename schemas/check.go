package schemas

import "fmt"

// check gathers the first fault of an event. The tests of the common case are
// small enough to be inlined; what a fault costs does not matter.
type check struct {
	l      *Limits
	prefix string // path of the object at hand, "items[2]."
	err    *FieldError
}

// done is the fault found, as an error that is nil when there is none.
func (c *check) done() error {
	if c.err == nil {
		return nil
	}
	return c.err
}

func (c *check) fail(field, value, allowed string) {
	if c.err == nil {
		c.err = NewFieldError(c.prefix+field, value, allowed)
	}
}

// text allows at most n bytes.
func (c *check) text(field, v string, n int) {
	if len(v) > n {
		c.tooLong(field, v, n)
	}
}

func (c *check) tooLong(field, v string, n int) {
	c.fail(field, v, fmt.Sprintf("at most %d bytes", n))
}

// required allows 1 to n bytes.
func (c *check) required(field, v string, n int) {
	if v == "" || len(v) > n {
		c.fail(field, v, fmt.Sprintf("1 to %d bytes", n))
	}
}

// form allows an empty value or one that ok accepts.
func (c *check) form(field, v string, ok func(string) bool, allowed string) {
	if v != "" && !ok(v) {
		c.fail(field, v, allowed)
	}
}

func (c *check) country(field, v string) {
	if v != "" && !isCountry(v) {
		c.fail(field, v, allowedCountry)
	}
}

func (c *check) requiredTime(field string, t Time) {
	if t < MinTime || t > MaxTime {
		c.fail(field, t.String(), AllowedTime)
	}
}

func (c *check) date(field string, d Date) {
	if d != 0 && (d < MinDate || d > MaxDate) {
		c.fail(field, d.String(), AllowedDate)
	}
}

// amount bounds what is stated. Values, prices and quantities on a customs document
// are never negative: a discount lowers a value, a return is another shipment.
func (c *check) amount(field string, d Decimal) {
	if d.Set && (d.E4 < 0 || d.E4/e4 > c.l.Amount) {
		c.fail(field, d.String(), fmt.Sprintf("0 to %d", c.l.Amount))
	}
}

func (c *check) revision(v int64) {
	if v < 0 {
		c.fail("revision", fmt.Sprint(v), "0 or more")
	}
}

func (c *check) status(s Status) {
	if int(s) >= len(statusNames) {
		c.fail("status", s.String(), "ACTIVE, CANCELLED")
	}
}

func (c *check) boolean(field string, b Bool) {
	if b > True {
		c.fail(field, fmt.Sprint(b), "true, false")
	}
}

func (c *check) count(field string, n, most int) {
	if n > most {
		c.fail(field, fmt.Sprintf("%d of them", n), fmt.Sprintf("at most %d", most))
	}
}

// codes checks a list of tariff codes.
func (c *check) codes(field string, list []string, ok func(string) bool, allowed string) {
	c.count(field, len(list), c.l.HSCodes)
	for i, v := range list {
		if !ok(v) {
			c.fail(fmt.Sprintf("%s[%d]", field, i), v, allowed)
			return
		}
	}
}

// ids checks a list of registered identifiers.
func (c *check) ids(field string, list []string) {
	c.count(field, len(list), c.l.RegisteredIDs)
	for i, v := range list {
		if v == "" || len(v) > c.l.LabelBytes {
			c.fail(fmt.Sprintf("%s[%d]", field, i), v, fmt.Sprintf("1 to %d bytes", c.l.LabelBytes))
			return
		}
	}
}

// registration checks one day of registration.
func (c *check) registration(i int, r *Registration) {
	if isRegistered(r.Field) && r.ID != "" && len(r.ID) <= c.l.LabelBytes && r.Since >= MinDate && r.Since <= MaxDate && r.Since != 0 {
		return
	}
	prefix := c.prefix
	c.prefix = fmt.Sprintf("%sregistrations[%d].", prefix, i)
	if !isRegistered(r.Field) {
		c.fail("field", r.Field, allowedLabel)
	}
	c.required("id", r.ID, c.l.LabelBytes)
	if r.Since == 0 {
		c.fail("since", "", AllowedDate)
	}
	c.date("since", r.Since)
	c.prefix = prefix
}
