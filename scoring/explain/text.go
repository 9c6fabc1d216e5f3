package explain

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// columns is how wide a text is at most; a word that is wider stands alone.
const columns = 100

// AppendText appends the record as text for a terminal or a file.
func AppendText(dst []byte, r *Record) []byte {
	t := text{dst}
	title := r.Subject.ShipmentID + " of order " + r.Subject.OrderKey
	if r.Subject.Kind == "pre-review" {
		title = "claim of order " + r.Subject.OrderKey
	}
	t.line(fmt.Sprintf("%s: %s, score %d", title, r.Route.Route, r.Route.Score))
	t.para("  ", r.Subject.Sentence)
	t.para("  ", fmt.Sprintf("decision_id %s, version %d, supersedes %d, decided %s", r.Subject.DecisionID, r.Subject.Version, r.Subject.Supersedes, r.Subject.DecidedAt))
	for _, s := range r.Route.From {
		t.para("  ", s)
	}
	t.para("  ", r.Preference.Status+": "+r.Preference.Sentence)
	if len(r.Reasons) > 0 {
		t.head("Reasons")
		for i := range r.Reasons {
			w := &r.Reasons[i]
			t.line(fmt.Sprintf("  %s (%s, weight %d)", w.Code, w.Severity, w.Weight))
			t.para("    ", w.Sentence)
		}
	}
	if len(r.Unknowns) > 0 {
		t.head("Not known (it counts neither for nor against)")
		for _, u := range r.Unknowns {
			t.item(u.Sentence)
		}
	}
	if len(r.Missing) > 0 {
		t.head("Not arrived")
		for _, m := range r.Missing {
			t.item(m.Sentence)
		}
	}
	t.head("What would change the route")
	for _, w := range r.Changes.Ways {
		t.item(w.Sentence)
	}
	t.para("  ", r.Changes.Note)
	for i := range r.Sections {
		t.section(&r.Sections[i])
	}
	t.head("What this record can't say")
	for _, l := range r.Limits {
		t.item(l)
	}
	t.line("")
	t.para("", r.Disclaimer)
	return t.b
}

type text struct{ b []byte }

func (t *text) line(s string) { t.b = append(append(t.b, s...), '\n') }

func (t *text) head(s string) { t.line("\n" + s) }

func (t *text) item(s string) { t.wrap("  - ", "    ", s) }

func (t *text) para(indent, s string) { t.wrap(indent, indent, s) }

func (t *text) section(s *Section) {
	t.head(s.Title)
	if s.Lead != "" {
		t.para("  ", s.Lead)
	}
	wide := 0
	for _, f := range s.Facts {
		wide = max(wide, utf8.RuneCountInString(f.Label))
	}
	for _, f := range s.Facts {
		pad := strings.Repeat(" ", wide-utf8.RuneCountInString(f.Label))
		t.line("  " + f.Label + pad + "  " + f.Value)
	}
	for _, n := range s.Notes {
		t.item(n)
	}
}

// wrap breaks s between words into lines that begin with first, then with rest.
func (t *text) wrap(first, rest, s string) {
	line, room := first, false
	for word := range strings.FieldsSeq(s) {
		if room && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			t.line(line)
			line, room = rest, false
		}
		if room {
			line += " "
		}
		line, room = line+word, true
	}
	t.line(line)
}
