package land_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/land"
)

// Rows of two partitions and two epochs, each written by three commits: who adds up the
// parts has what the totals say, and has it before any merge.
func TestThePartsOfRollUpsAddUpToTheirTotals(t *testing.T) {
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	for _, x := range []struct{ view, table, time, dims, sums string }{
		{"v_minute_route", "rollup_minute_route", "minute", "port, route, preference_status, currency", "count, value"},
		{"v_hour_reason", "rollup_hour_reason", "hour", "seller_id, site_host, reason", "count"},
		{"v_day_origin", "rollup_day_origin", "day", "origin_country, hs_chapter, route, currency", "count, value"},
		{"v_hour_label", "rollup_hour_label", "hour", "channel_group, platform, label_class, currency", "count, value"},
		{"v_day_campaign", "rollup_day_campaign", "day", "ad_network, campaign, label_class, route", "count"},
		{"v_day_seller", "rollup_day_seller", "day", "seller_id, site_host, route, currency", "count, value"},
		{"v_funnel", "rollup_hour_funnel", "hour", "seller_id, channel", "clicks, orders, shipments, joined, waiting, expired"},
	} {
		columns := strings.Split(x.dims, ", ")
		var values, totals []string
		for i := range columns {
			values = append(values, fmt.Sprintf("toString(intDiv(number, %d) %% 2)", 4<<i))
		}
		sums := strings.Split(x.sums, ", ")
		for i, name := range sums {
			value := fmt.Sprintf("(number * %d + commit) %% 7", i+3)
			if name == "value" { // of nothing counted, nothing
				value = "2 * count"
			}
			values = append(values, value+" AS "+name)
			totals = append(totals, "sum("+map[string]string{"count": "decisions"}[name]+strings.TrimPrefix(name, "count")+")")
		}
		for commit := range 3 {
			must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.%s (%s, %s, %s, layout, `partition`, epoch, version) WITH %d AS commit "+
				"SELECT toDateTime('2026-07-01 00:00:00', 'UTC'), %s, 2, number %% 2, intDiv(number, 2) %% 2, 1 + commit FROM numbers(64)",
				db, x.table, x.time, x.dims, x.sums, commit, strings.Join(values, ", "))))
		}
		// Whatever was counted here has left again.
		must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.%s (%s, %s) VALUES ('2026-07-01', 'emptied', 9)", db, x.table, x.time, columns[0]+", version")))
		read := func(from string) []string {
			return rowsOf(t, conn, fmt.Sprintf("SELECT concat_ws(' ', %s, %s) AS line FROM %s.%s GROUP BY %s ORDER BY line", x.dims, textOf(totals), db, from, x.dims))
		}
		parts, whole := read(x.view+"_parts"), read(x.view)
		if len(whole) < 4 || !slices.Equal(parts, whole) {
			t.Errorf("%s:\nparts  %q\ntotals %q", x.view, parts, whole)
		}
	}
}

func textOf(expressions []string) string {
	texts := make([]string, len(expressions))
	for i, x := range expressions {
		texts[i] = "toString(" + x + ")"
	}
	return strings.Join(texts, ", ")
}

// The copies of the newest rows lie in partitions by month. A server that is set to keep
// partitions apart must not show a subject once for each.
func TestNewestIsOneRowWhateverTheServerIsSetTo(t *testing.T) {
	conn, db := database(t)
	_, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{})
	must(t, err)
	const september, october = 1_788_300_000_000, 1_791_158_400_000
	for _, table := range []string{"decisions", "pre_reviews"} {
		for _, version := range []int{september, october} {
			must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.%s (decision_id, order_key, version, decided_at) VALUES (repeat('a', 32), 'k', %d, now64(3))", db, table, version)))
		}
	}
	for _, view := range []string{"v_decisions", "v_pre_reviews"} {
		got := rowsOf(t, conn, fmt.Sprintf("SELECT toString(version) FROM %s.%s SETTINGS do_not_merge_across_partitions_select_final = 1", db, view))
		if want := []string{fmt.Sprint(october)}; !slices.Equal(got, want) {
			t.Errorf("%s: versions %q, want %q", view, got, want)
		}
	}
}
