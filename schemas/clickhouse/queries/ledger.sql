-- title: What became of every record
-- question: How many records of each topic were read, what became of them, and how many were published?
-- note: Of an input topic every record read is counted once, under one outcome. Of an output topic the outcome is published. Days are those of the records' Kafka timestamps.
-- param: from date = today-30d; first day
-- param: to date = today+1d; day after the last
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-06 to=2026-10-08
SELECT topic, outcome, sum(v_ledger.records) AS records, min(day) AS first_day, max(day) AS last_day
FROM v_ledger
WHERE day >= {from:Date32} AND day < {to:Date32}
GROUP BY topic, outcome
ORDER BY topic, outcome
LIMIT {limit:UInt32}
