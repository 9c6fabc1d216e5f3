-- title: Shadow differences by route
-- question: Where would shipments go by the shadow policy pack that now go elsewhere?
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    shadow_pack_version AS shadow_pack, live_route, shadow_route, currency,
    count() AS subjects, sum(v_shadow_differences.declared_value) AS declared_value
FROM v_shadow_differences
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY shadow_pack_version, live_route, shadow_route, currency
ORDER BY subjects DESC, shadow_pack, live_route, shadow_route, currency
LIMIT {limit:UInt32}
