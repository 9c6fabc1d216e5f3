-- title: Preference claims without a verifiable e-Cert, by platform
-- question: How many USMCA claims have an e-Cert that its platform has verified, and how many have not?
-- note: `claims` are the newest decisions with a preference status other than NOT_CLAIMED. An answer of the platform that never arrived counts as no answer.
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09
SELECT
    ecert_platform AS platform,
    count() AS claims,
    countIf(ecert_status = 'VERIFIED') AS verified,
    countIf(ecert_id = '') AS without_id,
    countIf(ecert_id != '' AND ecert_status = '') AS no_answer,
    countIf(ecert_status = 'UNAVAILABLE') AS unavailable,
    countIf(ecert_status IN ('INVALID', 'REVOKED', 'EXPIRED', 'NOT_FOUND')) AS refused,
    round(100 * (claims - verified) / claims, 1) AS unverified_percent
FROM v_decisions
WHERE preference_status != 'NOT_CLAIMED'
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY ecert_platform
ORDER BY claims DESC, platform
LIMIT {limit:UInt32}
