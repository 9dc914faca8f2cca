-- Which cells state these measures for each sector, in the returns about this year?
SELECT
    o.sector_code, o.level, o.employer_code, o.employer_name, o.group_name, o.period, o.role, o.measure, o.value,
    o.unit, o.status, o.counts, o.submission_id, f.file_name, o.file_sha256, o.sheet, o.cell, o.literal,
    s.layout_id = 'collection' AS is_collected
FROM core.observation AS o
JOIN core.submission AS s ON s.submission_id = o.submission_id
JOIN audit.file AS f ON f.file_sha256 = o.file_sha256
JOIN core.sector AS sector ON sector.sector_code = o.sector_code AND sector.kind = 'sector'
WHERE o.level = 'sector' AND o.role = 'own' AND o.period = $period AND s.period = o.period
    AND list_contains($measures, o.measure)
ORDER BY o.sector_code, o.measure;
