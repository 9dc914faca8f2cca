-- Which formula reproduces a stated goal: fte × quota, or hours: fte × week hours × quota ÷ 25.5, of 36 or of 40 hours?
--
-- Tolerance, the same as of the rule goal_follows_workforce. A workforce may have been rounded by half a unit of its last
-- digit: as many jobs as that makes by the quota, and twice that by hours (a week of 40 hours is 1.57 jobs). A goal may
-- have been rounded by half a unit of its last digit, or cut off at that digit as statutory figures are (rounded down):
-- so it may lie half a unit above the bounds and a whole unit below. Bounds are compared as products, so nothing is
-- rounded on the way. An hours goal of a week between 36 and 40 hours is hours_between.
-- The workforce of a sector is what it states, else the sum of its employers when every one of them states it.

CREATE TABLE mart.goal_check AS
WITH figure AS (
    SELECT
        o.submission_id,
        o.sector_code,
        o.period,
        o.level,
        o.employer_code,
        max(o.value) FILTER (o.measure = 'target_jobs') AS target_jobs,
        max(core.half_unit(o.decimals)) FILTER (o.measure = 'target_jobs') AS target_half,
        max(o.value) FILTER (o.measure = 'workforce_fte') AS workforce_fte,
        max(core.half_unit(o.decimals)) FILTER (o.measure = 'workforce_fte' AND o.value IS NOT NULL) AS workforce_half
    FROM core.own_observation AS o
    JOIN core.sector AS sector ON sector.sector_code = o.sector_code AND sector.kind = 'sector'
    JOIN core.period AS p ON p.period = o.period AND p.kind = 'year'
    WHERE o.level IN ('sector', 'employer') AND NOT o.survey
        AND o.measure IN ('target_jobs', 'workforce_fte')
    GROUP BY o.submission_id, o.sector_code, o.period, o.level, o.employer_code
),
added_up AS (
    SELECT
        figure.submission_id,
        sum(figure.workforce_fte) AS workforce_fte,
        sum(figure.workforce_half) AS workforce_half
    FROM figure
    JOIN mart.sector_progress AS progress ON progress.submission_id = figure.submission_id
    WHERE figure.level = 'employer'
    GROUP BY figure.submission_id, progress.employers_expected
    HAVING count(figure.workforce_fte) = count(*) AND count(*) >= progress.employers_expected
),
chosen AS (
    SELECT
        figure.* EXCLUDE (workforce_fte, workforce_half),
        TRY_CAST(
            CASE WHEN figure.level = 'sector' AND figure.workforce_fte IS NULL THEN added_up.workforce_fte
                ELSE figure.workforce_fte END AS DECIMAL(20, 10)
        ) AS workforce_fte,
        CASE WHEN figure.level = 'sector' AND figure.workforce_fte IS NULL THEN added_up.workforce_half
            ELSE figure.workforce_half END AS workforce_half,
        quota.quota_pct
    FROM figure
    LEFT JOIN added_up ON added_up.submission_id = figure.submission_id
    LEFT JOIN core.quota AS quota ON quota.sector_code = 'overheid' AND CAST(quota.year AS VARCHAR) = figure.period
    WHERE figure.level = 'sector' OR (figure.target_jobs IS NOT NULL AND figure.workforce_fte IS NOT NULL)
),
judged AS (
    SELECT
        chosen.*,
        TRY_CAST(workforce_fte * quota_pct AS DECIMAL(28, 10)) AS fte_times_pct,
        TRY_CAST(workforce_half * quota_pct * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(20, 10)) AS rounding,
        nullif(
            concat_ws(
                '; ',
                CASE WHEN target_jobs IS NULL THEN 'het doel is niet bekend' END,
                CASE WHEN workforce_fte IS NULL THEN 'het personeelsbestand is niet bekend' END,
                CASE WHEN quota_pct IS NULL THEN 'het quotumpercentage van ' || period || ' is niet bekend' END,
                series_break.note_nl
            ),
            ''
        ) AS not_evaluable_because,
        TRY_CAST(target_jobs AS DECIMAL(20, 10)) AS target
    FROM chosen
    LEFT JOIN (
        SELECT sector_code, max(period_before) AS period_before, max_by(note_nl, period_before) AS note_nl
        FROM core.series_break
        WHERE kind = 'goal_concept'
        GROUP BY sector_code
    ) AS series_break
        ON series_break.sector_code = chosen.sector_code AND chosen.period <= series_break.period_before
),
bounds AS (
    -- fte × quota is fte_times_pct ÷ 100, and of a week of 36 hours it is 36 × fte_times_pct ÷ 2550.
    SELECT
        *,
        100 * (target + 2 * target_half + rounding) >= fte_times_pct
            AND 100 * (target - target_half - rounding) <= fte_times_pct AS by_fte,
        2550 * (target + 2 * target_half + 2 * rounding) >= 36 * fte_times_pct AS from_36,
        2550 * (target - target_half - 2 * rounding) <= 36 * fte_times_pct AS up_to_36,
        2550 * (target + 2 * target_half + 2 * rounding) >= 40 * fte_times_pct AS from_40,
        2550 * (target - target_half - 2 * rounding) <= 40 * fte_times_pct AS up_to_40
    FROM judged
)
SELECT
    sector_code,
    period,
    level,
    employer_code,
    employer.name AS employer_name,
    target_jobs,
    CAST(workforce_fte AS DECIMAL(28, 10)) AS workforce_fte,
    quota_pct,
    TRY_CAST(fte_times_pct * CAST(0.01 AS DECIMAL(3, 2)) AS DECIMAL(28, 10)) AS goal_by_fte,
    CAST(core.percentage(fte_times_pct * 36, 255000) AS DECIMAL(28, 10)) AS goal_by_hours_36,
    CAST(core.percentage(fte_times_pct * 40, 255000) AS DECIMAL(28, 10)) AS goal_by_hours_40,
    CASE
        WHEN not_evaluable_because IS NOT NULL THEN NULL
        WHEN CAST(by_fte AS INTEGER) + CAST(from_36 AND up_to_36 AS INTEGER) + CAST(from_40 AND up_to_40 AS INTEGER) > 1
            THEN 'several'
        WHEN by_fte THEN 'fte'
        WHEN from_36 AND up_to_36 THEN 'hours_36'
        WHEN from_40 AND up_to_40 THEN 'hours_40'
        WHEN from_36 AND up_to_40 THEN 'hours_between'
        ELSE 'neither'
    END AS formula,
    not_evaluable_because,
    submission_id
FROM bounds
LEFT JOIN core.employer AS employer USING (sector_code, employer_code, level)
ORDER BY period, sector_code, employer_code NULLS FIRST;

COMMENT ON TABLE mart.goal_check IS 'Per sector and year, and employer with a known workforce: which formula reproduces the stated goal (herleiding van het doel)';
COMMENT ON COLUMN mart.goal_check.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.goal_check.period IS 'Year (jaar)';
COMMENT ON COLUMN mart.goal_check.level IS 'sector or employer (niveau)';
COMMENT ON COLUMN mart.goal_check.employer_code IS 'Employer; NULL for the sector (werkgever)';
COMMENT ON COLUMN mart.goal_check.employer_name IS 'Name of the employer (naam)';
COMMENT ON COLUMN mart.goal_check.target_jobs IS 'Goal as stated, jobs (doel)';
COMMENT ON COLUMN mart.goal_check.workforce_fte IS 'Workforce in fte, stated or added up from all employers; NULL when not known (personeelsbestand)';
COMMENT ON COLUMN mart.goal_check.quota_pct IS 'Quota percentage of that year; NULL when not known (quotumpercentage)';
COMMENT ON COLUMN mart.goal_check.goal_by_fte IS 'fte × quota, jobs (doel volgens fte)';
COMMENT ON COLUMN mart.goal_check.goal_by_hours_36 IS 'fte × 36 hours × quota ÷ 25.5, jobs, four decimals (doel volgens uren, 36-urige week)';
COMMENT ON COLUMN mart.goal_check.goal_by_hours_40 IS 'fte × 40 hours × quota ÷ 25.5, jobs, four decimals (doel volgens uren, 40-urige week)';
COMMENT ON COLUMN mart.goal_check.formula IS 'fte, hours_36, hours_40, hours_between, several, neither; NULL when not evaluable (formule)';
COMMENT ON COLUMN mart.goal_check.not_evaluable_because IS 'Why it could not be evaluated, Dutch (niet te bepalen omdat)';
COMMENT ON COLUMN mart.goal_check.submission_id IS 'Submission the figures come from (inzending)';
