-- One refused record of a thousand orders of the copy.
INSERT INTO large.dead_letters (topic, `partition`, offset, record_time, code, reason, field, key, value, letter_offset)
SELECT ['orders', 'shipments', 'ad-clicks'][1 + number % 3], number % 12, {copy:Int64} * 1000000 + number,
    fromUnixTimestamp64Milli({start_ms:Int64} + {copy:Int64} * {slice_ms:Int64} + toInt64(cityHash64(number) % {slice_ms:UInt64}), 'UTC'),
    ['invalid', 'malformed', 'key'][1 + cityHash64(number) % 3], 'declared_value: "twelve", must be a decimal', 'declared_value',
    lower(hex(cityHash64(number))), randomPrintableASCII(500), {copy:Int64} * 1000000 + number
FROM numbers(intDiv({orders:UInt64}, 1000))
