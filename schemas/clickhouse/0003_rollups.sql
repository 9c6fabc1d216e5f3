-- Absolute values: a row says what its cell holds as of a commit, and replaces the
-- rows of earlier commits. Nothing is ever added up by the server, so a row that
-- arrives twice changes nothing. A cell that has been emptied stays, with count 0.
CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_minute_route{{.OnCluster}} (
    minute             DateTime64(3, 'UTC') COMMENT 'event_time of the decisions, cut to the minute' CODEC(DoubleDelta, ZSTD(1)),
    port               LowCardinality(String) COMMENT 'Port of entry, Schedule D',
    route              LowCardinality(String) COMMENT 'RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    preference_status  LowCardinality(String) COMMENT 'USMCA claim: NOT_CLAIMED, ELIGIBLE, PENDING or SUSPENDED',
    currency           LowCardinality(String) COMMENT 'ISO 4217 currency of value',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Shipments in the cell by their newest decision' CODEC(Delta, ZSTD(1)),
    value              Decimal(38, 4) COMMENT 'Sum of their declared values in currency' CODEC(ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, port, route, preference_status, currency, layout, `partition`)
TTL toDateTime(minute) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Decisions by minute, port, route, preference status and currency, in parts. Use v_minute_route for the totals.';
{{distributed "rollup_minute_route" "cityHash64(minute, port)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.rollup_hour_reason{{.OnCluster}} (
    hour               DateTime64(3, 'UTC') COMMENT 'event_time of the decisions, cut to the hour' CODEC(DoubleDelta, ZSTD(1)),
    seller_id          LowCardinality(String) COMMENT 'Seller of the order',
    site_host          LowCardinality(String) COMMENT 'Host of the site that took the order',
    reason             LowCardinality(String) COMMENT 'Code of the reason',
    layout             UInt32 COMMENT 'Number of partitions of the inputs when the row was written',
    `partition`        Int32 COMMENT 'Input partition that counted; a total is the sum over partitions',
    version            UInt64 COMMENT 'Commit number of the partition; the greatest holds' CODEC(Delta, ZSTD(1)),
    count              Int64 COMMENT 'Shipments with the reason by their newest decision' CODEC(Delta, ZSTD(1))
)
ENGINE = {{replacing "version"}}
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, seller_id, site_host, reason, layout, `partition`)
TTL toDateTime(hour) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Decisions by hour, seller, site and reason, in parts. Use v_hour_reason for the totals.';
{{distributed "rollup_hour_reason" "cityHash64(hour, seller_id)"}};
