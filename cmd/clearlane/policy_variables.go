package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/scoring/custom"
)

func newPolicyVariables(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "variables",
		Short: "List what a rule of a pack's own may ask for",
		Long: `Lists the variables of the expressions in a pack's own rules (code CUSTOM_..., keys
"when" and "observed"), their members and types. The language is CEL, with its macros
and its extensions for strings and sets, and with

  decimal("99.95")     an amount; amounts are compared with it and with whole numbers
  date("2026-07-01")   a day, as a timestamp at 00:00 UTC
  string(amount)       its text
  has(order.channel)   whether it is known

What is not known is unknown in an expression too: it is neither equal nor unequal.`,
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			var text strings.Builder
			w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
			for _, o := range custom.Document() {
				name := o.Variable
				if o.List {
					name += " (a list of " + o.Type + ")"
				}
				if name == "" {
					name = o.Type
				}
				fmt.Fprintf(w, "%s: %s\n", name, o.About)
				for _, m := range o.Members {
					fmt.Fprintf(w, "  %s\t%s\t%s\n", m.Name, m.Type, m.About)
				}
			}
			if err := w.Flush(); err != nil {
				return err
			}
			for line := range strings.Lines(text.String()) {
				fmt.Fprintln(a.out, strings.TrimRight(line, " \n"))
			}
			return nil
		},
	}
}
