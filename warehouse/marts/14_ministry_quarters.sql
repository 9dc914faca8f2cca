-- How far is each ministry this quarter, which way is it going, and how many jobs a quarter does the goal still ask?
--
-- The figures of the whole of Rijk are the totals that the sender states. The trend is taken over quarters that follow
-- each other and are all known, four steps back at most. The goal is that of the end of the year, so the fourth quarter
-- leaves none to reach it in. Quarters are indicative, whatever the return calls itself.

CREATE TABLE mart.ministry_quarters AS
WITH stated AS (
    SELECT
        period,
        employer_code,
        employer_name,
        target_jobs,
        realised_jobs,
        gap_jobs,
        realised_pct,
        units,
        units_target_jobs,
        units_realised_jobs,
        submission_id
    FROM mart.department_progress
    WHERE period_kind = 'quarter'
    UNION ALL
    SELECT
        progress.period,
        NULL,
        sector.name,
        progress.target_jobs,
        progress.realised_jobs,
        progress.gap_jobs,
        progress.realised_pct,
        NULL,
        NULL,
        NULL,
        progress.submission_id
    FROM mart.sector_progress AS progress
    JOIN core.sector AS sector ON sector.sector_code = progress.sector_code
    WHERE progress.sector_code = 'rijk' AND progress.period_kind = 'quarter'
),
numbered AS (
    SELECT
        stated.*,
        4 * p.year + quarter(p.reference_date) AS quarter_number,
        CAST(4 - quarter(p.reference_date) AS INTEGER) AS quarters_left
    FROM stated
    JOIN core.period AS p ON p.period = stated.period
),
known AS (
    -- Quarters that follow each other share the difference between their number and their place.
    SELECT
        *,
        quarter_number - row_number() OVER (PARTITION BY employer_code ORDER BY quarter_number) AS unbroken_run
    FROM numbered
    WHERE realised_jobs IS NOT NULL
),
run AS (
    SELECT
        period,
        employer_code,
        CAST(count(*) OVER back - 1 AS INTEGER) AS trend_quarters,
        CAST(realised_jobs - first_value(realised_jobs) OVER back AS DECIMAL(28, 10)) AS run_change_jobs
    FROM known
    WINDOW back AS (
        PARTITION BY employer_code, unbroken_run ORDER BY quarter_number ROWS BETWEEN 4 PRECEDING AND CURRENT ROW
    )
)
SELECT
    now.period,
    now.employer_code,
    now.employer_name,
    now.target_jobs,
    now.realised_jobs,
    now.gap_jobs,
    now.realised_pct,
    previous.period AS previous_period,
    CAST(now.realised_jobs - previous.realised_jobs AS DECIMAL(28, 10)) AS change_jobs,
    nullif(run.trend_quarters, 0) AS trend_quarters,
    CAST(
        sign(run.run_change_jobs) * core.percentage(abs(run.run_change_jobs), 100 * run.trend_quarters)
        AS DECIMAL(28, 4)
    ) AS trend_jobs_per_quarter,
    now.quarters_left,
    CASE
        WHEN now.quarters_left = 0 THEN NULL
        WHEN now.gap_jobs <= 0 THEN 0
        ELSE CAST(core.percentage(now.gap_jobs, 100 * now.quarters_left) AS DECIMAL(28, 4))
    END AS needed_per_quarter,
    CASE WHEN now.quarters_left > 0 AND run.trend_quarters > 0 THEN
        run.run_change_jobs * now.quarters_left >= now.gap_jobs * run.trend_quarters
    END AS on_course,
    now.units,
    now.units_target_jobs,
    now.units_realised_jobs,
    'provisional' AS position,
    now.submission_id
FROM numbered AS now
LEFT JOIN numbered AS previous
    ON previous.employer_code IS NOT DISTINCT FROM now.employer_code
    AND previous.quarter_number = now.quarter_number - 1
LEFT JOIN run ON run.employer_code IS NOT DISTINCT FROM now.employer_code AND run.period = now.period
ORDER BY now.period, now.employer_code NULLS LAST;

COMMENT ON TABLE mart.ministry_quarters IS 'Per ministry and quarter: goal, realisation, trend and what is still needed (kwartaalvoortgang per ministerie voor de ICBR)';
COMMENT ON COLUMN mart.ministry_quarters.period IS 'Quarter (kwartaal)';
COMMENT ON COLUMN mart.ministry_quarters.employer_code IS 'Ministry; NULL for the whole of Rijk (departement)';
COMMENT ON COLUMN mart.ministry_quarters.employer_name IS 'Name (naam)';
COMMENT ON COLUMN mart.ministry_quarters.target_jobs IS 'Goal for the end of the year, jobs (doel)';
COMMENT ON COLUMN mart.ministry_quarters.realised_jobs IS 'Realisation at the end of the quarter, jobs, units included (realisatie)';
COMMENT ON COLUMN mart.ministry_quarters.gap_jobs IS 'Goal less realisation, jobs (nog te realiseren)';
COMMENT ON COLUMN mart.ministry_quarters.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage)';
COMMENT ON COLUMN mart.ministry_quarters.previous_period IS 'The quarter just before; NULL when it has no return in force (vorig kwartaal)';
COMMENT ON COLUMN mart.ministry_quarters.change_jobs IS 'Realisation less that of the quarter just before, jobs (verschil met vorig kwartaal)';
COMMENT ON COLUMN mart.ministry_quarters.trend_quarters IS 'Quarters the trend goes back, 1 to 4; NULL when there is no trend (kwartalen van de trend)';
COMMENT ON COLUMN mart.ministry_quarters.trend_jobs_per_quarter IS 'Mean change a quarter, jobs, rounded half away from zero to four decimals; NULL when the quarter just before is not known (trend per kwartaal)';
COMMENT ON COLUMN mart.ministry_quarters.quarters_left IS 'Quarters left until the end of the year the goal is for (resterende kwartalen)';
COMMENT ON COLUMN mart.ministry_quarters.needed_per_quarter IS 'Jobs needed in each quarter left, rounded half up to four decimals; 0 when the goal is reached, NULL in the fourth quarter (nodig per kwartaal)';
COMMENT ON COLUMN mart.ministry_quarters.on_course IS 'Whether the trend, carried on, reaches the goal at the end of the year; NULL without a trend or in the fourth quarter (op koers)';
COMMENT ON COLUMN mart.ministry_quarters.units IS 'Names of the units inside that are shown apart; NULL when it has none (waarvan)';
COMMENT ON COLUMN mart.ministry_quarters.units_target_jobs IS 'Goal of those units together, jobs (doel van de onderdelen)';
COMMENT ON COLUMN mart.ministry_quarters.units_realised_jobs IS 'Realisation of those units together, jobs (realisatie van de onderdelen)';
COMMENT ON COLUMN mart.ministry_quarters.position IS 'Always provisional: only the yearly figure is official (positie)';
COMMENT ON COLUMN mart.ministry_quarters.submission_id IS 'Submission the figures come from (inzending)';
