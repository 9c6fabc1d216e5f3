package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// path is one benchmark of what happens to every event or decision.
type path struct {
	pkg   string // folder from the root
	bench string // without "Benchmark", levels parted by /
	// n is how many times it runs when instructions are counted: about a hundred million of
	// them, so that what the runtime does at start moves the result by less than 1 %. 0: it
	// is not counted, because threads beside it do part of the work, when they come to it.
	n int
}

// hot are the paths from an event's bytes to a committed transaction, in their order. What
// each costs is most of what an event costs; other benchmarks are of rarer things.
var hot = []path{
	{"pipeline/kafka", "Decode/uncompressed", 300}, // 500 records of a fetched batch
	{"pipeline/kafka", "Decode/lz4", 150},
	{"schemas/codec", "Decode/click", 25_000},
	{"schemas/codec", "Decode/order", 15_000},
	{"schemas/codec", "Decode/shipment", 20_000},
	{"schemas/codec", "Compact/append-order", 40_000},
	{"schemas/codec", "Compact/read-order", 40_000},
	{"scoring/label", "Derive/google", 5_000},
	{"scoring/label", "Derive/meta", 4_000},
	{"scoring/label", "Features/append", 100_000},
	{"scoring/label", "Features/read", 80_000},
	{"pipeline/decide", "Intake/ad_click", 10_000},
	{"pipeline/decide", "Intake/order", 20_000},
	{"pipeline/decide", "Intake/shipment", 25_000},
	{"pipeline/join", "Decode", 40_000},
	{"pipeline/join", "Append", 100_000},
	{"pipeline/join", "ApplyThree", 100_000},
	{"pipeline/decide", "Decide", 4_000},
	{"scoring", "Score/clean", 25_000},
	{"scoring", "Score/three_reasons", 10_000},
	{"schemas/codec", "Decision/append-verdict", 12_000},
	{"schemas/codec", "Decision/append", 15_000},
	{"pipeline/rollup", "AppendMark", 100_000},
	{"pipeline/rollup", "Move", 20_000},
	{"pipeline/rollup", "Revise", 6_000},
	{"pipeline/rollup", "Emit", 100},
	{"pipeline/state", "GetPutHot", 300_000},
	{"pipeline/state", "GetPutNeverSeen", 0},
	{"pipeline/state", "GetPutCold", 0},
	{"pipeline/state", "Flush", 0},             // 50,000 orders
	{"pipeline/kafka", "OutBatch/snappy", 300}, // 200 decisions
	{"pipeline/kafka", "Commit/kfake/linger=0s", 0},
	{"pipeline/task", "Task/batch=250", 1}, // 2,000 orders
	{"pipeline/task", "Task/batch=2500", 1},
}

// name is that of the benchmark in Go's output.
func (p *path) name() string { return "Benchmark" + p.bench }

// exactly is the -bench expression of this benchmark alone.
func (p *path) exactly() string {
	levels := strings.Split(p.name(), "/")
	for i, l := range levels {
		levels[i] = "^" + regexp.QuoteMeta(l) + "$"
	}
	return strings.Join(levels, "/")
}

// ofPackage is one package with the paths in it.
type ofPackage struct {
	pkg   string
	paths []path
}

// byPackage has the packages in the order of their first paths.
func byPackage(paths []path) (all []ofPackage) {
	for _, p := range paths {
		i := slices.IndexFunc(all, func(o ofPackage) bool { return o.pkg == p.pkg })
		if i < 0 {
			i, all = len(all), append(all, ofPackage{pkg: p.pkg})
		}
		all[i].paths = append(all[i].paths, p)
	}
	return all
}

// chosen are the paths whose package and name, parted by a blank, fit the expression.
func chosen(only string) ([]path, error) {
	re, err := regexp.Compile(only)
	if err != nil {
		return nil, fmt.Errorf("-only: %w", err)
	}
	paths := slices.DeleteFunc(slices.Clone(hot), func(p path) bool { return !re.MatchString(p.pkg + " " + p.name()) })
	if len(paths) == 0 {
		return nil, fmt.Errorf("-only %s fits none of the %d benchmarks; allowed: an expression that fits one, as in 'schemas/codec BenchmarkDecode/click'", only, len(hot))
	}
	return paths, nil
}
