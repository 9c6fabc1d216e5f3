-- What was done with decisions. Identity is what was done, when, about which version: two
-- records that say the same are one row, in whichever order they come. Who did it and the
-- note are left out: a name or free text is personal data, no question about shipments
-- needs them, and whoever may read them finds the record by its partition and offset.
CREATE TABLE IF NOT EXISTS {{.Local}}.dispositions{{.OnCluster}} (
    decision_id        FixedString(32) COMMENT 'Subject: hash of order key and shipment id, 32 hex digits' CODEC(ZSTD(1)),
    order_key          String COMMENT 'Key of the order in the event topics' CODEC(ZSTD(1)),
    shipment_id        String COMMENT 'Shipment that it is about' CODEC(ZSTD(1)),
    event_time         DateTime64(3, 'UTC') COMMENT 'When it was done' CODEC(DoubleDelta, ZSTD(1)),
    code               LowCardinality(String) COMMENT 'ACE disposition code (1A, 1H, ...), RELEASED, HELD, EXAMINED, OVERRIDDEN or another',
    until              Date32 COMMENT 'Last day that it holds, by the date of the case; 1970-01-01 when it has none' CODEC(ZSTD(1)),
    stated_decision_id String COMMENT 'Decision that it names, empty when it names none; other than decision_id when it names that of another shipment' CODEC(ZSTD(1)),
    version            UInt64 COMMENT 'Version of the decision that it names, 0 when it names none' CODEC(Delta, ZSTD(1)),
    record_time        DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the record' CODEC(DoubleDelta, ZSTD(1)),
    `partition`        Int32 COMMENT 'Partition of the record on the topic dispositions',
    offset             UInt64 COMMENT 'Offset of the record; of records that say the same, the greatest holds' CODEC(Delta, ZSTD(1)),
    INDEX by_order order_key TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {{replacing "offset"}}
ORDER BY (decision_id, event_time, code, until, stated_decision_id, version)
TTL toDateTime(event_time) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'What officers and brokers did with decisions. Use v_dispositions, which tells what had been decided.';
{{distributed "dispositions" "cityHash64(order_key)"}};

-- A disposition that names no version is about the one in force at the time it was made:
-- versions are about Unix ms. GLOBAL says on a cluster that the ids are gathered once; on
-- one server it says nothing.
CREATE VIEW IF NOT EXISTS {{.DB}}.v_dispositions{{.OnCluster}}
AS SELECT
    d.decision_id AS decision_id, d.order_key AS order_key, d.shipment_id AS shipment_id, d.event_time AS event_time,
    d.code AS code, d.until AS until, d.version AS stated_version,
    n.seller_id AS seller_id, n.site_host AS site_host, n.port AS port,
    h.version AS version_then, h.route AS route_then, h.score AS score_then, h.codes AS reasons_then,
    n.version AS version_now, n.route AS route_now, n.score AS score_now, n.codes AS reasons_now, n.suppressed_code AS suppressed_now
FROM
(
    SELECT *, if(version = 0, toUInt64(toUnixTimestamp64Milli(event_time)), version) AS about
    FROM {{.DB}}.dispositions FINAL
) AS d
ASOF LEFT JOIN
(
    SELECT decision_id, version, route, score, `reasons.code` AS codes
    FROM {{.DB}}.decisions
    WHERE decision_id GLOBAL IN (SELECT decision_id FROM {{.DB}}.dispositions)
) AS h ON d.decision_id = h.decision_id AND d.about >= h.version
LEFT JOIN
(
    SELECT decision_id, version, route, score, `reasons.code` AS codes, suppressed_code, seller_id, site_host, port
    FROM {{.DB}}.decisions_current FINAL
    WHERE decision_id GLOBAL IN (SELECT decision_id FROM {{.DB}}.dispositions)
) AS n ON d.decision_id = n.decision_id
COMMENT 'What officers and brokers did with decisions, each once, with what had been decided then and what is decided now; version_then is 0 where nothing had been';
