package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// build compiles the tests of a package into a folder.
func build(ctx context.Context, pkg, dir string) (program string, err error) {
	program = filepath.Join(dir, filepath.Base(pkg)+".test")
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, "./"+pkg)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w", pkg, err)
	}
	return program, nil
}

// each builds the tests of each package in turn, in a folder that goes afterwards, and hands
// the program to do with the paths that are in it.
func each(ctx context.Context, paths []path, do func(program string, o *ofPackage) error) error {
	dir, err := os.MkdirTemp("", "hotpaths-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	all := byPackage(paths)
	for i := range all {
		program, err := build(ctx, all[i].pkg, dir)
		if err != nil {
			return err
		}
		if err := do(program, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

// runTimes runs each benchmark so many times, in rounds over those of its package: what else
// the machine does then falls on all of them alike. Each runs in a process of its own, or
// the garbage of one would be collected in another's time.
func runTimes(ctx context.Context, paths []path, count int, length string, out io.Writer) error {
	return each(ctx, paths, func(program string, o *ofPackage) error {
		for round := range count {
			for i := range o.paths {
				lines, err := runTime(ctx, program, &o.paths[i], length, round == 0 && i == 0)
				if err != nil {
					return err
				}
				if _, err := out.Write(lines); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// runTime runs a benchmark once. The result is its line, behind those that name the package
// when settings is true.
func runTime(ctx context.Context, program string, p *path, length string, settings bool) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, "-test.run", "^$", "-test.bench", p.exactly(), "-test.benchmem", "-test.benchtime", length)
	cmd.Dir = filepath.FromSlash(p.pkg)
	text, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s", p.pkg, p.name(), err, text)
	}
	var kept []byte
	found := false
	for line := range bytes.Lines(text) {
		switch {
		case bytes.HasPrefix(line, []byte("Benchmark")):
			found, kept = true, append(kept, line...)
		case settings && bytes.Contains(line, []byte(": ")):
			kept = append(kept, line...)
		}
	}
	if !found {
		return nil, fmt.Errorf("%s %s: there is no such benchmark, or it was skipped:\n%s", p.pkg, strconv.Quote(p.name()), text)
	}
	return kept, nil
}
