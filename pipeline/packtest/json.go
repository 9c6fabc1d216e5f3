package packtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"
)

// appendJSON writes a tree as JSON. What YAML takes for a date stays the text it is.
func appendJSON(b []byte, n *yaml.Node) ([]byte, error) {
	var err error
	switch n.Kind {
	case yaml.MappingNode:
		b = append(b, '{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, n.Content[i].Value), ':')
			if b, err = appendJSON(b, n.Content[i+1]); err != nil {
				return b, fmt.Errorf("%s: %w", n.Content[i].Value, err)
			}
		}
		return append(b, '}'), nil
	case yaml.SequenceNode:
		b = append(b, '[')
		for i, item := range n.Content {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = appendJSON(b, item); err != nil {
				return b, fmt.Errorf("[%d]: %w", i, err)
			}
		}
		return append(b, ']'), nil
	}
	switch n.Tag {
	case "!!null", "!!bool", "!!int", "!!float":
		var v any
		if err := n.Decode(&v); err != nil {
			return b, err
		}
		out, err := json.Marshal(v)
		if err != nil { // an infinite number
			return b, fmt.Errorf("%q is no number of JSON", n.Value)
		}
		return append(b, out...), nil
	}
	return appendText(b, n.Value), nil
}

func appendText(b []byte, s string) []byte {
	out, err := json.Marshal(s)
	if err != nil {
		panic(err) // a text can always be written
	}
	return append(b, out...)
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
