-- Which cells are the goal and the realisation of each national figure made of?
--
-- Of the official monitor the latest one that knows the year is used, and when none knows it, the latest one.
WITH cell AS (
    SELECT
        o.*,
        s.period AS submission_period,
        s.file_name,
        sector.name AS sector_name,
        sector.kind AS sector_kind,
        sector.rowid AS sector_number
    FROM core.observation AS o
    JOIN core.submission AS s ON s.submission_id = o.submission_id
    JOIN core.sector AS sector ON sector.sector_code = o.sector_code
    WHERE o.level = 'sector' AND o.role = 'own'
),
both_series AS (
    SELECT 'sector_returns' AS basis, measure AS figure, cell.*
    FROM cell
    WHERE sector_kind = 'sector' AND submission_period = period AND measure IN ('target_jobs', 'realised_jobs')
    UNION ALL
    SELECT 'official_monitor', 'realised_jobs', cell.*
    FROM cell
    WHERE sector_code = 'overheid' AND measure = 'extra_jobs_official'
    QUALIFY row_number() OVER (PARTITION BY period ORDER BY value IS NULL, submission_period DESC) = 1
)
SELECT basis, period, figure, sector_name, value, status, literal, sheet, cell, submission_id, file_name
FROM both_series
ORDER BY basis, period, figure, sector_number;
