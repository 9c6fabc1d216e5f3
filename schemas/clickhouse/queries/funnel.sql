-- title: From clicks to joined shipments
-- question: How far have orders come, day by day, and how many shipments wait for their order or click?
-- note: shipments = joined + waiting + expired. Expired is what was still waiting when its order was forgotten.
-- param: from time = now-30d; start of the span of the orders' event_time, cut to the hour
-- param: to time = now; end of it, itself not in it
-- param: channel code(ANY|B2B|B2C) = ANY; only orders of this channel
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    toDate(hour) AS day,
    sum(v_funnel_parts.clicks) AS clicks, sum(v_funnel_parts.orders) AS orders, sum(v_funnel_parts.shipments) AS shipments,
    sum(v_funnel_parts.joined) AS joined, sum(v_funnel_parts.waiting) AS waiting, sum(v_funnel_parts.expired) AS expired
FROM v_funnel_parts
WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')}
  AND ({channel:String} = 'ANY' OR channel = {channel:String})
GROUP BY day
ORDER BY day
LIMIT {limit:UInt32}
