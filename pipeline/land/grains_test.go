package land_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/clearlane/clearlane/pipeline/land"
	"github.com/clearlane/clearlane/schemas"
	tables "github.com/clearlane/clearlane/schemas/clickhouse"
)

// views are what is read of each grain: the view, and all its columns as one text.
var views = map[schemas.Grain]struct{ name, columns string }{
	schemas.GrainMinuteRoute: {"v_minute_route", "toString(toUnixTimestamp64Milli(minute)), port, route, preference_status, currency, toString(decisions), toDecimalString(value, 4)"},
	schemas.GrainHourReason:  {"v_hour_reason", "toString(toUnixTimestamp64Milli(hour)), seller_id, site_host, reason, toString(decisions)"},
	schemas.GrainDayOrigin:   {"v_day_origin", "toString(day), origin_country, hs_chapter, route, currency, toString(decisions), toDecimalString(value, 4)"},
	schemas.GrainHourLabel:   {"v_hour_label", "toString(toUnixTimestamp64Milli(hour)), channel_group, platform, label_class, currency, toString(decisions), toDecimalString(value, 4)"},
	schemas.GrainDayCampaign: {"v_day_campaign", "toString(day), ad_network, campaign, label_class, route, toString(decisions)"},
	schemas.GrainDaySeller:   {"v_day_seller", "toString(day), seller_id, site_host, route, currency, toString(decisions), toDecimalString(value, 4)"},
	schemas.GrainHourFunnel:  {"v_funnel", "toString(toUnixTimestamp64Milli(hour)), seller_id, channel, toString(clicks), toString(orders), toString(shipments), toString(joined), toString(waiting), toString(expired)"},
	schemas.GrainDayLedger:   {"v_ledger", "toString(day), topic, outcome, toString(records)"},
}

// seen is a view's columns as they have to be for a total.
func seen(r *schemas.RollupRow) string {
	c, f := &r.Cell, &r.Funnel
	ms, day, value := fmt.Sprint(int64(c.Time)), schemas.Date(c.Time/86_400_000).String(), fourPlaces(r.Value)
	count := fmt.Sprint(r.Count)
	var columns []string
	switch c.Grain {
	case schemas.GrainMinuteRoute:
		columns = []string{ms, c.Port, c.Route.String(), c.PreferenceStatus.String(), c.Currency, count, value}
	case schemas.GrainHourReason:
		columns = []string{ms, c.SellerID, c.SiteHost, c.Reason, count}
	case schemas.GrainDayOrigin:
		columns = []string{day, c.OriginCountry, c.HSChapter, c.Route.String(), c.Currency, count, value}
	case schemas.GrainHourLabel:
		columns = []string{ms, c.ChannelGroup, c.Platform, c.LabelClass, c.Currency, count, value}
	case schemas.GrainDayCampaign:
		columns = []string{day, c.AdNetwork, c.Campaign, c.LabelClass, c.Route.String(), count}
	case schemas.GrainDaySeller:
		columns = []string{day, c.SellerID, c.SiteHost, c.Route.String(), c.Currency, count, value}
	case schemas.GrainHourFunnel:
		columns = []string{ms, c.SellerID, c.Channel, fmt.Sprint(f.Clicks), fmt.Sprint(f.Orders), fmt.Sprint(f.Shipments), fmt.Sprint(f.Joined), fmt.Sprint(f.Waiting), fmt.Sprint(f.Expired)}
	case schemas.GrainDayLedger:
		columns = []string{day, c.Topic, c.Outcome, count}
	}
	return strings.Join(columns, " ")
}

// someCell draws a cell of a grain, out of few.
func someCell(rng *rand.Rand, g schemas.Grain) schemas.Cell {
	const day = 1_782_950_400_000
	pick := func(texts ...string) string { return texts[rng.IntN(len(texts))] }
	c := schemas.Cell{Grain: g, Time: schemas.Time(day + rng.Int64N(2)*86_400_000)}
	route, currency := schemas.Route(1+rng.IntN(2)), pick("USD", "MXN")
	seller, site, class := pick("s-1", "s-2"), pick("a.example", "b.example"), pick(schemas.LabelClean, schemas.LabelDrift)
	switch g {
	case schemas.GrainMinuteRoute:
		c.Time += 60_000
		c.Port, c.Route, c.PreferenceStatus, c.Currency = pick("2704", "1001"), route, schemas.PreferencePending, currency
	case schemas.GrainHourReason:
		c.SellerID, c.SiteHost, c.Reason = seller, site, pick("ECERT_ID_MISSING", "GEO_TARGET_MISMATCH")
	case schemas.GrainDayOrigin:
		c.OriginCountry, c.HSChapter, c.Route, c.Currency = pick("MX", "CN"), pick("85", "61"), route, currency
	case schemas.GrainHourLabel:
		c.Time += 3_600_000
		c.ChannelGroup, c.Platform, c.LabelClass, c.Currency = pick("Paid Search", ""), "shopline", class, currency
	case schemas.GrainDayCampaign:
		c.AdNetwork, c.Campaign, c.LabelClass, c.Route = pick("google", ""), pick("summer", "été 2026"), class, route
	case schemas.GrainDaySeller:
		c.SellerID, c.SiteHost, c.Route, c.Currency = seller, site, route, currency
	case schemas.GrainHourFunnel:
		c.SellerID, c.Channel = pick("s-1", ""), pick(schemas.ChannelB2B, schemas.ChannelB2C)
	case schemas.GrainDayLedger:
		c.Topic, c.Outcome = pick("orders", "shipments"), pick("applied", "duplicate")
	}
	return c
}

// Whatever the sequence and the repetitions in which the rows of a cell arrive: what people
// see is the sum over its parts of the greatest version of each.
func TestViewsAddUpThePartsOfEveryGrain(t *testing.T) {
	r := newRig(t)
	l, stop := r.start(r.cfg)
	defer stop()
	type part struct {
		cell      schemas.Cell // with its epoch
		layout    uint32
		partition int32
	}
	rng := rand.New(rand.NewPCG(6, 1))
	newest := map[part]schemas.RollupRow{}
	for g := range views {
		for range 300 {
			cell := someCell(rng, g)
			if g != schemas.GrainDayLedger {
				cell.Epoch = []uint32{0, 20_636, 20_640}[rng.IntN(3)]
			}
			row := schemas.RollupRow{Layout: 4, Partition: int32(rng.IntN(2)), Version: 1 + rng.Uint64N(1000), Cell: cell}
			if g == schemas.GrainHourFunnel {
				n := rng.Int64N(4)
				row.Funnel = schemas.Funnel{Clicks: rng.Int64N(3), Orders: n, Shipments: n + 3, Joined: n, Waiting: 2, Expired: 1}
			} else {
				row.Count = rng.Int64N(3)
			}
			if strings.Contains(views[g].columns, "value") {
				row.Value = schemas.Sum{}.Add(schemas.DecimalOf(rng.Int64N(1_000_000), rng.Int64N(10_000)))
			}
			p := part{cell, row.Layout, row.Partition}
			if was, known := newest[p]; known && was.Version == row.Version {
				continue // one commit says one thing of a cell
			} else if row.Version > was.Version {
				newest[p] = row
			}
			r.produce(rollupRecord(&row))
			if rng.IntN(5) == 0 {
				r.produce(rollupRecord(&row))
			}
		}
	}
	r.caughtUp(l)
	totals := map[schemas.Cell]schemas.RollupRow{}
	for p, row := range newest {
		p.cell.Epoch = 0
		sum := totals[p.cell]
		sum.Cell = p.cell
		sum.Count += row.Count
		sum.Value = sum.Value.AddSum(row.Value)
		a, b := &sum.Funnel, &row.Funnel
		*a = schemas.Funnel{Clicks: a.Clicks + b.Clicks, Orders: a.Orders + b.Orders, Shipments: a.Shipments + b.Shipments,
			Joined: a.Joined + b.Joined, Waiting: a.Waiting + b.Waiting, Expired: a.Expired + b.Expired}
		totals[p.cell] = sum
	}
	for g, v := range views {
		var want []string
		for cell, row := range totals {
			if cell.Grain == g && (row.Count != 0 || row.Funnel != schemas.Funnel{}) {
				want = append(want, seen(&row))
			}
		}
		slices.Sort(want)
		got := rowsOf(t, r.conn, fmt.Sprintf("SELECT concat_ws(' ', %s) AS line FROM %s.%s ORDER BY line", v.columns, r.db, v.name))
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", v.name, got, want)
		}
	}
}

// Cells that were counted before there were epochs stay counted, also while several
// processes bring the tables up.
func TestCellsWithoutAnEpochAreBroughtUp(t *testing.T) {
	conn, db := database(t)
	all, err := tables.Migrations(tables.Target{Database: db})
	must(t, err)
	must(t, conn.Exec(t.Context(), "CREATE DATABASE IF NOT EXISTS "+db))
	for _, m := range all[:firstRelease] {
		for _, s := range m.Statements {
			must(t, conn.Exec(t.Context(), s))
		}
	}
	insert := func(epoch string, version, count int) {
		t.Helper()
		columns := "hour, seller_id, site_host, reason, layout, `partition`, version, count"
		values := fmt.Sprintf("'2026-07-02 12:00:00', 's', 'h', 'R', 4, 3, %d, %d", version, count)
		if epoch != "" {
			columns, values = columns+", epoch", values+", "+epoch
		}
		must(t, conn.Exec(t.Context(), fmt.Sprintf("INSERT INTO %s.rollup_hour_reason (%s) VALUES (%s)", db, columns, values)))
	}
	insert("", 1, 5)
	insert("", 2, 7)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if _, err := land.Migrate(t.Context(), conn, db, land.MigrateOptions{}); err != nil {
				t.Error(err)
			}
		})
	}
	for i := range 20 { // by a lander of the release before
		insert("", 3+i, 8+i)
	}
	wg.Wait()
	insert("20636", 30, 100)
	insert("20636", 31, 101)
	insert("0", 32, 20)
	if got, want := rowsOf(t, conn, "SELECT concat_ws(' ', seller_id, reason, toString(decisions)) FROM "+db+".v_hour_reason"), []string{"s R 121"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	must(t, conn.Exec(t.Context(), "OPTIMIZE TABLE "+db+".rollup_hour_reason FINAL"))
	got := rowsOf(t, conn, "SELECT concat_ws(' ', toString(epoch), toString(version), toString(count)) FROM "+db+".rollup_hour_reason ORDER BY epoch")
	if want := []string{"0 32 20", "20636 31 101"}; !slices.Equal(got, want) {
		t.Errorf("merged: %q, want %q", got, want)
	}
	for _, table := range []string{"rollup_minute_route", "rollup_hour_reason"} {
		if key := rowsOf(t, conn, "SELECT sorting_key FROM system.tables WHERE database = '"+db+"' AND name = '"+table+"'"); !strings.HasSuffix(key[0], ", partition, epoch") {
			t.Errorf("%s is sorted by %s", table, key[0])
		}
	}
}
