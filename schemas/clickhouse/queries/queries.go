// Package queries holds the questions that people ask of the tables, as named and
// documented SQL files. It only reads the files and the values given for their
// parameters; pipeline/query runs them.
//
// A file is a head of comments and one statement:
//
//	-- title: High-risk shipments by port and day
//	-- question: Which ports hold how many shipments, day by day?
//	-- note: what a reader must know, may be repeated
//	-- param: from time = now-30d; start of the span of event_time
//	-- param: route code(RELEASE|HIGH_RISK_CONTROL) = RELEASE; the route
//	-- param: limit number(1..100000) = 100; most rows
//	-- example: from=2026-10-05 limit=8
//
// The statement names tables without their database and takes each parameter as
// ClickHouse's own, {from:DateTime64(3, 'UTC')}: values travel beside the statement and
// are never put into it.
package queries

//go:generate go run ./internal/cookbook

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.sql examples/*.txt
var files embed.FS

// Query is one named question.
type Query struct {
	Name     string // of its file, without .sql
	Title    string
	Question string // in one sentence
	Notes    []string
	Params   []Param
	Example  map[string]string // values of parameters that the cookbook shows a result for
	SQL      string            // the statement, without the head and a closing semicolon
}

// All are all queries by name. The error is that of a file that cannot be read, so of
// none that has passed the tests.
func All() ([]Query, error) { return read(files) }

func read(fsys fs.FS) ([]Query, error) {
	names, err := fs.Glob(fsys, "*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("queries: %w", err)
	}
	all := make([]Query, 0, len(names))
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", name, err)
		}
		q, err := parse(strings.TrimSuffix(name, ".sql"), string(text))
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", name, err)
		}
		all = append(all, *q)
	}
	return all, nil
}

// UnknownError is a name that no query has.
type UnknownError struct {
	Name    string
	Nearest string // empty when none is near
}

func (e *UnknownError) Error() string {
	text := fmt.Sprintf("query %q is not known", e.Name)
	if e.Nearest != "" {
		text += fmt.Sprintf("; the nearest is %q", e.Nearest)
	}
	return text
}

// Find is the query of a name. Its error is an *UnknownError.
func Find(all []Query, name string) (*Query, error) {
	if i := slices.IndexFunc(all, func(q Query) bool { return q.Name == name }); i >= 0 {
		return &all[i], nil
	}
	names := make([]string, len(all))
	for i := range all {
		names[i] = all[i].Name
	}
	return nil, &UnknownError{Name: name, Nearest: nearest(names, name)}
}

// nearest is the name that a mistyped one most likely means, empty when none is near: one
// that it is a part of, else one that differs in at most a third of its letters.
func nearest(names []string, name string) string {
	best, least := "", len(name)/3+2
	for _, n := range names {
		if len(name) >= 3 && strings.Contains(n, name) {
			return n
		}
		if d := edits(n, name); d < least {
			best, least = n, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two short texts.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
