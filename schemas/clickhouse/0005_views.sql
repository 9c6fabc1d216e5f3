-- What people query: no knowledge of versions, layouts or partitions needed.
CREATE VIEW IF NOT EXISTS {{.DB}}.v_decisions{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions_current FINAL
COMMENT 'The newest decision about each shipment';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_decision_history{{.OnCluster}}
AS SELECT * FROM {{.DB}}.decisions FINAL
COMMENT 'Every published version of the decision about each shipment, each once';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_decision_reasons{{.OnCluster}}
AS SELECT
    decision_id, order_key, shipment_id, version, decided_at, event_time, route, port, seller_id, site_host,
    code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence
FROM {{.DB}}.decisions_current FINAL
ARRAY JOIN
    reasons.code AS code, reasons.severity AS severity, reasons.weight AS weight, reasons.rule_id AS rule_id,
    reasons.rule_version AS rule_version, reasons.pack_version AS pack_version, reasons.field AS field,
    reasons.observed AS observed, reasons.expected AS expected, reasons.source AS source, reasons.confidence AS confidence
COMMENT 'The reasons of the newest decision about each shipment, one row a reason';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_pre_reviews{{.OnCluster}}
AS SELECT * FROM {{.DB}}.pre_reviews_current FINAL
COMMENT 'The newest pre-review of each order';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_minute_route{{.OnCluster}}
AS SELECT minute, port, route, preference_status, currency, sum(r.count) AS decisions, sum(r.value) AS value
FROM {{.DB}}.rollup_minute_route AS r FINAL
GROUP BY minute, port, route, preference_status, currency
HAVING decisions != 0
COMMENT 'Decisions and their declared value by minute of event_time, port, route, preference status and currency';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_hour_reason{{.OnCluster}}
AS SELECT hour, seller_id, site_host, reason, sum(r.count) AS decisions
FROM {{.DB}}.rollup_hour_reason AS r FINAL
GROUP BY hour, seller_id, site_host, reason
HAVING decisions != 0
COMMENT 'Decisions that carry a reason by hour of event_time, seller, site and reason';

CREATE VIEW IF NOT EXISTS {{.DB}}.v_dead_letters{{.OnCluster}}
AS SELECT * FROM {{.DB}}.dead_letters FINAL
COMMENT 'Records that could not be used, each once';
