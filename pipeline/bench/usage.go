package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// ErrNoProc is the answer about no process, and of systems that do not tell what a
// running one uses.
var ErrNoProc = errors.New("no /proc, or no such process: usage is known at the end only")

// clockTick is the unit of CPU times in /proc (sysconf(_SC_CLK_TCK), 100 on every
// architecture of Linux that Go runs on).
const clockTick = 10 * time.Millisecond

// Usage is what a running process has used so far.
type Usage struct {
	CPU        time.Duration // user and system
	PeakMemory int64         // most resident bytes so far
}

// UsageOf asks the system about a process (proc(5)).
func UsageOf(pid int) (u Usage, err error) {
	dir := "/proc/" + strconv.Itoa(pid)
	stat, err := os.ReadFile(dir + "/stat")
	if errors.Is(err, os.ErrNotExist) {
		return u, ErrNoProc
	}
	if err != nil {
		return u, err
	}
	status, err := os.ReadFile(dir + "/status")
	if err != nil {
		return u, err
	}
	if u.CPU, err = cpuTime(stat); err != nil {
		return u, fmt.Errorf("%s/stat: %w", dir, err)
	}
	if u.PeakMemory, err = peakMemory(status); err != nil {
		return u, fmt.Errorf("%s/status: %w", dir, err)
	}
	return u, nil
}

// cpuTime reads utime and stime, the 14th and 15th field. The second is the program's
// name in parentheses, which may have blanks and parentheses of its own.
func cpuTime(stat []byte) (time.Duration, error) {
	const user, system = 11, 12 // of the fields behind the name
	end := bytes.LastIndexByte(stat, ')')
	fields := bytes.Fields(stat[end+1:])
	if end < 0 || len(fields) <= system {
		return 0, fmt.Errorf("%d fields behind the name; at least %d are expected", len(fields), system+1)
	}
	var ticks int64
	for _, f := range fields[user : system+1] {
		n, err := strconv.ParseInt(string(f), 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick, nil
}

// peakMemory reads the line "VmHWM:  123 kB".
func peakMemory(status []byte) (int64, error) {
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			n, err := strconv.ParseInt(string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte("kB")))), 10, 64)
			return n << 10, err
		}
	}
	return 0, errors.New("no VmHWM")
}

// ConnectionsOf is how many sockets a running process holds.
func ConnectionsOf(pid int) (n int, err error) {
	dir := "/proc/" + strconv.Itoa(pid) + "/fd/"
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return 0, ErrNoProc
	}
	for _, f := range files {
		if to, err := os.Readlink(dir + f.Name()); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n, err
}
