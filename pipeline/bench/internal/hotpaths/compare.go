package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// counted is the instructions of one operation of each benchmark, by package and name.
type counted struct {
	names []string // as they stand in the file
	of    map[string]float64
}

// readCounts reads what instructions prints.
func readCounts(r io.Reader) (*counted, error) {
	c := &counted{of: map[string]float64{}}
	pkg := ""
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 2 && fields[0] == "pkg:":
			_, pkg, _ = strings.Cut(fields[1], "clearlane/clearlane/")
		case len(fields) > 0 && strings.HasPrefix(fields[0], "Benchmark"):
			if len(fields) != 4 || fields[3] != unit {
				return nil, fmt.Errorf("line %d: %q; allowed: NAME OPERATIONS COUNT %s", n, lines.Text(), unit)
			}
			v, err := strconv.ParseFloat(fields[2], 64)
			if err != nil || v <= 0 {
				return nil, fmt.Errorf("line %d: %q instructions; allowed: a number above 0", n, fields[2])
			}
			name := pkg + " " + fields[0]
			if _, twice := c.of[name]; twice {
				return nil, fmt.Errorf("line %d: %s stands there twice", n, name)
			}
			c.names, c.of[name] = append(c.names, name), v
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(c.names) == 0 {
		return nil, errors.New("no counts of instructions")
	}
	return c, nil
}

func compareFiles(older, newer string, above float64, out io.Writer) error {
	var both [2]*counted
	for i, path := range []string{older, newer} {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		both[i], err = readCounts(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return compare(both[0], both[1], above, out)
}

// errGrown ends a comparison that found more instructions than are allowed.
var errGrown = errors.New("more instructions than before")

// compare prints new divided by old. Benchmarks that only one of them has are named, and
// are no fault: the old counts are of another list.
func compare(older, newer *counted, above float64, out io.Writer) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%s\told\tnew\tratio\t\t\n", unit)
	var grown []string
	for _, name := range newer.names {
		was, is := older.of[name], newer.of[name]
		if was == 0 {
			fmt.Fprintf(t, "%s\t-\t%.1f\t-\tnew\t\n", name, is)
			continue
		}
		mark := ""
		if is > was*(1+above/100) {
			mark, grown = "MORE", append(grown, name)
		}
		fmt.Fprintf(t, "%s\t%.1f\t%.1f\t%.3f\t%s\t\n", name, was, is, is/was, mark)
	}
	for _, name := range older.names {
		if !slices.Contains(newer.names, name) {
			fmt.Fprintf(t, "%s\t%.1f\t-\t-\tnot counted\t\n", name, older.of[name])
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if len(grown) > 0 {
		return fmt.Errorf("%w, by above %g %%: %s", errGrown, above, strings.Join(grown, ", "))
	}
	return nil
}
