-- What does the table of the letter to Parliament say, per year: goal, realisation and percentage of each sector?
--
-- Texts are as the letter prints them: the decimals of the cell (two at most; jobs without trailing zeros), but "ca." for
-- what is approximate where the letter writes "+/-"; and the percentage as the sender states it. When none is stated it is the recomputed one, rounded
-- half up to one decimal. pct_differs allows half a unit of rounding in each of percentage, goal and realisation.
-- A sector that did not return keeps its line; the last line has a total only when all sectors returned.

CREATE TABLE mart.letter_table AS
WITH cell AS (
    SELECT
        o.submission_id,
        o.measure,
        max(o.value) AS value,
        max(coalesce(o.decimals, 0)) AS decimals,
        max(core.half_unit(o.decimals)) AS half_unit,
        CASE WHEN bool_or(o.status = 'approximate') THEN 'ca. ' ELSE '' END AS about,
        max(o.status) AS status
    FROM core.own_observation AS o
    WHERE o.level = 'sector'
        AND o.measure IN ('target_jobs', 'realised_jobs', 'stated_pct', 'procurement_jobs')
    GROUP BY o.submission_id, o.measure
),
printed AS (
    SELECT
        submission_id,
        measure,
        about || CASE
            WHEN measure = 'stated_pct' THEN core.dutch_number(value, decimals) || '%'
            ELSE core.dutch_jobs(value, decimals)
        END AS text
    FROM cell
),
rounded AS (
    -- Narrow enough to multiply; a figure too large for that is not compared.
    SELECT
        stated.submission_id,
        TRY_CAST(stated.value AS DECIMAL(18, 10)) AS pct,
        CAST(stated.half_unit AS DECIMAL(18, 10)) AS pct_half,
        TRY_CAST(target.value AS DECIMAL(19, 9)) AS target,
        CAST(target.half_unit AS DECIMAL(19, 9)) AS target_half,
        TRY_CAST(realised.value AS DECIMAL(19, 9)) AS realised,
        CAST(realised.half_unit AS DECIMAL(19, 9)) AS realised_half
    FROM cell AS stated
    JOIN cell AS target ON target.submission_id = stated.submission_id AND target.measure = 'target_jobs'
    JOIN cell AS realised ON realised.submission_id = stated.submission_id AND realised.measure = 'realised_jobs'
    WHERE stated.measure = 'stated_pct'
),
compared AS (
    SELECT
        submission_id,
        CASE WHEN target > target_half THEN
            (pct + pct_half) * (target + target_half) < 100 * (realised - realised_half)
            OR (pct - pct_half) * (target - target_half) > 100 * (realised + realised_half)
        END AS pct_differs
    FROM rounded
),
years AS (
    SELECT DISTINCT period FROM mart.sector_progress WHERE period_kind = 'year'
),
sector AS (
    SELECT sector_code, name, CAST(row_number() OVER (ORDER BY line) AS INTEGER) AS line
    FROM core.sector
    WHERE kind = 'sector'
),
breaks_after AS (
    SELECT sector_code, period_before, string_agg(note_nl, ' ' ORDER BY measure) AS note_nl
    FROM core.series_break
    GROUP BY sector_code, period_before
),
sector_line AS (
    SELECT
        years.period,
        sector.line,
        sector.sector_code,
        sector.name AS sector_name,
        progress.target_jobs,
        progress.realised_jobs,
        progress.stated_pct,
        progress.realised_pct,
        target.text AS target_text,
        realised.text AS realised_text,
        coalesce(
            stated.text,
            core.percentage_text(progress.realised_jobs, progress.target_jobs)
        ) AS pct_text,
        compared.pct_differs,
        CASE
            WHEN procurement.procurement_jobs IS NOT NULL THEN purchased.text
            WHEN procurement.procurement_status = 'not_asked' THEN 'niet gevraagd'
            WHEN procurement.known_rows >= 3 THEN
                'niet bekend; bij ' || procurement.known_rows || ' werkgevers samen '
                || CASE WHEN procurement.known_rows_approximate THEN 'ca. ' ELSE '' END
                || core.dutch_jobs(procurement.known_rows_jobs, 2)
            WHEN procurement.procurement_status IS NOT NULL THEN 'niet bekend'
        END AS procurement_text,
        CASE
            WHEN progress.submission_id IS NULL THEN 'geen aanvaarde opgave'
            ELSE nullif(
                concat_ws(
                    '; ',
                    CASE WHEN progress.approximate THEN 'bij benadering' END,
                    CASE WHEN progress.estimated THEN 'opgehoogd uit een enquête' END,
                    CASE WHEN progress.employers_returned < progress.employers_expected THEN
                        progress.employers_returned || ' van ' || progress.employers_expected || ' werkgevers'
                    END,
                    CASE WHEN progress.rows_difference <> 0 THEN
                        'de werkgevers tellen op tot ' || core.dutch_jobs(progress.rows_total, 2)
                    END,
                    CASE WHEN compared.pct_differs THEN
                        'het opgegeven percentage volgt niet uit doel en realisatie (berekend: '
                        || core.percentage_text(progress.realised_jobs, progress.target_jobs) || ')'
                    END,
                    progress.break_in_series,
                    breaks_after.note_nl
                ),
                ''
            )
        END AS note,
        progress.submission_id
    FROM years
    CROSS JOIN sector
    LEFT JOIN mart.sector_progress AS progress
        ON progress.sector_code = sector.sector_code AND progress.period = years.period
    LEFT JOIN mart.procurement AS procurement ON procurement.submission_id = progress.submission_id
    LEFT JOIN compared ON compared.submission_id = progress.submission_id
    LEFT JOIN breaks_after
        ON breaks_after.sector_code = sector.sector_code AND breaks_after.period_before = years.period
    LEFT JOIN printed AS target ON target.submission_id = progress.submission_id AND target.measure = 'target_jobs'
    LEFT JOIN printed AS realised ON realised.submission_id = progress.submission_id AND realised.measure = 'realised_jobs'
    LEFT JOIN printed AS stated ON stated.submission_id = progress.submission_id AND stated.measure = 'stated_pct'
    LEFT JOIN printed AS purchased
        ON purchased.submission_id = progress.submission_id AND purchased.measure = 'procurement_jobs'
),
total_line AS (
    SELECT
        n.period,
        (SELECT max(line) + 1 FROM sector) AS line,
        'Totaal' AS sector_name,
        n.sectors_returned = n.sectors_expected AS complete,
        CASE WHEN complete THEN n.target_jobs END AS target_jobs,
        CASE WHEN complete THEN n.realised_jobs END AS realised_jobs,
        CASE WHEN complete THEN n.realised_pct END AS realised_pct,
        (SELECT max(decimals) FROM cell JOIN core.submission AS s USING (submission_id)
            WHERE s.period = n.period AND measure IN ('target_jobs', 'realised_jobs')) AS decimals,
        CASE
            WHEN complete THEN
                coalesce('voorlopig: ' || n.provisional_because || '; ', '') || 'stand van alle banen, ook die van voor 2013; niet te vergelijken met de 25.000 extra banen; '
                || employers.returned || ' van ' || employers.expected || ' werkgevers; bij benadering '
                || core.dutch_number(n.approximate_share, 1) || '%, geschat '
                || core.dutch_number(n.estimated_share, 1) || '%'
            ELSE 'voorlopig: ' || n.sectors_returned || ' van ' || n.sectors_expected || ' sectoren; nog geen totaal'
        END AS note,
        n.submission_ids
    FROM mart.national_progress AS n
    JOIN (
        SELECT period, sum(employers_returned) AS returned, sum(employers_expected) AS expected
        FROM mart.sector_progress
        GROUP BY period
    ) AS employers ON employers.period = n.period
    WHERE n.basis = 'sector_returns'
),
lines AS (
    SELECT
        period,
        line,
        sector_code,
        sector_name,
        target_jobs,
        realised_jobs,
        stated_pct,
        realised_pct,
        target_text,
        realised_text,
        pct_text,
        pct_differs,
        procurement_text,
        note,
        submission_id AS submission_ids
    FROM sector_line
    UNION ALL
    SELECT
        period,
        line,
        NULL,
        sector_name,
        target_jobs,
        realised_jobs,
        NULL,
        realised_pct,
        core.dutch_jobs(target_jobs, decimals),
        core.dutch_jobs(realised_jobs, decimals),
        core.percentage_text(realised_jobs, target_jobs),
        NULL,
        NULL,
        note,
        submission_ids
    FROM total_line
)
SELECT
    lines.period,
    lines.line,
    lines.sector_code,
    lines.sector_name,
    lines.target_jobs,
    lines.realised_jobs,
    lines.stated_pct,
    lines.realised_pct,
    previous.target_jobs AS previous_target_jobs,
    previous.realised_jobs AS previous_realised_jobs,
    previous.stated_pct AS previous_stated_pct,
    previous.realised_pct AS previous_realised_pct,
    lines.target_text,
    lines.realised_text,
    lines.pct_text,
    lines.pct_differs,
    lines.procurement_text,
    lines.note,
    nullif(
        array_to_string(
            list_sort(string_split(concat_ws('; ', previous.submission_ids, lines.submission_ids), '; ')), '; '
        ),
        ''
    ) AS submission_ids
FROM lines
LEFT JOIN lines AS previous ON previous.line = lines.line AND previous.period = core.year_before(lines.period)
ORDER BY lines.period, lines.line;

COMMENT ON TABLE mart.letter_table IS 'Per year: the table of the letter to Parliament (tabel van de Kamerbrief)';
COMMENT ON COLUMN mart.letter_table.period IS 'Year (jaar)';
COMMENT ON COLUMN mart.letter_table.line IS 'Place in the table; the total comes last (regel)';
COMMENT ON COLUMN mart.letter_table.sector_code IS 'Sector; NULL for the total (sector)';
COMMENT ON COLUMN mart.letter_table.sector_name IS 'Name as printed (naam)';
COMMENT ON COLUMN mart.letter_table.target_jobs IS 'Goal, jobs (doel)';
COMMENT ON COLUMN mart.letter_table.realised_jobs IS 'Realisation, jobs, without procurement (realisatie)';
COMMENT ON COLUMN mart.letter_table.stated_pct IS 'The percentage the sender states (realisatiepercentage, opgegeven)';
COMMENT ON COLUMN mart.letter_table.realised_pct IS 'Realisation as a percentage of the goal, recomputed (realisatiepercentage, berekend)';
COMMENT ON COLUMN mart.letter_table.previous_target_jobs IS 'Goal of the year before, jobs (doel vorig jaar)';
COMMENT ON COLUMN mart.letter_table.previous_realised_jobs IS 'Realisation of the year before, jobs (realisatie vorig jaar)';
COMMENT ON COLUMN mart.letter_table.previous_stated_pct IS 'The percentage stated for the year before (opgegeven percentage vorig jaar)';
COMMENT ON COLUMN mart.letter_table.previous_realised_pct IS 'The percentage recomputed for the year before (berekend percentage vorig jaar)';
COMMENT ON COLUMN mart.letter_table.target_text IS 'Goal as printed, Dutch (doel, zoals gedrukt)';
COMMENT ON COLUMN mart.letter_table.realised_text IS 'Realisation as printed, Dutch (realisatie, zoals gedrukt)';
COMMENT ON COLUMN mart.letter_table.pct_text IS 'Percentage as printed, Dutch: as stated, else recomputed (percentage, zoals gedrukt)';
COMMENT ON COLUMN mart.letter_table.pct_differs IS 'Whether the stated percentage does not follow from goal and realisation; NULL when not known (percentage volgt niet)';
COMMENT ON COLUMN mart.letter_table.procurement_text IS 'Procurement as printed, Dutch; never in the realisation (inkoop, zoals gedrukt)';
COMMENT ON COLUMN mart.letter_table.note IS 'What a reader must know of this line, Dutch (toelichting)';
COMMENT ON COLUMN mart.letter_table.submission_ids IS 'Submissions the figures of both years come from, joined by ; (inzendingen)';
