-- title: High-risk shipments by port and day
-- question: Which ports hold how many shipments in high-risk control, and what share of theirs is that, day by day?
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: port text = ; only this port of entry (Schedule D), empty: all
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=8
SELECT
    toDate(minute) AS day, port,
    sumIf(decisions, route = 'HIGH_RISK_CONTROL') AS held,
    sum(decisions) AS shipments,
    round(100 * held / shipments, 1) AS held_percent
FROM v_minute_route_parts
WHERE minute >= {from:DateTime64(3, 'UTC')} AND minute < {to:DateTime64(3, 'UTC')}
  AND ({port:String} = '' OR port = {port:String})
GROUP BY day, port
HAVING held > 0
ORDER BY held DESC, day, port
LIMIT {limit:UInt32}
