package land_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/clearlane/clearlane/pipeline/land"
	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// refusals are reasons as tasks write them, and as the table shows them.
var refusals = []struct{ code, field, reason, shown string }{
	{"invalid", "hs_code", `invalid: items[0].hs_code: field items[0].hs_code is "61.09X"; allowed: 4 to 10 digits`, `invalid: items[0].hs_code: field items[0].hs_code is "61.09X"; allowed: 4 to 10 digits`},
	{"invalid", "ip", `invalid: ip: field ip is "198.51.100.7 \"x\\"... (90 bytes); allowed: at most 64 bytes`, `invalid: ip: field ip is (left out); allowed: at most 64 bytes`},
	{"invalid", "currency", `invalid: currency: field currency is "{\"buyer\":\"Jo\"}"; allowed: ISO 4217`, `invalid: currency: field currency is (left out); allowed: ISO 4217`},
	{"invalid", "items", `invalid: items: field items is more than 1000; allowed: at most 1000`, `invalid: items: field items is more than 1000; allowed: at most 1000`},
	{"invalid", "of_a_later_release", `invalid: of_a_later_release: field of_a_later_release is "Jo"; allowed: none`, `invalid: of_a_later_release: field of_a_later_release is (left out); allowed: none`},
	{"malformed", "value", `malformed: value: byte 7: "Jo"`, `malformed: value: byte 7: (left out)`},
}

func refusalRecord(i int) *kgo.Record {
	x := &refusals[i]
	r := &kgo.Record{Topic: "dead-letters", Partition: int32(i % partitions), Key: []byte("order-1"), Value: []byte("a secret"), Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("a secret")}}}
	for _, h := range [][2]string{{"code", x.code}, {"field", x.field}, {"reason", x.reason}, {"topic", "orders"}, {"partition", "0"}, {"offset", fmt.Sprint(i)}, {"time", "1780000000123"}} {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: "clearlane-" + h[0], Value: []byte(h[1])})
	}
	return r
}

const letterLine = "SELECT concat_ws('|', toString(offset), key, value, toString(value_bytes), arrayStringConcat(headers.name, ','), arrayStringConcat(headers.value, ','), reason) FROM %s.v_dead_letters ORDER BY offset"

// Of a refused record no byte lands but its key, and no value of a field that may be
// personal; with the setting all of it does.
func TestDeadLettersLandWithoutTheirBytes(t *testing.T) {
	r := newRig(t)
	for i := range refusals {
		r.produce(refusalRecord(i))
	}
	for _, whole := range []bool{false, true} {
		r.cfg.ClickHouse.DeadLetterBytes = whole
		r.cfg.Group += "-again"
		must(t, r.conn.Exec(t.Context(), "DROP TABLE IF EXISTS "+r.db+".dead_letters"))
		must(t, r.conn.Exec(t.Context(), "DROP TABLE IF EXISTS "+r.db+".schema_migrations"))
		l, stop := r.start(r.cfg)
		r.caughtUp(l)
		stop()
		var want []string
		for i, x := range refusals {
			if whole {
				want = append(want, fmt.Sprintf("%d|order-1|a secret|8|trace|a secret|%s", i, x.reason))
			} else {
				want = append(want, fmt.Sprintf("%d|order-1||8|trace||%s", i, x.shown))
			}
		}
		if got := rowsOf(t, r.conn, fmt.Sprintf(letterLine, r.db)); !slices.Equal(got, want) {
			t.Errorf("whole %t: %s", whole, difference(got, want))
		}
	}
}

// The rows of older releases lose their bytes by the migration, and no more by a second
// run of it: not their length, nor what has landed meanwhile.
func TestOldDeadLettersLoseTheirBytes(t *testing.T) {
	conn, db := database(t)
	all, err := tables.Migrations(tables.Target{Database: db})
	must(t, err)
	must(t, conn.Exec(t.Context(), "CREATE DATABASE IF NOT EXISTS "+db))
	run := func(m *tables.Migration) {
		t.Helper()
		for _, s := range m.Statements {
			must(t, conn.Exec(t.Context(), s))
		}
	}
	at := slices.IndexFunc(all, func(m tables.Migration) bool { return m.Name == "personal_data" })
	for i := range all[:at] {
		run(&all[i])
	}
	var want []string
	for i, x := range refusals {
		must(t, conn.Exec(t.Context(), "INSERT INTO "+db+".dead_letters (topic, offset, record_time, code, reason, field, key, value, `headers.name`, `headers.value`) VALUES ('orders', ?, now64(3), ?, ?, ?, 'order-1', 'a secret', ['trace'], ['a secret'])",
			i, x.code, x.reason, x.field))
		if shown := x.shown; i == 0 { // a migration knows no list of fields
			want = append(want, `0|order-1||8|trace||invalid: items[0].hs_code: field items[0].hs_code is (left out); allowed: 4 to 10 digits`)
		} else {
			want = append(want, fmt.Sprintf("%d|order-1||8|trace||%s", i, shown))
		}
	}
	run(&all[at])
	must(t, conn.Exec(t.Context(), "INSERT INTO "+db+".dead_letters (topic, offset, record_time, code, reason, field, value_bytes) VALUES ('orders', 99, now64(3), 'invalid', 'field port is \"x\"', 'port', 5)"))
	want = append(want, `99|||5|||field port is "x"`)
	for range 2 {
		run(&all[at])
		if got := rowsOf(t, conn, fmt.Sprintf(letterLine, db)); !slices.Equal(got, want) {
			t.Fatal(difference(got, want))
		}
	}
	if _, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{}); err != nil {
		t.Fatal(err)
	}
}
