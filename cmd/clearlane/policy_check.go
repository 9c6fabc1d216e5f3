package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/packtest"
	"github.com/clearlane/clearlane/scoring/policy"
)

func newPolicyCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE|FOLDER|default",
		Short: "Check a policy pack, or a folder of packs, and their test cases",
		Long: `Reads a policy pack, or all packs of a folder (*.yaml), as 'clearlane run' does, and says all
that is wrong at once: file, line, path, what stands there and what is allowed. Packs of a
folder must follow each other without overlap or gap. The pack's test cases are read too,
and not run: that is 'clearlane policy test'.

The exit status is 1 when something is wrong, 2 when a file can't be read.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("policy check: %d arguments; one file or folder is allowed", len(args))
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.policyCheck(args[0]) },
	}
}

func (a *app) policyCheck(path string) error {
	files := []string{path}
	if path != builtIn {
		var err error
		if files, err = yamlFiles(path); err != nil {
			return usagef("policy check: %w", err)
		}
	}
	var packs []*policy.Pack
	var faults []error
	for _, file := range files {
		pack, cases, err := checkPack(file)
		var unreadable usageError
		if errors.As(err, &unreadable) {
			return err
		}
		if err != nil {
			faults = append(faults, err)
		}
		if pack == nil {
			continue
		}
		packs = append(packs, pack)
		fmt.Fprintf(a.out, "%s: %s %s, in force %s, %d rules, %d test cases, hash %s\n",
			file, pack.ID, pack.Version, inForce(pack), len(pack.Rules), cases, pack.Hash)
	}
	if len(packs) == len(files) {
		if _, err := policy.NewSet(packs...); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path, err))
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("policy check: %w", errors.Join(faults...))
	}
	return nil
}

// checkPack reads a pack and its cases. The pack is nil where it is not right.
func checkPack(file string) (*policy.Pack, int, error) {
	pack, text, err := openPack(file)
	if err != nil {
		return nil, 0, err
	}
	suite := &packtest.Suite{Pack: pack}
	if err := addOwnCases(suite, file, text); err != nil {
		return pack, len(suite.Cases), err
	}
	return pack, len(suite.Cases), errors.Join(suite.Check()...)
}

// inForce is the days on which a pack is in force.
func inForce(p *policy.Pack) string {
	if p.ValidTo == 0 {
		return "from " + p.ValidFrom.String()
	}
	return p.ValidFrom.String() + " to " + p.ValidTo.String()
}
