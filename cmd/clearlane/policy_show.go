package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/schemas"
	"github.com/clearlane/clearlane/scoring/policy"
)

type showOptions struct {
	date, rule, format string
}

func newPolicyShow(a *app) *cobra.Command {
	var o showOptions
	cmd := &cobra.Command{
		Use:   "show [PACK]",
		Short: "Show a policy pack: its rules, or those in force on a day",
		Long: `Shows a policy pack, a file or "default", the one that is built in and the default. PACK
may also be a folder of packs that live together: --date then chooses one.

--date D leaves out the rules that are not in force on that day, --rule ID all others.
--format text lists the rules, yaml is the pack as one would write it, json its canonical
form, of which its hash is taken; yaml and json always are the whole pack.`,
		Args: atMostOnePack,
		RunE: func(_ *cobra.Command, args []string) error {
			return a.policyShow(packNamed(args), &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.date, "date", "", "day of the case, YYYY-MM-DD; default: no matter")
	f.StringVar(&o.rule, "rule", "", "id of a rule")
	f.StringVar(&o.format, "format", "text", "text, yaml or json")
	return cmd
}

func atMostOnePack(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s: %d arguments; at most one pack is allowed", cmd.Name(), len(args))
	}
	return nil
}

func packNamed(args []string) string {
	if len(args) == 0 {
		return builtIn
	}
	return args[0]
}

// openSet reads a pack, or a folder of packs.
func openSet(path string) (*policy.Set, error) {
	if path == builtIn {
		return policy.DefaultSet()
	}
	return loadPolicy(path)
}

// packOn is the pack of a set in force on a day; without a day the only one.
func packOn(set *policy.Set, path string, day schemas.Date) (*policy.Pack, error) {
	p, ok := set.At(day)
	switch {
	case !ok:
		return nil, usagef("--date %s: no pack of %s is in force; allowed: a day on which one is", day, path)
	case day == 0 && len(set.Packs()) > 1:
		return nil, usagef("%s holds %d packs; --date chooses one", path, len(set.Packs()))
	}
	return p, nil
}

func (a *app) policyShow(path string, o *showOptions) error {
	var day schemas.Date
	if o.date != "" {
		var err error
		if day, err = schemas.ParseDate(o.date); err != nil {
			return usagef("policy show: --date %q; allowed: a day, YYYY-MM-DD", o.date)
		}
	}
	set, err := openSet(path)
	if err != nil {
		return err
	}
	pack, err := packOn(set, path, day)
	if err != nil {
		return err
	}
	switch o.format {
	case "text":
		return a.showText(pack, day, o.rule)
	case "yaml":
		b, err := pack.YAML()
		if err != nil {
			return err
		}
		_, err = a.out.Write(b)
		return err
	case "json":
		return writeJSON(a.out, json.RawMessage(pack.JSON()))
	}
	return usagef("policy show: --format %q; allowed: text, yaml, json", o.format)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// showText lists rules, each in a line, or one of them in full.
func (a *app) showText(p *policy.Pack, day schemas.Date, id string) error {
	rules := p.Catalogue()
	if id != "" && !slices.ContainsFunc(rules, func(e policy.Listed) bool { return e.Rule == id }) {
		return usagef("policy show: --rule %q; allowed: an id of a rule; 'clearlane policy show' lists them", id)
	}
	fmt.Fprintf(a.out, "%s %s, in force %s, hash %s\n", p.ID, p.Version, inForce(p), p.Hash)
	t := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
	if id == "" {
		fmt.Fprintf(t, "\nRULE\tVERSION\tCODE\tSEVERITY\tWEIGHT\tFROM\tTO\tCONFIDENCE\tSCOPE\n")
	}
	for i, e := range rules {
		r := &p.Rules[i]
		if id != "" && e.Rule != id || day != 0 && (day < r.From || r.To != 0 && day > r.To) {
			continue
		}
		if id == "" {
			fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", e.Rule, e.Version, e.Code, e.Severity, e.Weight, e.From, e.To, e.Confidence, e.Scope)
			continue
		}
		fmt.Fprintf(t, "\nrule\t%s, version %d\ncode\t%s\nlooks at\t%s\nscope\t%s\nin force\t%s to %s\nseverity\t%s\nweight\t%d, %d for a site builder of the pack's list\nsource\t%s\nconfidence\t%s\n",
			e.Rule, e.Version, e.Code, e.LooksAt, e.Scope, e.From, or(e.To, "further notice"), e.Severity, r.Weight, r.BuilderWeight, e.Source, e.Confidence)
	}
	return t.Flush()
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
