-- What must hold, in the order of the catalogue, and what did each rule come to over all returns?
--
-- A rule that had no place to look at could not be evaluated, but nothing is amiss: it is counted apart.
SELECT
    rule.*,
    count(*) FILTER (result.outcome = 'holds') AS held,
    count(*) FILTER (result.outcome = 'fails') AS failed,
    count(*) FILTER (result.outcome = 'not_evaluable' AND result.places_checked > 0) AS not_evaluable,
    count(*) FILTER (result.outcome = 'not_evaluable' AND result.places_checked = 0) AS not_applicable,
    CAST(coalesce(sum(result.places_checked), 0) AS BIGINT) AS places_checked,
    CAST(coalesce(sum(result.places_failed), 0) AS BIGINT) AS places_failed,
    CAST(coalesce(sum(result.places_not_evaluable), 0) AS BIGINT) AS places_not_evaluable
FROM audit.rule AS rule
LEFT JOIN audit.rule_result AS result ON result.rule = rule.rule
GROUP BY ALL
ORDER BY min(rule.rowid);
