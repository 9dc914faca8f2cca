-- What each rule came to over all files.
SELECT r.rule, r.title, r.severity, r.source,
       count(*) FILTER (x.outcome = 'holds') AS held,
       count(*) FILTER (x.outcome = 'fails') AS failed,
       count(*) FILTER (x.outcome = 'not_evaluable') AS not_evaluable,
       CAST(sum(x.places_checked) AS BIGINT) AS places_checked,
       CAST(sum(x.places_failed) AS BIGINT) AS places_failed,
       CAST(sum(x.places_not_evaluable) AS BIGINT) AS places_not_evaluable
FROM audit.rule AS r JOIN audit.rule_result AS x USING (rule)
GROUP BY ALL
ORDER BY failed DESC, r.rule;
