package policy

import (
	"embed"
	"io/fs"
)

//go:embed testdata/default/*.yaml
var defaultCases embed.FS

// DefaultCases is the test cases of the pack that is compiled in, a file for each family
// of rules, in the form of pipeline/packtest.
func DefaultCases() fs.FS {
	sub, err := fs.Sub(defaultCases, "testdata/default")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}
