package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/scoring/policy"
)

func newPolicyDiff(a *app) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Say in what two policy packs differ",
		Long: `Compares two policy packs, files or "default", by what they say: head and settings value by
value, rules by their ids, field by field, and the sequence of the rules of a code, the first
of which holds. Comments, layout and test cases do not count.

The exit status is 0 when they say the same, 1 when they differ, 2 when a pack can't be read.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usagef("policy diff: %d arguments; the older and the newer pack are allowed", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.policyDiff(args[0], args[1], format) },
	}
	cmd.Flags().StringVar(&format, "format", "text", "text or json")
	return cmd
}

func (a *app) policyDiff(old, now, format string) error {
	var packs [2]*policy.Pack
	for i, file := range []string{old, now} {
		var err error
		if packs[i], _, err = openPack(file); err != nil {
			return usagef("policy diff: %w", err)
		}
	}
	changes := policy.Diff(packs[0], packs[1])
	switch format {
	case "text":
		for _, c := range changes {
			fmt.Fprintln(a.out, c)
		}
	case "json":
		if changes == nil {
			changes = []policy.Change{}
		}
		if err := writeJSON(a.out, changes); err != nil {
			return err
		}
	default:
		return usagef("policy diff: --format %q; allowed: text, json", format)
	}
	if len(changes) > 0 {
		return fmt.Errorf("policy diff: %d differences", len(changes))
	}
	return nil
}
