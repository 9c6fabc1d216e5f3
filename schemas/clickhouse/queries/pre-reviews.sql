-- title: Claims before their shipments arrive
-- question: Where do the pre-reviews of orders that claim a preference stand, by state of the claim and route?
-- param: from time = now-30d; start of the span of the orders' event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    preference_status AS preference, route,
    count() AS orders, uniqExact(seller_id) AS sellers,
    arraySort(arrayDistinct(arrayFlatten(groupArray(reasons.code)))) AS reasons
FROM v_pre_reviews
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY preference_status, route
ORDER BY orders DESC, preference, route
LIMIT {limit:UInt32}
