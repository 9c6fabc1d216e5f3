-- A shipment that a disposition holds back from where its reasons lead. The tables that
-- are copied into come first, so that no row is copied into one that lacks a column. On
-- one server both databases are the same, and the second statement changes nothing.
ALTER TABLE {{.Local}}.decisions_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS suppressed_code LowCardinality(String) COMMENT 'Code of the disposition that the route is taken from instead of from the reasons, empty when none' AFTER cancelled,
    ADD COLUMN IF NOT EXISTS suppressed_until Date32 COMMENT 'Last day that it holds, by the date of the case; 1970-01-01 when none' CODEC(ZSTD(1)) AFTER suppressed_code,
    ADD COLUMN IF NOT EXISTS suppressed_route LowCardinality(String) COMMENT 'Where the reasons lead, empty when nothing is suppressed' AFTER suppressed_until;

ALTER TABLE {{.DB}}.decisions_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS suppressed_code LowCardinality(String) COMMENT 'Code of the disposition that the route is taken from instead of from the reasons, empty when none' AFTER cancelled,
    ADD COLUMN IF NOT EXISTS suppressed_until Date32 COMMENT 'Last day that it holds, by the date of the case; 1970-01-01 when none' CODEC(ZSTD(1)) AFTER suppressed_code,
    ADD COLUMN IF NOT EXISTS suppressed_route LowCardinality(String) COMMENT 'Where the reasons lead, empty when nothing is suppressed' AFTER suppressed_until;

ALTER TABLE {{.Local}}.decisions{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS suppressed_code LowCardinality(String) COMMENT 'Code of the disposition that the route is taken from instead of from the reasons, empty when none' AFTER cancelled,
    ADD COLUMN IF NOT EXISTS suppressed_until Date32 COMMENT 'Last day that it holds, by the date of the case; 1970-01-01 when none' CODEC(ZSTD(1)) AFTER suppressed_code,
    ADD COLUMN IF NOT EXISTS suppressed_route LowCardinality(String) COMMENT 'Where the reasons lead, empty when nothing is suppressed' AFTER suppressed_until;

ALTER TABLE {{.DB}}.decisions{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS suppressed_code LowCardinality(String) COMMENT 'Code of the disposition that the route is taken from instead of from the reasons, empty when none' AFTER cancelled,
    ADD COLUMN IF NOT EXISTS suppressed_until Date32 COMMENT 'Last day that it holds, by the date of the case; 1970-01-01 when none' CODEC(ZSTD(1)) AFTER suppressed_code,
    ADD COLUMN IF NOT EXISTS suppressed_route LowCardinality(String) COMMENT 'Where the reasons lead, empty when nothing is suppressed' AFTER suppressed_until;

ALTER TABLE {{.Local}}.decisions_current_feed{{.OnCluster}} MODIFY QUERY SELECT * FROM {{.Local}}.decisions;

CREATE OR REPLACE VIEW {{.DB}}.v_decisions{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions_current FINAL
COMMENT 'The newest decision about each shipment';

CREATE OR REPLACE VIEW {{.DB}}.v_decision_history{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions FINAL
COMMENT 'Every published version of the decision about each shipment, each once';
