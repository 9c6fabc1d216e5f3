-- title: One shipment's decisions, and what changed
-- question: Which versions has the decision about a shipment had, and what did each change?
-- note: A reason is named with its severity, which depends on port and date too. `+` is a reason that the version before did not have, `-` one that only that had.
-- param: order_key text required; key of the order in the event topics
-- param: shipment_id text = ; only this shipment, empty: all of the order
-- param: limit number(1..100000) = 100; most rows
-- example: order_key=ord-000000527-d184
SELECT
    shipment_id, version, decided_at, route, score, preference_status AS preference,
    arrayConcat(
        if(route_before IN ('', toString(route)), [], [concat('route was ', route_before)]),
        if(preference_before IN ('', toString(preference)), [], [concat('preference was ', preference_before)]),
        arrayMap(r -> concat('+', r), arraySort(arrayFilter(r -> NOT has(reasons_before, r), found))),
        arrayMap(r -> concat('-', r), arraySort(arrayFilter(r -> NOT has(found, r), reasons_before)))
    ) AS changes
FROM (
    SELECT
        shipment_id, version, decided_at, route, score, preference_status,
        arrayDistinct(arrayMap((code, severity) -> concat(code, ' ', severity), reasons.code, reasons.severity)) AS found,
        lagInFrame(found) OVER versions AS reasons_before,
        lagInFrame(toString(route)) OVER versions AS route_before,
        lagInFrame(toString(preference_status)) OVER versions AS preference_before
    FROM v_decision_history
    WHERE order_key = {order_key:String} AND ({shipment_id:String} = '' OR shipment_id = {shipment_id:String})
    WINDOW versions AS (PARTITION BY shipment_id ORDER BY version)
)
ORDER BY shipment_id, version
LIMIT {limit:UInt32}
