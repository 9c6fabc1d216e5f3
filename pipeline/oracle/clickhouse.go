package oracle

import (
	"context"
	"fmt"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/shopspring/decimal"

	"github.com/clearlane/clearlane/pipeline/gen"
	"github.com/clearlane/clearlane/schemas"
)

// CompareClickHouse asks the views that analysts use for the numbers that are known.
func CompareClickHouse(ctx context.Context, conn driver.Conn, database string, total *gen.Totals) (*Report, error) {
	r := &Report{}
	c := counter{ctx: ctx, conn: conn, database: database}
	const where = "ClickHouse"
	r.line(where, "v_decisions rows", total.Shipments, c.count("SELECT count() FROM %s.v_decisions"))
	for _, route := range []schemas.Route{schemas.RouteRelease, schemas.RouteDocumentReview, schemas.RouteHighRisk} {
		r.line(where, "v_decisions "+route.String(), total.Routes[route], c.count("SELECT count() FROM %s.v_decisions WHERE route = ?", route.String()))
	}
	r.line(where, "v_decisions incomplete", total.Incomplete, c.count("SELECT count() FROM %s.v_decisions WHERE NOT complete"))
	r.line(where, "v_pre_reviews rows", total.PreReviews, c.count("SELECT count() FROM %s.v_pre_reviews"))
	r.line(where, "v_dead_letters rows", total.Bad, c.count("SELECT count() FROM %s.v_dead_letters"))
	r.line(where, "v_minute_route decisions", total.Shipments, c.count("SELECT toUInt64(sum(decisions)) FROM %s.v_minute_route"))
	wrong, err := c.cells(total)
	if err != nil {
		return nil, err
	}
	r.line(where, "v_minute_route cells wrong", 0, wrong)
	// Of the other cells nothing is planted: they are held against the decisions themselves.
	for _, v := range [...]struct{ view, by string }{
		{"v_day_origin", "toDate32(event_time), origin_country, hs_chapter, route, currency"},
		{"v_hour_label", "toStartOfHour(event_time), channel_group, platform, label_class, currency"},
		{"v_day_campaign", "toDate32(event_time), ad_network, campaign, label_class, route"},
		{"v_day_seller", "toDate32(event_time), seller_id, site_host, route, currency"},
	} {
		r.line(where, v.view+" decisions", total.Shipments, c.count("SELECT toUInt64(sum(decisions)) FROM %s."+v.view))
		r.line(where, v.view+" cells", c.count("SELECT count() FROM (SELECT 1 FROM %s.v_decisions GROUP BY "+v.by+")"), c.count("SELECT count() FROM %s."+v.view))
	}
	reasons := 0
	for _, n := range total.Reasons {
		reasons += n
	}
	r.line(where, "v_hour_reason decisions", reasons, c.count(
		"SELECT toUInt64(sum(decisions)) FROM %[1]s.v_hour_reason WHERE reason IN (SELECT DISTINCT code FROM %[1]s.v_decision_reasons WHERE severity != 'INFO')"))
	c.flow(r, total)
	return r, c.err
}

type counter struct {
	ctx      context.Context
	conn     driver.Conn
	database string
	err      error
}

func (c *counter) count(query string, args ...any) int {
	if c.err != nil {
		return -1
	}
	var n uint64
	query = fmt.Sprintf(query, "`"+c.database+"`")
	if err := c.conn.QueryRow(c.ctx, query, args...).Scan(&n); err != nil {
		c.err = fmt.Errorf("%s: %w", query, err)
		return -1
	}
	return int(n)
}

// cells is how many cells of the minute roll-up, times added up, hold another count or
// value than what was planted.
func (c *counter) cells(total *gen.Totals) (wrong int, err error) {
	if c.err != nil {
		return 0, c.err
	}
	query := fmt.Sprintf("SELECT port, route, preference_status, currency, toInt64(sum(decisions)), sum(value) FROM `%s`.v_minute_route GROUP BY ALL", c.database)
	rows, err := c.conn.Query(c.ctx, query)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", query, err)
	}
	defer rows.Close()
	found := map[gen.Cell]bool{}
	for rows.Next() {
		var port, route, status, currency string
		var count int64
		var value decimal.Decimal
		if err := rows.Scan(&port, &route, &status, &currency, &count, &value); err != nil {
			return 0, fmt.Errorf("%s: %w", query, err)
		}
		for k, want := range total.Cells {
			if k.Port == port && k.Route.String() == route && k.Status.String() == status && k.Currency == currency {
				if int64(want.Count) == count && value.Equal(decimal.New(want.ValueE4, -4)) {
					found[k] = true
				}
			}
		}
	}
	return len(total.Cells) - len(found), rows.Err()
}
