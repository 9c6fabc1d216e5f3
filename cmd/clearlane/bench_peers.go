package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// peersOptions are the flags of the benchmark beside other stream processors.
type peersOptions struct {
	dir        string
	home       string
	rounds     int
	paced      int // rounds of runs at a steady rate
	rate       int
	orders     int
	only       []string
	threeRules string
	results    string
	table      string
	keep       bool
	profile    profiles
}

// peerLimit bounds one run of one program, its build included: the slowest takes a minute,
// and the harness itself gives up after four.
const peerLimit = 10 * time.Minute

func newBenchPeers(a *app) *cobra.Command {
	var o peersOptions
	cmd := &cobra.Command{
		Use:   "peers",
		Short: "Measure beside other stream processors, on the same topics",
		Long: "Runs Clearlane and other programs that do the same work by turns, under the harness that comes with them: the same " +
			"topics on the same broker, outputs checked, CPU and memory of each program taken from outside. The folder of the " +
			"harness is given by --peers or PEERS; it needs Java 17, Maven, Go and bash. Starts the harness's broker and loads its " +
			"topics, makes --rounds rounds of all programs over them, then --latency-rounds rounds at --rate orders a second; appends " +
			"each run's line to --results, and prints medians, spread, ratios and targets. Stops what it has started, also when it is " +
			"interrupted. A broker of the harness that runs already, in the same PEERS_HOME, is used and left running. Exit status 1 when the " +
			"outputs of a run were wrong: such runs are named and do not count. BROKER_PORT (29092) and CONTROLLER_PORT (29093) " +
			"choose other ports.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.table != "" {
				return peerTable(a, o.table)
			}
			o.fromEnvironment(a.environ)
			if err := o.validate(); err != nil {
				return err
			}
			return benchPeers(cmd.Context(), a, &o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.dir, "peers", "", "folder of the harness and the other programs; default $PEERS")
	f.StringVar(&o.home, "home", "", "folder for what they build, load and log; default $PEERS_HOME, else .cache/peers")
	f.IntVar(&o.rounds, "rounds", 5, "rounds of throughput, one run of each program in each; 0: none")
	f.IntVar(&o.paced, "latency-rounds", 3, "rounds at a steady rate; 0: none")
	f.IntVar(&o.rate, "rate", 5000, "orders a second of those, about three events each")
	f.IntVar(&o.orders, "orders", 1_000_000, "orders that are loaded, about three events each")
	f.StringSliceVar(&o.only, "only", nil, "only these programs, as in "+strings.Join(peerNames(), ", ")+"; or any other that the harness knows")
	f.StringVar(&o.threeRules, "three-rules", "testdata/policies/peers/three-rules.yaml", "policy pack of clearlane/three-rules")
	f.StringVar(&o.results, "results", "", "append one line of JSON for each run to this file, beside the table")
	f.StringVar(&o.table, "table", "", "print the table of the lines in this file, and run nothing")
	f.BoolVar(&o.keep, "keep", false, "leave the broker running, loaded, for the next benchmark")
	f.StringVar(&o.profile.cpu, "cpuprofile", "", "Clearlane writes a profile of its CPU to this file; that of its last run is left")
	f.StringVar(&o.profile.memory, "memprofile", "", "Clearlane writes a profile of its allocations to this file; that of its last run is left")
	return cmd
}

func (o *peersOptions) fromEnvironment(environ []string) {
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		switch {
		case name == "PEERS" && o.dir == "":
			o.dir = value
		case name == "PEERS_HOME" && o.home == "":
			o.home = value
		}
	}
	if o.home == "" {
		o.home = filepath.Join(".cache", "peers")
	}
}

// peerScripts are what a folder of the harness has to have.
var peerScripts = []string{"broker", "load", "run"}

func (o *peersOptions) validate() (err error) {
	const expected = "allowed: a folder with the scripts broker (start|stop), load [ORDERS] and run PEER/VARIANT or run exec NAME OPTIONS -- PROGRAM"
	if o.dir == "" {
		return usagef("bench peers: no folder of the harness: neither --peers nor PEERS; %s", expected)
	}
	for _, script := range peerScripts {
		if info, err := os.Stat(filepath.Join(o.dir, script)); err != nil || info.IsDir() {
			return usagef("bench peers: %s has no script %s; %s", o.dir, script, expected)
		}
	}
	switch {
	case o.rounds < 0 || o.paced < 0 || o.rounds+o.paced == 0:
		return usagef("bench peers: --rounds %d and --latency-rounds %d; 0 or more is allowed, and one of them above 0", o.rounds, o.paced)
	case o.rate < 1:
		return usagef("bench peers: --rate %d; at least 1 is allowed", o.rate)
	case o.orders < 1:
		return usagef("bench peers: --orders %d; at least 1 is allowed", o.orders)
	}
	for _, path := range []*string{&o.dir, &o.home, &o.threeRules, &o.profile.cpu, &o.profile.memory} {
		if *path == "" {
			continue
		}
		if *path, err = filepath.Abs(*path); err != nil {
			return usagef("bench peers: %w", err)
		}
	}
	if _, err := os.Stat(o.threeRules); err != nil {
		return usagef("bench peers: --three-rules: %w", err)
	}
	_, err = o.programs()
	return err
}

func peerTable(a *app, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return usagef("bench peers: --table: %w", err)
	}
	defer f.Close()
	runs, err := bench.ReadPeers(f)
	if err != nil {
		return fmt.Errorf("bench peers: %s: %w", path, err)
	}
	return bench.WritePeers(a.out, runs)
}

// benchPeers makes all runs and prints their table; what could be measured is shown also
// when a later run has failed.
func benchPeers(ctx context.Context, a *app, o *peersOptions) (err error) {
	programs, err := o.programs()
	if err != nil {
		return err
	}
	h := &harness{a: a, o: o, suite: a.now().UTC().Format(time.RFC3339), machine: bench.ThisMachine(benchCommit())}
	if err := h.start(ctx); err != nil {
		return errors.Join(fmt.Errorf("bench peers: %w", err), h.stop())
	}
	defer func() { err = errors.Join(err, h.stop()) }()
	var runs []*bench.PeerRun
	err = h.all(ctx, programs, func(r *bench.PeerRun) { runs = append(runs, r) })
	if len(runs) > 0 {
		err = errors.Join(err, bench.WritePeers(a.out, runs))
	}
	if err != nil {
		return err
	}
	wrong := len(slices.DeleteFunc(runs, func(r *bench.PeerRun) bool { return r.Right }))
	if wrong > 0 {
		return fmt.Errorf("bench peers: the outputs of %d runs were wrong", wrong)
	}
	return nil
}
