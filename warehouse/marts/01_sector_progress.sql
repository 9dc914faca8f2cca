-- How far is each sector, per period, against its own goal, and how complete is that figure?
--
-- The total that the sender states is used; the rows are set beside it. Procurement is never in the realisation.
-- A percentage too large to keep (a goal of next to nothing) is NULL: one absurd goal must not stop everybody's figures.
-- A change against the year before is NULL when a known break in the series makes it meaningless.

CREATE TABLE mart.sector_progress AS
WITH stated AS (
    SELECT
        o.submission_id,
        max(o.value) FILTER (o.measure = 'target_jobs') AS target_jobs,
        max(o.value) FILTER (o.measure = 'realised_jobs') AS realised_jobs,
        max(o.value) FILTER (o.measure = 'stated_pct') AS stated_pct,
        max(o.value) FILTER (o.measure = 'stated_pct_incl_procurement') AS stated_pct_incl_procurement,
        max(o.value) FILTER (o.measure = 'procurement_jobs') AS procurement_jobs,
        coalesce(bool_or(o.status = 'approximate') FILTER (o.measure IN ('target_jobs', 'realised_jobs')), false)
            AS approximate,
        coalesce(bool_or(o.status = 'estimated') FILTER (o.measure IN ('target_jobs', 'realised_jobs')), false)
            AS estimated
    FROM core.own_observation AS o
    WHERE o.level = 'sector'
    GROUP BY o.submission_id
),
figures AS (
    SELECT
        s.sector_code,
        s.period,
        p.kind AS period_kind,
        stated.target_jobs,
        stated.realised_jobs,
        stated.target_jobs - stated.realised_jobs AS gap_jobs,
        TRY_CAST(core.percentage(stated.realised_jobs, stated.target_jobs) AS DECIMAL(9, 4)) AS realised_pct,
        TRY_CAST(stated.stated_pct AS DECIMAL(9, 4)) AS stated_pct,
        stated.procurement_jobs,
        TRY_CAST(
            core.percentage(stated.realised_jobs + stated.procurement_jobs, stated.target_jobs) AS DECIMAL(9, 4)
        ) AS realised_incl_procurement_pct,
        TRY_CAST(stated.stated_pct_incl_procurement AS DECIMAL(9, 4)) AS stated_pct_incl_procurement,
        coverage.rows_total,
        CAST(stated.realised_jobs - coverage.rows_total AS DECIMAL(28, 10)) AS rows_difference,
        coverage.employers_expected,
        coverage.employers_returned,
        stated.approximate,
        stated.estimated,
        s.submission_id
    FROM core.submission AS s
    JOIN core.sector AS sector ON sector.sector_code = s.sector_code AND sector.kind = 'sector'
    JOIN core.period AS p ON p.period = s.period
    JOIN stated ON stated.submission_id = s.submission_id
    JOIN core.coverage AS coverage ON coverage.submission_id = s.submission_id
),
broken AS (
    SELECT
        sector_code,
        period_before,
        period_after,
        string_agg(note_nl, ' ' ORDER BY measure) AS break_in_series,
        bool_or(measure = 'realised_jobs') AS realisation_broken,
        bool_or(measure IN ('target_jobs', 'realised_jobs')) AS percentage_broken
    FROM core.series_break
    GROUP BY sector_code, period_before, period_after
)
SELECT
    figures.* EXCLUDE (submission_id),
    previous.period AS previous_period,
    CASE WHEN broken.realisation_broken IS DISTINCT FROM true THEN
        CAST(figures.realised_jobs - previous.realised_jobs AS DECIMAL(28, 10))
    END AS change_jobs,
    CASE WHEN broken.percentage_broken IS DISTINCT FROM true THEN
        TRY_CAST(figures.realised_pct - previous.realised_pct AS DECIMAL(9, 4))
    END AS change_pct_points,
    broken.break_in_series,
    figures.submission_id
FROM figures
LEFT JOIN figures AS previous
    ON previous.sector_code = figures.sector_code AND previous.period = core.year_before(figures.period)
LEFT JOIN broken
    ON broken.sector_code = figures.sector_code
    AND broken.period_after = figures.period
    AND broken.period_before = core.year_before(figures.period)
ORDER BY figures.period, figures.sector_code;

COMMENT ON TABLE mart.sector_progress IS 'Per sector and period: goal, realisation and coverage (voortgang per sector)';
COMMENT ON COLUMN mart.sector_progress.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.sector_progress.period IS 'Period (periode)';
COMMENT ON COLUMN mart.sector_progress.period_kind IS 'year, half_year or quarter; only years are added up nationally (soort periode)';
COMMENT ON COLUMN mart.sector_progress.target_jobs IS 'Goal the sender states, jobs (doel)';
COMMENT ON COLUMN mart.sector_progress.realised_jobs IS 'Realisation the sender states, jobs, without procurement (realisatie)';
COMMENT ON COLUMN mart.sector_progress.gap_jobs IS 'Goal less realisation, jobs (nog te realiseren)';
COMMENT ON COLUMN mart.sector_progress.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage, berekend)';
COMMENT ON COLUMN mart.sector_progress.stated_pct IS 'The percentage the sender states (realisatiepercentage, opgegeven)';
COMMENT ON COLUMN mart.sector_progress.procurement_jobs IS 'Jobs through procurement; never in the realisation (inkoop, SROI)';
COMMENT ON COLUMN mart.sector_progress.realised_incl_procurement_pct IS 'Realisation and procurement as a percentage of the goal, recomputed (percentage inclusief inkoop)';
COMMENT ON COLUMN mart.sector_progress.stated_pct_incl_procurement IS 'The percentage including procurement the sender states (opgegeven percentage inclusief inkoop)';
COMMENT ON COLUMN mart.sector_progress.rows_total IS 'Sum of the employers that count; NULL for a survey (som van de rijen)';
COMMENT ON COLUMN mart.sector_progress.rows_difference IS 'Stated realisation less the sum of the rows (verschil met de rijen)';
COMMENT ON COLUMN mart.sector_progress.employers_expected IS 'Employers expected (verwachte werkgevers)';
COMMENT ON COLUMN mart.sector_progress.employers_returned IS 'Employers with a known realisation (werkgevers met opgave)';
COMMENT ON COLUMN mart.sector_progress.approximate IS 'Whether goal or realisation is given as approximate (bij benadering)';
COMMENT ON COLUMN mart.sector_progress.estimated IS 'Whether goal or realisation is raised from a survey (geschat)';
COMMENT ON COLUMN mart.sector_progress.previous_period IS 'The same kind of period a year before; NULL when it has no return in force (vorige periode)';
COMMENT ON COLUMN mart.sector_progress.change_jobs IS 'Realisation less that of the previous period, jobs; NULL when not known or not comparable (verschil met vorige periode)';
COMMENT ON COLUMN mart.sector_progress.change_pct_points IS 'Recomputed percentage less that of the previous period, points; NULL when not known or not comparable (verschil in procentpunten)';
COMMENT ON COLUMN mart.sector_progress.break_in_series IS 'Why the previous period is not comparable, Dutch; NULL when no break is known (reeksbreuk)';
COMMENT ON COLUMN mart.sector_progress.submission_id IS 'Submission the figures come from (inzending)';
