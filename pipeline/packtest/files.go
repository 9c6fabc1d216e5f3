package packtest

import (
	"errors"
	"io/fs"
)

// ParseAll reads the cases of all *.yaml files of a folder, in the order of their names.
func ParseAll(folder fs.FS) (cases []Case, err error) {
	files, err := fs.Glob(folder, "*.yaml")
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, f := range files {
		b, err := fs.ReadFile(folder, f)
		if err != nil {
			return nil, err
		}
		more, err := Parse(f, b)
		if err != nil {
			faults = append(faults, err)
		}
		cases = append(cases, more...)
	}
	return cases, errors.Join(faults...)
}
