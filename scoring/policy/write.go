package policy

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// JSON is the pack's canonical form, of which its hash is taken.
func (p *Pack) JSON() []byte { return bytes.Clone(p.canonical) }

// YAML is the pack as one would write it, without comments: read again, it has the same
// hash.
func (p *Pack) YAML() ([]byte, error) {
	var n yaml.Node
	if err := yaml.Unmarshal(p.canonical, &n); err != nil { // JSON is YAML, and keeps its sequence
		return nil, err
	}
	prune(&n)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&n); err != nil {
		return nil, err
	}
	return b.Bytes(), enc.Close()
}

// prune leaves out what says nothing: nulls, empty texts, and mappings without a key left.
// Empty lists stay: they are not the same as none. Lists of single values stand in a line.
func prune(n *yaml.Node) (says bool) {
	n.Style = 0
	switch n.Kind {
	case yaml.DocumentNode:
		return prune(n.Content[0])
	case yaml.MappingNode:
		kept := n.Content[:0]
		for i := 0; i+1 < len(n.Content); i += 2 {
			if key := n.Content[i]; prune(n.Content[i+1]) {
				key.Style = 0
				kept = append(kept, key, n.Content[i+1])
			}
		}
		n.Content = kept
		return len(kept) > 0
	case yaml.SequenceNode:
		n.Style = yaml.FlowStyle
		for _, item := range n.Content {
			if prune(item); item.Kind != yaml.ScalarNode {
				n.Style = 0
			}
		}
		return true
	}
	return n.Tag != "!!null" && n.Value != ""
}
