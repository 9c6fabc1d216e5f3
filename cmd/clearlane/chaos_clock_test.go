package main

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
	"unsafe"
)

// clockFile names the file that sets the clock of a process that a test has started.
const clockFile = "CLEARLANE_TEST_CLOCK"

// settableClock is a clock that somebody else sets: by as many seconds as stand in a file,
// which may change and need not be there.
type settableClock struct{ file string }

func (c *settableClock) now() time.Time {
	text, err := os.ReadFile(c.file)
	if err != nil {
		return time.Now()
	}
	seconds, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return time.Now()
	}
	return setBy(time.Now(), seconds)
}

// setBy is a reading of a clock that was set by some seconds since the process began: the
// wall clock says so, the monotonic one, which durations are measured with, does not. The
// library has no way to make such a time, so this changes the seconds where time.Time has
// them beside a monotonic reading: bits 30 to 62 of its first word.
func setBy(t time.Time, seconds int64) time.Time {
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall += uint64(seconds) << 30
	return t
}

// A clock that is set jumps, and durations across the jump are as long as they were.
func TestAClockThatIsSetJumps(t *testing.T) {
	c := &settableClock{file: filepath.Join(t.TempDir(), "clock")}
	for _, seconds := range []int64{0, 7 * 3600, -7 * 3600} {
		must(t, os.WriteFile(c.file, []byte(strconv.FormatInt(seconds, 10)), 0o600))
		real, set := time.Now(), c.now()
		if passed := set.Sub(real); passed < 0 || passed > time.Minute {
			t.Errorf("set by %d s: %v have passed", seconds, passed)
		}
		if by := set.Unix() - real.Unix(); by < seconds || by > seconds+60 {
			t.Errorf("set by %d s: it has jumped by %d s", seconds, by)
		}
	}
}
