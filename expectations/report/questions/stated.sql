-- What does each return in force state for the sector as a whole?
SELECT
    o.submission_id,
    measure.dutch_term,
    sector.name AS sector_name,
    o.period,
    o.value,
    o.text_value,
    o.unit,
    o.status,
    o.sheet,
    o.cell,
    o.literal
FROM core.observation AS o
JOIN core.measure AS measure ON measure.measure = o.measure
JOIN core.sector AS sector ON sector.sector_code = o.sector_code
WHERE o.level = 'sector' AND o.role = 'own'
ORDER BY o.submission_id, o.period DESC, sector.rowid, measure.rowid, o.sheet, length(o.cell), o.cell;
