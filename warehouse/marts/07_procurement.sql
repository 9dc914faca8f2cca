-- How many jobs are there through procurement per sector and period, beside the realisation they are never part of?

CREATE TABLE mart.procurement AS
WITH asked AS (
    SELECT
        o.submission_id,
        max(o.status) FILTER (o.level = 'sector') AS status,
        sum(o.value) FILTER (o.level = 'employer' AND NOT o.survey) AS known_rows_jobs,
        count(o.value) FILTER (o.level = 'employer' AND NOT o.survey) AS known_rows,
        bool_or(o.status = 'approximate') FILTER (o.level = 'employer' AND NOT o.survey) AS known_rows_approximate
    FROM core.own_observation AS o
    WHERE o.measure = 'procurement_jobs'
    GROUP BY o.submission_id
)
SELECT
    progress.sector_code,
    progress.period,
    progress.period_kind,
    progress.procurement_jobs,
    CASE WHEN asked.submission_id IS NULL THEN 'not_asked' ELSE coalesce(asked.status, 'missing') END
        AS procurement_status,
    CASE WHEN progress.procurement_jobs IS NULL THEN CAST(asked.known_rows_jobs AS DECIMAL(28, 10)) END
        AS known_rows_jobs,
    CASE WHEN progress.procurement_jobs IS NULL THEN CAST(asked.known_rows AS INTEGER) END AS known_rows,
    CASE WHEN progress.procurement_jobs IS NULL AND asked.known_rows > 0 THEN asked.known_rows_approximate END
        AS known_rows_approximate,
    progress.realised_jobs,
    progress.realised_pct,
    progress.realised_incl_procurement_pct,
    progress.stated_pct_incl_procurement,
    progress.submission_id
FROM mart.sector_progress AS progress
LEFT JOIN asked ON asked.submission_id = progress.submission_id
ORDER BY progress.period, progress.sector_code;

COMMENT ON TABLE mart.procurement IS 'Per sector and period: jobs through procurement, beside the realisation they are never part of (inkoop en SROI)';
COMMENT ON COLUMN mart.procurement.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.procurement.period IS 'Period (periode)';
COMMENT ON COLUMN mart.procurement.period_kind IS 'year, half_year or quarter (soort periode)';
COMMENT ON COLUMN mart.procurement.procurement_jobs IS 'Jobs through procurement the sender states for the sector; never in realised_jobs (inkoop, SROI)';
COMMENT ON COLUMN mart.procurement.procurement_status IS 'How that was given: reported, approximate, estimated, missing, not_supplied, not_applicable, or not_asked when the return has no place for it (status)';
COMMENT ON COLUMN mart.procurement.known_rows_jobs IS 'Without a stated total: sum of the employers whose procurement is known, which is not a total (inkoop van bekende werkgevers)';
COMMENT ON COLUMN mart.procurement.known_rows IS 'Without a stated total: how many employers that is (aantal bekende werkgevers)';
COMMENT ON COLUMN mart.procurement.known_rows_approximate IS 'Whether one of those is approximate (bij benadering)';
COMMENT ON COLUMN mart.procurement.realised_jobs IS 'Realisation, jobs; procurement is never in it (realisatie)';
COMMENT ON COLUMN mart.procurement.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage)';
COMMENT ON COLUMN mart.procurement.realised_incl_procurement_pct IS 'Realisation and procurement as a percentage of the goal, recomputed; NULL when procurement is not known (percentage inclusief inkoop)';
COMMENT ON COLUMN mart.procurement.stated_pct_incl_procurement IS 'The percentage including procurement the sender states (opgegeven percentage inclusief inkoop)';
COMMENT ON COLUMN mart.procurement.submission_id IS 'Submission the figures come from (inzending)';
