package policy

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the default pack
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

//go:embed default.yaml
var defaultPack []byte

// DefaultBytes is the YAML of the pack that is compiled in.
func DefaultBytes() []byte { return bytes.Clone(defaultPack) }

// Default is the pack that is compiled in: the rules of the three measures with
// their sources and dates.
func Default() (*Pack, error) { return Parse(defaultPack) }

// Parse reads a pack from YAML. Unknown keys are refused. All faults are reported
// at once, one a line, each with the path of the value, the value and what is allowed.
func Parse(b []byte) (*Pack, error) {
	dec := yaml.NewDecoder(bytes.NewReader(b))
	dec.KnownFields(true)
	var f file
	var shape *yaml.TypeError
	switch err := dec.Decode(&f); {
	case errors.Is(err, io.EOF):
		return nil, errors.New("policy pack: it is empty")
	case errors.As(err, &shape): // what could be read is checked too
	case err != nil:
		return nil, fmt.Errorf("policy pack: %w", err)
	}
	var more yaml.Node
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		return nil, errors.New("policy pack: more than one YAML document; one pack is one document")
	}
	c := compiler{file: &f, pack: &Pack{}}
	c.shape(shape)
	c.compile()
	if len(c.faults) > 0 {
		return nil, fmt.Errorf("policy pack: %w", errors.Join(c.faults...))
	}
	canonical, err := json.Marshal(&f)
	if err != nil {
		return nil, fmt.Errorf("policy pack: canonical form: %w", err)
	}
	c.pack.canonical = canonical
	sum := sha256.Sum256(canonical)
	c.pack.Hash = hex.EncodeToString(sum[:])
	return c.pack, nil
}

// unknownKey is how the YAML reader reports a key that a pack does not have.
var unknownKey = regexp.MustCompile(`field (.+) not found in type .*`)

// shape takes over what the YAML reader found wrong, in the words of a pack.
func (c *compiler) shape(err *yaml.TypeError) {
	if err == nil {
		return
	}
	for _, text := range err.Errors {
		c.faults = append(c.faults, errors.New(unknownKey.ReplaceAllString(text, "$1: no such key; allowed: the keys of the default pack")))
	}
}
