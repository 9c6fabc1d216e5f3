package config

import (
	"reflect"
	"strings"
)

// field is one key of the configuration: a section, or a setting with a value.
type field struct {
	path  string // dotted, "kafka.topics.orders"
	value reflect.Value
	tag   reflect.StructTag
	depth int
}

// section is true for a key that only holds other keys.
func (f *field) section() bool { return f.value.Kind() == reflect.Struct }

// key is the last part of the path.
func (f *field) key() string { return f.path[strings.LastIndexByte(f.path, '.')+1:] }

// env is the name of the environment variable that sets the key.
func (f *field) env() string {
	return EnvPrefix + strings.ToUpper(strings.ReplaceAll(f.path, ".", "_"))
}

// secret is true for a value that is never printed.
func (f *field) secret() bool { return f.value.Type() == reflect.TypeFor[Secret]() }

// fields lists every key of the configuration in the order of the struct, a
// section before its keys. The values are those of c and can be set.
func fields(c *Config) []field {
	return below(nil, reflect.ValueOf(c).Elem(), "", 0)
}

func below(into []field, v reflect.Value, prefix string, depth int) []field {
	t := v.Type()
	for i := range t.NumField() {
		f := field{path: prefix + t.Field(i).Tag.Get("yaml"), value: v.Field(i), tag: t.Field(i).Tag, depth: depth}
		into = append(into, f)
		if f.section() {
			into = below(into, f.value, f.path+".", depth+1)
		}
	}
	return into
}

// byPath finds a key, nil when there is none.
func byPath(all []field, path string) *field {
	for i := range all {
		if all[i].path == path {
			return &all[i]
		}
	}
	return nil
}

// nearest is the known key that a mistyped one most likely means, empty when none
// is near: the same last part in another section, or at most two edits away.
func nearest(all []field, path string) string {
	best, least := "", 3
	last := path[strings.LastIndexByte(path, '.')+1:]
	for i := range all {
		d := least
		if n := len(path) - len(all[i].path); -least < n && n < least {
			d = edits(path, all[i].path)
		}
		if d >= least && all[i].key() == last {
			d = 2
		}
		if d < least {
			best, least = all[i].path, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two short texts.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
