-- A subject that was forgotten and comes back begins anew: its decision supersedes none. If
-- the two packs agree about it then, nothing is said, as nothing is remembered that would
-- have to be ended; so what was said before ends by the beginning. Decisions older than
-- the oldest difference are not read.
CREATE OR REPLACE VIEW {{.DB}}.v_shadow_differences{{.OnCluster}}
AS SELECT * FROM {{.DB}}.shadow_differences FINAL
WHERE differs AND decision_id GLOBAL NOT IN (
    SELECT d.decision_id
    FROM (SELECT decision_id, decision_version FROM {{.DB}}.shadow_differences FINAL WHERE differs) AS d
    GLOBAL INNER JOIN (
        SELECT decision_id, max(version) AS begun
        FROM (
            SELECT decision_id, version FROM {{.DB}}.decisions
            WHERE supersedes = 0 AND version > (SELECT min(decision_version) FROM {{.DB}}.shadow_differences WHERE differs)
                AND decision_id GLOBAL IN (SELECT decision_id FROM {{.DB}}.shadow_differences WHERE differs)
            UNION ALL
            SELECT decision_id, version FROM {{.DB}}.pre_reviews
            WHERE supersedes = 0 AND version > (SELECT min(decision_version) FROM {{.DB}}.shadow_differences WHERE differs)
                AND decision_id GLOBAL IN (SELECT decision_id FROM {{.DB}}.shadow_differences WHERE differs)
        )
        GROUP BY decision_id
    ) AS b ON b.decision_id = d.decision_id
    WHERE b.begun > d.decision_version)
COMMENT 'What a shadow policy pack says differently, one row a subject; those about which both packs agree are left out, and what was said of a subject before it was forgotten and came back';
