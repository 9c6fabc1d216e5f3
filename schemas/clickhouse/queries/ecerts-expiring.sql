-- title: e-Certs that expire soon
-- question: Which e-Certs behind current claims end within some days, and how many shipments rest on them?
-- param: on date = today; first day looked at
-- param: days number(1..3660) = 30; how many days from it on
-- param: limit number(1..100000) = 100; most rows
-- example: on=2026-11-01 days=60 limit=8
SELECT
    ecert_id, ecert_platform AS platform, ecert_valid_to AS valid_to,
    dateDiff('day', {on:Date32}, ecert_valid_to) AS days_left,
    min(seller_id) AS seller, count() AS shipments
FROM v_decisions
WHERE ecert_id != '' AND ecert_status = 'VERIFIED' AND preference_status != 'NOT_CLAIMED'
  AND ecert_valid_to >= {on:Date32} AND ecert_valid_to < {on:Date32} + {days:UInt32}
GROUP BY ecert_id, ecert_platform, ecert_valid_to
ORDER BY valid_to, ecert_id, platform
LIMIT {limit:UInt32}
