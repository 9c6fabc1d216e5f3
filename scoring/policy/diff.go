package policy

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is one thing in which two packs differ.
type Change struct {
	Path string `json:"path"`          // routes.max_score; rules.geo-target.weight
	Old  string `json:"old,omitempty"` // empty: it was not there
	New  string `json:"new,omitempty"` // empty: it is not there
}

// String is the change in one line.
func (c Change) String() string {
	switch {
	case c.Old == "":
		return c.Path + ": added: " + c.New
	case c.New == "":
		return c.Path + ": removed: " + c.Old
	}
	return c.Path + ": " + c.Old + " -> " + c.New
}

// Diff is in what two packs differ: head and settings value by value, then rules by their
// ids and versions, field by field. Comments, layout and test cases do not count.
func Diff(old, now *Pack) []Change {
	a, b := old.content(), now.content()
	before, after := rulesOf(a), rulesOf(b)
	changes := differ(nil, "", a, b)
	for _, r := range before {
		if find(after, r) == nil {
			changes = append(changes, Change{Path: "rules." + r.name, Old: r.short()})
		}
	}
	for _, r := range after {
		if was := find(before, r); was == nil {
			changes = append(changes, Change{Path: "rules." + r.name, New: r.short()})
		} else {
			changes = differ(changes, "rules."+r.name, was.fields, r.fields)
		}
	}
	return append(changes, sequences(before, after)...)
}

// content is the pack as JSON has it.
func (p *Pack) content() map[string]any {
	var m map[string]any
	if err := json.Unmarshal(p.canonical, &m); err != nil {
		panic(err) // it was written by this program
	}
	return m
}

// ruleOf is one rule of a pack's content.
type ruleOf struct {
	name    string // the id, and the version where several rules have the id
	code    string
	version string
	fields  map[string]any
}

func (r *ruleOf) short() string {
	return fmt.Sprintf("%s, version %s, %s, weight %s, from %s", r.code, r.version, show(r.fields["severity"]), show(r.fields["weight"]), show(r.fields["effective_from"]))
}

// rulesOf takes the rules out of a pack's content.
func rulesOf(m map[string]any) []ruleOf {
	list, _ := m["rules"].([]any)
	delete(m, "rules")
	count, rules := map[string]int{}, make([]ruleOf, len(list))
	for i := range list {
		f, _ := list[i].(map[string]any)
		rules[i] = ruleOf{name: show(f["id"]), code: show(f["code"]), version: show(f["version"]), fields: f}
		count[rules[i].name]++
	}
	for i := range rules {
		if r := &rules[i]; count[r.name] > 1 {
			r.name += "/" + r.version
		}
	}
	return rules
}

// find is the rule that is another pack's version of r.
func find(rules []ruleOf, r ruleOf) *ruleOf {
	i := slices.IndexFunc(rules, func(o ruleOf) bool { return o.name == r.name })
	if i < 0 {
		return nil
	}
	return &rules[i]
}

// sequences finds codes whose rules, of those in both packs, stand in another sequence: of
// the rules of one code the first whose scope holds is in force.
func sequences(before, after []ruleOf) (changes []Change) {
	order := func(rules, others []ruleOf) map[string]string {
		m := map[string]string{}
		for _, r := range rules {
			if o := find(others, r); o != nil && o.code == r.code {
				m[r.code] = strings.TrimPrefix(m[r.code]+", "+r.name, ", ")
			}
		}
		return m
	}
	was, is := order(before, after), order(after, before)
	for _, code := range slices.Sorted(maps.Keys(is)) {
		if was[code] != is[code] {
			changes = append(changes, Change{Path: "sequence of " + code, Old: was[code], New: is[code]})
		}
	}
	return changes
}

// differ adds what differs below a path.
func differ(changes []Change, path string, a, b any) []Change {
	x, aIs := a.(map[string]any)
	y, bIs := b.(map[string]any)
	if aIs && bIs {
		keys := maps.Clone(x)
		maps.Copy(keys, y)
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			changes = differ(changes, strings.TrimPrefix(path+"."+k, "."), x[k], y[k])
		}
		return changes
	}
	if was, is := show(a), show(b); was != is {
		changes = append(changes, Change{Path: path, Old: was, New: is})
	}
	return changes
}

// show is a value in one line, empty for none.
func show(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // it came from JSON
	}
	return string(b)
}
