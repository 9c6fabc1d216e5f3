package main

import (
	"errors"
	"sync"

	"github.com/clearlane/clearlane/pipeline/kafka"
	"github.com/clearlane/clearlane/pipeline/rollup"
	"github.com/clearlane/clearlane/pipeline/state"
	"github.com/clearlane/clearlane/pipeline/task"
)

// cause is why partitions fail, as metrics count it.
type cause struct {
	name string
	of   []error
}

// causes are asked in this order; what is none of them is "other".
var causes = []cause{
	{"fenced", []error{task.ErrFenced}},
	{"unknown_outcome", []error{task.ErrUnknownOutcome}},
	{"disk", []error{state.ErrDiskFull}},
	{"state", []error{state.ErrCorrupt, task.ErrState, rollup.ErrNegative}},
	{"gap", []error{task.ErrGap, kafka.ErrTruncated, kafka.ErrOutOfRange}},
	{"access", []error{kafka.ErrAuthentication, kafka.ErrAuthorization}},
	{"topic", []error{kafka.ErrUnknownTopic}},
	{"other", nil},
}

// causeOf names what a partition failed of.
func causeOf(err error) string {
	for _, c := range causes {
		for _, of := range c.of {
			if errors.Is(err, of) {
				return c.name
			}
		}
	}
	return causes[len(causes)-1].name
}

// failures counts partitions that failed, by cause. Safe for concurrent use.
type failures struct {
	mu sync.Mutex
	n  map[string]int64
}

func newFailures() *failures {
	f := &failures{n: map[string]int64{}}
	for _, c := range causes {
		f.n[c.name] = 0 // a first failure is seen as an increase
	}
	return f
}

func (f *failures) add(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n[causeOf(err)]++
}

func (f *failures) sample(into map[string]int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, n := range f.n {
		into[name] += n
	}
}
