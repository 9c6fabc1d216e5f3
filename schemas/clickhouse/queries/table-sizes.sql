-- title: Sizes of the tables
-- question: How many rows and bytes does each table have, and how many bytes is a row?
-- note: Rows that wait to be merged away are counted. On a cluster: of the server that is asked.
-- param: limit number(1..100000) = 100; most rows
SELECT
    table,
    sum(rows) AS stored_rows, count() AS parts,
    sum(data_compressed_bytes) AS compressed_bytes, sum(data_uncompressed_bytes) AS raw_bytes,
    round(compressed_bytes / stored_rows, 1) AS bytes_a_row
FROM system.parts
WHERE active AND database IN (currentDatabase(), concat(currentDatabase(), '_local'))
GROUP BY table
ORDER BY compressed_bytes DESC, table
LIMIT {limit:UInt32}
