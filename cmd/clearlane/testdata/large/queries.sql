-- one shipment
SELECT * FROM v_decisions WHERE decision_id = (SELECT any(decision_id) FROM (SELECT decision_id FROM decisions_current LIMIT 1));

-- one order
SELECT * FROM v_decisions WHERE decision_id GLOBAL IN (
    SELECT decision_id FROM decisions WHERE order_key = (SELECT any(order_key) FROM (SELECT order_key FROM decisions_current LIMIT 1)));

-- one order, from the newest rows
SELECT * FROM v_decisions WHERE order_key = (SELECT any(order_key) FROM (SELECT order_key FROM decisions_current LIMIT 1));

-- history of one shipment
SELECT version, route, score FROM v_decision_history WHERE decision_id = (SELECT any(decision_id) FROM (SELECT decision_id FROM decisions_current LIMIT 1)) ORDER BY version;

-- newest decisions by route
SELECT route, count(), sum(declared_value) FROM v_decisions
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')} GROUP BY route;

-- newest reasons by code
SELECT code, count() FROM v_decision_reasons
WHERE event_time >= {from:DateTime64(3, 'UTC')} AND event_time < {to:DateTime64(3, 'UTC')} GROUP BY code;

-- totals by route
SELECT route, sum(decisions), sum(value) FROM v_minute_route
WHERE minute >= {from:DateTime64(3, 'UTC')} AND minute < {to:DateTime64(3, 'UTC')} GROUP BY route;

-- totals by route, from the parts
SELECT route, sum(decisions), sum(value) FROM v_minute_route_parts
WHERE minute >= {from:DateTime64(3, 'UTC')} AND minute < {to:DateTime64(3, 'UTC')} GROUP BY route;

-- totals by reason
SELECT reason, sum(decisions) FROM v_hour_reason
WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')} GROUP BY reason;

-- totals by reason, from the parts
SELECT reason, sum(decisions) FROM v_hour_reason_parts
WHERE hour >= {from:DateTime64(3, 'UTC')} AND hour < {to:DateTime64(3, 'UTC')} GROUP BY reason;
