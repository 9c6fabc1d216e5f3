package state

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// A store that lost a file, or half of one, says that its contents are at fault: it is
// then put aside, and not tried again for ever.
func TestDamagedFilesAreCorruption(t *testing.T) {
	for pattern, damage := range map[string]func(string) error{
		"marker.format-version.*": os.Remove,
		"*.sst": func(name string) error {
			info, err := os.Stat(name)
			if err != nil {
				return err
			}
			return os.Truncate(name, info.Size()/2)
		},
	} {
		dir := t.TempDir()
		s, err := Open(dir, DefaultOptions())
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"a", "b", "c"} {
			if err := s.Put([]byte(key), make([]byte, 500), 1, 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(s.Flush(at([]byte("meta"))), s.Wait(), s.Close()); err != nil {
			t.Fatal(err)
		}
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no such file (%v)", pattern, err)
		}
		for _, f := range files {
			if err := damage(f); err != nil {
				t.Fatal(err)
			}
		}
		again, err := Open(dir, DefaultOptions())
		if err == nil {
			_ = again.Close()
		}
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s damaged: %v, not ErrCorrupt", pattern, err)
		}
	}
}
