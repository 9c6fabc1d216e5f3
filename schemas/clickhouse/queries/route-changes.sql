-- title: Decisions that changed their route
-- question: How often did a later version send a shipment another way, and how long after the version before?
-- note: A version that changed other things only is not counted.
-- param: from time = now-30d; start of the span of decided_at of the later version
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-12
SELECT
    was AS route_before, route AS route_after,
    count() AS changes,
    quantileExact(0.5)(dateDiff('second', was_at, decided_at)) AS median_seconds,
    max(dateDiff('second', was_at, decided_at)) AS most_seconds
FROM (
    SELECT decided_at, toString(route) AS route, supersedes,
        lagInFrame(toString(route)) OVER versions AS was, lagInFrame(decided_at) OVER versions AS was_at
    FROM v_decision_history
    WINDOW versions AS (PARTITION BY decision_id ORDER BY version)
)
WHERE supersedes != 0 AND was != '' AND was != route
  AND decided_at >= {from:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
GROUP BY was, route
ORDER BY changes DESC, route_before, route_after
LIMIT {limit:UInt32}
