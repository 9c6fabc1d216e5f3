package rebuild

import (
	"fmt"
	"strings"
)

// grain is one roll-up: its view, and how its cells follow from a decision.
type grain struct {
	name string // as --grain and v_rollup_check have it
	view string
	time string // column of the view
	cut  string // of a decision's event_time, as the time column has it
	// dims are columns of the view, and of a decision where they have the same name.
	dims    []string
	values  bool // it adds up declared values too
	reasons bool // a cell for each distinct code of the reasons
}

// cutTo cuts a time to a multiple of some milliseconds, also before 1970.
func cutTo(ms int) string {
	return fmt.Sprintf("fromUnixTimestamp64Milli(toUnixTimestamp64Milli(event_time) - positiveModulo(toUnixTimestamp64Milli(event_time), %d), 'UTC')", ms)
}

// grains are the roll-ups of decisions.
var grains = []grain{
	{name: "minute_route", view: "v_minute_route", time: "minute", cut: cutTo(60_000), dims: []string{"port", "route", "preference_status", "currency"}, values: true},
	{name: "hour_reason", view: "v_hour_reason", time: "hour", cut: cutTo(3_600_000), dims: []string{"seller_id", "site_host", "reason"}, reasons: true},
	{name: "day_origin", view: "v_day_origin", time: "day", cut: "toDate32(event_time)", dims: []string{"origin_country", "hs_chapter", "route", "currency"}, values: true},
	{name: "hour_label", view: "v_hour_label", time: "hour", cut: cutTo(3_600_000), dims: []string{"channel_group", "platform", "label_class", "currency"}, values: true},
	{name: "day_campaign", view: "v_day_campaign", time: "day", cut: "toDate32(event_time)", dims: []string{"ad_network", "campaign", "label_class", "route"}},
	{name: "day_seller", view: "v_day_seller", time: "day", cut: "toDate32(event_time)", dims: []string{"seller_id", "site_host", "route", "currency"}, values: true},
}

// Grains are the names of the roll-ups that can be worked out.
func Grains() []string {
	names := make([]string, len(grains))
	for i := range grains {
		names[i] = grains[i].name
	}
	return names
}

// standing are the decisions that count, with event_time in a day: of each life of a subject
// the newest version. An order that was forgotten and comes back begins another life, with a
// version that supersedes none; what its earlier one was counted as stays. The version behind
// may lie in another day, so it is looked for among all of the subject's. GLOBAL is for a
// cluster, where a subquery would else see one shard.
const standing = `(
        SELECT *%s FROM decisions
        WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
          AND (decision_id, version) GLOBAL IN (
            SELECT decision_id, version FROM (
                SELECT decision_id, version, leadInFrame(supersedes, 1, toUInt64(0)) OVER (
                    PARTITION BY decision_id ORDER BY version ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS next_supersedes
                FROM (
                    SELECT DISTINCT decision_id, version, supersedes FROM decisions
                    WHERE decision_id GLOBAL IN (
                        SELECT decision_id FROM decisions
                        WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')})))
            WHERE next_supersedes = 0)
        LIMIT 1 BY decision_id, version)`

// statement reads every cell of a day: its key as text, and both of what it holds and what
// it has to hold.
func (g *grain) statement() string {
	dims := strings.Join(g.dims, ", ")
	held, due, from := "toDecimal128(0, 4)", "toDecimal128(0, 4)", fmt.Sprintf(standing, "")
	if g.values {
		held, due = "toDecimal128(v.value, 4)", "sum(toDecimal128(ifNull(declared_value, 0), 4))"
	}
	if g.reasons {
		from = fmt.Sprintf(standing, ", arrayDistinct(reasons.code) AS codes") + " ARRAY JOIN codes AS reason"
	}
	begin, end := "{from:DateTime64(3, 'UTC')}", "{to:DateTime64(3, 'UTC')}"
	if g.time == "day" {
		begin, end = "toDate32("+begin+")", "toDate32("+end+")"
	}
	texts := make([]string, len(g.dims))
	for i, d := range g.dims {
		texts[i] = "toString(" + d + ")"
	}
	return fmt.Sprintf(`SELECT
    toString(at) AS cell_time, [%[1]s] AS cell,
    sum(held) AS held_count, sum(due) AS due_count, toString(sum(held_value)) AS held_sum, toString(sum(due_value)) AS due_sum
FROM (
    SELECT v.%[2]s AS at, %[3]s, toInt64(v.decisions) AS held, toInt64(0) AS due, %[4]s AS held_value, toDecimal128(0, 4) AS due_value
    FROM %[5]s AS v WHERE v.%[2]s >= %[6]s AND v.%[2]s < %[7]s
    UNION ALL
    SELECT %[8]s AS at, %[3]s, toInt64(0), toInt64(count()), toDecimal128(0, 4), %[9]s
    FROM %[10]s
    GROUP BY at, %[3]s
)
GROUP BY at, %[3]s`,
		strings.Join(texts, ", "), g.time, dims, held, g.view, begin, end, g.cut, due, from)
}
