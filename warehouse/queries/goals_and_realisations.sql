-- The latest goals and realisations of the marts that have them, each with what a person knows its row by.
FROM (
    SELECT 'sector_progress' AS mart, period, sector_code AS label, target_jobs, realised_jobs
    FROM mart.sector_progress WHERE period_kind = 'year'
    UNION ALL
    SELECT 'national_progress', 'all', basis || ' ' || period, target_jobs, realised_jobs
    FROM mart.national_progress WHERE realised_jobs IS NOT NULL
    UNION ALL
    SELECT 'department_progress', period, employer_name, target_jobs, realised_jobs FROM mart.department_progress
    UNION ALL
    SELECT 'traffic_light', period, employer_name, target_jobs, realised_jobs FROM mart.traffic_light
)
QUALIFY period = max(period) OVER (PARTITION BY mart)
ORDER BY mart, label;
