// Hotpaths measures the benchmarks of list.go: what happens to every event.
//
//	hotpaths time [-only EXPR] [-count 6] [-benchtime 0.3s]
//	hotpaths instructions [-only EXPR]
//	hotpaths compare [-above 5] OLD NEW
//
// time runs them by go test, with allocations; instructions counts the instructions of one
// operation with valgrind. Both print Go's benchmark format, which benchstat reads, with the
// machine and the revision before it. compare prints new divided by old of two files of
// instructions, and fails when one has grown by more than so many percent. It runs in the
// root of the checkout.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "hotpaths:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("allowed: hotpaths time, hotpaths instructions, hotpaths compare OLD NEW; each has -h")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	only := flags.String("only", "", "only benchmarks that this expression fits, as in 'schemas/codec BenchmarkDecode/click'")
	count := flags.Int("count", 6, "time: runs of each; benchstat wants 6")
	length := flags.String("benchtime", "0.3s", "time: length of a run")
	above := flags.Float64("above", 5, "compare: the growth that is allowed, percent")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	paths, err := chosen(*only)
	if err != nil {
		return err
	}
	switch args[0] {
	case "time":
		if err := header(ctx, out); err != nil {
			return err
		}
		return runTimes(ctx, paths, *count, *length, out)
	case "instructions":
		if err := header(ctx, out); err != nil {
			return err
		}
		return runInstructions(ctx, paths, out)
	case "compare":
		if flags.NArg() != 2 {
			return errUsage
		}
		return compareFiles(flags.Arg(0), flags.Arg(1), *above, out)
	}
	return errUsage
}

// header says where and of what the figures are, as settings of Go's benchmark format.
func header(ctx context.Context, out io.Writer) error {
	revision, err := exec.CommandContext(ctx, "git", "rev-parse", "--short=12", "HEAD").Output()
	if err != nil {
		return fmt.Errorf("git: %w", err)
	}
	changes, err := exec.CommandContext(ctx, "git", "status", "--porcelain", "--untracked-files=no").Output()
	if err != nil {
		return fmt.Errorf("git: %w", err)
	}
	commit := strings.TrimSpace(string(revision))
	if len(changes) > 0 {
		commit += "+changes"
	}
	m := bench.ThisMachine(commit)
	_, err = fmt.Fprintf(out, "date: %s\nrevision: %s\nmachine: %s, %d cores\ngo: %s\n", time.Now().UTC().Format("2006-01-02T15:04Z"), m.Commit, m.CPU, m.Cores, m.Go)
	return err
}
