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
),
rijk AS (
    -- The figures of each ministry, and of Rijk as a whole without an employer.
    SELECT
        s.period,
        o.employer_code,
        max(o.value) FILTER (o.measure = 'target_jobs') AS target_jobs,
        max(o.value) FILTER (o.measure = 'realised_jobs') AS realised_jobs
    FROM core.observation AS o
    JOIN core.submission AS s ON s.submission_id = o.submission_id AND s.period = o.period
    WHERE o.sector_code = 'rijk' AND o.level IN ('sector', 'employer') AND o.role = 'own'
        AND o.measure IN ('target_jobs', 'realised_jobs')
    GROUP BY s.period, o.employer_code
    HAVING count(o.value) > 0
),
of_rijk AS (
    SELECT 'ministry_quarters' AS mart, * FROM rijk WHERE period LIKE '%Q_'
    UNION ALL
    SELECT 'jbr_position', * FROM rijk WHERE substr(period, 5) IN ('Q3', 'Q4', '')
),
published_of_rijk AS (
    SELECT * FROM (
        SELECT 'ministry_quarters' AS mart, period, employer_code, target_jobs, realised_jobs
        FROM mart.ministry_quarters
        UNION ALL
        SELECT 'jbr_position', period || 'Q3', employer_code, q3_target_jobs, q3_realised_jobs FROM mart.jbr_position
        UNION ALL
        SELECT 'jbr_position', period || 'Q4', employer_code, q4_target_jobs, q4_realised_jobs FROM mart.jbr_position
        UNION ALL
        SELECT 'jbr_position', period, employer_code, year_target_jobs, year_realised_jobs FROM mart.jbr_position
    )
    WHERE target_jobs IS NOT NULL OR realised_jobs IS NOT NULL
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
    )
UNION ALL
SELECT 'employer_progress ' || submission_id
FROM (
    (
        SELECT submission_id, CAST(sum(realised_jobs) AS DECIMAL(28, 10)) AS realised_jobs
        FROM mart.employer_progress
        WHERE level = 'employer' AND NOT survey AND realised_jobs IS NOT NULL
        GROUP BY submission_id
    )
    EXCEPT
    SELECT submission_id, rows_total FROM core.coverage
)
UNION ALL
SELECT 'employer_progress ' || o.submission_id || ' ' || o.employer_code || ' ' || o.measure
FROM core.observation AS o
JOIN core.submission AS s ON s.submission_id = o.submission_id AND s.period = o.period
LEFT JOIN mart.employer_progress AS e ON e.submission_id = o.submission_id AND e.employer_code = o.employer_code
WHERE o.role = 'own' AND o.measure IN ('target_jobs', 'realised_jobs') AND o.employer_code IS NOT NULL
    AND o.value IS DISTINCT FROM CASE o.measure WHEN 'target_jobs' THEN e.target_jobs ELSE e.realised_jobs END
UNION ALL
SELECT 'department_progress ' || d.period
FROM (SELECT period, submission_id, sum(realised_jobs) AS realised_jobs FROM mart.department_progress GROUP BY ALL) AS d
WHERE d.realised_jobs IS DISTINCT FROM (
    SELECT sum(o.value) FROM core.observation AS o
    WHERE o.submission_id = d.submission_id AND o.measure = 'realised_jobs' AND o.counts
)
UNION ALL
SELECT DISTINCT mart || ' ' || period || ' ' || coalesce(employer_code, 'rijk')
FROM ((FROM of_rijk EXCEPT FROM published_of_rijk) UNION ALL (FROM published_of_rijk EXCEPT FROM of_rijk))
UNION ALL
SELECT 'procurement ' || p.sector_code || ' ' || p.period
FROM mart.procurement AS p
WHERE p.procurement_jobs IS DISTINCT FROM (
    SELECT max(value) FROM stated
    WHERE measure = 'procurement_jobs' AND sector_code = p.sector_code AND period = p.period
)
UNION ALL
SELECT 'letter_table ' || l.period || ' ' || l.sector_name
FROM mart.letter_table AS l
WHERE (l.target_jobs IS NOT NULL OR l.sector_code IS NOT NULL)
    AND (l.target_jobs, l.realised_jobs) IS DISTINCT FROM (
        SELECT (sum(value) FILTER (measure = 'target_jobs'), sum(value) FILTER (measure = 'realised_jobs'))
        FROM stated WHERE period = l.period AND sector_code = coalesce(l.sector_code, sector_code)
    )
UNION ALL
SELECT 'register ' || r.period || ' ' || coalesce(r.region, 'landelijk')
FROM mart.register AS r
WHERE NOT EXISTS (
    FROM core.observation AS o
    WHERE o.submission_id = r.submission_id AND (o.sheet, o.cell) = (r.sheet, r.cell)
        AND o.measure = 'register_persons' AND o.value = r.register_persons
);
