-- Roll-ups of the decisions of one copy, as tasks of 12 partitions would have left them: a
-- cell of superseded versions alone stays, with count 0.
DROP TABLE IF EXISTS large.counted;

CREATE TABLE large.counted ENGINE = Memory AS
WITH event_time >= fromUnixTimestamp64Milli({start_ms:Int64} + {copy:Int64} * {slice_ms:Int64}, 'UTC')
    AND event_time < fromUnixTimestamp64Milli({start_ms:Int64} + ({copy:Int64} + 1) * {slice_ms:Int64}, 'UTC') AS of_copy
SELECT event_time, port, route, preference_status, currency, seller_id, site_host, origin_country, hs_chapter, channel_group, platform, label_class,
    ad_network, campaign, channel, arrayDistinct(`reasons.code`) AS codes, attributed_click != '' AS clicked, countEqual(`positions.topic`, 'ad-clicks') AS clicks,
    12 AS layout, `positions.partition`[1] AS `partition`, intDiv(version, 86400000) AS epoch, intDiv(version, 25) AS commit,
    toInt64((decision_id, version) NOT IN (SELECT decision_id, supersedes FROM large.decisions WHERE supersedes != 0 AND of_copy)) AS newest,
    toDecimal128(ifNull(declared_value, 0), 4) * newest AS amount
FROM large.decisions
WHERE of_copy;

INSERT INTO large.rollup_minute_route (minute, port, route, preference_status, currency, layout, `partition`, epoch, version, count, value)
SELECT toDateTime64(toStartOfMinute(event_time), 3, 'UTC') AS minute, port, route, preference_status, currency, layout, `partition`, epoch, max(commit), sum(newest), sum(amount)
FROM large.counted
GROUP BY minute, port, route, preference_status, currency, layout, `partition`, epoch;

INSERT INTO large.rollup_hour_reason (hour, seller_id, site_host, reason, layout, `partition`, epoch, version, count)
SELECT toDateTime64(toStartOfHour(event_time), 3, 'UTC') AS hour, seller_id, site_host, arrayJoin(codes) AS reason, layout, `partition`, epoch, max(commit), sum(newest)
FROM large.counted
GROUP BY hour, seller_id, site_host, reason, layout, `partition`, epoch;

INSERT INTO large.rollup_day_origin (day, origin_country, hs_chapter, route, currency, layout, `partition`, epoch, version, count, value)
SELECT toDate32(event_time) AS day, origin_country, hs_chapter, route, currency, layout, `partition`, epoch, max(commit), sum(newest), sum(amount)
FROM large.counted
GROUP BY day, origin_country, hs_chapter, route, currency, layout, `partition`, epoch;

INSERT INTO large.rollup_hour_label (hour, channel_group, platform, label_class, currency, layout, `partition`, epoch, version, count, value)
SELECT toDateTime64(toStartOfHour(event_time), 3, 'UTC') AS hour, channel_group, platform, label_class, currency, layout, `partition`, epoch, max(commit), sum(newest), sum(amount)
FROM large.counted
GROUP BY hour, channel_group, platform, label_class, currency, layout, `partition`, epoch;

INSERT INTO large.rollup_day_campaign (day, ad_network, campaign, label_class, route, layout, `partition`, epoch, version, count)
SELECT toDate32(event_time) AS day, ad_network, campaign, label_class, route, layout, `partition`, epoch, max(commit), sum(newest)
FROM large.counted
GROUP BY day, ad_network, campaign, label_class, route, layout, `partition`, epoch;

INSERT INTO large.rollup_day_seller (day, seller_id, site_host, route, currency, layout, `partition`, epoch, version, count, value)
SELECT toDate32(event_time) AS day, seller_id, site_host, route, currency, layout, `partition`, epoch, max(commit), sum(newest), sum(amount)
FROM large.counted
GROUP BY day, seller_id, site_host, route, currency, layout, `partition`, epoch;

INSERT INTO large.rollup_hour_funnel (hour, seller_id, channel, layout, `partition`, epoch, version, clicks, orders, shipments, joined, waiting, expired)
SELECT toDateTime64(toStartOfHour(event_time), 3, 'UTC') AS hour, seller_id, channel, layout, `partition`, epoch, max(commit),
    sum(clicks * newest), sum(newest), sum(newest), sum(clicked * newest), 0, sum((1 - clicked) * newest)
FROM large.counted
GROUP BY hour, seller_id, channel, layout, `partition`, epoch;

INSERT INTO large.rollup_day_ledger (day, topic, outcome, layout, `partition`, epoch, version, count)
SELECT toDate32(event_time) AS day, record.1, record.2, layout, `partition`, 0, max(commit), sum(newest)
FROM large.counted
ARRAY JOIN [('orders', 'applied'), ('shipments', 'applied'), ('ad-clicks', 'applied'), ('decisions', 'published')] AS record
GROUP BY day, record, layout, `partition`;

DROP TABLE large.counted;
