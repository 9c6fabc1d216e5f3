package config

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"go.yaml.in/yaml/v3"
)

// WriteReference writes every key with its default as a YAML file that Load reads,
// above each key what it means, what is allowed and its environment variable.
func WriteReference(w io.Writer) error {
	c := Default()
	return write(w, &c, func(f *field) string {
		s := f.tag.Get("doc")
		if f.section() {
			return s
		}
		if a := f.allowed(); a != "" {
			s += " Allowed: " + a + "."
		}
		return s + " [" + f.env() + "]"
	})
}

// WriteEffective writes the configuration in force as YAML, its secrets hidden.
func WriteEffective(w io.Writer, c Config) error {
	r := c.Redacted()
	return write(w, &r, func(*field) string { return "" })
}

// Redacted is a copy whose secrets say only whether they are set.
func (c Config) Redacted() Config {
	for _, f := range fields(&c) {
		if f.secret() {
			f.value.SetString(f.text())
		}
	}
	return c
}

// commentWidth is the column at which a comment breaks.
const commentWidth = 96

func write(w io.Writer, c *Config, comment func(*field) string) error {
	var b strings.Builder
	for _, f := range fields(c) {
		indent := strings.Repeat("  ", f.depth)
		if text := comment(&f); text != "" {
			if b.Len() > 0 && f.depth == 0 {
				b.WriteByte('\n')
			}
			for _, line := range wrap(text, commentWidth-len(indent)) {
				fmt.Fprintf(&b, "%s# %s\n", indent, line)
			}
		}
		if f.section() {
			fmt.Fprintf(&b, "%s%s:\n", indent, f.key())
			continue
		}
		value, err := f.yaml()
		if err != nil {
			return fmt.Errorf("key %s: %w", f.path, err)
		}
		fmt.Fprintf(&b, "%s%s: %s\n", indent, f.key(), value)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// yaml is the value in YAML's one-line form.
func (f *field) yaml() (string, error) {
	n := &yaml.Node{Kind: yaml.ScalarNode, Value: f.text()}
	switch f.value.Kind() {
	case reflect.Slice:
		n = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, item := range f.value.Interface().([]string) {
			n.Content = append(n.Content, text(item))
		}
	case reflect.String:
		n = text(n.Value)
	}
	out, err := yaml.Marshal(n)
	return strings.TrimSuffix(string(out), "\n"), err
}

// text is a string that stays one: quoted where YAML would read something else.
func text(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(s)
	if strings.ContainsAny(s, "\r\n") || s == "" {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// wrap breaks a text into lines of at most width characters, where words allow.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
