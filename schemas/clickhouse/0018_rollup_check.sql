-- Each roll-up against the decisions that stand, by day of event_time: differing is 0, but for
-- rows that are on their way. Ask for few days: all decisions of them are read. What looks
-- further, and tells rows on their way from faults, is clearlane rebuild.
CREATE VIEW IF NOT EXISTS {{.DB}}.v_rollup_check{{.OnCluster}}
AS SELECT grain, day, toInt64(count()) AS cells, toInt64(countIf(held != due OR held_value != due_value)) AS differing, sum(held) AS decisions_held, sum(due) AS decisions_due
FROM (
    SELECT 'minute_route' AS grain, toDate32(at) AS day, at, cell, sum(h) AS held, sum(n) AS due, sum(hv) AS held_value, sum(nv) AS due_value
    FROM (
        SELECT toDateTime64(v.minute, 3, 'UTC') AS at, [toString(v.port), toString(v.route), toString(v.preference_status), toString(v.currency)] AS cell, toInt64(v.decisions) AS h, toInt64(0) AS n, toDecimal128(v.value, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_minute_route AS v
        UNION ALL
        SELECT toDateTime64(fromUnixTimestamp64Milli(toUnixTimestamp64Milli(d.event_time) - positiveModulo(toUnixTimestamp64Milli(d.event_time), 60000), 'UTC'), 3, 'UTC') AS at, [toString(d.port), toString(d.route), toString(d.preference_status), toString(d.currency)] AS cell, toInt64(0) AS h, toInt64(count()) AS n, toDecimal128(0, 4) AS hv, sum(toDecimal128(ifNull(d.declared_value, 0), 4)) AS nv FROM {{.DB}}.v_decisions AS d GROUP BY at, cell
    )
    GROUP BY at, cell
    UNION ALL
    SELECT 'hour_reason' AS grain, toDate32(at) AS day, at, cell, sum(h) AS held, sum(n) AS due, sum(hv) AS held_value, sum(nv) AS due_value
    FROM (
        SELECT toDateTime64(v.hour, 3, 'UTC') AS at, [toString(v.seller_id), toString(v.site_host), toString(v.reason)] AS cell, toInt64(v.decisions) AS h, toInt64(0) AS n, toDecimal128(0, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_hour_reason AS v
        UNION ALL
        SELECT toDateTime64(fromUnixTimestamp64Milli(toUnixTimestamp64Milli(d.event_time) - positiveModulo(toUnixTimestamp64Milli(d.event_time), 3600000), 'UTC'), 3, 'UTC') AS at, [toString(d.seller_id), toString(d.site_host), toString(reason)] AS cell, toInt64(0) AS h, toInt64(count()) AS n, toDecimal128(0, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_decisions AS d ARRAY JOIN arrayDistinct(d.`reasons.code`) AS reason GROUP BY at, cell
    )
    GROUP BY at, cell
    UNION ALL
    SELECT 'day_origin' AS grain, toDate32(at) AS day, at, cell, sum(h) AS held, sum(n) AS due, sum(hv) AS held_value, sum(nv) AS due_value
    FROM (
        SELECT toDateTime64(v.day, 3, 'UTC') AS at, [toString(v.origin_country), toString(v.hs_chapter), toString(v.route), toString(v.currency)] AS cell, toInt64(v.decisions) AS h, toInt64(0) AS n, toDecimal128(v.value, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_day_origin AS v
        UNION ALL
        SELECT toDateTime64(toDate32(d.event_time), 3, 'UTC') AS at, [toString(d.origin_country), toString(d.hs_chapter), toString(d.route), toString(d.currency)] AS cell, toInt64(0) AS h, toInt64(count()) AS n, toDecimal128(0, 4) AS hv, sum(toDecimal128(ifNull(d.declared_value, 0), 4)) AS nv FROM {{.DB}}.v_decisions AS d GROUP BY at, cell
    )
    GROUP BY at, cell
    UNION ALL
    SELECT 'hour_label' AS grain, toDate32(at) AS day, at, cell, sum(h) AS held, sum(n) AS due, sum(hv) AS held_value, sum(nv) AS due_value
    FROM (
        SELECT toDateTime64(v.hour, 3, 'UTC') AS at, [toString(v.channel_group), toString(v.platform), toString(v.label_class), toString(v.currency)] AS cell, toInt64(v.decisions) AS h, toInt64(0) AS n, toDecimal128(v.value, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_hour_label AS v
        UNION ALL
        SELECT toDateTime64(fromUnixTimestamp64Milli(toUnixTimestamp64Milli(d.event_time) - positiveModulo(toUnixTimestamp64Milli(d.event_time), 3600000), 'UTC'), 3, 'UTC') AS at, [toString(d.channel_group), toString(d.platform), toString(d.label_class), toString(d.currency)] AS cell, toInt64(0) AS h, toInt64(count()) AS n, toDecimal128(0, 4) AS hv, sum(toDecimal128(ifNull(d.declared_value, 0), 4)) AS nv FROM {{.DB}}.v_decisions AS d GROUP BY at, cell
    )
    GROUP BY at, cell
    UNION ALL
    SELECT 'day_campaign' AS grain, toDate32(at) AS day, at, cell, sum(h) AS held, sum(n) AS due, sum(hv) AS held_value, sum(nv) AS due_value
    FROM (
        SELECT toDateTime64(v.day, 3, 'UTC') AS at, [toString(v.ad_network), toString(v.campaign), toString(v.label_class), toString(v.route)] AS cell, toInt64(v.decisions) AS h, toInt64(0) AS n, toDecimal128(0, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_day_campaign AS v
        UNION ALL
        SELECT toDateTime64(toDate32(d.event_time), 3, 'UTC') AS at, [toString(d.ad_network), toString(d.campaign), toString(d.label_class), toString(d.route)] AS cell, toInt64(0) AS h, toInt64(count()) AS n, toDecimal128(0, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_decisions AS d GROUP BY at, cell
    )
    GROUP BY at, cell
    UNION ALL
    SELECT 'day_seller' AS grain, toDate32(at) AS day, at, cell, sum(h) AS held, sum(n) AS due, sum(hv) AS held_value, sum(nv) AS due_value
    FROM (
        SELECT toDateTime64(v.day, 3, 'UTC') AS at, [toString(v.seller_id), toString(v.site_host), toString(v.route), toString(v.currency)] AS cell, toInt64(v.decisions) AS h, toInt64(0) AS n, toDecimal128(v.value, 4) AS hv, toDecimal128(0, 4) AS nv FROM {{.DB}}.v_day_seller AS v
        UNION ALL
        SELECT toDateTime64(toDate32(d.event_time), 3, 'UTC') AS at, [toString(d.seller_id), toString(d.site_host), toString(d.route), toString(d.currency)] AS cell, toInt64(0) AS h, toInt64(count()) AS n, toDecimal128(0, 4) AS hv, sum(toDecimal128(ifNull(d.declared_value, 0), 4)) AS nv FROM {{.DB}}.v_decisions AS d GROUP BY at, cell
    )
    GROUP BY at, cell
)
GROUP BY grain, day
COMMENT 'Cells of each roll-up by day, and how many differ from the decisions that stand: 0, but for rows on their way';
