-- title: Campaigns with false traffic labels
-- question: Which campaigns bring orders whose traffic labels are certainly or likely false?
-- param: from date = today-30d; first day
-- param: to date = today+1d; day after the last
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-08-01 to=2026-11-01 limit=8
SELECT
    ad_network, campaign,
    sumIf(decisions, label_class = 'certain') AS certain,
    sumIf(decisions, label_class = 'likely') AS likely,
    sum(decisions) AS shipments,
    sumIf(decisions, route = 'HIGH_RISK_CONTROL') AS held
FROM v_day_campaign_parts
WHERE campaign != '' AND day >= {from:Date32} AND day < {to:Date32}
GROUP BY ad_network, campaign
HAVING certain + likely > 0
ORDER BY certain + likely DESC, certain DESC, ad_network, campaign
LIMIT {limit:UInt32}
