package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clearlane/clearlane/scoring/policy"
)

// loadPolicy reads the packs of policy.file: a file, or of a folder all *.yaml in it. The
// one built in when no file is named.
func loadPolicy(path string) (*policy.Set, error) {
	if path == "" {
		return policy.DefaultSet()
	}
	files, err := yamlFiles(path)
	if err != nil {
		return nil, fmt.Errorf("policy packs: %w", err)
	}
	var packs []*policy.Pack
	var faults []error
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("policy packs: %w", err)
		}
		pack, err := policy.Parse(b)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", file, err))
			continue
		}
		packs = append(packs, pack)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	set, err := policy.NewSet(packs...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return set, nil
}

// yamlFiles is the paths of the YAML files that a path names: itself, or of a folder all in
// it, in their order. What begins with a dot is none: editors keep drafts there.
func yamlFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range entries {
		if name := e.Name(); isYAML(name) && name[0] != '.' {
			all = append(all, filepath.Join(path, name))
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no file *.yaml; allowed: at least one", path)
	}
	return all, nil
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// stamp is how a file, or a folder and the YAML files in it, stood at one look; nil when it
// was not there.
type stamp []fs.FileInfo

func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	s := stamp{info}
	if !info.IsDir() {
		return s, nil
	}
	files, err := yamlFiles(path)
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if info, err = os.Stat(f); err != nil {
			return nil, err
		}
		s = append(s, info)
	}
	return s, nil
}

// same says whether nothing was written or renamed between two looks. Two that found
// nothing are the same.
func (s stamp) same(o stamp) bool {
	return slices.EqualFunc(s, o, func(a, b fs.FileInfo) bool {
		return a.Name() == b.Name() && os.SameFile(a, b) && (a.IsDir() || a.Size() == b.Size()) && a.ModTime().Equal(b.ModTime())
	})
}
