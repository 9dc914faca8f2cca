-- How complete is what each sector returned, per year; and which sectors did not return?
--
-- Every sector has a row for each year of which a yearly return came in from any of them; half-years and quarters have
-- rows for the senders that sent those. Counted are the rows of employers; survey answers don't add up to the sector.

CREATE TABLE mart.coverage AS
WITH returns AS (
    SELECT
        s.*,
        p.kind AS period_kind,
        s.status IN ('accepted', 'accepted_with_findings') AS in_force
    FROM core.submission AS s
    JOIN core.sector AS sector ON sector.sector_code = s.sector_code AND sector.kind = 'sector'
    JOIN core.period AS p ON p.period = s.period
),
expected AS (
    SELECT sector.sector_code, years.period, 'year' AS period_kind
    FROM core.sector AS sector, (SELECT DISTINCT period FROM returns WHERE period_kind = 'year') AS years
    WHERE sector.kind = 'sector'
    UNION
    SELECT sector_code, period, period_kind FROM returns WHERE period_kind <> 'year'
),
latest AS (
    FROM returns
    QUALIFY row_number() OVER (PARTITION BY sector_code, period ORDER BY in_force DESC, version DESC) = 1
),
counted AS (
    SELECT
        o.submission_id,
        max(o.value) FILTER (o.level = 'sector' AND o.measure = 'respondents') AS respondents,
        max(o.value) FILTER (o.level = 'sector' AND o.measure = 'population') AS population,
        coalesce(bool_or(o.survey), false) AS survey,
        count(*) FILTER (o.level = 'employer' AND o.measure = 'realised_jobs' AND o.status = 'approximate')
            AS approximate_employers,
        count(*) FILTER (o.level = 'employer' AND o.measure = 'realised_jobs' AND o.value IS NULL) AS missing_employers,
        coalesce(
            sum(o.value) FILTER (o.measure = 'realised_jobs' AND o.counts AND o.status = 'approximate'), 0
        ) AS approximate_jobs
    FROM core.own_observation AS o
    GROUP BY o.submission_id
)
SELECT
    expected.sector_code,
    expected.period,
    expected.period_kind,
    progress.submission_id IS NOT NULL AS returned,
    latest.status AS submission_status,
    coalesce(progress.employers_expected, sector.employers_expected) AS employers_expected,
    coalesce(progress.employers_returned, 0) AS employers_returned,
    TRY_CAST(
        core.percentage(
            coalesce(progress.employers_returned, 0),
            coalesce(progress.employers_expected, sector.employers_expected)
        ) AS DECIMAL(9, 4)
    ) AS coverage_pct,
    TRY_CAST(counted.respondents AS INTEGER) AS respondents,
    TRY_CAST(counted.population AS INTEGER) AS population,
    counted.survey,
    CAST(counted.approximate_employers AS INTEGER) AS approximate_employers,
    CASE WHEN NOT counted.survey THEN CAST(counted.missing_employers AS INTEGER) END AS missing_employers,
    CASE WHEN progress.rows_total IS NOT NULL THEN CAST(counted.approximate_jobs AS DECIMAL(28, 10)) END
        AS approximate_jobs,
    TRY_CAST(core.percentage(counted.approximate_jobs, progress.rows_total) AS DECIMAL(9, 4)) AS approximate_share,
    progress.estimated,
    latest.submission_id
FROM expected
JOIN core.sector AS sector ON sector.sector_code = expected.sector_code
LEFT JOIN latest ON latest.sector_code = expected.sector_code AND latest.period = expected.period
LEFT JOIN mart.sector_progress AS progress ON progress.submission_id = latest.submission_id
LEFT JOIN counted ON counted.submission_id = progress.submission_id
ORDER BY expected.period, sector.line;

COMMENT ON TABLE mart.coverage IS 'Per sector and period: whether it returned and how complete that is (dekking)';
COMMENT ON COLUMN mart.coverage.sector_code IS 'Sector (sector)';
COMMENT ON COLUMN mart.coverage.period IS 'Period (periode)';
COMMENT ON COLUMN mart.coverage.period_kind IS 'year, half_year or quarter (soort periode)';
COMMENT ON COLUMN mart.coverage.returned IS 'Whether a return is in force (opgave aanvaard)';
COMMENT ON COLUMN mart.coverage.submission_status IS 'Where the return in force stands, else the last version; NULL when nothing came in (status)';
COMMENT ON COLUMN mart.coverage.employers_expected IS 'Employers expected: the population stated, else our list (verwachte werkgevers)';
COMMENT ON COLUMN mart.coverage.employers_returned IS 'Employers with a known realisation (werkgevers met opgave)';
COMMENT ON COLUMN mart.coverage.coverage_pct IS 'Employers with a known realisation as a percentage of those expected (dekking)';
COMMENT ON COLUMN mart.coverage.respondents IS 'Employers that answered, as a survey states; NULL when not stated (respons)';
COMMENT ON COLUMN mart.coverage.population IS 'Employers there are, as stated; NULL when not stated (populatie)';
COMMENT ON COLUMN mart.coverage.survey IS 'Whether the rows are unweighted answers of a survey (enquête)';
COMMENT ON COLUMN mart.coverage.approximate_employers IS 'Employers whose realisation is approximate (werkgevers bij benadering)';
COMMENT ON COLUMN mart.coverage.missing_employers IS 'Employers in the return without a known realisation; NULL for a survey, which only holds who answered (werkgevers zonder realisatie)';
COMMENT ON COLUMN mart.coverage.approximate_jobs IS 'Sum of the approximate realisations of employers, jobs; NULL for a survey (banen bij benadering)';
COMMENT ON COLUMN mart.coverage.approximate_share IS 'Those as a percentage of the sum of the employers (aandeel bij benadering)';
COMMENT ON COLUMN mart.coverage.estimated IS 'Whether goal or realisation of the sector is raised from a survey (geschat)';
COMMENT ON COLUMN mart.coverage.submission_id IS 'Return in force, else the last version, which may be rejected or withdrawn: see submission_status; NULL when nothing came in (inzending)';
