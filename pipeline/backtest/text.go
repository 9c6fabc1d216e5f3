package backtest

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Format is a form of a report.
type Format string

// The forms.
const (
	Text     Format = "text"
	Markdown Format = "markdown"
	JSON     Format = "json"
)

// Formats are all forms, the default first.
var Formats = [...]Format{Text, Markdown, JSON}

// Write writes a report in one of its forms.
func Write(w io.Writer, r *Report, f Format) error {
	if f == JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	var b strings.Builder
	title, head := "%s\n\n", "\n%s\n"
	if f == Markdown {
		title, head = "# %s\n\n", "\n## %s\n\n"
	}
	fmt.Fprintf(&b, title, "Backtest of policy "+r.Old.Version+" against "+r.New.Version)
	b.WriteString(summary(r))
	for _, t := range append(tables("Shipments", &r.Shipments), tables("Pre-reviews of orders", &r.PreReviews)...) {
		fmt.Fprintf(&b, head, t.title)
		if f == Markdown {
			t.markdown(&b)
		} else {
			t.text(&b)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summary is what everybody reads.
func summary(r *Report) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Old: version %s, hash %s.\nNew: version %s, hash %s.\n", r.Old.Version, r.Old.Hash, r.New.Version, r.New.Hash)
	if r.Period != (Period{}) {
		fmt.Fprintf(&b, "Cases of the dates from %s to %s.\n", orText(r.Period.From, "the first"), orText(r.Period.To, "the last"))
	}
	fmt.Fprintf(&b, "%d events of %d orders; %d records refused.\n", r.Read.Events, r.Read.Orders, r.Read.Refused)
	for _, s := range []struct {
		what string
		*Section
	}{{"shipments", &r.Shipments}, {"pre-reviews", &r.PreReviews}} {
		fmt.Fprintf(&b, "%d %s: %d changed, %d of them in their route: %d stricter, %d milder.\n", s.Subjects, s.what, s.Changed, s.RouteChanged, s.Stricter, s.Milder)
	}
	if r.Changed == 0 {
		b.WriteString("No verdict differs.\n")
	} else {
		b.WriteString("A reason of another severity is one of both; an example names it as only old and as only new.\n")
	}
	return b.String()
}

func orText(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// table is one table of a report that people read. The first left columns are texts, the
// others numbers.
type table struct {
	title  string
	left   int
	header []string
	rows   [][]string
}

func (t *table) text(w io.Writer) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	widths := make([]int, t.left) // texts stand on the left
	lines := append([][]string{t.header}, t.rows...)
	for _, line := range lines {
		for i := range widths {
			widths[i] = max(widths[i], len([]rune(line[i])))
		}
	}
	for _, line := range lines {
		for i, cell := range line {
			if i < t.left {
				cell += strings.Repeat(" ", widths[i]-len([]rune(cell)))
			}
			fmt.Fprint(tw, cell, "\t")
		}
		fmt.Fprintln(tw)
	}
	_ = tw.Flush() // into a strings.Builder, which never fails
}

func (t *table) markdown(w io.Writer) {
	line := func(cells []string) { fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")) }
	line(t.header)
	rule := make([]string, len(t.header))
	for i := range rule {
		if rule[i] = "---:"; i < t.left {
			rule[i] = "---"
		}
	}
	line(rule)
	for _, row := range t.rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		line(cells)
	}
}
