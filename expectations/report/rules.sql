-- What each rule came to over all files.
SELECT r.rule, r.title, r.severity, r.source,
       count(*) FILTER (x.outcome = 'holds') AS held,
       count(*) FILTER (x.outcome = 'fails') AS failed,
       count(*) FILTER (x.outcome = 'not_evaluable') AS not_evaluable,
       CAST(coalesce(sum(x.places_checked), 0) AS BIGINT) AS places_checked,
       CAST(coalesce(sum(x.places_failed), 0) AS BIGINT) AS places_failed,
       CAST(coalesce(sum(x.places_not_evaluable), 0) AS BIGINT) AS places_not_evaluable
FROM audit.rule AS r LEFT JOIN audit.rule_result AS x USING (rule)
GROUP BY ALL
ORDER BY failed DESC, r.rule;
