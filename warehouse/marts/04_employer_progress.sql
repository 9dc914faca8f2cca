-- How far is each employer, and each unit inside one, per period against its own goal?
--
-- An answer to a survey is unweighted: such rows never add up to their sector. Units (DJI, Rechtspraak) are part of
-- their parent and never ranked. A rank is given only where it is honest: goal and realisation both known and reported.

CREATE TABLE mart.employer_progress AS
WITH stated AS (
    SELECT
        o.submission_id,
        o.sector_code,
        o.period,
        o.level,
        o.employer_code,
        max(o.group_name) AS group_name,
        max(o.value) FILTER (o.measure = 'target_jobs') AS target_jobs,
        max(o.value) FILTER (o.measure = 'realised_jobs') AS realised_jobs,
        max(o.status) FILTER (o.measure = 'target_jobs') AS target_status,
        coalesce(max(o.status) FILTER (o.measure = 'realised_jobs'), 'not_asked') AS realised_status,
        bool_or(o.survey) AS survey,
        max(o.sheet) FILTER (o.measure = 'realised_jobs') AS sheet,
        max(o.cell) FILTER (o.measure = 'realised_jobs') AS cell
    FROM core.own_observation AS o
    WHERE o.level IN ('employer', 'unit') AND o.measure IN ('target_jobs', 'realised_jobs')
    GROUP BY o.submission_id, o.sector_code, o.period, o.level, o.employer_code
),
figures AS (
    SELECT
        *,
        TRY_CAST(core.percentage(realised_jobs, target_jobs) AS DECIMAL(9, 4)) AS realised_pct,
        level = 'employer' AND NOT survey AND target_status = 'reported' AND realised_status = 'reported'
            AND realised_pct IS NOT NULL AS rankable
    FROM stated
)
SELECT
    figures.sector_code,
    figures.period,
    p.kind AS period_kind,
    figures.level,
    figures.employer_code,
    employer.name AS employer_name,
    employer.parent_code,
    figures.group_name,
    figures.target_jobs,
    figures.realised_jobs,
    CAST(figures.target_jobs - figures.realised_jobs AS DECIMAL(28, 10)) AS gap_jobs,
    figures.realised_pct,
    figures.realised_status,
    figures.survey,
    CAST(figures.realised_jobs - previous.realised_jobs AS DECIMAL(28, 10)) AS change_jobs,
    CASE WHEN figures.rankable THEN
        CAST(
            rank() OVER (
                PARTITION BY figures.submission_id, figures.rankable ORDER BY figures.realised_pct DESC
            ) AS INTEGER
        )
    END AS rank_in_sector,
    figures.sheet,
    figures.cell,
    figures.submission_id
FROM figures
JOIN core.period AS p ON p.period = figures.period
JOIN core.employer AS employer
    ON employer.sector_code = figures.sector_code AND employer.employer_code = figures.employer_code
LEFT JOIN figures AS previous
    ON previous.sector_code = figures.sector_code
    AND previous.employer_code = figures.employer_code
    AND previous.period = core.year_before(figures.period)
ORDER BY figures.period, figures.sector_code, figures.employer_code;

COMMENT ON TABLE mart.employer_progress IS 'Per employer and unit inside one, and period: goal and realisation (voortgang per werkgever)';
COMMENT ON COLUMN mart.employer_progress.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.employer_progress.period IS 'Period (periode)';
COMMENT ON COLUMN mart.employer_progress.period_kind IS 'year, half_year or quarter (soort periode)';
COMMENT ON COLUMN mart.employer_progress.level IS 'employer, or unit for a part of one that is never counted again (niveau)';
COMMENT ON COLUMN mart.employer_progress.employer_code IS 'Code (code)';
COMMENT ON COLUMN mart.employer_progress.employer_name IS 'Name in our list (naam)';
COMMENT ON COLUMN mart.employer_progress.parent_code IS 'The employer a unit is part of (moederorganisatie)';
COMMENT ON COLUMN mart.employer_progress.group_name IS 'Group in the return, such as a province sheet (groep)';
COMMENT ON COLUMN mart.employer_progress.target_jobs IS 'Goal, jobs; NULL when not known (doel)';
COMMENT ON COLUMN mart.employer_progress.realised_jobs IS 'Realisation, jobs, without procurement; unweighted for a survey (realisatie)';
COMMENT ON COLUMN mart.employer_progress.gap_jobs IS 'Goal less realisation, jobs (nog te realiseren)';
COMMENT ON COLUMN mart.employer_progress.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage)';
COMMENT ON COLUMN mart.employer_progress.realised_status IS 'How the realisation was given: reported, approximate, missing, not_supplied, not_applicable or not_asked (status)';
COMMENT ON COLUMN mart.employer_progress.survey IS 'Whether it is an unweighted answer of a survey, which never adds up to the sector (enquête)';
COMMENT ON COLUMN mart.employer_progress.change_jobs IS 'Realisation less that of the same kind of period a year before, jobs (verschil met een jaar eerder)';
COMMENT ON COLUMN mart.employer_progress.rank_in_sector IS 'Rank by percentage, highest first; ties share one; NULL where it would not be honest (rang)';
COMMENT ON COLUMN mart.employer_progress.sheet IS 'Sheet of the realisation (blad)';
COMMENT ON COLUMN mart.employer_progress.cell IS 'Cell of the realisation (cel)';
COMMENT ON COLUMN mart.employer_progress.submission_id IS 'Submission the figures come from (inzending)';
