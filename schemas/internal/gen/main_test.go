package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestGeneratedFilesAreUpToDate(t *testing.T) {
	root := filepath.Join("..", "..")
	generated := files()
	for name, want := range generated {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs from what the table says: run go generate in schemas", name)
		}
	}
	for _, pattern := range []string{"proto/clearlane/v1/*", "jsonschema/*"} {
		there, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range there {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			if generated[filepath.ToSlash(name)] == nil {
				t.Errorf("%s is not generated from any table", name)
			}
		}
	}
}
