-- The pre-reviews of the same orders, built like decisions.sql.
INSERT INTO large.pre_reviews
WITH
    {copy:UInt64} AS copy,
    cityHash64(b.order_key, copy) AS of_order,
    cityHash64(b.decision_id, copy) AS subject,
    toUInt64(b.nth) AS nth,
    {start_ms:UInt64} + {slice_ms:UInt64} * copy + subject % {slice_ms:UInt64} AS happened,
    happened + 2000 + subject % 60000 AS decided,
    3600000 + subject % 169200000 AS apart,
    decided + (nth - 1) * apart AS this,
    if(nth = 1, 0, decided + (nth - 2) * apart) AS before
SELECT * EXCEPT (nth) REPLACE (
    lower(hex(sipHash128(b.decision_id, copy))) AS decision_id,
    concat('o-', lower(hex(of_order))) AS order_key,
    concat('PO-', toString(of_order % 10000000000)) AS order_id,
    this AS version,
    before AS supersedes,
    fromUnixTimestamp64Milli(toInt64(this), 'UTC') AS decided_at,
    fromUnixTimestamp64Milli(toInt64(happened), 'UTC') AS event_time,
    fromUnixTimestamp64Milli(toInt64(this - 3 - subject % 20), 'UTC') AS input_time,
    if(b.attributed_click = '', '', concat('c-', lower(hex(cityHash64(b.attributed_click, copy))))) AS attributed_click,
    if(b.seller_id = '', '', concat(b.seller_id, '-', toString(copy % 5))) AS seller_id,
    if(b.site_host = '', '', concat(substring('abcde', 1 + copy % 5, 1), '.', b.site_host)) AS site_host,
    CAST(round(toFloat64(b.declared_value) * (0.5 + (subject % 1000) / 1000), 2), 'Nullable(Decimal(18, 4))') AS declared_value,
    arrayMap(i -> ['orders', 'ad-clicks'][least(i, 2)], arrayEnumerate(b.positions.topic)) AS `positions.topic`,
    arrayMap(i -> toInt32(of_order % 12), b.positions.partition) AS `positions.partition`,
    arrayMap(i -> toInt64(intDiv(happened, 9000) + (subject * i) % 50), arrayEnumerate(b.positions.offset)) AS `positions.offset`,
    cityHash64(b.input_hash, subject) AS input_hash,
    cityHash64(b.verdict_hash, subject) AS verdict_hash
)
FROM base.reviews AS b
ORDER BY b.nth, happened
SETTINGS prefer_column_name_to_alias = 1, max_insert_block_size = 50000, min_insert_block_size_rows = 50000, min_insert_block_size_bytes = 0
