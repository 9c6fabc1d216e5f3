package source

import (
	"strings"
	"testing"
	"testing/fstest"
)

// What a file says wrongly is refused, not left out.
func TestFaultsInAFileAreRefused(t *testing.T) {
	const good = `
uid: clearlane-x
title: X
rows:
  - title: R
    height: 8
    panels:
      - {title: P, description: d, kind: stat, width: 12, unit: short, sql: SELECT 1}
  - title: S
    height: 8
    panels:
      - {title: Q, description: d, kind: lines, width: 13, unit: short, promql: [{expr: up, legend: up}]}
      - {title: R, description: d, kind: table, width: 13, unit: short, sql: SELECT 2}
`
	make := func(content string) (string, error) {
		made, err := Generate(fstest.MapFS{"x.yaml": {Data: []byte(content)}})
		return string(made["x.json"]), err
	}
	board, err := make(good)
	if err != nil {
		t.Fatal(err)
	}
	// The second panel of row S has no room beside the first.
	if !strings.Contains(strings.Join(strings.Fields(board), ""), `"gridPos":{"h":8,"w":13,"x":0,"y":18}`) {
		t.Errorf("the third panel is not below the second:\n%s", board)
	}
	for _, c := range []struct{ old, new, want string }{
		{"uid:", "id:", "field id not found"},
		{"kind: stat", "kind: gauge", `kind "gauge"`},
		{"width: 12", "width: 25", "width 25 of 1 to 24"},
		{"sql: SELECT 1", "sql: ''", "one of them only"},
		{"promql: [", "sql: SELECT 1, promql: [", "one of them only"},
		{"title: R\n", "title: R\n    collapsed: true\n", "only the last one"},
	} {
		planted := strings.Replace(good, c.old, c.new, 1)
		if planted == good {
			t.Fatalf("%s was not planted", c.new)
		}
		if _, err := make(planted); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.new, err, c.want)
		}
	}
}
