package strict

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A document of more nodes, aliases resolved, or deeper nesting is refused.
const (
	maxNodes = 300_000
	maxDepth = 64
)

// flattener resolves aliases and merge keys, so that whoever looks at the tree afterwards
// meets plain values only. Lines stay those where a value is written.
type flattener struct {
	d     *Document
	nodes int
	open  []*yaml.Node // aliased nodes on the way down
	given bool         // up, because of a bound
}

func (f *flattener) flatten(n *yaml.Node, path string, depth int) *yaml.Node {
	f.nodes++
	switch {
	case f.given:
		return empty(n)
	case f.nodes > maxNodes:
		return f.giveUp(n, path, "more than "+strconv.Itoa(maxNodes)+" values", "fewer, aliases counted as often as they are used")
	case depth > maxDepth:
		return f.giveUp(n, path, "nested deeper than "+strconv.Itoa(maxDepth), "less")
	}
	switch n.Kind {
	case yaml.AliasNode:
		for _, o := range f.open {
			if o == n.Alias {
				return f.giveUp(n, path, "an alias of what it stands in", "an alias of something else")
			}
		}
		f.open = append(f.open, n.Alias)
		out := f.flatten(n.Alias, path, depth+1)
		f.open = f.open[:len(f.open)-1]
		return out
	case yaml.SequenceNode:
		out := empty(n)
		f.open = append(f.open, n)
		for i, item := range n.Content {
			out.Content = append(out.Content, f.flatten(item, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
		f.open = f.open[:len(f.open)-1]
		return out
	case yaml.MappingNode:
		f.open = append(f.open, n)
		out := f.mapping(n, path, depth)
		f.open = f.open[:len(f.open)-1]
		return out
	}
	return empty(n)
}

// mapping puts what is merged before what is written, which holds.
func (f *flattener) mapping(n *yaml.Node, path string, depth int) *yaml.Node {
	out, own := empty(n), map[string]bool{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content) && !f.given; i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		at := join(path, key.Value)
		switch {
		case key.Kind != yaml.ScalarNode:
			f.d.add(key.Line, path, "a key that is no text", "names as keys")
		case key.Tag == "!!merge":
			merged = append(merged, f.merge(value, at, depth)...)
		case own[key.Value]:
			f.d.add(key.Line, at, "a second time", "each key once")
		default:
			own[key.Value] = true
			out.Content = append(out.Content, key, f.flatten(value, at, depth+1))
		}
	}
	var before []*yaml.Node
	for i := 0; i+1 < len(merged); i += 2 {
		if key := merged[i]; !own[key.Value] { // of two mappings merged the first holds
			own[key.Value] = true
			before = append(before, key, merged[i+1])
		}
	}
	out.Content = append(before, out.Content...)
	return out
}

// merge is the keys and values of what a merge key names: a mapping, or a list of them.
func (f *flattener) merge(value *yaml.Node, path string, depth int) (content []*yaml.Node) {
	from := f.flatten(value, path, depth+1)
	list := []*yaml.Node{from}
	if from.Kind == yaml.SequenceNode {
		list = from.Content
	}
	for _, m := range list {
		if m.Kind != yaml.MappingNode {
			f.d.add(m.Line, path, show(m), "a mapping, or a list of them")
			continue
		}
		content = append(content, m.Content...)
	}
	return content
}

func (f *flattener) giveUp(n *yaml.Node, path, what, allowed string) *yaml.Node {
	f.given = true
	if path == "" {
		path = "document"
	}
	f.d.add(n.Line, path, what, allowed)
	return empty(n)
}

// empty is a node without what it holds.
func empty(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return &yaml.Node{Kind: n.Kind, Style: n.Style, Tag: n.Tag, Value: n.Value, Line: n.Line, Column: n.Column}
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
