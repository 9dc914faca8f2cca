-- Which figures changed more since the previous period than is usual in their sector, up or down?
--
-- For the sector as a whole the band is a percentage each way; for an employer a percentage and a number of jobs, both
-- of which must be exceeded. change_limit is expectations/limits.csv.
WITH figure AS (
    SELECT o.*, s.period AS of_period, p.kind, p.starts_on
    FROM core.observation AS o
    JOIN core.submission AS s ON s.submission_id = o.submission_id AND s.period = o.period
    JOIN core.period AS p ON p.period = o.period
    WHERE o.role = 'own' AND o.level IN ('sector', 'employer') AND o.measure IN ('target_jobs', 'realised_jobs')
        AND NOT o.survey AND o.value IS NOT NULL
),
paired AS (
    SELECT now.*, before.value AS value_before, before.submission_id AS other_id, before.sheet AS other_sheet,
        before.cell AS other_cell, now.value - before.value AS difference
    FROM figure AS now
    JOIN figure AS before
        ON before.kind = now.kind
        AND before.starts_on = now.starts_on - CASE now.kind
            WHEN 'year' THEN INTERVAL 1 YEAR WHEN 'half_year' THEN INTERVAL 6 MONTH ELSE INTERVAL 3 MONTH END
        AND before.sector_code = now.sector_code
        AND before.level = now.level
        AND before.employer_code IS NOT DISTINCT FROM now.employer_code
        AND before.measure = now.measure
)
SELECT
    paired.submission_id,
    paired.sheet,
    paired.cell,
    coalesce(paired.employer_name, 'Sectortotaal') AS subject_nl,
    paired.measure,
    paired.literal,
    paired.value AS found,
    value_before AS expected,
    other_id || ' ' || other_sheet || '!' || other_cell AS other,
    CASE
        WHEN level = 'employer' THEN change_limit.employer_change_pct || '% en ' || employer_change_jobs || ' banen'
        WHEN difference < 0 THEN change_limit.change_down_pct || '%'
        ELSE change_limit.change_up_pct || '%'
    END AS band,
    CASE
        WHEN change_limit.sector_code IS NULL OR value_before = 0 THEN NULL
        WHEN level = 'employer' AND abs(difference) <= employer_change_jobs THEN 0
        ELSE greatest(
            0,
            100 * abs(difference) - value_before * CASE
                WHEN level = 'employer' THEN employer_change_pct
                WHEN difference < 0 THEN change_down_pct
                ELSE change_up_pct
            END
        )
    END AS excess
FROM paired
LEFT JOIN change_limit USING (sector_code)
ORDER BY paired.submission_id, paired.sheet, paired.record, paired.cell;
