-- title: Delay from input to decision, by hour
-- question: How long after its newest record was a version decided?
-- note: decided_at less input_time, the Kafka timestamp of the newest record used, in milliseconds. Quantiles are exact, the smallest delay that so many do not exceed; versions by a sweep over reference data count too.
-- param: from time = now-1d; start of the span of decided_at
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-06 to=2026-10-07 limit=8
SELECT
    toStartOfHour(decided_at) AS hour,
    count() AS versions,
    quantileExactLow(0.5)(ms) AS p50_ms, quantileExact(0.95)(ms) AS p95_ms, quantileExact(0.99)(ms) AS p99_ms, max(ms) AS most_ms
FROM (
    SELECT decided_at, dateDiff('millisecond', input_time, decided_at) AS ms
    FROM v_decision_history
    WHERE decided_at >= {from:DateTime64(3, 'UTC')} AND decided_at < {to:DateTime64(3, 'UTC')}
)
GROUP BY hour
ORDER BY hour
LIMIT {limit:UInt32}
