package land

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"github.com/clearlane/clearlane/pipeline/bench"
)

// WriteResult appends a run as a line of JSON to the file that a variable names, if it does.
func WriteResult(t testing.TB, variable string, run any) {
	t.Helper()
	name := os.Getenv(variable)
	if name == "" {
		return
	}
	line, err := json.Marshal(run)
	fatal(t, err)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	fatal(t, err)
	_, err = f.Write(append(line, '\n'))
	fatal(t, err)
	fatal(t, f.Close())
}

// ThisMachine says with which commit the tests were built, where go test was told to note it
// (-buildvcs=true).
func ThisMachine() bench.Machine {
	commit, changed := "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				commit = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = "+changes"
			}
		}
	}
	return bench.ThisMachine(commit + changed)
}

// cpuTime is the processor time of this process, the engine's threads among them.
func cpuTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	fatal(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func fatal(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
