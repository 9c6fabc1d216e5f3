package rebuild

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Write writes the report for people.
func (r *Report) Write(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "roll-up\tcells\tdiffering\tstill moving\t")
	for i := range r.Tables {
		x := &r.Tables[i]
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t\n", x.Grain, x.Cells, x.Differing, x.Moving)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for i := range r.Tables {
		for _, d := range r.Tables[i].Examples {
			fmt.Fprintf(w, "%s %s (%s): holds %d and %s, must hold %d and %s\n",
				r.Tables[i].Grain, d.Time, strings.Join(d.Cell, ", "), d.Held, d.HeldValue, d.Due, d.DueValue)
		}
	}
	_, err := fmt.Fprintf(w, "%d days; funnel and ledger count records and cannot follow from decisions; the ledger has %d published decisions, the history %d\n", r.Days, r.Published, r.Rows)
	return err
}
