-- What a shadow policy pack says differently. Absolute: the row of the greatest version of
-- a subject holds, so rows may come twice and in any order. Not partitioned by time: a
-- subject has one row, once merged.
CREATE TABLE IF NOT EXISTS {{.Local}}.shadow_differences{{.OnCluster}} (
    decision_id        FixedString(32) COMMENT 'Subject: decision_id of the shipment, or of the order''s pre-review, 32 hex digits' CODEC(ZSTD(1)),
    order_key          String COMMENT 'Key of the order in the event topics' CODEC(ZSTD(1)),
    shipment_id        String COMMENT 'Shipment the decision is about, empty for a pre-review' CODEC(ZSTD(1)),
    version            UInt64 COMMENT 'Version of the difference, growing within a subject' CODEC(Delta, ZSTD(1)),
    supersedes         UInt64 COMMENT 'The version before this one, 0 for the first' CODEC(Delta, ZSTD(1)),
    compared_at        DateTime64(3, 'UTC') COMMENT 'When the two verdicts were compared' CODEC(DoubleDelta, ZSTD(1)),
    differs            Bool COMMENT 'False: the two packs agree about the subject again',
    decision_version   UInt64 COMMENT 'Version of the decision or pre-review that was compared' CODEC(Delta, ZSTD(1)),
    live_pack_version  LowCardinality(String) COMMENT 'Version of the policy pack in force',
    live_pack_hash     LowCardinality(String) COMMENT 'Hash of the policy pack in force',
    live_route         LowCardinality(String) COMMENT 'Route that was decided: RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    live_score         Int32 COMMENT 'Sum of the weights of its reasons' CODEC(Delta, ZSTD(1)),
    live_preference_status LowCardinality(String) COMMENT 'USMCA claim as decided: NOT_CLAIMED, ELIGIBLE, PENDING or SUSPENDED',
    live_only          Array(LowCardinality(String)) COMMENT 'Codes of reasons that only the pack in force finds, or finds with another severity',
    shadow_pack_version LowCardinality(String) COMMENT 'Version of the shadow pack',
    shadow_pack_hash   LowCardinality(String) COMMENT 'Hash of the shadow pack',
    shadow_route       LowCardinality(String) COMMENT 'Route by the shadow pack: RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    shadow_score       Int32 COMMENT 'Sum of the weights by the shadow pack' CODEC(Delta, ZSTD(1)),
    shadow_preference_status LowCardinality(String) COMMENT 'USMCA claim by the shadow pack: NOT_CLAIMED, ELIGIBLE, PENDING or SUSPENDED',
    shadow_only        Array(LowCardinality(String)) COMMENT 'Codes of reasons that only the shadow pack finds, or finds with another severity',
    seller_id          LowCardinality(String) COMMENT 'Seller of the order',
    site_host          LowCardinality(String) COMMENT 'Host of the site that took the order',
    channel            LowCardinality(String) COMMENT 'B2B or B2C',
    port               LowCardinality(String) COMMENT 'Port of entry, Schedule D',
    origin_country     LowCardinality(String) COMMENT 'Country of origin of the goods, ISO 3166-1 alpha-2',
    currency           LowCardinality(String) COMMENT 'ISO 4217 currency of declared_value',
    declared_value     Nullable(Decimal(18, 4)) COMMENT 'Declared value in currency, NULL when not stated' CODEC(ZSTD(1)),
    event_time         DateTime64(3, 'UTC') COMMENT 'When the shipment, or the order, happened; 1970-01-01 when unknown' CODEC(DoubleDelta, ZSTD(1)),
    input_time         DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the newest record used' CODEC(DoubleDelta, ZSTD(1)),
    difference_hash    UInt64 COMMENT 'Hash of what differs, 0 where nothing does',
    INDEX by_order order_key TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {{replacing "version"}}
ORDER BY decision_id
TTL toDateTime(compared_at) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192, min_bytes_for_wide_part = 67108864
COMMENT 'The newest of what a shadow policy pack says differently about each subject, once merged. Use v_shadow_differences, which needs no merge.';
{{distributed "shadow_differences" "cityHash64(order_key)"}};

CREATE VIEW IF NOT EXISTS {{.DB}}.v_shadow_differences{{.OnCluster}}
AS SELECT * FROM {{.DB}}.shadow_differences FINAL WHERE differs
COMMENT 'What a shadow policy pack says differently, one row a subject; those about which both packs agree are left out';
