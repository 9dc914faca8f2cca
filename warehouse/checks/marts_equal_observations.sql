-- The published figures equal the observations they come from, added up here in another way.
WITH stated AS (
    SELECT o.sector_code, o.period, o.measure, o.value
    FROM core.observation AS o
    JOIN core.submission AS s USING (submission_id)
    JOIN core.sector AS sector ON sector.sector_code = o.sector_code AND sector.kind = 'sector'
    WHERE o.level = 'sector' AND o.role = 'own' AND s.period = o.period
        AND o.measure IN ('target_jobs', 'realised_jobs', 'procurement_jobs')
),
known AS (
    SELECT sector_code, period, measure, value FROM stated WHERE value IS NOT NULL
),
published AS (
    SELECT sector_code, period, measure, value
    FROM (UNPIVOT mart.sector_progress ON target_jobs, realised_jobs, procurement_jobs INTO NAME measure VALUE value)
)
SELECT 'sector_progress ' || sector_code || ' ' || period || ' ' || measure AS problem
FROM ((FROM known EXCEPT FROM published) UNION ALL (FROM published EXCEPT FROM known))
UNION ALL
SELECT 'national_progress ' || n.period
FROM mart.national_progress AS n
WHERE n.basis = 'sector_returns'
    AND (n.target_jobs, n.realised_jobs) IS DISTINCT FROM (
        SELECT (sum(value) FILTER (measure = 'target_jobs'), sum(value) FILTER (measure = 'realised_jobs'))
        FROM stated WHERE period = n.period
    )
UNION ALL
SELECT 'national_progress ' || n.period || ' official_monitor'
FROM mart.national_progress AS n
WHERE n.basis = 'official_monitor'
    AND n.realised_jobs IS DISTINCT FROM (
        SELECT o.value
        FROM core.observation AS o
        JOIN core.submission AS s USING (submission_id)
        WHERE o.sector_code = 'overheid' AND o.role = 'own' AND o.measure = 'extra_jobs_official'
            AND o.period = n.period AND o.value IS NOT NULL
        ORDER BY s.period DESC
        LIMIT 1
    );
