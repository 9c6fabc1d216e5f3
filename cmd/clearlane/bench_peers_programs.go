package main

import (
	"slices"
	"strconv"
	"strings"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// peerProgram is one program under the harness.
type peerProgram struct {
	name    string   // of its rows, as --only has it
	run     string   // PEER/VARIANT of the harness, empty for Clearlane
	env     []string // its settings
	tag     string   // names those settings in its rows
	pack    string   // of Clearlane: bench.ThreeRules, Uncompressed or FullPack
	all     bool     // in rounds of throughput
	latency bool     // in rounds at a steady rate
}

// peerPrograms are those of a round, in their order. Settings are the best that were found
// for each rival: alignment of its topics for Flink's heap, small batches for Flink's delays.
func peerPrograms() []peerProgram {
	return []peerProgram{
		{name: "kstreams/papi-rocks", run: "kstreams/papi-rocks", all: true},
		{name: "kstreams/papi-rocks-eos", run: "kstreams/papi-rocks-eos", all: true, latency: true},
		{name: "flink/rocks-alo", run: "flink/rocks-alo", all: true},
		{name: "flink/rocks-alo", run: "flink/rocks-alo", latency: true, tag: "linger=5,buffer=5", env: []string{"FLINK_LINGER=5", "FLINK_BUFFER_TIMEOUT=5 ms"}},
		{name: "flink/heap-alo", run: "flink/heap-alo", all: true, tag: "align=200ms", env: []string{"FLINK_ALIGN_MS=200"}},
		{name: "naive", run: "naive", all: true},
		{name: bench.Ours + "/" + bench.ThreeRules, pack: bench.ThreeRules, all: true},
		{name: bench.Ours + "/" + bench.Uncompressed, pack: bench.Uncompressed, all: true},
		{name: bench.Ours + "/" + bench.FullPack, pack: bench.FullPack, all: true, latency: true},
	}
}

func peerNames() (names []string) {
	for _, p := range peerPrograms() {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// programs are those that were chosen. One that is named makes both kinds of runs, with the
// settings that it has here for each, else with none.
func (o *peersOptions) programs() ([]peerProgram, error) {
	known := peerPrograms()
	if len(o.only) == 0 {
		return known, nil
	}
	var chosen []peerProgram
	for _, name := range o.only {
		peer, variant, _ := strings.Cut(name, "/")
		own := peerProgram{name: name, run: name, all: true, latency: true}
		if peer == bench.Ours {
			if own.run, own.pack = "", variant; !slices.Contains([]string{bench.ThreeRules, bench.Uncompressed, bench.FullPack}, variant) {
				return nil, usagef("bench peers: --only %s; allowed of Clearlane: %s, %s, %s", name, bench.ThreeRules, bench.Uncompressed, bench.FullPack)
			}
		} else if !slices.Contains([]string{"kstreams", "flink", "floor", "naive"}, peer) {
			return nil, usagef("bench peers: --only %s; allowed: %s, or another PEER/VARIANT of the harness", name, strings.Join(peerNames(), ", "))
		}
		for _, p := range known {
			if p.name == name {
				chosen = append(chosen, p)
				own.all, own.latency = own.all && !p.all, own.latency && !p.latency
			}
		}
		if own.all || own.latency {
			chosen = append(chosen, own)
		}
	}
	return chosen, nil
}

// arguments are those of the harness's script run. clearlane is the program of ours, with
// the flags that go before its command.
func (p *peerProgram) arguments(o *peersOptions, clearlane []string, paced bool) []string {
	var rate []string
	if paced {
		rate = []string{"-rate", strconv.Itoa(o.rate)}
	}
	if p.run != "" {
		return append([]string{p.run}, rate...)
	}
	// Clearlane decides early and revises. input_time_ms is the timestamp of a decision's
	// newest record.
	args := append([]string{"exec", bench.Ours, "-revisions", "-latency-field", "input_time_ms"}, rate...)
	args = append(append(args, "--"), clearlane...)
	if p.pack != bench.FullPack {
		args = append(args, "--policy", o.threeRules)
	}
	if p.pack == bench.Uncompressed {
		args = append(args, "--set", "kafka.produce.compression=none")
	}
	if o.profile.cpu != "" {
		args = append(args, "--cpuprofile", o.profile.cpu)
	}
	if o.profile.memory != "" {
		args = append(args, "--memprofile", o.profile.memory)
	}
	return args
}

// variant is what the rows of its runs are named by, empty for as the harness says.
func (p *peerProgram) variant() string {
	if p.tag == "" {
		return p.pack
	}
	_, variant, _ := strings.Cut(p.run, "/")
	return variant + " " + p.tag
}
