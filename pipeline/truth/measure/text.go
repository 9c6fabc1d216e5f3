package measure

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// routes are the routes in their order.
var routes = []string{"RELEASE", "DOCUMENT_REVIEW", "HIGH_RISK_CONTROL"}

// WriteText writes the report as people read it.
func (r *Report) WriteText(dst io.Writer) error {
	w := tabwriter.NewWriter(dst, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "class\tconfidence\tplanted\tfound\ttrue\tfalse\tmissed\tprecision\trecall\t code")
	for i := range r.Codes {
		c := &r.Codes[i]
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%.4f\t%.4f\t %s\n", c.Class, c.Confidence, c.Planted, c.Found,
			c.TruePositives, c.FalsePositives, c.FalseNegatives, c.Precision, c.Recall, c.Name)
	}
	fmt.Fprintln(w, "\nroute planted, decided\tRELEASE\tDOCUMENT_REVIEW\tHIGH_RISK_CONTROL\t")
	for _, planted := range routes {
		fmt.Fprintf(w, "%s", planted)
		for _, decided := range routes {
			fmt.Fprintf(w, "\t%d", r.Routes[planted][decided])
		}
		fmt.Fprintln(w, "\t")
	}
	fmt.Fprintf(w, "\n")
	if err := w.Flush(); err != nil {
		return err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d shipments, %d as planted in codes, route, status, completeness, click and campaign; %d pre-reviews, %d as planted\n",
		r.Shipments.Judged, r.Shipments.Agree, r.PreReviews.Judged, r.PreReviews.Agree)
	fmt.Fprintf(&b, "%d clean shipments: %d have a reason of the class certain, %d only another\n", r.Clean.Shipments, r.Clean.Certain, r.Clean.Other)
	fmt.Fprintf(&b, "%d questions were left open on purpose, %d of them are unknowns\n", r.Unknowns.Planted, r.Unknowns.Found)
	for i := range r.Examples {
		e := &r.Examples[i]
		fmt.Fprintf(&b, "%s %s: %s (causes: %s; noise: %s)\n", e.OrderKey, e.ShipmentID, strings.Join(e.Differences, "; "), list(e.Causes), list(e.Noise))
	}
	_, err := io.WriteString(dst, b.String())
	return err
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
