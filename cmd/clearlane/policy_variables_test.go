package main

import (
	"strings"
	"testing"
)

func TestVariablesAreListedWithTheirTypes(t *testing.T) {
	code, out, _ := command(t, nil, "policy", "variables")
	lines := strings.Fields(out)
	if code != exitOK {
		t.Fatal(code)
	}
	text := strings.Join(lines, " ")
	for _, want := range []string{
		"facts: what the pack and the date make of the case", "entry_date timestamp", "declared_value decimal in the currency",
		"clicks (a list of Click):", "Item: a line of an order", "items list(Item) its lines",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}
