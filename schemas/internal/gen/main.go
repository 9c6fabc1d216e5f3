// Command gen writes the .proto and JSON Schema files of package schemas from the
// table of messages in schemas/internal/layout. Run it by go generate in schemas.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode"
)

func main() {
	for name, text := range files() {
		if err := os.WriteFile(filepath.FromSlash(name), text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// files are all the generated files, by their paths in schemas.
func files() map[string][]byte {
	all := make(map[string][]byte)
	for name, text := range protos() {
		all["proto/clearlane/v1/"+name+".proto"] = text
	}
	for name, text := range jsonSchemas() {
		all["jsonschema/"+name+".json"] = text
	}
	return all
}

// snake is "ad_click" for "AdClick".
func snake(name string) string {
	var b strings.Builder
	for i, c := range name {
		if unicode.IsUpper(c) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(c))
	}
	return b.String()
}
