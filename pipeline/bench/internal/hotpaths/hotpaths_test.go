package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const root = "../../../.."

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Every benchmark of the list is in the sources of its package, and none stands there twice.
func TestHotPathsExist(t *testing.T) {
	seen := map[string]bool{}
	for _, p := range hot {
		if name := p.pkg + " " + p.bench; seen[name] {
			t.Errorf("%s stands there twice", name)
		} else {
			seen[name] = true
		}
		files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p.pkg), "*_test.go"))
		must(t, err)
		first, _, _ := strings.Cut(p.name(), "/")
		declared := regexp.MustCompile(`(?m)^func ` + first + `\(b \*testing\.B\)`)
		found := false
		for _, f := range files {
			text, err := os.ReadFile(f)
			must(t, err)
			found = found || declared.Match(text)
		}
		if !found {
			t.Errorf("%s has no %s", p.pkg, first)
		}
	}
}

func TestPathsAreChosenByPackageAndName(t *testing.T) {
	paths, err := chosen("^schemas/codec BenchmarkDecode/")
	if err != nil || len(paths) != 3 {
		t.Errorf("%v, %v", paths, err)
	}
	for _, bad := range []string{"nothing like it", "("} {
		if paths, err := chosen(bad); err == nil {
			t.Errorf("%s: %v", bad, paths)
		}
	}
	if got := (&path{"p", "Commit/kfake/linger=0s", 1}).exactly(); got != "^BenchmarkCommit$/^kfake$/^linger=0s$" {
		t.Errorf("expression %s", got)
	}
	all, _ := chosen("")
	n := 0
	for _, o := range byPackage(all) {
		for _, p := range o.paths {
			n++
			if p.pkg != o.pkg {
				t.Errorf("%s is under %s", p.pkg, o.pkg)
			}
		}
	}
	if n != len(hot) {
		t.Errorf("%d of %d paths are in packages", n, len(hot))
	}
}

const countsOfOld = `date: 2026-11-23T04:54Z
machine: C, 2 cores
pkg: github.com/clearlane/clearlane/schemas/codec
BenchmarkDecode/click 12000 4000.0 instructions/op
BenchmarkDecode/order 12000 8000.0 instructions/op
pkg: github.com/clearlane/clearlane/pipeline/join
BenchmarkDecode 200000 3000.0 instructions/op
BenchmarkAppend 200000 100.0 instructions/op
`

func countsIn(t *testing.T, text string) *counted {
	t.Helper()
	c, err := readCounts(strings.NewReader(text))
	must(t, err)
	return c
}

// A growth of more than the bound fails and is named; a smaller one, a benchmark that is new
// and one that is gone do not.
func TestGrownInstructionsAreFound(t *testing.T) {
	newer := strings.NewReplacer("4000.0", "4190.0", "join\nBenchmarkDecode 200000 3000.0", "join\nBenchmarkDecode 200000 3151.0", "BenchmarkAppend", "BenchmarkNew").Replace(countsOfOld)
	var out bytes.Buffer
	err := compare(countsIn(t, countsOfOld), countsIn(t, newer), 5, &out)
	if !errors.Is(err, errGrown) || err.Error() != "more instructions than before, by above 5 %: pipeline/join BenchmarkDecode" {
		t.Errorf("%v", err)
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{"schemas/codec BenchmarkDecode/click 4000.0 4190.0 1.048 schemas", "BenchmarkDecode/order 8000.0 8000.0 1.000",
		"pipeline/join BenchmarkDecode 3000.0 3151.0 1.050 MORE", "pipeline/join BenchmarkNew - 100.0 - new", "pipeline/join BenchmarkAppend 100.0 - - not counted"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing:\n%s", want, out.String())
		}
	}
	if err := compare(countsIn(t, countsOfOld), countsIn(t, newer), 6, &out); err != nil {
		t.Errorf("by 6 %%: %v", err)
	}
}

// Whatever the counts are, the comparison fails exactly when one has grown by more.
func TestComparisonFailsExactlyOnGrowth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		older, newer := &counted{of: map[string]float64{}}, &counted{of: map[string]float64{}}
		above := rapid.Float64Range(0, 50).Draw(t, "above")
		grown := false
		for _, name := range rapid.SliceOfDistinct(rapid.StringMatching("[a-z]{1,4}"), rapid.ID[string]).Draw(t, "names") {
			was, is := rapid.Float64Range(1, 1e9).Draw(t, "was"), rapid.Float64Range(1, 1e9).Draw(t, "is")
			older.names, older.of[name] = append(older.names, name), was
			newer.names, newer.of[name] = append(newer.names, name), is
			grown = grown || is > was*(1+above/100)
		}
		if err := compare(older, newer, above, &bytes.Buffer{}); errors.Is(err, errGrown) != grown {
			t.Fatalf("grown %v: %v", grown, err)
		}
	})
}

func TestWrongFilesOfCountsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "no counts",
		"BenchmarkX 1 2.0 ns/op":        "line 1",
		"\nBenchmarkX 1 0 " + unit:      "line 2",
		"BenchmarkX 1 many " + unit:     "many",
		countsOfOld + countsOfOld:       "twice",
		"BenchmarkX 1 2 " + unit + " 7": "line 1",
	} {
		if c, err := readCounts(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v", text, c, err)
		}
	}
	file := filepath.Join(t.TempDir(), "counts")
	must(t, os.WriteFile(file, []byte("nothing"), 0o600))
	if err := compareFiles(file, file, 5, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("%v", err)
	}
	if n, err := collected([]byte("==7==\n==7== Collected : 52982399\n")); n != 52982399 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := collected([]byte("==7== I   refs: 3")); err == nil {
		t.Error("no count, and no error")
	}
}

func TestCommandsSayWhatIsAllowed(t *testing.T) {
	for _, args := range [][]string{nil, {"run"}, {"compare", "one"}} {
		if err := run(t.Context(), args, &bytes.Buffer{}); !errors.Is(err, errUsage) {
			t.Errorf("%v: %v", args, err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if err := runInstructions(t.Context(), hot, &bytes.Buffer{}); !errors.Is(err, errNoValgrind) {
		t.Errorf("without valgrind: %v", err)
	}
}
