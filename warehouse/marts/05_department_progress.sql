-- How far is each ministry, per quarter and year, with and without the units inside it?
--
-- Quarters are indicative: only the yearly figure is official. The units (DJI and Rechtspraak, within JenV) are in the
-- figure of their ministry already.

CREATE TABLE mart.department_progress AS
WITH expected_unit AS (
    -- The units that our list knows, whether or not a return has a row for them.
    SELECT s.submission_id, unit.parent_code, unit.employer_code, unit.name
    FROM core.submission AS s
    JOIN core.period AS p ON p.period = s.period
    JOIN core.employer AS unit
        ON unit.sector_code = s.sector_code AND unit.level = 'unit'
        AND coalesce(unit.valid_from, p.reference_date) <= p.reference_date
        AND coalesce(unit.valid_to, p.reference_date) >= p.reference_date
    WHERE s.sector_code = 'rijk' AND s.status IN ('accepted', 'accepted_with_findings')
),
units AS (
    SELECT
        unit.submission_id,
        unit.parent_code,
        string_agg(unit.name, '; ' ORDER BY unit.name) AS units,
        CASE WHEN count(e.target_jobs) = count(*) THEN sum(e.target_jobs) END AS target_jobs,
        CASE WHEN count(e.realised_jobs) = count(*) THEN sum(e.realised_jobs) END AS realised_jobs
    FROM expected_unit AS unit
    LEFT JOIN mart.employer_progress AS e
        ON e.submission_id = unit.submission_id AND e.employer_code = unit.employer_code AND e.level = 'unit'
    GROUP BY unit.submission_id, unit.parent_code
),
binnenwerk AS (
    SELECT o.submission_id, o.employer_code, o.value
    FROM core.own_observation AS o
    WHERE o.level = 'employer' AND o.measure = 'of_which_binnenwerk'
),
ministry AS (
    SELECT
        e.*,
        binnenwerk.value AS binnenwerk_jobs,
        p.starts_on,
        p.reference_date,
        units.units,
        CAST(units.target_jobs AS DECIMAL(28, 10)) AS units_target_jobs,
        CAST(units.realised_jobs AS DECIMAL(28, 10)) AS units_realised_jobs,
        CAST(
            CASE WHEN units.units IS NULL THEN e.target_jobs ELSE e.target_jobs - units.target_jobs END
            AS DECIMAL(28, 10)
        ) AS target_without_units,
        CAST(
            CASE WHEN units.units IS NULL THEN e.realised_jobs ELSE e.realised_jobs - units.realised_jobs END
            AS DECIMAL(28, 10)
        ) AS realised_without_units
    FROM mart.employer_progress AS e
    JOIN core.period AS p ON p.period = e.period
    LEFT JOIN binnenwerk USING (submission_id, employer_code)
    LEFT JOIN units ON units.submission_id = e.submission_id AND units.parent_code = e.employer_code
    WHERE e.sector_code = 'rijk' AND e.level = 'employer'
)
SELECT
    ministry.period,
    ministry.period_kind,
    ministry.employer_code,
    ministry.employer_name,
    ministry.target_jobs,
    ministry.realised_jobs,
    ministry.gap_jobs,
    ministry.realised_pct,
    ministry.binnenwerk_jobs,
    ministry.units,
    ministry.units_target_jobs,
    ministry.units_realised_jobs,
    ministry.target_without_units,
    ministry.realised_without_units,
    TRY_CAST(
        core.percentage(ministry.realised_without_units, ministry.target_without_units) AS DECIMAL(9, 4)
    ) AS realised_pct_without_units,
    previous.period AS previous_period,
    CAST(ministry.realised_jobs - previous.realised_jobs AS DECIMAL(28, 10)) AS change_jobs,
    ministry.period_kind <> 'year' AS indicative,
    ministry.submission_id
FROM ministry
LEFT JOIN ministry AS previous
    ON previous.employer_code = ministry.employer_code
    AND previous.period_kind = ministry.period_kind
    AND previous.reference_date = ministry.starts_on - 1
ORDER BY ministry.period, ministry.employer_code;

COMMENT ON TABLE mart.department_progress IS 'Rijk per ministry and period, with and without the units inside it (voortgang per departement)';
COMMENT ON COLUMN mart.department_progress.period IS 'Quarter or year (periode)';
COMMENT ON COLUMN mart.department_progress.period_kind IS 'year or quarter (soort periode)';
COMMENT ON COLUMN mart.department_progress.employer_code IS 'Ministry (departement)';
COMMENT ON COLUMN mart.department_progress.employer_name IS 'Name (naam)';
COMMENT ON COLUMN mart.department_progress.target_jobs IS 'Goal of the year, jobs (doel)';
COMMENT ON COLUMN mart.department_progress.realised_jobs IS 'Realisation at the end of the period, jobs, units included (realisatie)';
COMMENT ON COLUMN mart.department_progress.gap_jobs IS 'Goal less realisation, jobs (nog te realiseren)';
COMMENT ON COLUMN mart.department_progress.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage)';
COMMENT ON COLUMN mart.department_progress.binnenwerk_jobs IS 'Part of the realisation placed by Binnenwerk, jobs (waarvan Binnenwerk)';
COMMENT ON COLUMN mart.department_progress.units IS 'Names of the units inside that are shown apart; NULL when it has none (waarvan)';
COMMENT ON COLUMN mart.department_progress.units_target_jobs IS 'Goal of those units together, jobs (doel van de onderdelen)';
COMMENT ON COLUMN mart.department_progress.units_realised_jobs IS 'Realisation of those units together, jobs (realisatie van de onderdelen)';
COMMENT ON COLUMN mart.department_progress.target_without_units IS 'Goal of the ministry without those units, jobs; NULL when that of one is not known (doel zonder onderdelen)';
COMMENT ON COLUMN mart.department_progress.realised_without_units IS 'Realisation of the ministry without those units, jobs; NULL when that of one is not known (realisatie zonder onderdelen)';
COMMENT ON COLUMN mart.department_progress.realised_pct_without_units IS 'Percentage of the goal, both without those units (realisatiepercentage zonder onderdelen)';
COMMENT ON COLUMN mart.department_progress.previous_period IS 'The quarter or year just before; NULL when it has no return in force (vorige periode)';
COMMENT ON COLUMN mart.department_progress.change_jobs IS 'Realisation less that of the previous period, jobs (verschil met vorige periode)';
COMMENT ON COLUMN mart.department_progress.indicative IS 'True for quarters: only the yearly figure is official (indicatief)';
COMMENT ON COLUMN mart.department_progress.submission_id IS 'Submission the figures come from (inzending)';
