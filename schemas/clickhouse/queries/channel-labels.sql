-- title: Channel groups by label class and value
-- question: Through which marketing channels do shipments with false traffic labels come, and what are they worth?
-- param: from time = now-30d; start of the span of event_time, cut to the hour
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=10
SELECT
    channel_group, label_class, currency,
    sum(decisions) AS shipments, sum(v_hour_label_parts.value) AS declared_value
FROM v_hour_label_parts
WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
GROUP BY channel_group, label_class, currency
ORDER BY channel_group, label_class, currency
LIMIT {limit:UInt32}
