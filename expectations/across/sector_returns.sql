-- Is there a return in force of every sector, over every year that some sector reported on?
WITH reported AS (
    SELECT DISTINCT s.period
    FROM core.submission AS s
    JOIN core.sector AS sector ON sector.sector_code = s.sector_code AND sector.kind = 'sector'
    JOIN core.period AS p ON p.period = s.period AND p.kind = 'year'
    WHERE s.status IN ('accepted', 'accepted_with_findings')
)
SELECT
    s.submission_id,
    sector.sector_code,
    reported.period,
    NULL AS sheet,
    NULL AS cell,
    sector.name AS subject_nl,
    'realised_jobs' AS measure,
    NULL AS literal,
    CASE WHEN s.submission_id IS NULL THEN 'geen opgave' ELSE 'een opgave' END AS found,
    reported.period AS expected,
    NULL AS other,
    CASE WHEN s.submission_id IS NULL THEN 1 ELSE 0 END AS excess
FROM reported
CROSS JOIN core.sector AS sector
LEFT JOIN core.submission AS s
    ON s.sector_code = sector.sector_code AND s.period = reported.period
    AND s.status IN ('accepted', 'accepted_with_findings')
WHERE sector.kind = 'sector'
ORDER BY reported.period, sector.sector_code;
