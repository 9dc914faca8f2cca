-- Is the fourth quarter, or the second half-year, the same position as that of the year?
SELECT
    part.submission_id,
    part.sheet,
    part.cell,
    coalesce(part.employer_name, part.group_name, 'Sectortotaal') AS subject_nl,
    part.measure,
    part.literal,
    part.value AS found,
    whole.value AS expected,
    whole.submission_id || ' ' || whole.sheet || '!' || whole.cell AS other,
    CASE WHEN part.value IS NOT NULL AND whole.value IS NOT NULL THEN
        greatest(0, abs(part.value - whole.value) - core.half_unit(part.decimals) - core.half_unit(whole.decimals))
    END AS excess
FROM core.observation AS part
JOIN core.submission AS s ON s.submission_id = part.submission_id AND s.period = part.period
JOIN core.period AS p ON p.period = part.period AND p.period[5:] IN ('Q4', 'H2')
JOIN core.observation AS whole
    ON whole.role = 'own'
    AND whole.period = CAST(p.year AS VARCHAR)
    AND whole.sector_code = part.sector_code
    AND whole.level = part.level
    AND whole.employer_code IS NOT DISTINCT FROM part.employer_code
    AND (whole.level <> 'group' OR whole.group_name = part.group_name)
    AND whole.measure = part.measure
WHERE part.role = 'own' AND part.unit = 'job'
ORDER BY part.submission_id, part.sheet, part.record, part.cell;
