package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/packtest"
	"github.com/clearlane/clearlane/scoring/policy"
)

func newPolicyTest(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "test [PACK] [CASES...]",
		Short: "Run the test cases of a policy pack",
		Long: `Plays test cases, which are events and what is to be decided about them, by the same
join and the same scoring as 'clearlane run', and says of each what differed; then how
many cases of each kind (positive, negative, unknown) every rule has, and which has none.

PACK is a file, or "default", the pack that is built in and the default. Its own cases are
those under its key "tests", and those of the files in the folder beside it that has its
name and ends in .tests (pack.tests for pack.yaml). CASES are files or folders of cases to
run instead. What a case looks like: README.md, Rules.

The exit status is 1 when a case fails, or the pack or a case is not right; 2 when a file
can't be read.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			pack := builtIn
			if len(args) > 0 {
				pack, args = args[0], args[1:]
			}
			return a.policyTest(cmd.Context(), pack, args)
		},
	}
}

func (a *app) policyTest(ctx context.Context, file string, cases []string) error {
	suite, err := openSuite(file, cases)
	if err != nil {
		return err
	}
	failed, err := suite.Run(ctx, a.out)
	if err != nil {
		return fmt.Errorf("policy test: %w", err)
	}
	suite.Summary(a.out)
	fmt.Fprintf(a.out, "\n%d cases, %d failed; pack %s %s\n", len(suite.Cases), failed, suite.Pack.ID, suite.Pack.Version)
	if failed > 0 {
		return fmt.Errorf("policy test: %d of %d cases failed", failed, len(suite.Cases))
	}
	return nil
}

// openSuite reads a pack and its cases, or those of the files named.
func openSuite(file string, from []string) (*packtest.Suite, error) {
	pack, text, err := openPack(file)
	if err != nil {
		return nil, err
	}
	suite := &packtest.Suite{Pack: pack}
	if len(from) == 0 {
		err = addOwnCases(suite, file, text)
	} else {
		err = addCases(suite, from)
	}
	if err = errors.Join(append([]error{err}, suite.Check()...)...); err == nil && len(suite.Cases) == 0 {
		err = fmt.Errorf("%s has no test cases; they stand under its key tests, in files of the folder %s, or in files named behind the pack", file, testsFolder(file))
	}
	return suite, err
}

// addOwnCases reads the cases that a pack brings along.
func addOwnCases(suite *packtest.Suite, file string, text []byte) error {
	inline, err := packtest.ParseInline(file, text)
	suite.Cases = append(suite.Cases, inline...)
	if file == builtIn {
		more, err2 := packtest.ParseAll(policy.DefaultCases())
		suite.Cases = append(suite.Cases, more...)
		return errors.Join(err, err2)
	}
	if folder := testsFolder(file); isFolder(folder) {
		err = errors.Join(err, addCases(suite, []string{folder}))
	}
	return err
}

// addCases reads the cases of files and folders.
func addCases(suite *packtest.Suite, from []string) error {
	var faults []error
	for _, path := range from {
		files, err := yamlFiles(path)
		if err != nil {
			return usagef("policy test: %w", err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				return usagef("policy test: %w", err)
			}
			cases, err := packtest.Parse(f, b)
			if err != nil {
				faults = append(faults, err)
			}
			suite.Cases = append(suite.Cases, cases...)
		}
	}
	return errors.Join(faults...)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeDir != 0
}
