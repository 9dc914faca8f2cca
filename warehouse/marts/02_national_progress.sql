-- How far is the government against the 25,000 jobs, by each of the two series that are never added or subtracted?
--
-- sector_returns: the stock of all jobs, baseline of 2013 included, against the sum of the sectors' own goals.
-- official_monitor: extra jobs since 1 January 2013, against the agreed path.
-- A change against the year before is there only when the same sectors returned in both years and none of them has a
-- break in its series in between; what is not comparable is in break_in_series.
-- The sum of a year is provisional until every sector and every employer returned, or a waiver covers what is missing, and
-- no new version waits for a person. Sectors that raise a survey answer for their whole population themselves.

CREATE TABLE mart.national_progress AS
WITH final_target AS (
    SELECT target_jobs FROM core.target_path WHERE sector_code = 'overheid' ORDER BY year DESC LIMIT 1
),
sector_returns AS (
    SELECT
        period,
        sum(target_jobs) AS target_jobs,
        sum(realised_jobs) AS realised_jobs,
        count(realised_jobs) AS sectors_returned,
        string_agg(sector_code, '; ' ORDER BY sector_code) FILTER (realised_jobs IS NOT NULL) AS sectors,
        count(change_jobs) = count(realised_jobs) AS jobs_comparable,
        count(change_pct_points) = count(realised_jobs) AS pct_comparable,
        string_agg(sector.name || ': ' || break_in_series, ' ' ORDER BY sector.line) AS break_in_series,
        string_agg(submission_id, '; ' ORDER BY submission_id) AS submission_ids,
        coalesce(sum(realised_jobs) FILTER (approximate), 0) AS approximate_jobs,
        coalesce(sum(realised_jobs) FILTER (estimated), 0) AS estimated_jobs
    FROM mart.sector_progress
    JOIN core.sector AS sector USING (sector_code)
    WHERE period_kind = 'year'
    GROUP BY period
),
sectors_waived AS (
    SELECT DISTINCT sector_code, period
    FROM audit.finding
    WHERE rule = 'sectors_complete' AND outcome = 'fails' AND waiver IS NOT NULL
),
employers_without AS (
    SELECT submission_id, count(*) AS told, count(*) FILTER (waiver IS NULL) AS not_waived
    FROM audit.finding
    WHERE rule = 'employers_returned' AND outcome = 'fails'
    GROUP BY submission_id
),
surveys AS (
    SELECT DISTINCT submission_id FROM core.own_observation WHERE survey
),
missing AS (
    SELECT
        sector_returns.period,
        progress.realised_jobs IS NULL AND sectors_waived.sector_code IS NULL AS sector_missing,
        CASE WHEN surveys.submission_id IS NULL THEN
            -- Those that the return has a row of, unless waived, and those that it has none of.
            coalesce(employers_without.not_waived, 0)
            + greatest(
                progress.employers_expected - progress.employers_returned - coalesce(employers_without.told, 0), 0
            )
        END AS employers_missing
    FROM sector_returns
    JOIN core.sector AS sector ON sector.kind = 'sector'
    LEFT JOIN mart.sector_progress AS progress
        ON progress.sector_code = sector.sector_code AND progress.period = sector_returns.period
    LEFT JOIN sectors_waived
        ON sectors_waived.sector_code = sector.sector_code AND sectors_waived.period = sector_returns.period
    LEFT JOIN employers_without ON employers_without.submission_id = progress.submission_id
    LEFT JOIN surveys ON surveys.submission_id = progress.submission_id
),
waiting AS (
    SELECT s.period, count(*) AS versions
    FROM core.submission AS s
    JOIN core.sector AS sector ON sector.sector_code = s.sector_code AND sector.kind = 'sector'
    WHERE s.status = 'awaiting_acceptance'
    GROUP BY s.period
),
open_points AS (
    SELECT
        missing.period,
        concat_ws(
            '; ',
            core.counted(count(*) FILTER (sector_missing), 'sector', 'sectoren') || ' zonder realisatie',
            core.counted(sum(employers_missing), 'werkgever', 'werkgevers') || ' zonder realisatie',
            core.counted(max(waiting.versions), 'nieuwe versie wacht', 'nieuwe versies wachten') || ' op aanvaarding'
        ) AS provisional_because
    FROM missing
    LEFT JOIN waiting ON waiting.period = missing.period
    GROUP BY missing.period
),
official AS (
    -- Every monitor holds all years; the latest one that knows a year is the official figure of that year.
    SELECT
        o.period,
        arg_max(o.value, s.period) AS realised_jobs,
        arg_max(o.status, s.period) FILTER (o.value IS NOT NULL) = 'approximate' AS approximate,
        arg_max(o.submission_id, s.period) FILTER (o.value IS NOT NULL) AS submission_ids
    FROM core.observation AS o
    JOIN core.submission AS s ON s.submission_id = o.submission_id
    WHERE o.sector_code = 'overheid' AND o.level = 'sector' AND o.role = 'own' AND o.measure = 'extra_jobs_official'
    GROUP BY o.period
),
both_series AS (
    SELECT
        period,
        'sector_returns' AS basis,
        target_jobs,
        realised_jobs,
        (SELECT count(*) FROM core.sector WHERE kind = 'sector') AS sectors_expected,
        sectors_returned,
        core.percentage(approximate_jobs, realised_jobs) AS approximate_share,
        core.percentage(estimated_jobs, realised_jobs) AS estimated_share,
        'Stand van alle banen volgens de sectoren, inclusief de banen van voor 2013; de 25.000 telt alleen extra banen '
            || 'sinds 1 januari 2013. Het percentage van 25.000 is daarom niet gelijk te stellen aan dat van de '
            || 'landelijke monitor.' AS comparability_note,
        sectors,
        jobs_comparable,
        pct_comparable,
        break_in_series,
        submission_ids
    FROM sector_returns
    UNION ALL
    SELECT
        CAST(path.year AS VARCHAR),
        'official_monitor',
        path.target_jobs,
        official.realised_jobs,
        NULL,
        NULL,
        CASE
            WHEN official.realised_jobs IS NULL THEN NULL
            WHEN official.approximate THEN 100
            ELSE 0
        END,
        NULL,
        NULL,
        'overheid',
        true,
        true,
        NULL,
        official.submission_ids
    FROM core.target_path AS path
    LEFT JOIN official ON official.period = CAST(path.year AS VARCHAR)
    WHERE path.sector_code = 'overheid'
),
figures AS (
    SELECT
        period,
        basis,
        CAST(target_jobs AS DECIMAL(28, 10)) AS target_jobs,
        CAST(realised_jobs AS DECIMAL(28, 10)) AS realised_jobs,
        CAST(target_jobs - realised_jobs AS DECIMAL(28, 10)) AS gap_jobs,
        TRY_CAST(core.percentage(realised_jobs, target_jobs) AS DECIMAL(9, 4)) AS realised_pct,
        (SELECT target_jobs FROM final_target) AS final_target_jobs,
        TRY_CAST(core.percentage(realised_jobs, (SELECT target_jobs FROM final_target)) AS DECIMAL(9, 4)) AS pct_of_final_target,
        CAST(sectors_expected AS INTEGER) AS sectors_expected,
        CAST(sectors_returned AS INTEGER) AS sectors_returned,
        CAST(approximate_share AS DECIMAL(9, 4)) AS approximate_share,
        CAST(estimated_share AS DECIMAL(9, 4)) AS estimated_share,
        comparability_note,
        sectors,
        jobs_comparable,
        pct_comparable,
        break_in_series,
        submission_ids
    FROM both_series
)
SELECT
    figures.* EXCLUDE (sectors, jobs_comparable, pct_comparable, break_in_series, submission_ids),
    CASE WHEN previous.sectors = figures.sectors AND figures.jobs_comparable THEN
        CAST(figures.realised_jobs - previous.realised_jobs AS DECIMAL(28, 10))
    END AS change_jobs,
    CASE WHEN previous.sectors = figures.sectors AND figures.pct_comparable THEN
        TRY_CAST(figures.realised_pct - previous.realised_pct AS DECIMAL(9, 4))
    END AS change_pct_points,
    figures.break_in_series,
    CASE
        WHEN figures.realised_jobs IS NULL THEN NULL
        WHEN figures.basis = 'official_monitor' THEN if(figures.approximate_share > 0, 'provisional', 'final')
        ELSE if(open_points.provisional_because = '', 'final', 'provisional')
    END AS position,
    CASE WHEN figures.basis = 'sector_returns' THEN nullif(open_points.provisional_because, '') END AS provisional_because,
    figures.submission_ids
FROM figures
LEFT JOIN open_points ON open_points.period = figures.period
LEFT JOIN figures AS previous
    ON previous.basis = figures.basis AND previous.period = core.year_before(figures.period)
ORDER BY figures.basis, figures.period;

COMMENT ON TABLE mart.national_progress IS 'Per year and series: the national total and its goal (landelijke voortgang)';
COMMENT ON COLUMN mart.national_progress.period IS 'Year (jaar)';
COMMENT ON COLUMN mart.national_progress.basis IS 'sector_returns (stock of jobs) or official_monitor (extra jobs); never added or subtracted (reeks)';
COMMENT ON COLUMN mart.national_progress.target_jobs IS 'Sum of the sector goals, or the agreed path, jobs (doel)';
COMMENT ON COLUMN mart.national_progress.realised_jobs IS 'Jobs by this series; NULL when not known (realisatie)';
COMMENT ON COLUMN mart.national_progress.gap_jobs IS 'Goal less realisation, jobs (nog te realiseren)';
COMMENT ON COLUMN mart.national_progress.realised_pct IS 'Percentage of the goal of this series (realisatiepercentage)';
COMMENT ON COLUMN mart.national_progress.final_target_jobs IS 'The 25,000 of the government sector (einddoel)';
COMMENT ON COLUMN mart.national_progress.pct_of_final_target IS 'Percentage of the 25,000; read with the note (percentage van het einddoel)';
COMMENT ON COLUMN mart.national_progress.sectors_expected IS 'Sectors expected (verwachte sectoren)';
COMMENT ON COLUMN mart.national_progress.sectors_returned IS 'Sectors whose realisation is known from an accepted return (sectoren met realisatie)';
COMMENT ON COLUMN mart.national_progress.approximate_share IS 'Realisation of the sectors whose goal or realisation is approximate, as a share of all, percent (aandeel bij benadering)';
COMMENT ON COLUMN mart.national_progress.estimated_share IS 'Realisation of the sectors whose goal or realisation is raised from a survey, as a share of all, percent (aandeel geschat)';
COMMENT ON COLUMN mart.national_progress.comparability_note IS 'Why a percentage of 25,000 is not like for like, Dutch (vergelijkbaarheid)';
COMMENT ON COLUMN mart.national_progress.change_jobs IS 'Realisation less that of the year before, jobs; NULL when not known, or when other sectors returned or a series breaks (verschil met vorig jaar)';
COMMENT ON COLUMN mart.national_progress.change_pct_points IS 'Percentage of the goal less that of the year before, points; NULL likewise (verschil in procentpunten)';
COMMENT ON COLUMN mart.national_progress.break_in_series IS 'What is not comparable with the year before within the sum, Dutch; NULL when no break is known (reeksbreuk)';
COMMENT ON COLUMN mart.national_progress.position IS 'final, or provisional: something is missing that no waiver covers, or a version waits; NULL when not known (definitief of voorlopig)';
COMMENT ON COLUMN mart.national_progress.provisional_because IS 'What keeps the sum of the returns from being final, Dutch (waarom voorlopig)';
COMMENT ON COLUMN mart.national_progress.submission_ids IS 'Submissions the realisation comes from, joined by ; (inzendingen)';
