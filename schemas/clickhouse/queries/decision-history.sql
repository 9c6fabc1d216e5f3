-- title: One shipment's decisions, and what changed
-- question: Which versions has the decision about a shipment had, and what did each change?
-- note: Without a shipment all shipments of the order are shown.
-- param: order_key text required; key of the order in the event topics
-- param: shipment_id text = ; only this shipment, empty: all of the order
-- param: limit number(1..100000) = 100; most rows
-- example: order_key=ord-000000527-d184
SELECT
    shipment_id, version, decided_at,
    lagInFrame(route) OVER versions AS route_before,
    route, score,
    lagInFrame(preference_status) OVER versions AS preference_before,
    preference_status AS preference,
    arraySort(arrayFilter(c -> NOT has(before, c), codes)) AS reasons_new,
    arraySort(arrayFilter(c -> NOT has(codes, c), before)) AS reasons_gone
FROM (
    SELECT *, arrayDistinct(reasons.code) AS codes,
        lagInFrame(codes) OVER (PARTITION BY shipment_id ORDER BY version) AS before
    FROM v_decision_history
    WHERE order_key = {order_key:String} AND ({shipment_id:String} = '' OR shipment_id = {shipment_id:String})
)
WINDOW versions AS (PARTITION BY shipment_id ORDER BY version)
ORDER BY shipment_id, version
LIMIT {limit:UInt32}
