-- The campaign of the attributed click, and the e-Cert that a claim rests on. The tables
-- that are copied into come first, so that no row is copied into one that lacks a column.
-- On one server both databases are the same, and the second statement changes nothing.
ALTER TABLE {{.Local}}.decisions_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.DB}}.decisions_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.Local}}.decisions{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.DB}}.decisions{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.Local}}.decisions_current_feed{{.OnCluster}} MODIFY QUERY SELECT * FROM {{.Local}}.decisions;

CREATE OR REPLACE VIEW {{.DB}}.v_decisions{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions_current FINAL
COMMENT 'The newest decision about each shipment';

CREATE OR REPLACE VIEW {{.DB}}.v_decision_history{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions FINAL
COMMENT 'Every published version of the decision about each shipment, each once';

ALTER TABLE {{.Local}}.pre_reviews_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.DB}}.pre_reviews_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.Local}}.pre_reviews{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.DB}}.pre_reviews{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS ad_network LowCardinality(String) COMMENT 'Advertising network of the attributed click: google, meta, microsoft or tiktok, empty when its labels name none' AFTER channel_group,
    ADD COLUMN IF NOT EXISTS campaign LowCardinality(String) COMMENT 'Its campaign: utm_campaign, else the Bing campaign id; at most 128 bytes, empty when none is stated' AFTER ad_network,
    ADD COLUMN IF NOT EXISTS ecert_id String COMMENT 'e-Cert that the preference claim rests on, empty without a claim or without an e-Cert' CODEC(ZSTD(1)) AFTER preference_status,
    ADD COLUMN IF NOT EXISTS ecert_platform LowCardinality(String) COMMENT 'Origin verification platform that answered about it' AFTER ecert_id,
    ADD COLUMN IF NOT EXISTS ecert_status LowCardinality(String) COMMENT 'What it answered: VERIFIED, INVALID, REVOKED, EXPIRED, NOT_FOUND or UNAVAILABLE, empty when no answer has arrived' AFTER ecert_platform,
    ADD COLUMN IF NOT EXISTS ecert_valid_to Date32 COMMENT 'Last day of its validity, 1970-01-01 when not stated' CODEC(ZSTD(1)) AFTER ecert_status;

ALTER TABLE {{.Local}}.pre_reviews_current_feed{{.OnCluster}} MODIFY QUERY SELECT * FROM {{.Local}}.pre_reviews;

CREATE OR REPLACE VIEW {{.DB}}.v_pre_reviews{{.OnCluster}}
AS SELECT * FROM {{.DB}}.pre_reviews_current FINAL
COMMENT 'The newest pre-review of each order';
