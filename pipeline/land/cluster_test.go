package land_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

var (
	made       = regexp.MustCompile(`^CREATE TABLE IF NOT EXISTS (\w+)\.(\w+)`)
	fills      = regexp.MustCompile(`^INSERT INTO (\w+)\.`)
	feed       = regexp.MustCompile(`^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+)\.\w+ ON CLUSTER '[^']*'\s+TO (\w+)\.\w+\s`)
	spread     = regexp.MustCompile(`ENGINE = Distributed\('eu-1', '(\w+)', '(\w+)', (.*)\)$`)
	replicated = regexp.MustCompile(`ENGINE = ReplicatedReplacingMergeTree\('/clickhouse/tables/\{shard\}/\{database\}/\{table\}', '\{replica\}'`)
)

// What every migration keeps to, so that it means on a cluster what it means on a server:
// each table is replicated and has its twin that spreads it, by order or by cell; the
// server's own copying stays on the shard; what is filled passes through the twins; views
// for people read the twins.
func TestClusterForm(t *testing.T) {
	conn, db := database(t)
	all, err := tables.Migrations(tables.Target{Database: db, Cluster: "eu-1"})
	must(t, err)
	local := db + "_local"
	tablesMade, twins := map[string]bool{}, map[string]string{}
	for _, m := range all {
		for _, s := range m.Statements {
			fault := func(what string) { t.Helper(); t.Errorf("%04d_%s: %s: %.300s", m.Number, m.Name, what, s) }
			rows, err := conn.Query(t.Context(), "EXPLAIN AST "+s)
			if err != nil {
				t.Fatalf("%v\n%s", err, s)
			}
			must(t, rows.Close())
			if to := fills.FindStringSubmatch(s); to != nil {
				if to[1] != db || strings.Contains(s, local+".") || !strings.Contains(s, "distributed_foreground_insert = 1") {
					fault("rows are filled into one shard only, or are not there when the statement ends")
				}
				continue
			}
			if !strings.Contains(s, "ON CLUSTER 'eu-1'") {
				fault("runs on one server only")
			}
			if x := feed.FindStringSubmatch(s); strings.HasPrefix(s, "CREATE MATERIALIZED") && (x == nil || x[1] != local || x[2] != local || strings.Contains(s, " "+db+".")) {
				fault("does not copy within the shard")
			}
			if strings.Contains(s, "VIEW") && strings.Contains(s, db+".v_") && strings.Contains(s, local+".") {
				fault("a view for people sees one shard only")
			}
			table := made.FindStringSubmatch(s)
			switch x := spread.FindStringSubmatch(s); {
			case table == nil:
			case x != nil:
				if table[1] != db || x[1] != local || x[2] != table[2] {
					fault("is not the twin of its table")
				}
				twins[table[2]] = x[3]
			case table[1] != local || !replicated.MatchString(s):
				fault("is not a replicated table of the shard")
			default:
				tablesMade[table[2]] = true
			}
		}
	}
	for table := range tablesMade {
		byCell := strings.HasPrefix(table, "rollup_") && strings.HasPrefix(twins[table], "cityHash64(")
		if by := twins[table]; by != "cityHash64(order_key)" && !byCell && table != "dead_letters" {
			t.Errorf("table %s is spread by %q, want cityHash64(order_key), or a roll-up's cell", table, by)
		}
	}
	if len(twins) != len(tablesMade) || len(twins) < 10 {
		t.Errorf("%d tables, %d twins", len(tablesMade), len(twins))
	}
}

// The cluster's form, run: on a cluster of one shard, which the engine is itself, with its
// tables as they are but for replication, which takes servers. All that is seen there is
// what is seen on a single server with the same rows.
func TestClusterFormShowsWhatOneServerShows(t *testing.T) {
	conn, db := database(t)
	all, err := tables.Migrations(tables.Target{Database: db, Cluster: chdbtest.Cluster})
	must(t, err)
	must(t, conn.Exec(t.Context(), "CREATE DATABASE "+db+"_local"))
	t.Cleanup(func() { _ = conn.Exec(t.Context(), "DROP DATABASE "+db+"_local") })
	a := &anyRows{t: t, conn: conn, base: recent()}
	unreplicated := strings.NewReplacer(" ON CLUSTER '"+chdbtest.Cluster+"'", "",
		"ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', ", "ReplacingMergeTree(",
		"ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')", "ReplacingMergeTree()")
	one, single := migrated(t)
	b := &anyRows{t: t, conn: one, base: a.base}
	early := map[string][]anyColumn{}
	for _, m := range all {
		if m.Name == "reasons" { // rows of before, that are filled through the twins
			for _, table := range []string{"decisions", "pre_reviews"} {
				early[table] = a.columns(db, table)
				a.insert(db, table, early[table], 0, 10)
				b.insert(single, table, early[table], 0, 10)
			}
		}
		for _, s := range m.Statements {
			if s := unreplicated.Replace(s); conn.Exec(t.Context(), s) != nil {
				t.Fatalf("%04d_%s: %v\n%s", m.Number, m.Name, conn.Exec(t.Context(), s), s)
			}
		}
	}
	for _, table := range b.tables(single) {
		columns := b.columns(single, table)
		if twin := a.columns(db, table); !slices.Equal(columns, twin) {
			t.Errorf("%s: the twin has %v, want %v", table, twin, columns)
		}
		if here := a.columns(db+"_local", table); !slices.Equal(columns, here) {
			t.Errorf("%s: the shard has %v, want %v", table, here, columns)
		}
		a.insert(db, table, columns, 10, 10)
		b.insert(single, table, columns, 10, 10)
	}
	views := b.views(single)
	if got := a.views(db); !slices.Equal(got, views) {
		t.Fatalf("views %v, want %v", got, views)
	}
	for _, view := range views {
		columns := b.columns(single, view)
		got, want := a.shown(db, view, columns, false), b.shown(single, view, columns, false)
		if len(want) == 0 {
			t.Errorf("%s: no rows: the test would prove nothing", view)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got\n%s\nwant\n%s", view, fmt.Sprint(strings.Join(got, "\n")), strings.Join(want, "\n"))
		}
	}
}
