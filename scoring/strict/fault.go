package strict

import (
	"strconv"
	"strings"
	"unicode"
)

// Fault is one thing that is wrong with a document.
type Fault struct {
	Line    int    // from 1; 0: of the whole document
	Path    string // rules[3].weight
	Value   string // as it stands there, or in words what does
	Allowed string
}

// Error is the fault in one line.
func (f Fault) Error() string {
	path := f.Path
	if strings.ContainsFunc(path, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
		path = Quote(path) // a key of the document that is no name
	}
	text := path + ": " + strings.ReplaceAll(f.Value, "\n", " ") + "; allowed: " + f.Allowed
	if f.Line > 0 {
		text = "line " + strconv.Itoa(f.Line) + ": " + text
	}
	return text
}

// Faults are all that was found, in the sequence it was found in.
type Faults []Fault

// Error is one fault a line.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i := range fs {
		lines[i] = fs[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Err is nil where there is no fault.
func (fs Faults) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}
