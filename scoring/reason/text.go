package reason

import (
	"strconv"
	"unsafe"

	"github.com/clearlane/clearlane/schemas"
)

// Text is memory for what findings observed and expected, reused from case to case.
// A string taken from it holds until Reset: memory that it outgrows stays with the
// strings taken before.
type Text struct{ buf []byte }

// MaxListed is how many entries of a list a text names.
const MaxListed = 8

// Reset gives the memory free for new texts.
func (t *Text) Reset() { t.buf = t.buf[:0] }

// Bytes keeps a copy of b.
func (t *Text) Bytes(b []byte) string {
	from := len(t.buf)
	t.buf = append(t.buf, b...)
	return t.since(from)
}

// Join keeps the parts, one after the other. A part that came from outside
// goes through Show first.
func (t *Text) Join(parts ...string) string {
	from := len(t.buf)
	for _, p := range parts {
		t.buf = append(t.buf, p...)
	}
	return t.since(from)
}

// List keeps the first entries of a list, with commas between them.
func (t *Text) List(before string, entries []string) string {
	from := len(t.buf)
	t.buf = append(t.buf, before...)
	for i, e := range entries[:min(len(entries), MaxListed)] {
		if i > 0 {
			t.buf = append(t.buf, ", "...)
		}
		t.buf = append(t.buf, Show(e)...)
	}
	if n := len(entries) - MaxListed; n > 0 {
		t.buf = append(t.buf, " and "...)
		t.buf = strconv.AppendInt(t.buf, int64(n), 10)
		t.buf = append(t.buf, " more"...)
	}
	return t.since(from)
}

// Date keeps a day, YYYY-MM-DD.
func (t *Text) Date(before string, d schemas.Date) string {
	from := len(t.buf)
	t.buf = d.Append(append(t.buf, before...))
	return t.since(from)
}

// Count keeps a number between two texts.
func (t *Text) Count(before string, n int, after string) string {
	from := len(t.buf)
	t.buf = strconv.AppendInt(append(t.buf, before...), int64(n), 10)
	t.buf = append(t.buf, after...)
	return t.since(from)
}

// Amount keeps an amount between two texts.
func (t *Text) Amount(before string, d schemas.Decimal, after string) string {
	from := len(t.buf)
	t.buf = d.Append(append(t.buf, before...))
	t.buf = append(t.buf, after...)
	return t.since(from)
}

func (t *Text) since(from int) string {
	if from == len(t.buf) {
		return ""
	}
	return unsafe.String(&t.buf[from], len(t.buf)-from)
}

// Time keeps an instant, RFC 3339.
func (t *Text) Time(before string, at schemas.Time) string {
	from := len(t.buf)
	t.buf = at.Append(append(t.buf, before...))
	return t.since(from)
}
