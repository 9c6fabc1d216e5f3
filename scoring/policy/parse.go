package policy

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the default pack
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/clearlane/clearlane/scoring/strict"
)

//go:generate go run github.com/clearlane/clearlane/cmd/clearlane policy catalogue --out CATALOGUE.md

//go:embed default.yaml
var defaultPack []byte

// DefaultBytes is the YAML of the pack that is compiled in.
func DefaultBytes() []byte { return bytes.Clone(defaultPack) }

// Default is the pack that is compiled in: the rules of the three measures with
// their sources and dates.
func Default() (*Pack, error) { return Parse(defaultPack) }

// Parse reads a pack from YAML. Unknown keys are refused. All faults are reported at once,
// one a line, each with the line and the path of the value, the value and what is allowed.
func Parse(b []byte) (*Pack, error) {
	var f file
	doc := strict.Read(b, &f)
	if doc.Root == nil { // nothing could be read
		return nil, fmt.Errorf("policy pack: %w", doc.Faults())
	}
	c := compiler{file: &f, pack: &Pack{}, line: doc.Line}
	for _, fault := range doc.Faults() {
		c.faults = append(c.faults, fault)
	}
	return c.whole()
}

// parseJSON reads a pack in its canonical form.
func parseJSON(b []byte) (*Pack, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var f file
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("policy pack: %w; allowed: the keys of the default pack", err)
	}
	c := compiler{file: &f, pack: &Pack{}, line: func(string) int { return 0 }}
	return c.whole()
}

// whole compiles the file, and makes the pack's hash.
func (c *compiler) whole() (*Pack, error) {
	c.compile()
	if len(c.faults) > 0 {
		return nil, fmt.Errorf("policy pack: %w", c.faults)
	}
	canonical, err := json.Marshal(c.file)
	if err != nil {
		return nil, fmt.Errorf("policy pack: canonical form: %w", err)
	}
	c.pack.canonical = canonical
	sum := sha256.Sum256(canonical)
	c.pack.Hash = hex.EncodeToString(sum[:])
	return c.pack, nil
}
