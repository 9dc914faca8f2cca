-- Which findings do named persons accept, until when, and does that still work? Lapsed ones first.
SELECT waiver.*, sector.name AS sector_name, rule.title
FROM audit.waiver AS waiver
JOIN audit.rule AS rule ON rule.rule = waiver.rule
LEFT JOIN core.sector AS sector ON sector.sector_code = waiver.sector_code
ORDER BY
    list_position(['value_changed', 'expired', 'not_needed', 'active', 'ended'], waiver.state), waiver.expires_on,
    waiver.waiver;
