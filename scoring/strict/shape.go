package strict

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// shaper holds a tree against the Go type it is to be read into.
type shaper struct {
	d   *Document
	bad map[*yaml.Node]bool // what can't be read: it is left out, and the rest is read
}

var (
	nodeType    = reflect.TypeFor[yaml.Node]()
	unmarshaler = reflect.TypeFor[yaml.Unmarshaler]()
)

func (s *shaper) shape(n *yaml.Node, t reflect.Type, path string) {
	s.d.lines[path] = n.Line
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nodeType || t.Kind() == reflect.Interface || reflect.PointerTo(t).Implements(unmarshaler):
		s.lines(n, path)
	case n.Tag == "!!null":
		s.refuse(n, path, "nothing", what(t)+"; leave the key out where there is none")
	case t.Kind() == reflect.Struct:
		s.fields(n, t, path)
	case t.Kind() == reflect.Map:
		if s.is(n, yaml.MappingNode, t, path) {
			for i := 0; i+1 < len(n.Content); i += 2 {
				s.shape(n.Content[i+1], t.Elem(), join(path, n.Content[i].Value))
			}
		}
	case t.Kind() == reflect.Slice:
		if s.is(n, yaml.SequenceNode, t, path) {
			for i, item := range n.Content {
				s.shape(item, t.Elem(), fmt.Sprintf("%s[%d]", path, i))
			}
		}
	case s.is(n, yaml.ScalarNode, t, path):
		if t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 && n.Tag != "!!int" || // else 1.5 would be read as 1
			n.Decode(reflect.New(t).Interface()) != nil {
			s.refuse(n, path, show(n), what(t))
		}
	}
}

func (s *shaper) is(n *yaml.Node, kind yaml.Kind, t reflect.Type, path string) bool {
	if n.Kind != kind {
		s.refuse(n, path, show(n), what(t))
		return false
	}
	return true
}

func (s *shaper) refuse(n *yaml.Node, path, value, allowed string) {
	if path == "" {
		path = "document"
	}
	s.d.add(n.Line, path, value, allowed)
	if s.bad == nil {
		s.bad = map[*yaml.Node]bool{}
	}
	s.bad[n] = true
}

func (s *shaper) fields(n *yaml.Node, t reflect.Type, path string) {
	if !s.is(n, yaml.MappingNode, t, path) {
		return
	}
	known := map[string]reflect.Type{}
	keys := keysOf(t, known, nil)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := join(path, key.Value)
		if ft := known[key.Value]; ft != nil {
			s.shape(value, ft, at)
		} else {
			s.refuse(value, at, "no such key", strings.Join(keys, ", "))
			s.d.faults[len(s.d.faults)-1].Line = key.Line
		}
	}
}

// keysOf is the keys of a struct, in its sequence.
func keysOf(t reflect.Type, known map[string]reflect.Type, keys []string) []string {
	for i := range t.NumField() {
		f := t.Field(i)
		name, opts, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case opts == "inline":
			keys = keysOf(f.Type, known, keys)
		case name != "" && name != "-":
			known[name] = f.Type
			keys = append(keys, name)
		}
	}
	return keys
}

// lines notes where the values stand of a tree that anything may stand in.
func (s *shaper) lines(n *yaml.Node, path string) {
	s.d.lines[path] = n.Line
	switch n.Kind {
	case yaml.SequenceNode:
		for i, item := range n.Content {
			s.lines(item, fmt.Sprintf("%s[%d]", path, i))
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			s.lines(n.Content[i+1], join(path, n.Content[i].Value))
		}
	}
}

// whole is the tree without what was refused.
func (s *shaper) whole(n *yaml.Node) *yaml.Node {
	if len(s.bad) == 0 {
		return n
	}
	out := empty(n)
	if s.bad[n] {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null"}
	}
	for i, c := range n.Content {
		switch {
		case n.Kind == yaml.MappingNode && i%2 == 0:
			if !s.bad[n.Content[i+1]] {
				out.Content = append(out.Content, c)
			}
		case n.Kind == yaml.SequenceNode || !s.bad[c]: // an item keeps its place, empty
			out.Content = append(out.Content, s.whole(c))
		}
	}
	return out
}

// what names in words what a type is written as.
func what(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return "a mapping with the keys " + strings.Join(keysOf(t, map[string]reflect.Type{}, nil), ", ")
	case reflect.Map:
		return "a mapping"
	case reflect.Slice:
		return "a list"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "a whole number"
}

// show is a value as a fault repeats it.
func show(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return Quote(n.Value)
}

// maxShown bounds how many bytes of a value a fault repeats.
const maxShown = 80

// Quote is a text as a fault repeats it.
func Quote(s string) string {
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "..."
	}
	return strconv.Quote(s)
}

// Keys is the names a fault lists as allowed, in their order.
func Keys[V any](m map[string]V) string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return strings.Join(keys, ", ")
}
