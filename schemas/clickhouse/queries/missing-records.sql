-- title: Incomplete shipments by what is missing
-- question: Which records have not arrived for how many shipments, and where do these go meanwhile?
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    arrayStringConcat(arraySort(missing), ' and ') AS missing_records, channel, route,
    count() AS shipments, min(event_time) AS oldest
FROM v_decisions
WHERE NOT complete
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY missing_records, channel, route
ORDER BY shipments DESC, missing_records, channel, route
LIMIT {limit:UInt32}
