-- title: Dead letters by code
-- question: Which records could not be used, why, and what is one of them?
-- param: from time = now-30d; start of the span of the records' Kafka timestamps
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=8
SELECT
    topic, code, field,
    count() AS letters,
    min(record_time) AS first, max(record_time) AS last,
    argMin(concat(toString(`partition`), '/', toString(offset)), (`partition`, offset)) AS example_at,
    argMin(reason, (`partition`, offset)) AS example_reason
FROM v_dead_letters
WHERE record_time >= {from:DateTime64(3, 'UTC')} AND record_time < {to:DateTime64(3, 'UTC')}
GROUP BY topic, code, field
ORDER BY letters DESC, topic, code, field
LIMIT {limit:UInt32}
