package config

import (
	"fmt"
	"strings"
)

// Fault is one thing wrong with a configuration.
type Fault struct {
	Path    string // the key's path
	Value   string // the value found; "[redacted]" for a secret
	Allowed string // what is allowed, or what is wrong
	Origin  string // where the value was set: "clearlane.yaml:12", "CLEARLANE_DATA_DIR", "--set"; empty for a default
}

// Error is the fault in one line.
func (f Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.Path)
	if f.Value != "" {
		fmt.Fprintf(&b, " = %q", f.Value)
	}
	if f.Origin != "" {
		fmt.Fprintf(&b, " (%s)", f.Origin)
	}
	b.WriteString(": ")
	b.WriteString(f.Allowed)
	return b.String()
}

// Faults is all that is wrong with a configuration. It is never an empty error.
type Faults []Fault

// Error lists the faults, one a line after the first line.
func (fs Faults) Error() string {
	if len(fs) == 1 {
		return "configuration: " + fs[0].Error()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "configuration: %d faults", len(fs))
	for _, f := range fs {
		b.WriteString("\n  ")
		b.WriteString(f.Error())
	}
	return b.String()
}

// err is nil when there is no fault.
func (fs Faults) err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

func (fs *Faults) add(path, value, allowed string) {
	*fs = append(*fs, Fault{Path: path, Value: value, Allowed: allowed})
}
