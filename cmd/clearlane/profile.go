package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
)

// profiles are files that `clearlane run` writes about itself for `go tool pprof`;
// empty names are off. They are flags and not settings: nobody leaves them on.
type profiles struct{ cpu, memory string }

// around does something between the begin and the end of the profiles.
func (p *profiles) around(do func() error) (err error) {
	stop, err := p.start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	return do()
}

// start begins the profile of the CPU; the function returned ends it and writes that of
// allocations.
func (p *profiles) start() (stop func() error, err error) {
	var cpu *os.File
	if p.cpu != "" {
		if cpu, err = os.Create(p.cpu); err != nil {
			return nil, fmt.Errorf("--cpuprofile: %w", err)
		}
		if err := pprof.StartCPUProfile(cpu); err != nil {
			return nil, errors.Join(fmt.Errorf("--cpuprofile: %w", err), cpu.Close())
		}
	}
	return func() error {
		var faults []error
		if cpu != nil {
			pprof.StopCPUProfile()
			faults = append(faults, cpu.Close())
		}
		if p.memory != "" {
			runtime.GC() // the profile is that of the last collection
			faults = append(faults, writeFile(p.memory, func(w io.Writer) error { return pprof.Lookup("allocs").WriteTo(w, 0) }))
		}
		return errors.Join(faults...)
	}, nil
}
