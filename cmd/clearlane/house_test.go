package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The rules of the house: which package may know which, no hidden state, small files.
// Each check is a function of plain data, and is tried on a planted violation too.

const (
	module = "github.com/clearlane/clearlane"
	root   = "../.."
)

// arrow says what a package, and all below it, may know.
type arrow struct {
	from string
	may  []string // of ours, with all below; itself always
	// never is refused in the imports of the package and of all of ours that it reaches.
	never []string
}

var (
	outside = []string{"github.com/segmentio/kafka-go", "github.com/twmb/franz-go", "github.com/ClickHouse", "github.com/cockroachdb/pebble", "net/http", "os"}
	engines = []string{"github.com/segmentio/kafka-go", "github.com/twmb/franz-go", "github.com/ClickHouse", "github.com/cockroachdb/pebble"}
)

var arrows = []arrow{
	{from: "schemas", never: engines},
	{from: "scoring", may: []string{"schemas"}, never: outside},
	{from: "pipeline/join", may: []string{"schemas"}, never: outside},
	{from: "pipeline/record"},
	{from: "pipeline/boards", never: append([]string{"os/exec"}, engines...)},
	{from: "pipeline/config", may: []string{"schemas"}, never: engines},
	{from: "pipeline/gen", may: []string{"schemas", "pipeline/record"}, never: engines},
	{from: "pipeline/truth", may: []string{"schemas"}, never: engines},
	{from: "pipeline/task", may: []string{"schemas", "scoring", "pipeline/join", "pipeline/record", "pipeline/decide", "pipeline/rollup"}, never: engines},
	{from: "pipeline/backtest", may: []string{"schemas", "scoring", "pipeline/join", "pipeline/record", "pipeline/decide", "pipeline/rollup", "pipeline/offline"}, never: outside},
	{from: "pipeline/offline", may: []string{"schemas", "scoring", "pipeline/join", "pipeline/record", "pipeline/decide", "pipeline/rollup"}, never: outside},
	{from: "pipeline/packtest", may: []string{"schemas", "scoring", "pipeline/join", "pipeline/record", "pipeline/decide", "pipeline/rollup", "pipeline/offline"}, never: outside},
	{from: "pipeline/oracle", may: []string{"schemas", "scoring", "pipeline/record", "pipeline/gen"}, never: []string{"github.com/segmentio/kafka-go", "github.com/twmb/franz-go", "github.com/cockroachdb/pebble"}},
	{from: "pipeline/oracle/naive", may: []string{"schemas", "scoring", "pipeline/record"}, never: outside},
	{from: "pipeline/oracle/audit", may: []string{"schemas", "scoring", "pipeline/record", "pipeline/oracle/naive"}},
	{from: "pipeline/state", never: []string{"github.com/segmentio/kafka-go", "github.com/twmb/franz-go", "github.com/ClickHouse"}},
	{from: "pipeline", may: []string{"schemas", "scoring", "pipeline"}},
}

// users lists who may import a library at all.
var users = map[string][]string{
	"github.com/segmentio/kafka-go":  {"pipeline/kafka"},
	"github.com/twmb/franz-go":       {"pipeline/kafka", "pipeline/land", "pipeline/embedded", "cmd/clearlane"},
	"github.com/ClickHouse":          {"pipeline/land", "pipeline/embedded", "pipeline/oracle", "pipeline/query", "pipeline/rebuild", "cmd/clearlane"},
	"github.com/cockroachdb/pebble":  {"pipeline/state", "cmd/clearlane"},
	"github.com/ebitengine/purego":   {"pipeline/embedded"},
	"github.com/spf13/cobra":         {"cmd/clearlane"},
	"github.com/prometheus":          {"pipeline/serve", "cmd/clearlane"},
	"github.com/oschwald":            {"scoring/geo", "pipeline/embedded", "cmd/clearlane"},
	"github.com/maxmind/mmdbwriter":  {"pipeline/embedded"},
	"cel.dev/cel-go":                 {"scoring/custom"},
	"github.com/compose-spec":        {},
	"github.com/KimMachineGun":       {"cmd/clearlane"},
	"golang.org/x/tools/go/packages": {},
}

// under is true of path and of all below it.
func under(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

func underAny(path string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return under(path, p) })
}

// checkArrows finds the imports that are not allowed. imports has the direct imports
// of each of our packages, both without the module's path where they are ours.
func checkArrows(imports map[string][]string) (faults []string) {
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		for _, lib := range slices.Sorted(maps.Keys(users)) {
			if !underAny(pkg, users[lib]) && slices.ContainsFunc(imports[pkg], func(i string) bool { return under(i, lib) }) {
				faults = append(faults, fmt.Sprintf("%s imports %s; allowed: %v", pkg, lib, users[lib]))
			}
		}
		for _, a := range arrows {
			if !under(pkg, a.from) {
				continue
			}
			for _, reached := range closure(imports, pkg) {
				if reached != pkg && !under(reached, a.from) && !underAny(reached, a.may) {
					faults = append(faults, fmt.Sprintf("%s reaches %s; allowed: %v", pkg, reached, a.may))
				}
				for _, i := range imports[reached] {
					if underAny(i, a.never) {
						faults = append(faults, fmt.Sprintf("%s reaches %s, which imports %s", pkg, reached, i))
					}
				}
			}
		}
	}
	return faults
}

// closure is the package and all of ours that it reaches.
func closure(imports map[string][]string, pkg string) []string {
	seen := map[string]bool{}
	var walk func(string)
	walk = func(p string) {
		if _, ours := imports[p]; !ours || seen[p] {
			return
		}
		seen[p] = true
		for _, i := range imports[p] {
			walk(i)
		}
	}
	walk(pkg)
	return slices.Sorted(maps.Keys(seen))
}

func TestArrowsBetweenPackages(t *testing.T) {
	imports := map[string][]string{}
	for _, p := range load(t, packages.NeedName|packages.NeedImports) {
		own := strings.TrimPrefix(p.PkgPath, module+"/")
		imports[own] = nil
		for path := range p.Imports {
			imports[own] = append(imports[own], strings.TrimPrefix(path, module+"/"))
		}
	}
	if len(imports) < 10 || imports["scoring"] == nil {
		t.Fatalf("only %d packages were found: the check would prove nothing", len(imports))
	}
	for _, fault := range checkArrows(imports) {
		t.Error(fault)
	}
}

func TestArrowsAreRefused(t *testing.T) {
	for _, planted := range []map[string][]string{
		{"schemas": {"scoring"}, "scoring": nil},
		{"scoring": {"pipeline/join"}, "pipeline/join": nil},
		{"pipeline/join": {"scoring/geo"}, "scoring/geo": nil},
		{"scoring": {"scoring/geo"}, "scoring/geo": {"os"}},
		{"pipeline/join": {"net/http"}},
		{"pipeline/gen": {"pipeline/x"}, "pipeline/x": {"scoring/policy"}, "scoring/policy": nil},
		{"pipeline/truth": {"pipeline/join"}, "pipeline/join": nil},
		{"pipeline/truth/measure": {"pipeline/truth"}, "pipeline/truth": {"scoring/label"}, "scoring/label": nil},
		{"pipeline/task": {"pipeline/rollup"}, "pipeline/rollup": {"github.com/cockroachdb/pebble/v2"}},
		{"pipeline/serve": {"cmd/clearlane"}, "cmd/clearlane": nil},
		{"pipeline/land": {"github.com/segmentio/kafka-go/protocol"}},
		{"pipeline/task": {"github.com/ClickHouse/clickhouse-go/v2"}},
		{"pipeline/offline": {"pipeline/task"}, "pipeline/task": nil},
		{"pipeline/offline": {"os"}},
		{"pipeline/oracle/naive": {"pipeline/join"}, "pipeline/join": nil},
		{"pipeline/oracle/naive": {"pipeline/gen"}, "pipeline/gen": nil},
		{"pipeline/oracle/audit": {"pipeline/rollup"}, "pipeline/rollup": nil},
	} {
		if len(checkArrows(planted)) == 0 {
			t.Errorf("nothing was found in %v", planted)
		}
	}
	honest := map[string][]string{"cmd/clearlane": {"pipeline/task", "os"}, "pipeline/task": {"scoring", "time"}, "scoring": {"schemas"}, "schemas": nil}
	if faults := checkArrows(honest); len(faults) > 0 {
		t.Errorf("honest packages: %v", faults)
	}
}

func load(t *testing.T, mode packages.LoadMode) []*packages.Package {
	t.Helper()
	all, err := packages.Load(&packages.Config{Mode: mode, Dir: root}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range all {
		for _, e := range p.Errors {
			t.Fatalf("%s: %v", p.PkgPath, e)
		}
	}
	return all
}

// checkState finds functions named init, and variables of a package that one of its
// functions changes or that are made to be changed.
func checkState(fset *token.FileSet, files []*ast.File, info *types.Info) (faults []string) {
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				faults = append(faults, fmt.Sprintf("%s: init", fset.Position(fn.Pos())))
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			var changed []ast.Expr
			switch n := n.(type) {
			case *ast.AssignStmt:
				changed = n.Lhs
			case *ast.IncDecStmt:
				changed = []ast.Expr{n.X}
			case *ast.ValueSpec:
				for _, name := range n.Names {
					if v := packageVar(info, name); v != nil && isGuard(v.Type()) {
						faults = append(faults, fmt.Sprintf("%s: %s is a %s of the package", fset.Position(n.Pos()), name.Name, v.Type()))
					}
				}
			}
			for _, x := range changed {
				if v := packageVar(info, base(info, x)); v != nil {
					faults = append(faults, fmt.Sprintf("%s: changes %s of the package", fset.Position(x.Pos()), v.Name()))
				}
			}
			return true
		})
	}
	return faults
}

// base is the variable that an expression stands in: a of a.b[c].
func base(info *types.Info, x ast.Expr) *ast.Ident {
	for {
		switch e := x.(type) {
		case *ast.Ident:
			return e
		case *ast.SelectorExpr:
			if id, ok := e.X.(*ast.Ident); ok {
				if _, ok := info.Uses[id].(*types.PkgName); ok {
					return e.Sel
				}
			}
			x = e.X
		case *ast.IndexExpr:
			x = e.X
		case *ast.StarExpr:
			x = e.X
		case *ast.ParenExpr:
			x = e.X
		default:
			return nil
		}
	}
}

func packageVar(info *types.Info, id *ast.Ident) *types.Var {
	if id == nil {
		return nil
	}
	v, ok := info.ObjectOf(id).(*types.Var)
	if !ok || v.Pkg() == nil || v.Parent() != v.Pkg().Scope() {
		return nil
	}
	return v
}

// isGuard is true of types that exist to be changed: locks, atomics, channels. A Pool
// hands out memory, which is no state.
func isGuard(t types.Type) bool {
	if _, ok := t.Underlying().(*types.Chan); ok {
		return true
	}
	named, ok := t.(*types.Named)
	return ok && named.Obj().Pkg() != nil && under(named.Obj().Pkg().Path(), "sync") && named.Obj().Name() != "Pool"
}

// files of the whole tree that are ours, by path from the root.
func tree(t *testing.T, visit func(path string, content []byte)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch d.Name() {
		case ".git", ".cache", "bin", "node_modules":
			return fs.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err == nil {
			rel, _ := filepath.Rel(root, path)
			visit(filepath.ToSlash(rel), content)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

const maxLines = 400

// tooLong is true of a source file that does more than one thing can take. Generated
// files and tables of data may be long.
func tooLong(path string, content []byte) bool {
	switch filepath.Ext(path) {
	case ".go", ".sh", ".sql", ".proto":
	default:
		return false
	}
	head, _, _ := bytes.Cut(content, []byte("\npackage "))
	if bytes.Contains(head, []byte("Code generated ")) && bytes.Contains(head, []byte(" DO NOT EDIT.")) {
		return false
	}
	return bytes.Count(content, []byte{'\n'}) > maxLines
}

func TestFilesAreSmall(t *testing.T) {
	tree(t, func(path string, content []byte) {
		if tooLong(path, content) {
			t.Errorf("%s has %d lines; allowed: %d", path, bytes.Count(content, []byte{'\n'}), maxLines)
		}
	})
	long := bytes.Repeat([]byte("\n"), maxLines+1)
	if !tooLong("x.go", long) || tooLong("x.go", long[1:]) || tooLong("x.go", append([]byte("// Code generated by x. DO NOT EDIT.\npackage x"), long...)) {
		t.Error("the check does not tell long files from others")
	}
}

// topLevel is what lies in the root, and nothing else does.
var topLevel = []string{".ci", ".dockerignore", ".gitignore", "ARCHITECTURE.md", "LICENSE", "Makefile", "README.md",
	"cmd", "deploy", "docker-compose.yml", "go.mod", "go.sum", "pipeline", "schemas", "scoring", "testdata"}

func strangers(names []string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return slices.Contains(topLevel, n) })
}

func TestRootHoldsWhatWasAgreed(t *testing.T) {
	seen := map[string]bool{}
	tree(t, func(path string, _ []byte) {
		name, _, _ := strings.Cut(path, "/")
		seen[name] = true
	})
	if s := strangers(slices.Sorted(maps.Keys(seen))); len(s) > 0 {
		t.Errorf("in the root: %v; allowed: %v", s, topLevel)
	}
	if s := strangers([]string{"cmd", "notes.txt"}); len(s) != 1 {
		t.Errorf("of a stray file: %v", s)
	}
}
