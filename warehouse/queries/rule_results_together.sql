-- What did each rule come to over these employers' own returns together?
SELECT
    rule,
    CASE
        WHEN bool_or(outcome = 'fails') THEN 'fails'
        WHEN bool_or(outcome = 'holds') THEN 'holds'
        ELSE 'not_evaluable'
    END AS outcome,
    CAST(sum(places_checked) AS INTEGER) AS places_checked,
    CAST(sum(places_failed) AS INTEGER) AS places_failed,
    CAST(sum(places_not_evaluable) AS INTEGER) AS places_not_evaluable
FROM rule_result
SEMI JOIN member USING (file_sha256)
GROUP BY rule;
