package strict

import (
	"strings"
	"testing"
)

type sheet struct {
	Name  string           `yaml:"name"`
	Count int32            `yaml:"count"`
	Parts []part           `yaml:"parts"`
	Sizes map[string]int32 `yaml:"sizes"`
	Also  *part            `yaml:"also"`
}

type part struct {
	Kind string `yaml:"kind"`
	On   bool   `yaml:"on"`
}

func TestFaultsNameLinePathValueAndWhatIsAllowed(t *testing.T) {
	for text, want := range map[string]string{
		"name: a\ncount: 1\nparts: [{kind: x, on: true}]\nsizes: {a: 1}": "",
		"":                      "document: empty; allowed: one YAML document",
		"name: a\n---\nname: b": "line 2: document: a second one; allowed: one YAML document in a file",
		"name: [a":              "line 1: document: did not find expected ',' or ']'; allowed: YAML 1.2",
		"[]":                    "line 1: document: a list; allowed: a mapping with the keys name, count, parts, sizes, also",
		"nam: a\ncount: 1.5\nparts:\n- kind: [x]\n  on: maybe\n- 3": "line 1: nam: no such key; allowed: name, count, parts, sizes, also\n" +
			"line 2: count: \"1.5\"; allowed: a whole number\n" +
			"line 4: parts[0].kind: a list; allowed: a text\n" +
			"line 5: parts[0].on: \"maybe\"; allowed: true or false\n" +
			"line 6: parts[1]: \"3\"; allowed: a mapping with the keys kind, on",
		"name:\nsizes: {b: x}":    "line 1: name: nothing; allowed: a text; leave the key out where there is none\nline 2: sizes.b: \"x\"; allowed: a whole number",
		"name: a\nname: b":        "line 2: name: a second time; allowed: each key once",
		"also: {<<: 3}":           "line 1: also.<<: \"3\"; allowed: a mapping, or a list of them",
		"parts: &p [*p]":          "line 1: parts[0]: an alias of what it stands in; allowed: an alias of something else",
		"count: 99999999999":      "line 1: count: \"99999999999\"; allowed: a whole number",
		"\"two words\": 1":        "line 1: \"two words\": no such key; allowed: name, count, parts, sizes, also",
		"sizes: {a: 1, [1]: 2}":   "line 1: sizes: a key that is no text; allowed: names as keys",
		"also: {kind: x, kin: y}": "line 1: also.kin: no such key; allowed: kind, on",
	} {
		var s sheet
		got := ""
		if err := Read([]byte(text), &s).Faults().Err(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q:\n%s\nwant\n%s", text, got, want)
		}
	}
}

// What is right is read beside what is wrong, aliases and merge keys with it.
func TestWhatIsRightIsRead(t *testing.T) {
	var s sheet
	d := Read([]byte("name: &n a\ncount: many\nparts:\n- &p {kind: *n, on: true}\n- <<: [{kind: z}, *p]\n  on: false\nalso: {<<: *p}"), &s)
	if len(d.Faults()) != 1 || s.Name != "a" || s.Count != 0 || len(s.Parts) != 2 || s.Parts[0] != (part{"a", true}) || s.Parts[1] != (part{"z", false}) || *s.Also != (part{"a", true}) {
		t.Errorf("%+v %v", s, d.Faults())
	}
	if d.Line("parts[1].on") != 6 || d.Line("parts[1].none.such") != 5 || d.Line("none") != 1 {
		t.Error(d.Line("parts[1].on"), d.Line("parts[1].none.such"), d.Line("none"))
	}
}

func TestOneKeyAlone(t *testing.T) {
	var list []part
	if d := ReadKey([]byte("else: {a: 1}\nparts: [{kind: x}]"), "parts", &list); len(d.Faults()) > 0 || len(list) != 1 || d.Line("parts[0]") != 2 {
		t.Error(list, d.Faults())
	}
	if d := ReadKey([]byte("else: 1"), "parts", &list); len(d.Faults()) > 0 {
		t.Error(d.Faults())
	}
}

// A small text that stands for a great tree is refused, in little time.
func TestBoundsOfADocument(t *testing.T) {
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 9; i++ {
		a, b := string(rune('0'+i-1)), string(rune('0'+i))
		bomb += "a" + b + ": &a" + b + " [" + strings.Repeat("*a"+a+", ", 9) + "*a" + a + "]\n"
	}
	var v map[string]any
	if faults := Read([]byte(bomb), &v).Faults(); len(faults) != 1 || !strings.Contains(faults[0].Value, "300000") {
		t.Error(faults)
	}
	if faults := Read([]byte("a: "+strings.Repeat("[", 100)+strings.Repeat("]", 100)), &v).Faults(); len(faults) != 1 || !strings.Contains(faults[0].Value, "deeper") {
		t.Error(faults)
	}
}
