-- What each rule came to over each file.
SELECT f.file_name, x.rule, x.outcome, x.places_checked, x.places_failed, x.places_not_evaluable
FROM audit.rule_result AS x JOIN audit.file AS f USING (file_sha256)
ORDER BY f.file_name, x.rule;
