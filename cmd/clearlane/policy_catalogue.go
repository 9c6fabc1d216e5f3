package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/scoring/policy"
)

func newPolicyCatalogue(a *app) *cobra.Command {
	var format, out string
	cmd := &cobra.Command{
		Use:   "catalogue [PACK]",
		Short: "Write the catalogue of a policy pack's rules",
		Long: `Writes what each rule of a policy pack looks at, in which scope and since when, what it
weighs, by which source and how sure that is. PACK is a file, or "default", the pack that is
built in and the default.`,
		Args: atMostOnePack,
		RunE: func(_ *cobra.Command, args []string) error {
			pack, _, err := openPack(packNamed(args))
			if err != nil {
				return err
			}
			return a.policyCatalogue(pack, format, out)
		},
	}
	cmd.Flags().StringVar(&format, "format", "markdown", "markdown or json")
	cmd.Flags().StringVar(&out, "out", "", "file to write; default: standard output")
	return cmd
}

func (a *app) policyCatalogue(pack *policy.Pack, format, out string) (err error) {
	w := a.out
	if format != "markdown" && format != "json" {
		return usagef("policy catalogue: --format %q; allowed: markdown, json", format)
	}
	if out != "" {
		f, err := os.Create(out)
		if err != nil {
			return usagef("policy catalogue: %w", err)
		}
		defer func() {
			if cerr := f.Close(); err == nil {
				err = cerr
			}
		}()
		w = f
	}
	if format == "json" {
		return writeJSON(w, pack.Catalogue())
	}
	_, err = w.Write(pack.Markdown())
	return err
}
