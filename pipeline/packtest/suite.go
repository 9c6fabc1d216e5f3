package packtest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/scoring/policy"
)

// Counts is how many cases of each kind a rule has.
type Counts map[Kind]int

// Suite is the cases of a pack.
type Suite struct {
	Pack  *policy.Pack
	Cases []Case
}

// Check finds what is wrong with the cases taken together: rules that the pack does not
// have, names that two have.
func (s *Suite) Check() (faults []error) {
	names := map[string]*Case{}
	ids := s.Rules()
	for i := range s.Cases {
		c := &s.Cases[i]
		if other := names[c.Name]; other != nil {
			faults = append(faults, fmt.Errorf("%s:%d: name: %q; allowed: a name that %s:%d does not have", c.File, c.Line, c.Name, other.File, other.Line))
		}
		names[c.Name] = c
		for j, id := range c.Rules {
			if !slices.Contains(ids, id) {
				faults = append(faults, fmt.Errorf("%s:%d: rules[%d]: %q; allowed: the id of a rule of %s %s", c.File, c.Line, j, id, s.Pack.ID, s.Pack.Version))
			}
		}
	}
	return faults
}

// Rules is the ids of the pack's rules, each once, in the sequence of the pack.
func (s *Suite) Rules() []string {
	var ids []string
	for i := range s.Pack.Rules {
		if id := s.Pack.Rules[i].ID; !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Counts is the cases of each rule, by its id.
func (s *Suite) Counts() map[string]Counts {
	all := map[string]Counts{}
	for i := range s.Cases {
		for _, id := range s.Cases[i].Rules {
			if all[id] == nil {
				all[id] = Counts{}
			}
			all[id][s.Cases[i].Kind]++
		}
	}
	return all
}

// Run plays all cases and writes a line about each, with what differs below it. It returns
// how many failed.
func (s *Suite) Run(ctx context.Context, w io.Writer) (failed int, err error) {
	for i := range s.Cases {
		c := &s.Cases[i]
		differs, err := Run(ctx, s.Pack, c)
		if err != nil {
			return failed, fmt.Errorf("%s:%d: %s: %w", c.File, c.Line, c.Name, err)
		}
		word := "ok  "
		if len(differs) > 0 {
			word = "FAIL"
			failed++
		}
		fmt.Fprintf(w, "%s %s:%d: %s (%s)\n", word, c.File, c.Line, c.Name, c.Kind)
		for _, d := range differs {
			fmt.Fprintf(w, "       %s\n", d)
		}
	}
	return failed, nil
}

// Summary writes how many cases of each kind a rule has, and which rules have none of one.
func (s *Suite) Summary(w io.Writer) {
	counts := s.Counts()
	fmt.Fprintf(w, "\n%-36s %8s %8s %8s\n", "rule", Positive, Negative, Unknown)
	var lacking []string
	for _, id := range s.Rules() {
		n := counts[id]
		fmt.Fprintf(w, "%-36s %8d %8d %8d\n", id, n[Positive], n[Negative], n[Unknown])
		for _, k := range Kinds {
			if n[k] == 0 {
				lacking = append(lacking, id+" "+string(k))
			}
		}
	}
	if len(lacking) > 0 {
		fmt.Fprintf(w, "\nno case: %s\n", strings.Join(lacking, ", "))
	}
}
