package queries

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Kind is what values a parameter takes.
type Kind string

// The kinds.
const (
	KindTime   Kind = "time"   // an instant, UTC
	KindDate   Kind = "date"   // a day, UTC
	KindNumber Kind = "number" // a whole number between bounds
	KindText   Kind = "text"   // at most maxText bytes
	KindCode   Kind = "code"   // one of a list
)

// maxText bounds a text, in bytes. Keys and names are far shorter.
const maxText = 1024

// serverType is the type of the kind's parameters in ClickHouse.
func (k Kind) serverType() string {
	switch k {
	case KindTime:
		return "DateTime64(3, 'UTC')"
	case KindDate:
		return "Date32"
	case KindNumber:
		return "UInt32"
	}
	return "String"
}

// Param is one parameter of a query.
type Param struct {
	Name     string
	Kind     Kind
	Of       []string // of a code: what is allowed
	Min, Max uint64   // of a number
	Required bool
	Default  string // as a user would write it
	About    string
}

// Allowed says what values are.
func (p *Param) Allowed() string {
	switch p.Kind {
	case KindTime:
		return "a time like 2026-10-05T08:00:00Z, a day like 2026-10-05, now, or now-36h, now+7d"
	case KindDate:
		return "a day like 2026-10-05, today, or today-30d, today+7d"
	case KindNumber:
		return fmt.Sprintf("%d to %d", p.Min, p.Max)
	case KindCode:
		return strings.Join(p.Of, ", ")
	}
	return fmt.Sprintf("at most %d bytes", maxText)
}

// ValueError is a value that a parameter does not take.
type ValueError struct{ Param, Value, Allowed string }

func (e *ValueError) Error() string {
	return fmt.Sprintf("parameter %s: %q; allowed: %s", e.Param, e.Value, e.Allowed)
}

// Value turns what a user wrote into the text that ClickHouse reads. Its error is a
// *ValueError.
func (p *Param) Value(text string, now time.Time) (string, error) {
	switch p.Kind {
	case KindTime:
		if t, ok := instant(text, now.UTC()); ok {
			return t.Format("2006-01-02 15:04:05.000"), nil
		}
	case KindDate:
		if t, ok := relative(text, "today", now.UTC()); ok {
			return t.Format(time.DateOnly), nil
		}
		if t, err := time.Parse(time.DateOnly, text); err == nil && inRange(t) {
			return t.Format(time.DateOnly), nil
		}
	case KindNumber:
		if n, err := strconv.ParseUint(text, 10, 32); err == nil && n >= p.Min && n <= p.Max {
			return strconv.FormatUint(n, 10), nil
		}
	case KindCode:
		if slices.Contains(p.Of, text) {
			return text, nil
		}
	case KindText:
		if len(text) <= maxText && utf8.ValidString(text) && !(p.Required && text == "") {
			return text, nil
		}
	}
	return "", &ValueError{Param: p.Name, Value: text, Allowed: p.Allowed()}
}

// instant reads a time in one of the forms that Allowed names.
func instant(text string, now time.Time) (time.Time, bool) {
	if t, ok := relative(text, "now", now); ok {
		return t, true
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), inRange(t.UTC())
		}
	}
	return time.Time{}, false
}

// inRange is true of what DateTime64 and Date32 hold alike.
func inRange(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 2299 }

var offset = regexp.MustCompile(`^([+-])(\d{1,5})([mhd])$`)

// relative reads now, now-36h, today+7d.
func relative(text, base string, now time.Time) (time.Time, bool) {
	rest, ok := strings.CutPrefix(text, base)
	if !ok {
		return time.Time{}, false
	}
	if rest == "" {
		return now, true
	}
	m := offset.FindStringSubmatch(rest)
	if m == nil || base == "today" && m[3] != "d" {
		return time.Time{}, false
	}
	n, _ := strconv.Atoi(m[1] + m[2]) // at most five digits
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour}[m[3]]
	return now.Add(time.Duration(n) * unit), true
}

// Param is the parameter of a name, or nil.
func (q *Query) Param(name string) *Param {
	for i := range q.Params {
		if q.Params[i].Name == name {
			return &q.Params[i]
		}
	}
	return nil
}

// Values are the texts of all parameters, those not given by their defaults. Its error
// names a parameter: not known, missing, a *ValueError, or a span without an instant.
func (q *Query) Values(given map[string]string, now time.Time) (map[string]string, error) {
	names := make([]string, len(q.Params))
	for i := range q.Params {
		names[i] = q.Params[i].Name
	}
	for name := range given {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("parameter %s: not one of query %s; allowed: %s", name, q.Name, strings.Join(names, ", "))
		}
	}
	values := map[string]string{}
	for i := range q.Params {
		p := &q.Params[i]
		text, ok := given[p.Name]
		if !ok && p.Required {
			return nil, fmt.Errorf("parameter %s: is missing; query %s needs it: %s", p.Name, q.Name, p.About)
		}
		if !ok {
			text = p.Default
		}
		value, err := p.Value(text, now)
		if err != nil {
			return nil, err
		}
		values[p.Name] = value
	}
	return values, q.inSequence(values, given)
}

// inSequence refuses a span that holds no instant: its answer would be as empty as that
// of a span in which nothing happened. Times and days as texts sort as they do in time.
func (q *Query) inSequence(values, given map[string]string) error {
	from, to := q.Param("from"), q.Param("to")
	if from == nil || to == nil || values["from"] < values["to"] {
		return nil
	}
	stated := func(p *Param) string {
		if text, ok := given[p.Name]; ok {
			return strconv.Quote(text)
		}
		return strconv.Quote(p.Default) + " (its default)"
	}
	return fmt.Errorf("parameter from: %s; allowed: what is before parameter to, %s", stated(from), stated(to))
}
