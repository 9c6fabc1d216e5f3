-- title: Roll-ups against raw decisions
-- question: Does every roll-up cell hold what the decisions that stand say?
-- note: differing is 0 but for rows that are on their way. All decisions of the days asked for are read; clearlane rebuild compares further, and tells the two apart.
-- param: from date = today; first day
-- param: to date = today+1d; day after the last
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT grain, sum(v_rollup_check.cells) AS cells, sum(v_rollup_check.differing) AS differing, sum(decisions_held) AS held, sum(decisions_due) AS due
FROM v_rollup_check
WHERE day >= {from:Date32} AND day < {to:Date32}
GROUP BY grain
ORDER BY grain
LIMIT {limit:UInt32}
