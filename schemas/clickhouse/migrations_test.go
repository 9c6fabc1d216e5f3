package clickhouse

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// Several processes may apply a migration at once, and one that died halfway is
// repeated: every statement has to bear that. Rows are filled into tables where identity
// makes them single, and on a cluster are where they belong when the statement ends; an
// update says by WHERE which rows are still to be changed.
func TestEveryStatementMayBeRepeated(t *testing.T) {
	repeatable := regexp.MustCompile(`^(CREATE (TABLE|VIEW|MATERIALIZED VIEW) IF NOT EXISTS|CREATE OR REPLACE VIEW|ALTER TABLE \S+( ON CLUSTER '\S+')?\s+((ADD|DROP|MODIFY|COMMENT) \w+ IF (NOT )?EXISTS|MODIFY (QUERY|COMMENT)|UPDATE\s[^;]+\sWHERE)|INSERT INTO \S+\s+\([a-z_, ]+\)\s+SETTINGS distributed_foreground_insert = 1\s+SELECT)\s`)
	for _, target := range []Target{{Database: "d"}, {Database: "d", Cluster: "c"}} {
		all, err := Migrations(target)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			for _, s := range m.Statements {
				if !repeatable.MatchString(s) {
					t.Errorf("%04d_%s: may not be run twice: %.80s", m.Number, m.Name, s)
				}
			}
		}
	}
}

// What is filled in does not change what a file is known by.
func TestChecksumIsThatOfTheFile(t *testing.T) {
	one, err := Migrations(Target{Database: "a"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := Migrations(Target{Database: "b", Cluster: "c"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range one {
		if one[i].Checksum != other[i].Checksum || one[i].Statements[0] == other[i].Statements[0] {
			t.Errorf("%04d_%s: checksum follows the target, or the statements do not", one[i].Number, one[i].Name)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	for _, tc := range []struct {
		name   string
		files  fstest.MapFS
		target Target
		want   string
	}{
		{"a gap", fstest.MapFS{"0001_a.sql": file("SELECT 1;\n"), "0003_b.sql": file("")}, Target{Database: "d"}, "number must be 2"},
		{"a number twice", fstest.MapFS{"0001_a.sql": file(""), "0001_b.sql": file("")}, Target{Database: "d"}, "number must be 2"},
		{"a name of another form", fstest.MapFS{"1.sql": file("")}, Target{Database: "d"}, "1.sql"},
		{"a placeholder that is not known", fstest.MapFS{"0001_a.sql": file("{{.Nope}}")}, Target{Database: "d"}, "Nope"},
		{"a database to be quoted", fstest.MapFS{}, Target{Database: "a b"}, `"a b"`},
		{"a cluster with a quote", fstest.MapFS{}, Target{Database: "d", Cluster: "c'"}, "cluster"},
	} {
		if _, err := read(tc.files, tc.target); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestSplitKeepsWhatIsNoComment(t *testing.T) {
	got := split("-- why\nSELECT ';', '--' ;\n\n;\nSELECT\n  2\n")
	if len(got) != 2 || got[0] != "SELECT ';', '--'" || got[1] != "SELECT\n  2" {
		t.Errorf("%q", got)
	}
}
