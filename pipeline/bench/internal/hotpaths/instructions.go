package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// steady is the environment in which two counts of the same program agree: one thread of Go
// at a time, no collection, no interruption after 10 ms. What a collection costs is not
// counted then; allocations are, and BenchmarkTask's times have it.
var steady = []string{"GOMAXPROCS=1", "GOGC=off", "GODEBUG=asyncpreemptoff=1"}

// unit is that of a count in Go's benchmark format.
const unit = "instructions/op"

var errNoValgrind = errors.New("valgrind is not installed, and instructions are counted with it: apt-get install valgrind, or use time")

// runInstructions counts the instructions of one operation of each benchmark that has a
// number of operations.
func runInstructions(ctx context.Context, paths []path, out io.Writer) error {
	if _, err := exec.LookPath("valgrind"); err != nil {
		return errNoValgrind
	}
	return each(ctx, paths, func(program string, o *ofPackage) error {
		if _, err := fmt.Fprintf(out, "pkg: github.com/clearlane/clearlane/%s\n", o.pkg); err != nil {
			return err
		}
		for i := range o.paths {
			if o.paths[i].n == 0 {
				continue
			}
			if err := countOne(ctx, program, &o.paths[i], out); err != nil {
				return err
			}
		}
		return nil
	})
}

// countOne counts a run of few operations and one of n more: the difference is theirs, and
// what starts and warms up the program is in both.
func countOne(ctx context.Context, program string, p *path, out io.Writer) error {
	few := max(1, p.n/10)
	before, err := count(ctx, program, p, few)
	if err != nil {
		return err
	}
	after, err := count(ctx, program, p, few+p.n)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s %d %.1f %s\n", p.name(), p.n, float64(after-before)/float64(p.n), unit)
	return err
}

// counts is how often each count is made. The least one holds: now and then the runtime does
// something more, a few million instructions, and it never does less.
const counts = 2

// count is how many instructions the program takes for so many operations.
func count(ctx context.Context, program string, p *path, operations int) (least int64, err error) {
	for range counts {
		n, err := countOnce(ctx, program, p, operations)
		if err != nil {
			return 0, err
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return least, nil
}

func countOnce(ctx context.Context, program string, p *path, operations int) (int64, error) {
	cmd := exec.CommandContext(ctx, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program,
		"-test.run", "^$", "-test.bench", p.exactly(), "-test.benchtime", strconv.Itoa(operations)+"x")
	cmd.Dir = filepath.FromSlash(p.pkg)
	cmd.Env = append(os.Environ(), steady...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w\n%s", p.pkg, p.name(), err, text)
	}
	if !bytes.Contains(text, []byte("\n"+p.name())) {
		return 0, fmt.Errorf("%s %s: there is no such benchmark, or it was skipped:\n%s", p.pkg, p.name(), text)
	}
	return collected(text)
}

// collected reads callgrind's line "==1== Collected : 123".
func collected(text []byte) (int64, error) {
	for line := range bytes.Lines(text) {
		if _, number, ok := strings.Cut(string(line), "Collected :"); ok {
			return strconv.ParseInt(strings.TrimSpace(number), 10, 64)
		}
	}
	return 0, fmt.Errorf("callgrind has not said what it collected:\n%s", text)
}
