package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/scoring/policy"
)

func newPolicy(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Check, show, compare and test policy packs",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("policy: no command; 'clearlane policy --help' lists them")
			}
			return usagef("policy: unknown command %q; 'clearlane policy --help' lists them", args[0])
		},
	}
	cmd.AddCommand(
		newPolicyCheck(a),
		newPolicyShow(a),
		newPolicyDiff(a),
		newPolicyTest(a),
		newPolicyCatalogue(a),
		newPolicyVariables(a),
	)
	return cmd
}

// builtIn is how the commands name the pack that is compiled in.
const builtIn = "default"

// readPackFile reads the YAML of a pack.
func readPackFile(file string) ([]byte, error) {
	if file == builtIn {
		return policy.DefaultBytes(), nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, usagef("policy: %w", err)
	}
	return b, nil
}

// openPack reads and compiles a pack.
func openPack(file string) (*policy.Pack, []byte, error) {
	b, err := readPackFile(file)
	if err != nil {
		return nil, nil, err
	}
	pack, err := policy.Parse(b)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	return pack, b, nil
}

// testsFolder lies beside a pack and holds files of test cases: pack.tests for pack.yaml.
func testsFolder(pack string) string {
	return strings.TrimSuffix(strings.TrimSuffix(pack, ".yaml"), ".yml") + ".tests"
}
