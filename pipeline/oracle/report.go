package oracle

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Line is one number that is known, and what was found.
type Line struct {
	Where string // input, decisions, high-risk, ..., ClickHouse
	What  string
	Want  int64
	Got   int64
}

// OK tells whether the two agree.
func (l *Line) OK() bool { return l.Want == l.Got }

// Report is all that was compared.
type Report struct {
	Lines  []Line
	Faults []string // the first disagreements about single subjects, in words
}

// maxFaults bounds the faults that a report spells out.
const maxFaults = 20

func (r *Report) line(where, what string, want, got int) {
	r.Lines = append(r.Lines, Line{where, what, int64(want), int64(got)})
}

func (r *Report) fault(format string, args ...any) {
	if len(r.Faults) < maxFaults {
		r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
	}
}

// OK is true when every number agrees.
func (r *Report) OK() bool {
	for i := range r.Lines {
		if !r.Lines[i].OK() {
			return false
		}
	}
	return len(r.Faults) == 0
}

// Add appends the lines and faults of another report.
func (r *Report) Add(o *Report) {
	r.Lines = append(r.Lines, o.Lines...)
	r.Faults = append(r.Faults, o.Faults...)
}

// Write prints the report as a table.
func (r *Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "where\twhat\texpected\tfound\t\t")
	for i := range r.Lines {
		l := &r.Lines[i]
		mark := "agrees"
		if !l.OK() {
			mark = "DIFFERS"
		}
		fmt.Fprintf(t, "%s\t%s\t%d\t%d\t%s\t\n", l.Where, l.What, l.Want, l.Got, mark)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, f := range r.Faults {
		if _, err := fmt.Fprintln(w, f); err != nil {
			return err
		}
	}
	return nil
}
