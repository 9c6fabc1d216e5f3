package main

import (
	"context"
	"strings"
	"testing"

	"github.com/clearlane/clearlane/pipeline/land/landtest"
)

// A comparison asks Kafka how far the landers are, ends with 1 when a cell differs or when
// nothing can be said, and names the cell.
func TestRebuildComparesAndSaysWhatDiffers(t *testing.T) {
	x, set := landtest.Load(t)
	to := []string{"--set", "clickhouse.protocol=http", "--set", "clickhouse.addrs=" + x.Land.ClickHouse.Addrs[0], "--set", "clickhouse.database=" + x.DB,
		"--set", "kafka.brokers=" + strings.Join(x.Brokers(), ",")}
	run := func(want int, args ...string) (out, errs string) {
		t.Helper()
		code, out, errs := command(t, nil, append(append([]string{"rebuild", "rollups", "--from", "2026-10-06", "--to", "2026-10-07"}, args...), to...)...)
		if code != want {
			t.Fatalf("rebuild rollups %v: exit %d, want %d\n%s%s", args, code, want, out, errs)
		}
		return out, errs
	}
	if out, errs := run(exitOK); !strings.Contains(out, "day_seller") || !strings.Contains(errs, "2026-10-06  1 of 1 days") {
		t.Errorf("%s%s", out, errs)
	}
	if err := x.Conn.Exec(context.Background(), "DELETE FROM "+x.DB+".rollup_day_seller WHERE currency = 'USD'"); err != nil {
		t.Fatal(err)
	}
	if out, errs := run(exitFault, "--grain", "day_seller"); !strings.Contains(out, "holds 0 and 0, must hold 1 and ") || strings.Contains(out, "minute_route") || !strings.Contains(errs, "differ from the history") {
		t.Errorf("%s%s", out, errs)
	}
	run(exitFault, "--without-kafka", "--wait", "10ms")
	run(exitOK, "--grain", "day_origin")
	// With rows on the topics that do not land, nothing can be said.
	x.Produce(landtest.DecisionRecord(set.Decisions[0]))
	if _, errs := run(exitFault, "--wait", "300ms"); !strings.Contains(errs, "the group is behind: 1 records") {
		t.Error(errs)
	}
	for want, args := range map[string][]string{
		"--grain \"hour\"; allowed: minute_route": {"--grain", "hour"},
		"is not before --to":                      {"--from", "2026-10-08"},
		"parameter from: \"x\"; allowed: a time":  {"--from", "x"},
		"--wait 0s; more than 0 is allowed":       {"--wait", "0s"},
	} {
		if _, errs := run(exitUsage, args...); !strings.Contains(errs, want) {
			t.Errorf("%v: %s, want %s", args, errs, want)
		}
	}
	if code, _, errs := command(t, nil, "rebuild", "reasons"); code != exitUsage || !strings.Contains(errs, `"reasons" is not known; rollups is allowed`) {
		t.Errorf("exit %d: %s", code, errs)
	}
}
