-- Of a refused record its bytes stay on the dead-letter topic: they may hold an address, a
-- user agent, a name. The table says why it was refused, how long it is, and where it
-- stands. On one server both databases are the same, and the second statement changes
-- nothing.
ALTER TABLE {{.Local}}.dead_letters{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS value_bytes UInt64 COMMENT 'Length of the original value' CODEC(T64, ZSTD(1)),
    COMMENT COLUMN reason 'Why: names the field, the value and what is allowed; (left out) in place of a value that may be personal',
    COMMENT COLUMN key 'Original key, that of the order, as bytes',
    COMMENT COLUMN value 'Original value, as bytes; only with clickhouse.dead_letter_bytes, else empty and on the dead-letter topic',
    COMMENT COLUMN `headers.value` 'The value, as bytes; only with clickhouse.dead_letter_bytes, else empty',
    COMMENT COLUMN letter_offset 'Offset of the record on the dead-letter topic, in the same partition; the greatest holds';

ALTER TABLE {{.DB}}.dead_letters{{.OnCluster}}
    ADD COLUMN IF NOT EXISTS value_bytes UInt64 COMMENT 'Length of the original value' CODEC(T64, ZSTD(1)),
    COMMENT COLUMN reason 'Why: names the field, the value and what is allowed; (left out) in place of a value that may be personal',
    COMMENT COLUMN key 'Original key, that of the order, as bytes',
    COMMENT COLUMN value 'Original value, as bytes; only with clickhouse.dead_letter_bytes, else empty and on the dead-letter topic',
    COMMENT COLUMN `headers.value` 'The value, as bytes; only with clickhouse.dead_letter_bytes, else empty',
    COMMENT COLUMN letter_offset 'Offset of the record on the dead-letter topic, in the same partition; the greatest holds';

ALTER TABLE {{.Local}}.dead_letters{{.OnCluster}}
    MODIFY COMMENT 'Records that could not be used: why, and where they stand. Use v_dead_letters.';

-- The rows of before, in the same form. What was cut away once is not touched again. The
-- server's own words about a row of ours quote nothing personal and stay.
ALTER TABLE {{.Local}}.dead_letters{{.OnCluster}} UPDATE
    value_bytes = if(value = '', value_bytes, length(value)),
    value = '',
    `headers.value` = arrayMap(v -> '', `headers.value`),
    reason = if(code = 'refused', reason, replaceRegexpAll(reason, '"(?:[^"\\\\]|\\\\.)*"(?:\\.\\.\\. \\(\\d+ bytes\\))?', '(left out)'))
WHERE value != '' OR arrayExists(v -> v != '', `headers.value`) OR (value_bytes = 0 AND code != 'refused' AND position(reason, '"') > 0)
SETTINGS mutations_sync = 1;

CREATE OR REPLACE VIEW {{.DB}}.v_dead_letters{{.OnCluster}}
AS SELECT * FROM {{.DB}}.dead_letters FINAL
COMMENT 'Records that could not be used, each once';

-- Newest and older version of a subject may lie in two partitions (0014).
CREATE OR REPLACE VIEW {{.DB}}.v_decision_reasons{{.OnCluster}}
AS SELECT
    decision_id, order_key, shipment_id, version, decided_at, event_time, route, port, seller_id, site_host,
    code, severity, weight, rule_id, rule_version, pack_version, field, observed, expected, source, confidence
FROM {{.DB}}.decisions_current FINAL
ARRAY JOIN
    reasons.code AS code, reasons.severity AS severity, reasons.weight AS weight, reasons.rule_id AS rule_id,
    reasons.rule_version AS rule_version, reasons.pack_version AS pack_version, reasons.field AS field,
    reasons.observed AS observed, reasons.expected AS expected, reasons.source AS source, reasons.confidence AS confidence
SETTINGS do_not_merge_across_partitions_select_final = 0
COMMENT 'The reasons of the newest decision about each shipment, one row a reason';

CREATE OR REPLACE VIEW {{.DB}}.v_dispositions{{.OnCluster}}
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
SETTINGS do_not_merge_across_partitions_select_final = 0
COMMENT 'What officers and brokers did with decisions, each once, with what had been decided then and what is decided now; version_then is 0 where nothing had been';
