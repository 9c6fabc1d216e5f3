-- Built like the decisions, for the reasons given there.
CREATE TABLE IF NOT EXISTS {{.Local}}.pre_reviews{{.OnCluster}} (
    decision_id        FixedString(32) COMMENT 'Subject: hash of the order key, 32 hex digits' CODEC(ZSTD(1)),
    order_key          String COMMENT 'Key of the order in the event topics' CODEC(ZSTD(1)),
    order_id           String COMMENT 'Order the pre-review is about' CODEC(ZSTD(1)),
    version            UInt64 COMMENT 'Version of the verdict, growing within a subject; about Unix ms, so it says when' CODEC(DoubleDelta, ZSTD(1)),
    supersedes         UInt64 COMMENT 'The version before this one, 0 for the first' CODEC(Delta, ZSTD(1)),
    decided_at         DateTime64(3, 'UTC') COMMENT 'When the decision was made' CODEC(DoubleDelta, ZSTD(1)),
    route              LowCardinality(String) COMMENT 'RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL',
    score              Int32 COMMENT 'Sum of the weights of the reasons' CODEC(Delta, ZSTD(1)),
    preference_status  LowCardinality(String) COMMENT 'USMCA claim: NOT_CLAIMED, ELIGIBLE, PENDING or SUSPENDED',
    complete           Bool COMMENT 'True when every record the policy asks for had arrived',
    missing            Array(LowCardinality(String)) COMMENT 'What had not arrived: order, click, ...',
    cancelled          Bool COMMENT 'True when the order or the shipment was cancelled',
    attributed_click   String COMMENT 'click_id of the click the order is attributed to, empty when there is none' CODEC(ZSTD(1)),
    seller_id          LowCardinality(String) COMMENT 'Seller of the order',
    site_host          LowCardinality(String) COMMENT 'Host of the site that took the order',
    platform           LowCardinality(String) COMMENT 'Site builder the site runs on',
    channel            LowCardinality(String) COMMENT 'B2B or B2C',
    port               LowCardinality(String) COMMENT 'Port of entry, Schedule D',
    origin_country     LowCardinality(String) COMMENT 'Country of origin of the goods, ISO 3166-1 alpha-2',
    hs_chapter         LowCardinality(String) COMMENT 'First two digits of the HS code',
    channel_group      LowCardinality(String) COMMENT 'GA4 default channel group of the attributed click',
    label_class        LowCardinality(String) COMMENT 'Traffic labels: certain, likely, drift, clean, or none when there is no click',
    currency           LowCardinality(String) COMMENT 'ISO 4217 currency of declared_value',
    declared_value     Nullable(Decimal(18, 4)) COMMENT 'Declared value in currency, NULL when not stated' CODEC(ZSTD(1)),
    event_time         DateTime64(3, 'UTC') COMMENT 'When the order happened; 1970-01-01 when unknown' CODEC(DoubleDelta, ZSTD(1)),
    `reasons.code`         Array(LowCardinality(String)) COMMENT 'Findings, one element of every reasons array each: the code',
    `reasons.severity`     Array(LowCardinality(String)) COMMENT 'INFO, SOFT or HARD',
    `reasons.weight`       Array(Int32) COMMENT 'Part of the score',
    `reasons.rule_id`      Array(LowCardinality(String)) COMMENT 'Rule of the policy pack that found it',
    `reasons.rule_version` Array(Int32) COMMENT 'Version of that rule',
    `reasons.pack_version` Array(LowCardinality(String)) COMMENT 'Version of the policy pack',
    `reasons.field`        Array(LowCardinality(String)) COMMENT 'Field the finding is about',
    `reasons.observed`     Array(String) COMMENT 'What was seen, never an address or a raw URL' CODEC(ZSTD(1)),
    `reasons.expected`     Array(String) COMMENT 'What the rule allows' CODEC(ZSTD(1)),
    `reasons.source`       Array(LowCardinality(String)) COMMENT 'Legal or published source of the rule',
    `reasons.confidence`   Array(LowCardinality(String)) COMMENT 'Of the source: official, reported, vendor or heuristic',
    `unknowns.field`       Array(LowCardinality(String)) COMMENT 'Questions without an answer: the field',
    `unknowns.why`         Array(LowCardinality(String)) COMMENT 'Why there is no answer',
    `positions.topic`      Array(LowCardinality(String)) COMMENT 'Records the verdict was derived from: the topic',
    `positions.partition`  Array(Int32) COMMENT 'Partition of the record',
    `positions.offset`     Array(Int64) COMMENT 'Offset of the record' CODEC(Delta, ZSTD(1)),
    input_time         DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the newest record used: decided_at less this is the delay' CODEC(DoubleDelta, ZSTD(1)),
    policy_hash        LowCardinality(String) COMMENT 'Hash of the policy pack in force',
    geo_version        LowCardinality(String) COMMENT 'Version of the country database',
    lists_version      LowCardinality(String) COMMENT 'Version of the label lists',
    site_known         Bool COMMENT 'True when the site was registered',
    site_platform      LowCardinality(String) COMMENT 'Site builder of the site, as registered',
    site_integration   LowCardinality(String) COMMENT 'Integration of the site: INTEGRATED, PENDING, NONE or UNKNOWN',
    site_since         Date32 COMMENT 'Integrated since; 1970-01-01 when unknown' CODEC(ZSTD(1)),
    input_hash         UInt64 COMMENT 'Hash over the records used, to prove a re-derivation',
    verdict_hash       UInt64 COMMENT 'Hash of the verdict: equal verdicts have equal hashes',
    INDEX by_subject decision_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_order order_key TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_event_time event_time TYPE minmax GRANULARITY 1
)
ENGINE = {{replacing ""}}
PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(toInt64(version), 'UTC'))
ORDER BY (toStartOfHour(fromUnixTimestamp64Milli(toInt64(version), 'UTC')), decision_id, version)
TTL toDateTime(decided_at) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192, min_bytes_for_wide_part = 67108864
COMMENT 'Every published version of the pre-review of an order. Use v_pre_reviews for the newest of each.';
{{distributed "pre_reviews" "cityHash64(order_key)"}};

CREATE TABLE IF NOT EXISTS {{.Local}}.pre_reviews_current{{.OnCluster}} AS {{.Local}}.pre_reviews
ENGINE = {{replacing "version"}}
ORDER BY decision_id
TTL toDateTime(decided_at) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192, min_bytes_for_wide_part = 67108864
COMMENT 'The newest version of the pre-review of each order, once merged. Use v_pre_reviews, which needs no merge.';
{{distributed "pre_reviews_current" "cityHash64(order_key)"}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{.Local}}.pre_reviews_current_feed{{.OnCluster}}
TO {{.Local}}.pre_reviews_current
AS SELECT * FROM {{.Local}}.pre_reviews
COMMENT 'Copies every row of pre_reviews into pre_reviews_current as it is inserted';
