-- Parts that count nothing are left out, as totals of nothing are: so that a list of ports
-- or sellers made from the parts has no row of zeros. Counts are never below zero, so no sum
-- changes.
CREATE OR REPLACE VIEW {{.DB}}.v_minute_route_parts{{.OnCluster}}
AS SELECT minute, port, route, preference_status, currency, r.count AS decisions, r.value AS value
FROM {{.DB}}.rollup_minute_route AS r FINAL WHERE r.count != 0
COMMENT 'What v_minute_route is the sum of, several rows a minute: always add up. The quicker one over long spans';

CREATE OR REPLACE VIEW {{.DB}}.v_hour_reason_parts{{.OnCluster}}
AS SELECT hour, seller_id, site_host, reason, r.count AS decisions
FROM {{.DB}}.rollup_hour_reason AS r FINAL WHERE r.count != 0
COMMENT 'What v_hour_reason is the sum of, several rows a hour: always add up. The quicker one over long spans';

CREATE OR REPLACE VIEW {{.DB}}.v_day_origin_parts{{.OnCluster}}
AS SELECT day, origin_country, hs_chapter, route, currency, r.count AS decisions, r.value AS value
FROM {{.DB}}.rollup_day_origin AS r FINAL WHERE r.count != 0
COMMENT 'What v_day_origin is the sum of, several rows a day: always add up. The quicker one over long spans';

CREATE OR REPLACE VIEW {{.DB}}.v_hour_label_parts{{.OnCluster}}
AS SELECT hour, channel_group, platform, label_class, currency, r.count AS decisions, r.value AS value
FROM {{.DB}}.rollup_hour_label AS r FINAL WHERE r.count != 0
COMMENT 'What v_hour_label is the sum of, several rows a hour: always add up. The quicker one over long spans';

CREATE OR REPLACE VIEW {{.DB}}.v_day_campaign_parts{{.OnCluster}}
AS SELECT day, ad_network, campaign, label_class, route, r.count AS decisions
FROM {{.DB}}.rollup_day_campaign AS r FINAL WHERE r.count != 0
COMMENT 'What v_day_campaign is the sum of, several rows a day: always add up. The quicker one over long spans';

CREATE OR REPLACE VIEW {{.DB}}.v_day_seller_parts{{.OnCluster}}
AS SELECT day, seller_id, site_host, route, currency, r.count AS decisions, r.value AS value
FROM {{.DB}}.rollup_day_seller AS r FINAL WHERE r.count != 0
COMMENT 'What v_day_seller is the sum of, several rows a day: always add up. The quicker one over long spans';

CREATE OR REPLACE VIEW {{.DB}}.v_funnel_parts{{.OnCluster}}
AS SELECT hour, seller_id, channel, r.clicks AS clicks, r.orders AS orders, r.shipments AS shipments, r.joined AS joined, r.waiting AS waiting, r.expired AS expired
FROM {{.DB}}.rollup_hour_funnel AS r FINAL WHERE r.clicks != 0 OR r.orders != 0 OR r.shipments != 0
COMMENT 'What v_funnel is the sum of, several rows a hour: always add up. The quicker one over long spans';
