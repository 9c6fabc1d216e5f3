-- title: Integration of the sites with origin platforms
-- question: Which sites stand in which state of integration, and how many claims come through them?
-- note: The state is that of the site's newest decision; UNKNOWN is a site whose integration is not registered.
-- param: from time = now-30d; start of the span of event_time
-- param: to time = now; end of it, itself not in it
-- param: status code(ANY|INTEGRATED|PENDING|NONE|UNKNOWN) = ANY; only sites in this state
-- param: limit number(1..100000) = 100; most rows
-- example: from=2026-10-05 to=2026-10-09 limit=8
SELECT
    site_host, seller_id,
    argMax(site_integration, (event_time, decision_id)) AS integration,
    argMax(nullIf(site_since, toDate32('1970-01-01')), (event_time, decision_id)) AS since,
    count() AS shipments,
    countIf(preference_status != 'NOT_CLAIMED') AS claims,
    countIf(preference_status = 'SUSPENDED') AS suspended
FROM v_decisions
WHERE site_host != ''
  AND event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')}
GROUP BY site_host, seller_id
HAVING {status:String} = 'ANY' OR integration = {status:String}
ORDER BY claims DESC, shipments DESC, site_host, seller_id
LIMIT {limit:UInt32}
