-- title: Section 321 claims by origin and data completeness
-- question: How complete is what is known of Section 321 shipments, by country of origin?
-- note: Completeness is the percent of the data elements of the Section 321 Data Pilot that are known. A decision states it only where Section 321 is claimed.
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-08-01 to=2026-11-01 limit=8
SELECT
    origin_country,
    count() AS claims,
    countIf(data_completeness = 100) AS complete,
    countIf(data_completeness >= 80 AND data_completeness < 100) AS from_80,
    countIf(data_completeness < 80) AS below_80,
    min(data_completeness) AS least_percent,
    countIf(route = 'HIGH_RISK_CONTROL') AS held
FROM v_decisions
WHERE data_completeness IS NOT NULL
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY origin_country
ORDER BY claims DESC, origin_country
LIMIT {limit:UInt32}
