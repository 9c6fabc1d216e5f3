package audit

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/clearlane/clearlane/pipeline/oracle/naive"
	"github.com/clearlane/clearlane/schemas"
)

// CheckClickHouse holds the tables against the topics that they are landed from, and the
// roll-up views against what the inputs add up to. Everything has to have landed.
func (o *Outputs) CheckClickHouse(ctx context.Context, conn driver.Conn, database string, x *naive.Expected) (*Findings, error) {
	t := &tables{ctx: ctx, conn: conn, database: database}
	for _, c := range []struct {
		what    string
		query   string
		columns []string
		want    map[string][]string
	}{
		{"v_decision_history", "SELECT decision_id, toString(version), " + decisionSelect + " FROM %s.v_decision_history", decisionColumns, versions(o.decisions, false)},
		{"v_decisions", "SELECT decision_id, '', toString(version), shipment_id, " + decisionSelect + " FROM %s.v_decisions", append([]string{"version", "shipment_id"}, decisionColumns...), versions(o.decisions, true)},
		{"pre_reviews", "SELECT decision_id, toString(version), " + verdictSelect + " FROM %s.pre_reviews FINAL", verdictColumns, versions(o.preReviews, false)},
		{"v_pre_reviews", "SELECT decision_id, '', toString(version), '', " + verdictSelect + " FROM %s.v_pre_reviews", append([]string{"version", "shipment_id"}, verdictColumns...), versions(o.preReviews, true)},
		{"v_minute_route", "SELECT concat_ws('/', toString(toUnixTimestamp64Milli(minute)), port, route, preference_status, currency), '', toString(decisions), toString(toInt128(value * 10000)) FROM %s.v_minute_route", []string{"decisions", "value"}, sums(x, schemas.GrainMinuteRoute)},
		{"v_hour_reason", "SELECT concat_ws('/', toString(toUnixTimestamp64Milli(hour)), seller_id, site_host, reason), '', toString(decisions), '0' FROM %s.v_hour_reason", []string{"decisions", "value"}, sums(x, schemas.GrainHourReason)},
		{"v_day_origin", "SELECT concat_ws('/', toString(day), origin_country, hs_chapter, route, currency), '', toString(decisions), toString(toInt128(value * 10000)) FROM %s.v_day_origin", []string{"decisions", "value"}, sums(x, schemas.GrainDayOrigin)},
		{"v_hour_label", "SELECT concat_ws('/', toString(toUnixTimestamp64Milli(hour)), channel_group, platform, label_class, currency), '', toString(decisions), toString(toInt128(value * 10000)) FROM %s.v_hour_label", []string{"decisions", "value"}, sums(x, schemas.GrainHourLabel)},
		{"v_day_campaign", "SELECT concat_ws('/', toString(day), ad_network, campaign, label_class, route), '', toString(decisions), '0' FROM %s.v_day_campaign", []string{"decisions", "value"}, sums(x, schemas.GrainDayCampaign)},
		{"v_day_seller", "SELECT concat_ws('/', toString(day), seller_id, site_host, route, currency), '', toString(decisions), toString(toInt128(value * 10000)) FROM %s.v_day_seller", []string{"decisions", "value"}, sums(x, schemas.GrainDaySeller)},
		{"v_funnel", funnelSelect, funnelColumns, funnelRows(x)},
		{"v_ledger", ledgerSelect, ledgerColumns, o.ledgerRows()},
		{"v_dead_letters", "SELECT concat_ws('/', topic, toString(partition), toString(offset)), '', code, field FROM %s.v_dead_letters", []string{"code", "field"}, letters(x)},
		{"v_shadow_differences", toldSelect, toldColumns, tolds(o.standingTold())},
	} {
		if err := t.check(c.what, c.query, c.columns, c.want); err != nil {
			return nil, fmt.Errorf("%s: %w", c.what, err)
		}
	}
	return &t.Findings, nil
}

// tables asks a database, every column as text.
type tables struct {
	Findings
	ctx      context.Context
	conn     driver.Conn
	database string
}

// check holds the rows of a query against those wanted. The first two columns of a row
// are its key.
func (t *tables) check(what, query string, columns []string, want map[string][]string) error {
	rows, err := t.conn.Query(t.ctx, fmt.Sprintf(query, "`"+t.database+"`"))
	if err != nil {
		return err
	}
	defer rows.Close()
	texts := make([]string, 2+len(columns))
	into := make([]any, len(texts))
	for i := range texts {
		into[i] = &texts[i]
	}
	seen := map[string]bool{}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		key := strings.TrimSuffix(texts[0]+"/"+texts[1], "/")
		w, known := want[key]
		switch {
		case seen[key]:
			t.add(Duplicate, "ClickHouse %s: %s again", what, key)
		case !known:
			t.add(Wrong, "ClickHouse %s: %s, of which the topics say nothing", what, key)
		default:
			for i, column := range columns {
				if got := texts[2+i]; got != w[i] {
					t.add(Wrong, "ClickHouse %s: %s: %s is %q, not %q", what, key, column, got, w[i])
				}
			}
		}
		seen[key] = true
	}
	for key := range want {
		if !seen[key] {
			t.add(Missing, "ClickHouse %s: %s", what, key)
		}
	}
	return rows.Err()
}

// The members of a verdict that are compared, beside its hash, which covers them all.
var verdictColumns = []string{"order_key", "verdict_hash", "supersedes", "route", "score", "preference_status", "complete", "cancelled",
	"port", "currency", "declared_value", "event_time", "reasons"}

const verdictSelect = `order_key, toString(verdict_hash), toString(supersedes), route, toString(score), preference_status, toString(complete), toString(cancelled),
	port, currency, ifNull(toString(toInt64(declared_value * 10000)), ''), toString(toUnixTimestamp64Milli(event_time)), arrayStringConcat(reasons.code, ' ')`

// What only decisions have: the suppression.
var decisionColumns = append(slices.Clone(verdictColumns), "suppressed")

const decisionSelect = verdictSelect + `, if(suppressed_code = '', '', concat_ws(' ', suppressed_code, toString(suppressed_until), suppressed_route))`

// versions are the rows of the versions in a topic, or of the last one of each subject.
func versions(all []published, newest bool) map[string][]string {
	rows := map[string][]string{}
	for i := range all {
		p := &all[i]
		v := p.verdict
		d := &v.Dimensions
		value := ""
		if d.DeclaredValue.Set {
			value = strconv.FormatInt(d.DeclaredValue.E4, 10)
		}
		columns := []string{p.subject.OrderKey, strconv.FormatUint(p.hash, 10), strconv.FormatUint(p.supersedes, 10), v.Route.String(),
			strconv.Itoa(int(v.Score)), v.PreferenceStatus.String(), strconv.FormatBool(v.Complete), strconv.FormatBool(v.Cancelled),
			d.Port, d.Currency, value, strconv.FormatInt(int64(d.EventTime), 10), strings.Join(codesOf(v), " ")}
		id := schemas.MakeDecisionID(p.subject.OrderKey, p.subject.ShipmentID)
		if p.decision == nil {
			id = schemas.MakePreReviewID(p.subject.OrderKey)
		} else if x := v.Suppressed; x.Code != "" {
			columns = append(columns, x.Code+" "+x.Until.String()+" "+x.Route.String())
		} else {
			columns = append(columns, "")
		}
		version := strconv.FormatUint(p.version, 10)
		if newest {
			rows[id.String()] = append([]string{version, p.subject.ShipmentID}, columns...)
		} else {
			rows[id.String()+"/"+version] = columns
		}
	}
	return rows
}

// sums are the cells of a grain, added up over the partitions.
func sums(x *naive.Expected, grain schemas.Grain) map[string][]string {
	total := map[string]naive.Total{}
	for k, n := range x.Cells {
		if k.Grain != grain {
			continue
		}
		name := strings.Join(columnsOf(&k.Cell), "/")
		total[name] = total[name].Add(n)
	}
	rows := map[string][]string{}
	for key, n := range total {
		rows[key] = []string{strconv.FormatInt(n.Count, 10), n.Value}
	}
	return rows
}

// columnsOf is the key of a cell's row as its view shows it.
func columnsOf(c *schemas.Cell) []string {
	ms, day, route := strconv.FormatInt(int64(c.Time), 10), schemas.Date(c.Time/86_400_000).String(), c.Route.String()
	switch c.Grain {
	case schemas.GrainMinuteRoute:
		return []string{ms, c.Port, route, c.PreferenceStatus.String(), c.Currency}
	case schemas.GrainHourReason:
		return []string{ms, c.SellerID, c.SiteHost, c.Reason}
	case schemas.GrainDayOrigin:
		return []string{day, c.OriginCountry, c.HSChapter, route, c.Currency}
	case schemas.GrainHourLabel:
		return []string{ms, c.ChannelGroup, c.Platform, c.LabelClass, c.Currency}
	case schemas.GrainDayCampaign:
		return []string{day, c.AdNetwork, c.Campaign, c.LabelClass, route}
	default: // GrainDaySeller
		return []string{day, c.SellerID, c.SiteHost, route, c.Currency}
	}
}

func letters(x *naive.Expected) map[string][]string {
	rows := map[string][]string{}
	for at, l := range x.Letters {
		rows[fmt.Sprintf("%s/%d/%d", at.Topic, at.Partition, at.Offset)] = []string{l.Code, l.Field}
	}
	return rows
}
