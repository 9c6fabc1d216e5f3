-- title: Advertising networks by label class
-- question: How true are the traffic labels of the clicks of each advertising network?
-- note: An empty network is one that the labels do not name; class none is a shipment without a click.
-- param: from date = today-30d; first day
-- param: to date = today+1d; day after the last
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    ad_network, label_class,
    sum(decisions) AS shipments,
    round(100 * shipments / sum(shipments) OVER (PARTITION BY ad_network), 1) AS percent_of_network,
    sumIf(decisions, route = 'HIGH_RISK_CONTROL') AS held
FROM v_day_campaign_parts
WHERE day >= {from:Date32} AND day < {to:Date32}
GROUP BY ad_network, label_class
ORDER BY ad_network, label_class
LIMIT {limit:UInt32}
