-- Does the national monitor state the goals of the agreed path?
SELECT
    o.submission_id,
    o.sheet,
    o.cell,
    sector.name || ' ' || o.period AS subject_nl,
    o.measure,
    o.literal,
    o.value AS found,
    path.target_jobs AS expected,
    path.source AS other,
    CASE WHEN path.status <> 'unverified' AND o.value IS NOT NULL
        THEN greatest(0, abs(o.value - path.target_jobs) - core.half_unit(o.decimals)) END AS excess
FROM core.observation AS o
JOIN core.sector AS sector ON sector.sector_code = o.sector_code
LEFT JOIN core.target_path AS path ON path.sector_code = o.sector_code AND CAST(path.year AS VARCHAR) = o.period
WHERE o.measure = 'extra_jobs_target' AND o.role = 'own'
ORDER BY o.submission_id, o.sheet, o.record, o.cell;
