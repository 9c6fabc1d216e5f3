-- The reasons of every version, one row a reason, sorted by code and hour: how often which rule
-- found what. Fed by the server from decisions and pre_reviews, so it never says otherwise
-- than they do; a row repeated by a replay meets itself, as there. A version's reasons never
-- change, so code, hour and month are functions of the identity.
--
-- The reasons of the newest versions stay a view of decisions_current. Measured on 1,000,000
-- decisions with 2 reasons each, every fifth revised, best of three, in ms on a busy machine
-- of 2 cores; a view of this table asks (decision_id, version) IN the newest versions:
--                                   of decisions_current    of this table
--   by code and severity, one route        2,137                5,316
--   one code by day                        2,106                3,359
--   one code, one day by hour              2,503                3,776
--   all codes by hour                      2,741               19,161
--   one seller by code                     4,596                7,717
--   one decision                              96                3,062
-- To leave out what a later version supersedes is no way out: after a case was forgotten a
-- version supersedes none, and both would stay.
-- Asked about every version, one code by day takes 50 ms here and 545 from the arrays of
-- decisions, all codes by day 1,266 and 695. A reason takes 47 bytes.
CREATE TABLE IF NOT EXISTS {{.Local}}.decision_reasons{{.OnCluster}} (
    subject            LowCardinality(String) COMMENT 'SHIPMENT: of a decision, ORDER: of a pre-review' CODEC(ZSTD(1)),
    decision_id        FixedString(32) COMMENT 'Decision or pre-review that carries the reason, 32 hex digits' CODEC(ZSTD(1)),
    order_key          String COMMENT 'Key of the order in the event topics' CODEC(ZSTD(1)),
    shipment_id        String COMMENT 'Shipment the decision is about, empty for a pre-review' CODEC(ZSTD(1)),
    version            UInt64 COMMENT 'Version of the decision or pre-review; about Unix ms' CODEC(T64, ZSTD(1)),
    ordinal            UInt16 COMMENT 'Place of the reason among those of the version, from 1' CODEC(T64, ZSTD(1)),
    decided_at         DateTime64(3, 'UTC') COMMENT 'When the version was decided' CODEC(T64, ZSTD(1)),
    event_time         DateTime64(3, 'UTC') COMMENT 'When the shipment, or the order, happened; 1970-01-01 when unknown' CODEC(T64, ZSTD(1)),
    route              LowCardinality(String) COMMENT 'Route of the version: RELEASE, DOCUMENT_REVIEW or HIGH_RISK_CONTROL' CODEC(ZSTD(1)),
    port               LowCardinality(String) COMMENT 'Port of entry, Schedule D' CODEC(ZSTD(1)),
    seller_id          LowCardinality(String) COMMENT 'Seller of the order' CODEC(ZSTD(1)),
    site_host          LowCardinality(String) COMMENT 'Host of the site that took the order' CODEC(ZSTD(1)),
    code               LowCardinality(String) COMMENT 'Code of the reason' CODEC(ZSTD(1)),
    severity           LowCardinality(String) COMMENT 'INFO, SOFT or HARD' CODEC(ZSTD(1)),
    weight             Int32 COMMENT 'Part of the score' CODEC(T64, ZSTD(1)),
    rule_id            LowCardinality(String) COMMENT 'Rule of the policy pack that found it' CODEC(ZSTD(1)),
    rule_version       Int32 COMMENT 'Version of that rule' CODEC(T64, ZSTD(1)),
    pack_version       LowCardinality(String) COMMENT 'Version of the policy pack' CODEC(ZSTD(1)),
    field              LowCardinality(String) COMMENT 'Field the finding is about' CODEC(ZSTD(1)),
    observed           String COMMENT 'What was seen, never an address or a raw URL' CODEC(ZSTD(1)),
    expected           String COMMENT 'What the rule allows' CODEC(ZSTD(1)),
    source             LowCardinality(String) COMMENT 'Legal or published source of the rule' CODEC(ZSTD(1)),
    confidence         LowCardinality(String) COMMENT 'Of the source: official, reported, vendor or heuristic' CODEC(ZSTD(1))
)
ENGINE = {{replacing ""}}
PARTITION BY toYYYYMM(fromUnixTimestamp64Milli(toInt64(version), 'UTC'))
ORDER BY (code, toStartOfHour(fromUnixTimestamp64Milli(toInt64(version), 'UTC')), subject, decision_id, version, ordinal)
TTL toDateTime(decided_at) + INTERVAL 6 YEAR
SETTINGS index_granularity = 8192
COMMENT 'The reasons of every version of each decision and pre-review, one row a reason. Use v_reason_history; v_decision_reasons for the newest decisions only.';
{{distributed "decision_reasons" "cityHash64(order_key)"}};

CREATE MATERIALIZED VIEW IF NOT EXISTS {{.Local}}.decision_reasons_feed{{.OnCluster}}
TO {{.Local}}.decision_reasons
AS SELECT
    'SHIPMENT' AS subject, decision_id, order_key, shipment_id, version, toUInt16(ordinal) AS ordinal, decided_at, event_time, route, port, seller_id, site_host,
    code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence
FROM {{.Local}}.decisions
ARRAY JOIN
    arrayEnumerate(`reasons.code`) AS ordinal,
    `reasons.code` AS code, `reasons.severity` AS severity, `reasons.weight` AS weight, `reasons.rule_id` AS rule_id,
    `reasons.rule_version` AS rule_version, `reasons.pack_version` AS pack_version, `reasons.field` AS field, `reasons.observed` AS observed,
    `reasons.expected` AS expected, `reasons.source` AS source, `reasons.confidence` AS confidence
COMMENT 'Copies the reasons of every row of decisions into decision_reasons as it is inserted';

CREATE MATERIALIZED VIEW IF NOT EXISTS {{.Local}}.pre_review_reasons_feed{{.OnCluster}}
TO {{.Local}}.decision_reasons
AS SELECT
    'ORDER' AS subject, decision_id, order_key, '' AS shipment_id, version, toUInt16(ordinal) AS ordinal, decided_at, event_time, route, port, seller_id, site_host,
    code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence
FROM {{.Local}}.pre_reviews
ARRAY JOIN
    arrayEnumerate(`reasons.code`) AS ordinal,
    `reasons.code` AS code, `reasons.severity` AS severity, `reasons.weight` AS weight, `reasons.rule_id` AS rule_id,
    `reasons.rule_version` AS rule_version, `reasons.pack_version` AS pack_version, `reasons.field` AS field, `reasons.observed` AS observed,
    `reasons.expected` AS expected, `reasons.source` AS source, `reasons.confidence` AS confidence
COMMENT 'Copies the reasons of every row of pre_reviews into decision_reasons as it is inserted';

-- The rows of before. Those that come meanwhile are fed already; what is copied twice is
-- one row. On a cluster the rows of all shards pass through the server that is asked.
INSERT INTO {{.DB}}.decision_reasons
(subject, decision_id, order_key, shipment_id, version, ordinal, decided_at, event_time, route, port, seller_id, site_host, code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence)
SETTINGS distributed_foreground_insert = 1
SELECT
    'SHIPMENT' AS subject, decision_id, order_key, shipment_id, version, toUInt16(ordinal) AS ordinal, decided_at, event_time, route, port, seller_id, site_host,
    code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence
FROM {{.DB}}.decisions
ARRAY JOIN
    arrayEnumerate(`reasons.code`) AS ordinal,
    `reasons.code` AS code, `reasons.severity` AS severity, `reasons.weight` AS weight, `reasons.rule_id` AS rule_id,
    `reasons.rule_version` AS rule_version, `reasons.pack_version` AS pack_version, `reasons.field` AS field, `reasons.observed` AS observed,
    `reasons.expected` AS expected, `reasons.source` AS source, `reasons.confidence` AS confidence;

INSERT INTO {{.DB}}.decision_reasons
(subject, decision_id, order_key, shipment_id, version, ordinal, decided_at, event_time, route, port, seller_id, site_host, code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence)
SETTINGS distributed_foreground_insert = 1
SELECT
    'ORDER' AS subject, decision_id, order_key, '' AS shipment_id, version, toUInt16(ordinal) AS ordinal, decided_at, event_time, route, port, seller_id, site_host,
    code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence
FROM {{.DB}}.pre_reviews
ARRAY JOIN
    arrayEnumerate(`reasons.code`) AS ordinal,
    `reasons.code` AS code, `reasons.severity` AS severity, `reasons.weight` AS weight, `reasons.rule_id` AS rule_id,
    `reasons.rule_version` AS rule_version, `reasons.pack_version` AS pack_version, `reasons.field` AS field, `reasons.observed` AS observed,
    `reasons.expected` AS expected, `reasons.source` AS source, `reasons.confidence` AS confidence;

CREATE VIEW IF NOT EXISTS {{.DB}}.v_reason_history{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decision_reasons FINAL
COMMENT 'The reasons of every version of each decision (subject SHIPMENT) and pre-review (ORDER), one row a reason';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_rule_hits{{.OnCluster}}
AS SELECT
    toStartOfHour(decided_at) AS hour, subject, code, severity, rule_id, rule_version, pack_version,
    count() AS hits, uniqExact(decision_id) AS subjects
FROM {{.DB}}.decision_reasons FINAL
GROUP BY hour, subject, code, severity, rule_id, rule_version, pack_version
COMMENT 'What the rules found, by hour of the decision: hits counts the reasons of every version, subjects the shipments or orders they are about';
