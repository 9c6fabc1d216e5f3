package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// readFile applies a YAML document to the configuration. It is strict: a key that
// does not exist, a key given twice, a value of another form and a second document
// are faults, each with its line. Unlike the YAML package's own strict reader it
// goes on after a fault, so that all of them are reported.
func (l *loader) readFile(name string, text []byte) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return
	} else if err != nil {
		l.fault(Fault{Path: name, Allowed: oneLine(err)})
		return
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		l.fault(Fault{Path: name, Allowed: "has more than one YAML document; one is allowed"})
	}
	l.readSection(name, doc.Content[0], "")
}

// readSection applies the keys of one section, whose path is empty or ends in a dot.
func (l *loader) readSection(name string, n *yaml.Node, prefix string) {
	n = target(n)
	at := func(n *yaml.Node) string { return fmt.Sprintf("%s:%d", name, n.Line) }
	section := strings.TrimSuffix(prefix, ".")
	if section == "" {
		section = "the file"
	}
	if n.Tag == "!!null" {
		return // a section whose keys are all commented out
	}
	if n.Kind != yaml.MappingNode {
		l.fault(Fault{Path: section, Value: n.Value, Allowed: "holds keys and their values, not " + form(n), Origin: at(n)})
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], target(n.Content[i+1])
		path := prefix + key.Value
		if line, twice := seen[key.Value]; twice {
			l.fault(Fault{Path: path, Allowed: fmt.Sprintf("is given twice, first in line %d", line), Origin: at(key)})
			continue
		}
		seen[key.Value] = key.Line
		f := byPath(l.fields, path)
		switch {
		case f == nil || key.Kind != yaml.ScalarNode:
			l.unknown(path, at(key))
		case f.section():
			l.readSection(name, value, path+".")
		default:
			l.readValue(f, value, at(value))
		}
	}
}

// readValue applies a scalar, or a list of scalars where the key holds a list.
func (l *loader) readValue(f *field, n *yaml.Node, origin string) {
	if f.value.Kind() == reflect.Slice {
		if n.Kind != yaml.SequenceNode {
			l.fault(Fault{Path: f.path, Value: n.Value, Allowed: `a list, such as ["a", "b"], not ` + form(n), Origin: origin})
			return
		}
		list := []string{}
		for _, item := range n.Content {
			if item = target(item); item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
				l.fault(Fault{Path: f.path, Value: item.Value, Allowed: "its items are texts, not " + form(item), Origin: origin})
				return
			}
			list = append(list, item.Value)
		}
		f.value.Set(reflect.ValueOf(list))
		l.origin[f.path] = origin
		return
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		l.fault(Fault{Path: f.path, Allowed: "holds one value, not " + form(n), Origin: origin})
		return
	}
	l.set(f, n.Value, origin)
}

// target follows an alias to what it stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// form says what a node is, for people.
func form(n *yaml.Node) string {
	switch {
	case n.Tag == "!!null":
		return "nothing"
	case n.Kind == yaml.MappingNode:
		return "a section"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	default:
		return "a single value"
	}
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
