package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// keepState lists the packages that may keep state of their own, and why.
var keepState = map[string]string{
	module + "/pipeline/embedded/chdbtest": "the ClickHouse library is loaded once a test process",
}

func TestNoHiddenState(t *testing.T) {
	mode := packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports
	for _, p := range load(t, mode) {
		if keepState[p.PkgPath] != "" {
			continue
		}
		for _, fault := range checkState(p.Fset, p.Syntax, p.TypesInfo) {
			t.Error(fault)
		}
	}
}

func TestHiddenStateIsRefused(t *testing.T) {
	for source, want := range map[string]int{
		`func init() {}`:                                                      1,
		`var n int; func f() { n++ }`:                                         1,
		`var m = map[string]int{}; func f() { m["a"] = 1 }`:                   1,
		`var s struct{ a []int }; func f() { s.a[0] = 1 }`:                    1,
		`var p *int; func f() { *p = 1 }`:                                     1,
		`var c = make(chan int)`:                                              1,
		`var table = []int{1}; func f() int { n := table[0]; n++; return n }`: 0,
		`type t struct{ n int }; func (t *t) init() { t.n = 1 }`:              0,
		`func f() { n := 0; n++; _ = n }`:                                     0,
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", "package p; "+source, 0)
		if err != nil {
			t.Fatal(err)
		}
		info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
		if _, err := new(types.Config).Check("p", fset, []*ast.File{file}, info); err != nil {
			t.Fatal(err)
		}
		if got := checkState(fset, []*ast.File{file}, info); len(got) != want {
			t.Errorf("%s: %d faults, want %d: %s", source, len(got), want, strings.Join(got, "; "))
		}
	}
}
