-- title: Suppressed decisions that are about to end
-- question: Which shipments were let go by a disposition that ends within some days?
-- note: A suppression is judged at the date of the case: one that ends does not by itself change a decision.
-- param: on date = today; first day looked at
-- param: days number(1..3660) = 14; how many days from it on
-- param: limit number(1..100000) = 100; most rows
-- example: on=2026-10-01 days=40
SELECT
    suppressed_until AS until, suppressed_code AS disposition, suppressed_route AS route_by_reasons,
    order_key, shipment_id, port, seller_id, score
FROM v_decisions
WHERE suppressed_code != '' AND suppressed_until >= {on:Date32} AND suppressed_until < {on:Date32} + {days:UInt32}
ORDER BY until, order_key, shipment_id
LIMIT {limit:UInt32}
