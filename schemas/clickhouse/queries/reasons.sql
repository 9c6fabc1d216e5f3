-- title: Reasons by count
-- question: Which findings stand behind the decisions of a span, and what share of its shipments has each?
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: severity code(ANY|INFO|SOFT|HARD) = ANY; only reasons of this severity
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=10
SELECT
    code, severity,
    uniqExact(decision_id) AS shipments,
    round(100 * shipments / (
        SELECT count() FROM v_decisions
        WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
    ), 1) AS percent_of_all,
    uniqExactIf(decision_id, route = 'HIGH_RISK_CONTROL') AS held,
    min(source) AS rests_on
FROM v_decision_reasons
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
  AND ({severity:String} = 'ANY' OR severity = {severity:String})
GROUP BY code, severity
ORDER BY shipments DESC, code, severity
LIMIT {limit:UInt32}
