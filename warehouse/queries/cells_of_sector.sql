-- Which cells state these measures in the return of a sector: for the sector, its groups and its employers?
SELECT
    o.sector_code, o.level, o.employer_code, o.employer_name, o.group_name, o.period, o.role, o.measure, o.value,
    o.unit, o.status, o.counts, o.submission_id, f.file_name, o.file_sha256, o.sheet, o.cell, o.literal,
    s.layout_id = 'collection' AS is_collected
FROM core.observation AS o
JOIN core.submission AS s ON s.submission_id = o.submission_id
JOIN audit.file AS f ON f.file_sha256 = o.file_sha256
WHERE o.sector_code = $sector_code AND o.period = $period AND o.role = 'own' AND o.level <> 'unit'
    AND list_contains($measures, o.measure)
ORDER BY o.measure, o.sheet, length(o.record), o.record, o.cell, o.employer_code;
