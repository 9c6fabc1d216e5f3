// Package clickhouse holds the tables that decisions, pre-reviews, roll-ups and dead
// letters are landed in, as numbered migrations. It only reads them and fills in the
// database and the engine; pipeline/land applies them.
//
// A migration that has been released is never edited: a change is a new file. Every
// statement may be run again without harm (IF NOT EXISTS), so that several processes
// may apply the same migration at once and one that died halfway is simply repeated.
package clickhouse

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

//go:embed *.sql
var files embed.FS

// Migration is one file, ready to be run.
type Migration struct {
	Number     int
	Name       string
	Checksum   string // SHA-256 in hex of the file as it is stored, before anything is filled in
	Statements []string
}

// Target says where and how tables are made.
type Target struct {
	Database string // a name that needs no quotes
	// Cluster is the name of the servers' cluster, empty for a single server. On a
	// cluster the rows lie in replicated tables of the database Database + "_local",
	// by order, and tables of the same names in Database spread and gather them.
	Cluster string
}

// Local is the database that holds the rows.
func (t Target) Local() string {
	if t.Cluster == "" {
		return t.Database
	}
	return t.Database + "_local"
}

// OnCluster is the clause that makes a statement run on every server, or nothing.
func (t Target) OnCluster() string {
	if t.Cluster == "" {
		return ""
	}
	return " ON CLUSTER '" + t.Cluster + "'"
}

var (
	fileName     = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+)\.sql$`)
	databaseName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)
	clusterName  = regexp.MustCompile(`^[A-Za-z0-9_.-]{0,64}$`)
)

// CheckDatabase says whether a name may be that of the database.
func CheckDatabase(name string) error {
	if !databaseName.MatchString(name) {
		return fmt.Errorf("database: %q, must be letters, digits and _, not begin with a digit, and have at most 64 characters", name)
	}
	return nil
}

// Migrations are all migrations in the order of their numbers, filled in for a target.
func Migrations(t Target) ([]Migration, error) { return read(files, t) }

func read(fsys fs.FS, t Target) ([]Migration, error) {
	if err := CheckDatabase(t.Database); err != nil {
		return nil, err
	}
	if !clusterName.MatchString(t.Cluster) {
		return nil, fmt.Errorf("cluster: %q, must be letters, digits, _, . and -, at most 64", t.Cluster)
	}
	names, err := fs.Glob(fsys, "*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	var all []Migration
	for i, name := range names {
		m := fileName.FindStringSubmatch(name)
		if m == nil {
			return nil, fmt.Errorf("migration %s: name must be like 0001_word.sql", name)
		}
		number, err := strconv.Atoi(m[1])
		if err != nil || number != i+1 {
			return nil, fmt.Errorf("migration %s: number must be %d, one more than the one before", name, i+1)
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		filled, err := fill(string(text), t)
		if err != nil {
			return nil, fmt.Errorf("migration %s: %w", name, err)
		}
		sum := sha256.Sum256(text)
		all = append(all, Migration{Number: number, Name: m[2], Checksum: hex.EncodeToString(sum[:]), Statements: split(filled)})
	}
	return all, nil
}

// fill puts databases and engines into a migration. A table names its engine by what
// it does, {{replacing "version"}}, and is followed by {{distributed TABLE SHARD}}: both
// must stand there from the first release on, because a released file is never edited.
func fill(text string, t Target) (string, error) {
	tpl, err := template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"replacing": t.replacing, "distributed": t.distributed,
	}).Parse(text)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = tpl.Execute(&b, struct{ DB, Local, OnCluster string }{t.Database, t.Local(), t.OnCluster()})
	return b.String(), err
}

// replacing is the engine of a table whose rows replace each other by identity; of
// equal identity the one with the greatest version stays, or the last.
func (t Target) replacing(version string) string {
	if t.Cluster == "" {
		return "ReplacingMergeTree(" + version + ")"
	}
	args := "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
	if version != "" {
		args += ", " + version
	}
	return "ReplicatedReplacingMergeTree(" + args + ")"
}

// distributed is the statement that makes the spreading table, empty on one server.
func (t Target) distributed(table, shard string) string {
	if t.Cluster == "" {
		return ""
	}
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %s.%s%s AS %s.%s\nENGINE = Distributed('%s', '%s', '%s', %s)",
		t.Database, table, t.OnCluster(), t.Local(), table, t.Cluster, t.Local(), table, shard)
}

var comment = regexp.MustCompile(`(?m)^--.*\n?`)

// split cuts a file into statements: each ends with a semicolon at the end of a line.
func split(text string) (statements []string) {
	for s := range strings.SplitSeq(comment.ReplaceAllString(text, ""), ";\n") {
		if s = strings.TrimSpace(s); s != "" {
			statements = append(statements, s)
		}
	}
	return statements
}
