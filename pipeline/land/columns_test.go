package land

import (
	"testing"

	"github.com/clearlane/clearlane/pipeline/embedded/chdbtest"
)

// The native protocol converts no types: every column is sent as the table has it, and
// none is left out.
func TestColumnsAreThoseOfTheTables(t *testing.T) {
	o := chdbtest.Options(t)
	db := o.Auth.Database
	o.Auth.Database = "default"
	conn := chdbtest.Connect(t, o)
	if _, err := Migrate(t.Context(), conn, db, MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
	cfg := Default()
	cfg.ClickHouse.Addrs = []string{"localhost:9000"}
	cfg.Topics.Shadow, cfg.Topics.Dispositions = "shadow", "dispositions"
	l, err := New(cfg, Deps{Dispositions: func() DispositionReader { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range l.writers[0].tables.all {
		rows, err := conn.Query(t.Context(), "SELECT name, type FROM system.columns WHERE database = '"+db+"' AND table = '"+table.name+"'")
		if err != nil {
			t.Fatal(err)
		}
		types := map[string]string{}
		for rows.Next() {
			var name, kind string
			if err := rows.Scan(&name, &kind); err != nil {
				t.Fatal(err)
			}
			types[name] = kind
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		for _, col := range table.input() {
			if got := string(col.Data.Type()); got != types[col.Name] {
				t.Errorf("%s.%s is sent as %q, the table has %q", table.name, col.Name, got, types[col.Name])
			}
			delete(types, col.Name)
		}
		for name := range types {
			t.Errorf("%s.%s is not sent", table.name, name)
		}
	}
}
