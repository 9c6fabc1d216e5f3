-- Cells are counted by epoch from now on: the day of the version of the decisions in them.
-- A cell that is forgotten is then never counted in again. Rows from before have epoch 0.
-- A column may end the sorting key only in the statement that adds it; that of the table
-- which spreads rows over a cluster has no sorting key.
ALTER TABLE {{.Local}}.rollup_minute_route{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS epoch UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01' AFTER `partition`,
    MODIFY ORDER BY (minute, port, route, preference_status, currency, layout, `partition`, epoch);

ALTER TABLE {{.DB}}.rollup_minute_route{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS epoch UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01' AFTER `partition`;

ALTER TABLE {{.Local}}.rollup_hour_reason{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS epoch UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01' AFTER `partition`,
    MODIFY ORDER BY (hour, seller_id, site_host, reason, layout, `partition`, epoch);

ALTER TABLE {{.DB}}.rollup_hour_reason{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS epoch UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01' AFTER `partition`;

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_day_origin{{.OnCluster}} (
    day                Date32 COMMENT 'event_time of the decisions, cut to the day (UTC)' CODEC(DoubleDelta, ZSTD(1)),
    origin_country     LowCardinality(String) COMMENT 'Country of origin, ISO 3166-1',
    hs_chapter         LowCardinality(String) COMMENT 'First two digits of the HS code',
    route              LowCardinality(String) COMMENT 'RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    currency           LowCardinality(String) COMMENT 'ISO 4217 currency of value',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions and epochs',
    epoch              UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Shipments in the cell by their newest decision' CODEC(Delta, ZSTD(1)),
    value              Decimal(38, 4) COMMENT 'Sum of their declared values in currency' CODEC(ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, origin_country, hs_chapter, route, currency, layout, `partition`, epoch)
TTL toDate(day) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Decisions by day, origin, HS chapter, route and currency, in parts. Use v_day_origin for the totals.';
{{distributed "rollup_day_origin" "cityHash64(day, origin_country)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_hour_label{{.OnCluster}} (
    hour               DateTime64(3, 'UTC') COMMENT 'event_time of the decisions, cut to the hour' CODEC(DoubleDelta, ZSTD(1)),
    channel_group      LowCardinality(String) COMMENT 'Default channel group of the attributed click, as GA4 defines it',
    platform           LowCardinality(String) COMMENT 'E-commerce platform of the site',
    label_class        LowCardinality(String) COMMENT 'Labels of the attributed click: certain, likely, drift, clean, or none without a click',
    currency           LowCardinality(String) COMMENT 'ISO 4217 currency of value',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions and epochs',
    epoch              UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Shipments in the cell by their newest decision' CODEC(Delta, ZSTD(1)),
    value              Decimal(38, 4) COMMENT 'Sum of their declared values in currency' CODEC(ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, channel_group, platform, label_class, currency, layout, `partition`, epoch)
TTL toDateTime(hour) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Decisions by hour, channel group, platform, label class and currency, in parts. Use v_hour_label for the totals.';
{{distributed "rollup_hour_label" "cityHash64(hour, channel_group)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_day_campaign{{.OnCluster}} (
    day                Date32 COMMENT 'event_time of the decisions, cut to the day (UTC)' CODEC(DoubleDelta, ZSTD(1)),
    ad_network         LowCardinality(String) COMMENT 'Advertising network of the attributed click, empty when none is known',
    campaign           String COMMENT 'Campaign of the attributed click, empty when none is known' CODEC(ZSTD(1)),
    label_class        LowCardinality(String) COMMENT 'Labels of the attributed click: certain, likely, drift, clean, or none without a click',
    route              LowCardinality(String) COMMENT 'RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions and epochs',
    epoch              UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Shipments in the cell by their newest decision' CODEC(Delta, ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, ad_network, campaign, label_class, route, layout, `partition`, epoch)
TTL toDate(day) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Decisions by day, advertising network, campaign, label class and route, in parts. Use v_day_campaign for the totals.';
{{distributed "rollup_day_campaign" "cityHash64(day, ad_network, campaign)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_day_seller{{.OnCluster}} (
    day                Date32 COMMENT 'event_time of the decisions, cut to the day (UTC)' CODEC(DoubleDelta, ZSTD(1)),
    seller_id          LowCardinality(String) COMMENT 'Seller of the order',
    site_host          LowCardinality(String) COMMENT 'Host of the site that took the order',
    route              LowCardinality(String) COMMENT 'RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    currency           LowCardinality(String) COMMENT 'ISO 4217 currency of value',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions and epochs',
    epoch              UInt32 COMMENT 'Day of the version of the decisions that the cell counts, in days since 1970-01-01',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Shipments in the cell by their newest decision' CODEC(Delta, ZSTD(1)),
    value              Decimal(38, 4) COMMENT 'Sum of their declared values in currency' CODEC(ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, seller_id, site_host, route, currency, layout, `partition`, epoch)
TTL toDate(day) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Decisions by day, seller, site, route and currency, in parts. Use v_day_seller for the totals.';
{{distributed "rollup_day_seller" "cityHash64(day, seller_id)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_hour_funnel{{.OnCluster}} (
    hour               DateTime64(3, 'UTC') COMMENT 'event_time of the order, or of the first record of an order that has not arrived, cut to the hour' CODEC(DoubleDelta, ZSTD(1)),
    seller_id          LowCardinality(String) COMMENT 'Seller of the order, empty when the order has not arrived',
    channel            LowCardinality(String) COMMENT 'Channel of the order: B2B or B2C; empty when the order has not arrived',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions and epochs',
    epoch              UInt32 COMMENT 'Day that the cell was counted in, by the watermark, in days since 1970-01-01',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    clicks             Int64 COMMENT 'Clicks held, also of orders that have not arrived' CODEC(Delta, ZSTD(1)),
    orders             Int64 COMMENT 'Orders that have arrived' CODEC(Delta, ZSTD(1)),
    shipments          Int64 COMMENT 'Shipments held: joined, waiting and expired' CODEC(Delta, ZSTD(1)),
    joined             Int64 COMMENT 'Shipments that have their order and a click' CODEC(Delta, ZSTD(1)),
    waiting            Int64 COMMENT 'Shipments that have not, and may get them' CODEC(Delta, ZSTD(1)),
    expired            Int64 COMMENT 'Shipments that had not when their order was forgotten' CODEC(Delta, ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, seller_id, channel, layout, `partition`, epoch)
TTL toDateTime(hour) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'How far orders have come, by hour, seller and channel, in parts. Use v_funnel for the totals.';
{{distributed "rollup_hour_funnel" "cityHash64(hour, seller_id)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_day_ledger{{.OnCluster}} (
    day                Date32 COMMENT 'Kafka timestamp of the records, cut to the day (UTC)' CODEC(DoubleDelta, ZSTD(1)),
    topic              LowCardinality(String) COMMENT 'Topic of the records',
    outcome            LowCardinality(String) COMMENT 'What became of the records: applied, duplicate, dead_letter and others; published in a topic of outputs',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions and epochs',
    epoch              UInt32 COMMENT 'Always 0: nothing of the ledger is forgotten',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Records of the topic with the outcome' CODEC(Delta, ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(day)
ORDER BY (day, topic, outcome, layout, `partition`, epoch)
TTL toDate(day) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'What became of every record read, and what was published, by day and topic, in parts. Use v_ledger for the totals.';
{{distributed "rollup_day_ledger" "cityHash64(day, topic)"}};

CREATE VIEW IF NOT EXISTS {{.DB}}.v_day_origin{{.OnCluster}}
AS SELECT day, origin_country, hs_chapter, route, currency, sum(r.count) AS decisions, sum(r.value) AS value
FROM {{.DB}}.rollup_day_origin AS r FINAL
GROUP BY day, origin_country, hs_chapter, route, currency
HAVING decisions != 0
COMMENT 'Decisions and their declared value by day of event_time, country of origin, HS chapter, route and currency';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_hour_label{{.OnCluster}}
AS SELECT hour, channel_group, platform, label_class, currency, sum(r.count) AS decisions, sum(r.value) AS value
FROM {{.DB}}.rollup_hour_label AS r FINAL
GROUP BY hour, channel_group, platform, label_class, currency
HAVING decisions != 0
COMMENT 'Decisions and their declared value by hour of event_time, channel group and label class of the click, platform and currency';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_day_campaign{{.OnCluster}}
AS SELECT day, ad_network, campaign, label_class, route, sum(r.count) AS decisions
FROM {{.DB}}.rollup_day_campaign AS r FINAL
GROUP BY day, ad_network, campaign, label_class, route
HAVING decisions != 0
COMMENT 'Decisions by day of event_time, advertising network, campaign and label class of the click, and route';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_day_seller{{.OnCluster}}
AS SELECT day, seller_id, site_host, route, currency, sum(r.count) AS decisions, sum(r.value) AS value
FROM {{.DB}}.rollup_day_seller AS r FINAL
GROUP BY day, seller_id, site_host, route, currency
HAVING decisions != 0
COMMENT 'Decisions and their declared value by day of event_time, seller, site, route and currency';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_funnel{{.OnCluster}}
AS SELECT hour, seller_id, channel, sum(r.clicks) AS clicks, sum(r.orders) AS orders, sum(r.shipments) AS shipments, sum(r.joined) AS joined, sum(r.waiting) AS waiting, sum(r.expired) AS expired
FROM {{.DB}}.rollup_hour_funnel AS r FINAL
GROUP BY hour, seller_id, channel
HAVING clicks != 0 OR orders != 0 OR shipments != 0
COMMENT 'How far orders have come, by hour, seller and channel: shipments = joined + waiting + expired';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_ledger{{.OnCluster}}
AS SELECT day, topic, outcome, sum(r.count) AS records
FROM {{.DB}}.rollup_day_ledger AS r FINAL
GROUP BY day, topic, outcome
HAVING records != 0
COMMENT 'What became of every record read, and what was published, by day of the Kafka timestamp and topic';
