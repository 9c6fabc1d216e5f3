-- title: Routes by count and declared value
-- question: How many shipments go which way, and what are they worth in each currency?
-- note: Values of several currencies are never added. A shipment without a declared value counts with 0.
-- param: from time = now-30d; start of the span of event_time, cut to the minute
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    currency, route,
    sum(decisions) AS shipments,
    sum(v_minute_route_parts.value) AS declared_value,
    round(100 * shipments / sum(shipments) OVER (PARTITION BY currency), 1) AS percent_of_currency
FROM v_minute_route_parts
WHERE minute >= {from:DateTime64(3, 'UTC')} AND minute < {to:DateTime64(3, 'UTC')}
GROUP BY currency, route
ORDER BY currency, route
LIMIT {limit:UInt32}
