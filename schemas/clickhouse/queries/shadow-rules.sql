-- title: Shadow differences by reason
-- question: Which reasons does only one of the two policy packs find, and how often does that change a route?
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    only.2 AS reason, only.1 AS found_by,
    count() AS subjects,
    countIf(live_route != shadow_route) AS route_changes,
    countIf(live_route = 'HIGH_RISK_CONTROL' AND shadow_route != 'HIGH_RISK_CONTROL') AS let_go,
    countIf(live_route != 'HIGH_RISK_CONTROL' AND shadow_route = 'HIGH_RISK_CONTROL') AS newly_held
FROM v_shadow_differences
ARRAY JOIN arrayConcat(arrayMap(c -> ('live', toString(c)), live_only), arrayMap(c -> ('shadow', toString(c)), shadow_only)) AS only
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY only
ORDER BY subjects DESC, reason, found_by
LIMIT {limit:UInt32}
