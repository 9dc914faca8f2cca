-- Which cell holds the official extra jobs of the government in this year, by the latest monitor that knows it?
SELECT
    o.sector_code, o.level, o.employer_code, o.employer_name, o.group_name, o.period, o.role, o.measure, o.value,
    o.unit, o.status, o.counts, o.submission_id, f.file_name, o.file_sha256, o.sheet, o.cell, o.literal,
    s.layout_id = 'collection' AS is_collected
FROM core.observation AS o
JOIN core.submission AS s ON s.submission_id = o.submission_id
JOIN audit.file AS f ON f.file_sha256 = o.file_sha256
WHERE o.sector_code = 'overheid' AND o.measure = 'extra_jobs_official' AND o.role = 'own' AND o.period = $period
ORDER BY o.value IS NULL, s.period DESC
LIMIT 1;
