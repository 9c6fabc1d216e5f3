-- title: Decisions overridden by dispositions
-- question: How many shipments does an officer's disposition hold back from where their reasons lead?
-- note: The reasons stay with the decision; only its route is taken from the disposition, until its last day.
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    suppressed_code AS disposition, suppressed_route AS route_by_reasons, route,
    currency, count() AS shipments, sum(v_decisions.declared_value) AS declared_value,
    min(suppressed_until) AS first_end, max(suppressed_until) AS last_end
FROM v_decisions
WHERE suppressed_code != ''
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY suppressed_code, suppressed_route, route, currency
ORDER BY shipments DESC, disposition, route_by_reasons, route, currency
LIMIT {limit:UInt32}
