package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"
)

// TestCommands runs command lines, one a line of the input; "$ NAME=value" sets the
// environment of those after it. DIR is an empty folder.
func TestCommands(t *testing.T) {
	datadriven.RunTest(t, "testdata/commands", func(t *testing.T, d *datadriven.TestData) string {
		dir := t.TempDir()
		var b strings.Builder
		var environ []string
		for line := range strings.Lines(d.Input) {
			line = strings.ReplaceAll(strings.TrimSpace(line), "DIR", dir)
			if env, ok := strings.CutPrefix(line, "$ "); ok {
				environ = append(environ, env)
				continue
			}
			if file, ok := strings.CutPrefix(line, "@"); ok {
				name, text, _ := strings.Cut(file, " ")
				must(t, os.WriteFile(filepath.Join(dir, name), []byte(strings.ReplaceAll(text, `\n`, "\n")), 0o600))
				continue
			}
			code, out, errs := command(t, environ, strings.Fields(line)...)
			b.WriteString(strings.ReplaceAll(fmt.Sprintf("%s%sexit %d\n", out, errs, code), dir, "DIR"))
		}
		return b.String()
	})
}

// command runs one command line.
func command(t *testing.T, environ []string, args ...string) (code int, out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(t.Context(), &app{in: strings.NewReader(""), out: &stdout, err: &stderr, environ: environ, now: time.Now}, args)
	return code, stdout.String(), stderr.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
