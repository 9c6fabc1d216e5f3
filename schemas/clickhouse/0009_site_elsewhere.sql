-- The tables that are copied into come first, so that no row is copied into one that lacks
-- the column. On one server both databases are the same, and the second statement
-- changes nothing.
ALTER TABLE {{.Local}}.decisions_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS site_elsewhere Array(LowCardinality(String)) COMMENT 'Fields of the attributed click whose value other sellers had registered, and not this one, when it was decided' AFTER site_since;

ALTER TABLE {{.DB}}.decisions_current{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS site_elsewhere Array(LowCardinality(String)) COMMENT 'Fields of the attributed click whose value other sellers had registered, and not this one, when it was decided' AFTER site_since;

ALTER TABLE {{.Local}}.decisions{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS site_elsewhere Array(LowCardinality(String)) COMMENT 'Fields of the attributed click whose value other sellers had registered, and not this one, when it was decided' AFTER site_since;

ALTER TABLE {{.DB}}.decisions{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS site_elsewhere Array(LowCardinality(String)) COMMENT 'Fields of the attributed click whose value other sellers had registered, and not this one, when it was decided' AFTER site_since;

ALTER TABLE {{.Local}}.decisions_current_feed{{.OnCluster}} MODIFY QUERY SELECT * FROM {{.Local}}.decisions;

CREATE OR REPLACE VIEW {{.DB}}.v_decisions{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions_current FINAL
COMMENT 'The newest decision about each shipment';

CREATE OR REPLACE VIEW {{.DB}}.v_decision_history{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions FINAL
COMMENT 'Every published version of the decision about each shipment, each once';
