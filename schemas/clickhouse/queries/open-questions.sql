-- title: Questions that could not be answered
-- question: Which fields were not known when shipments were decided, and why?
-- note: What is not known is never a match and never a mismatch: such a rule has found nothing.
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=8
SELECT field, why, count() AS shipments
FROM v_decisions
ARRAY JOIN unknowns.field AS field, unknowns.why AS why
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY field, why
ORDER BY shipments DESC, field, why
LIMIT {limit:UInt32}
