-- Identity: where the refused record stands. The same record refused again replaces
-- its row; which refusal is the newer one, its place on the dead-letter topic says.
CREATE TABLE IF NOT EXISTS {{.Local}}.dead_letters{{.OnCluster}} (
    topic              LowCardinality(String) COMMENT 'Topic of the refused record',
    `partition`        Int32 COMMENT 'Partition of the refused record',
    offset             Int64 COMMENT 'Offset of the refused record' CODEC(Delta, ZSTD(1)),
    record_time        DateTime64(3, 'UTC') COMMENT 'Kafka timestamp of the refused record' CODEC(DoubleDelta, ZSTD(1)),
    code               LowCardinality(String) COMMENT 'Kind of refusal, for counting',
    reason             String COMMENT 'Why: names the field, the value and what is allowed' CODEC(ZSTD(1)),
    field              LowCardinality(String) COMMENT 'The field at fault, empty when the record could not be read at all',
    key                String COMMENT 'Original key, as bytes' CODEC(ZSTD(1)),
    value              String COMMENT 'Original value, as bytes' CODEC(ZSTD(3)),
    `headers.name`     Array(LowCardinality(String)) COMMENT 'Original headers: the name',
    `headers.value`    Array(String) COMMENT 'The value, as bytes' CODEC(ZSTD(1)),
    letter_offset      UInt64 COMMENT 'Offset of the record on the dead-letter topic; the greatest holds' CODEC(Delta, ZSTD(1))
)
ENGINE = {{replacing "letter_offset"}}
ORDER BY (topic, `partition`, offset)
TTL toDateTime(record_time) + INTERVAL 1 YEAR
SETTINGS index_granularity = 8192
COMMENT 'Records that could not be used, with their original bytes. Use v_dead_letters.';
{{distributed "dead_letters" "cityHash64(topic, `partition`, offset)"}};
