-- title: The decisions of an order
-- question: Where does each shipment of an order go now, and why?
-- param: order_key text required; key of the order in the event topics
-- param: limit number(1..100000) = 100; most rows
-- example: order_key=ord-000000527-d184
SELECT
    shipment_id, route, score, preference_status AS preference, complete, missing, cancelled,
    suppressed_code AS suppressed_by, port, currency, declared_value,
    arraySort(arrayDistinct(reasons.code)) AS reasons,
    decided_at
FROM v_decisions
WHERE decision_id GLOBAL IN (SELECT decision_id FROM decisions WHERE order_key = {order_key:String})
ORDER BY shipment_id
LIMIT {limit:UInt32}
