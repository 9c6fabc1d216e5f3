-- title: Sellers with the highest share of high-risk shipments
-- question: Which sellers and sites have the highest share of shipments in high-risk control?
-- param: from date = today-30d; first day
-- param: to date = today+1d; day after the last
-- param: least number(1..1000000) = 10; only sellers with at least so many shipments
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 least=5 limit=8
SELECT
    seller_id, site_host,
    sumIf(decisions, route = 'HIGH_RISK_CONTROL') AS held,
    sum(decisions) AS shipments,
    round(100 * held / shipments, 1) AS held_percent
FROM v_day_seller_parts
WHERE day >= {from:Date32} AND day < {to:Date32}
GROUP BY seller_id, site_host
HAVING shipments >= {least:UInt32}
ORDER BY held / shipments DESC, shipments DESC, seller_id, site_host
LIMIT {limit:UInt32}
