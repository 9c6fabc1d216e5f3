// Package strict reads YAML that people write: every key must be known, every value of
// its kind, and all faults are found at once, each with its line, its path, what stands
// there and what is allowed. Anchors and merge keys (<<) may be used.
//
// It imports the YAML library and nothing of Clearlane.
package strict

import (
	"bytes"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Document is one YAML document, with aliases and merge keys resolved.
type Document struct {
	Root   *yaml.Node
	lines  map[string]int // by path
	faults Faults
}

// Read reads the one document of b into a struct, a list or a map. What can be read is
// read also where faults are found. A caller that finds more adds them with Fault; Faults
// are all of them.
func Read(b []byte, into any) *Document { return read(b, "", into) }

// ReadKey reads what stands under one key of the document alone, and nothing where there
// is no such key.
func ReadKey(b []byte, key string, into any) *Document { return read(b, key, into) }

func read(b []byte, key string, into any) *Document {
	d := &Document{lines: map[string]int{}}
	dec := yaml.NewDecoder(bytes.NewReader(b))
	var doc, more yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		d.add(0, "document", "empty", "one YAML document")
		return d
	} else if err != nil {
		d.syntax(err)
		return d
	}
	if err := dec.Decode(&more); err == nil {
		d.add(more.Line, "document", "a second one", "one YAML document in a file")
		return d
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return d
	}
	f := flattener{d: d}
	if d.Root = f.flatten(doc.Content[0], "", 0); f.given {
		return d
	}
	if key != "" {
		if d.Root = under(d.Root, key); d.Root == nil {
			return d
		}
	}
	s := shaper{d: d}
	s.shape(d.Root, reflect.TypeOf(into).Elem(), key)
	if err := s.whole(d.Root).Decode(into); err != nil && len(d.faults) == 0 {
		d.add(0, "document", Quote(err.Error()), "values of the kinds described")
	}
	return d
}

// under is what stands under a key, nil without it.
func under(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

var syntaxLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

func (d *Document) syntax(err error) {
	line, what := 0, err.Error()
	if m := syntaxLine.FindStringSubmatch(strings.ReplaceAll(what, "\n", " ")); m != nil {
		line, _ = strconv.Atoi(m[1])
		what = m[2]
	}
	d.add(line, "document", what, "YAML 1.2")
}

func (d *Document) add(line int, path, value, allowed string) {
	d.faults = append(d.faults, Fault{Line: line, Path: path, Value: value, Allowed: allowed})
}

// Fault notes a fault of the value at a path; its line is that of the path, or of what it
// would stand in.
func (d *Document) Fault(path, value, allowed string) {
	d.add(d.Line(path), path, value, allowed)
}

// Line is where a path stands, or the nearest that would hold it.
func (d *Document) Line(path string) int {
	for at := path; at != ""; {
		if line, ok := d.lines[at]; ok {
			return line
		}
		at = at[:max(strings.LastIndexAny(at, ".["), 0)]
	}
	return d.lines[""]
}

// Faults are those found so far.
func (d *Document) Faults() Faults { return d.faults }
