-- title: Origins and chapters by route and value
-- question: What comes from which country under which HS chapter, what is it worth, and how much of it is held?
-- param: from date = today-30d; first day
-- param: to date = today+1d; day after the last
-- param: country text = ; only this country of origin (ISO 3166-1 alpha-2), empty: all
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=8
SELECT
    origin_country, hs_chapter, currency,
    sum(decisions) AS shipments, sum(v_day_origin_parts.value) AS declared_value,
    sumIf(decisions, route = 'HIGH_RISK_CONTROL') AS held
FROM v_day_origin_parts
WHERE day >= {from:Date32} AND day < {to:Date32} AND ({country:String} = '' OR origin_country = {country:String})
GROUP BY origin_country, hs_chapter, currency
ORDER BY shipments DESC, origin_country, hs_chapter, currency
LIMIT {limit:UInt32}
