-- What did each rule come to over each return, also over those that are not there?
SELECT
    result.file_sha256,
    result.sector_code,
    result.period,
    sector.name AS sector_name,
    result.rule,
    result.outcome,
    result.places_checked,
    result.places_failed,
    result.places_not_evaluable
FROM audit.rule_result AS result
JOIN audit.rule AS rule ON rule.rule = result.rule
LEFT JOIN core.sector AS sector ON sector.sector_code = result.sector_code
LEFT JOIN audit.file AS file ON file.file_sha256 = result.file_sha256
ORDER BY
    list_position(['fails', 'not_evaluable', 'holds'], result.outcome), result.places_checked = 0,
    CASE WHEN result.outcome = 'fails' THEN list_position(['error', 'warning', 'info'], rule.severity) END, rule.rowid,
    sector.kind DESC, sector.rowid, result.period, file.file_name;
