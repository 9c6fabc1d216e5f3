package audit

import (
	"fmt"
	"io"
	"strings"
)

// Class is what is wrong about a finding.
type Class string

// The classes.
const (
	Missing   Class = "missing"   // it had to be said, and is not
	Wrong     Class = "wrong"     // something else is said
	Duplicate Class = "duplicate" // it is said again
	Disorder  Class = "disorder"  // versions or positions do not follow each other
)

var classes = []Class{Missing, Wrong, Duplicate, Disorder}

// maxTexts bounds the findings of each class that are kept in words.
const maxTexts = 12

// Findings are what an audit has found.
type Findings struct {
	counts map[Class]int
	texts  map[Class][]string
}

func (f *Findings) add(c Class, format string, args ...any) {
	if f.counts == nil {
		f.counts, f.texts = map[Class]int{}, map[Class][]string{}
	}
	f.counts[c]++
	if len(f.texts[c]) < maxTexts {
		f.texts[c] = append(f.texts[c], fmt.Sprintf(format, args...))
	}
}

// Count is how many findings there are of a class.
func (f *Findings) Count(c Class) int { return f.counts[c] }

// OK is true when nothing was found.
func (f *Findings) OK() bool { return len(f.counts) == 0 }

// Has is true when a finding of the class that is kept in words contains text.
func (f *Findings) Has(c Class, text string) bool {
	for _, t := range f.texts[c] {
		if strings.Contains(t, text) {
			return true
		}
	}
	return false
}

// Add takes over the findings of another audit.
func (f *Findings) Add(o *Findings) {
	for _, c := range classes {
		for _, t := range o.texts[c] {
			f.add(c, "%s", t)
		}
		if rest := o.counts[c] - len(o.texts[c]); rest > 0 {
			f.counts[c] += rest
		}
	}
}

// Write prints the number of each class, and the first findings of it.
func (f *Findings) Write(w io.Writer) error {
	var b strings.Builder
	for _, c := range classes {
		if f.counts[c] == 0 {
			continue
		}
		fmt.Fprintf(&b, "%d %s:\n", f.counts[c], c)
		for _, t := range f.texts[c] {
			fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(t, "\n", "\n    "))
		}
		if more := f.counts[c] - len(f.texts[c]); more > 0 {
			fmt.Fprintf(&b, "  and %d more\n", more)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
