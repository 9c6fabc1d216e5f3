package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/config"
	"github.com/clearlane/clearlane/pipeline/serve"
)

// app is what every command is given: the process's surroundings and global flags.
type app struct {
	in       io.Reader
	out, err io.Writer
	environ  []string // "NAME=value"
	now      func() time.Time

	file     string   // --config
	set      []string // --set
	logLevel string   // --log-level
}

// Exit codes.
const (
	exitOK    = 0
	exitFault = 1 // the command ran, and something is wrong or failed
	exitUsage = 2 // the command line or the configuration is wrong: nothing was done
)

// usageError is an error in what the caller asked for.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// execute runs one command line and returns its exit code. An error goes to standard
// error in one line, a configuration's faults in one line each.
func execute(ctx context.Context, a *app, args []string) int {
	root := newRoot(a)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintln(a.err, "clearlane:", err)
	var faults config.Faults
	var usage usageError
	if errors.As(err, &usage) || errors.As(err, &faults) {
		return exitUsage
	}
	return exitFault
}

// newRoot is the list of all commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:           "clearlane",
		Short:         "Joins ad clicks, orders and shipments, and routes every shipment by customs risk rules",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no command; 'clearlane help' lists them")
			}
			return usagef("unknown command %q; 'clearlane help' lists them", args[0])
		},
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%s: %w; '%s --help' lists the flags", cmd.Name(), err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVarP(&a.file, "config", "c", "", "configuration file (YAML); default $"+config.EnvFile)
	flags.StringArrayVar(&a.set, "set", nil, "set one key of the configuration, `key.path=value`; may be repeated")
	flags.StringVar(&a.logLevel, "log-level", "", "debug, info, warn or error; the same as --set log.level=...")
	root.AddCommand(
		newRun(a),
		newDemo(a),
		newBench(a),
		newTopics(a),
		newCheck(a),
		newMigrate(a),
		newConfig(a),
		newMetrics(a),
		newGen(a),
		newScore(a),
		newExplain(a),
		newPolicy(a),
		newBacktest(a),
		newQuery(a),
		newRebuild(a),
		newVersion(a),
	)
	return root
}

// config reads the configuration, with the settings of the command's own flags
// ("key.path=value") over all others.
func (a *app) config(own ...string) (config.Config, error) {
	return config.Load(a.source(own...))
}

func (a *app) source(own ...string) config.Source {
	src := config.Source{File: a.file, Env: a.environ}
	for _, entry := range a.environ {
		if file, ok := strings.CutPrefix(entry, config.EnvFile+"="); ok && a.file == "" {
			src.File = file
		}
	}
	if a.logLevel != "" {
		own = append(own, "log.level="+a.logLevel)
	}
	src.Set = append(append(src.Set, a.set...), own...)
	return src
}

// logger is the process's logger, to standard error.
func (a *app) logger(c *config.Config) (*slog.Logger, error) {
	return serve.NewLogger(a.err, c.Log.Level, c.Log.Format, c.Instance)
}

// noArgs refuses arguments of a command that takes none.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s: unexpected argument %q; it takes flags only", cmd.Name(), args[0])
	}
	return nil
}
