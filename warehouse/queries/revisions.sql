-- What does a version say otherwise than the one before it: per figure, upward, downward, appeared or gone?
--
-- Looks at kept_observation, the Parquet files of all these versions, and at the table version_pair: which version is set
-- against which. Figures converted from another figure in the same cell say nothing of their own. Of another period (a
-- monitor that states earlier years too) only what stands in both is compared: the rows of periods that only one of them
-- speaks of are left out at once.
WITH spoken_of AS MATERIALIZED (
    SELECT DISTINCT submission_id, period
    FROM kept_observation
    WHERE role = 'own' AND converted_from IS NULL
),
compared AS MATERIALIZED (
    SELECT one.submission_id, one.period
    FROM (
        SELECT submission_id AS one_id, before_id AS other_id, same_period FROM version_pair
        UNION
        SELECT before_id, submission_id, same_period FROM version_pair
    )
    JOIN spoken_of AS one ON one.submission_id = one_id
    LEFT JOIN spoken_of AS other ON other.submission_id = other_id AND other.period = one.period
    WHERE same_period OR other.period IS NOT NULL
),
figure AS MATERIALIZED (
    SELECT
        submission_id,
        sector_code,
        level,
        coalesce(employer_code, employer_name, '') AS employer,
        employer_code,
        employer_name,
        coalesce(group_name, '') AS group_name,
        period,
        measure,
        row_number() OVER (
            PARTITION BY submission_id, sector_code, level, coalesce(employer_code, employer_name, ''),
                CASE WHEN level = 'group' THEN group_name END, period, measure
            ORDER BY sheet, length(cell), cell
        ) AS occurrence,
        CASE WHEN level = 'group' THEN coalesce(group_name, '') ELSE '' END AS group_key,
        unit,
        value,
        text_value,
        status,
        sheet,
        cell,
        literal
    FROM kept_observation SEMI JOIN compared USING (submission_id, period)
    WHERE role = 'own' AND converted_from IS NULL
),
before AS (
    SELECT pair.submission_id AS version_id, pair.same_period, figure.*
    FROM version_pair AS pair JOIN figure ON figure.submission_id = pair.before_id
),
after AS (
    SELECT pair.submission_id AS version_id, pair.before_id, pair.same_period, figure.*
    FROM version_pair AS pair JOIN figure ON figure.submission_id = pair.submission_id
)
SELECT
    version_id AS submission_id,
    coalesce(after.before_id, before.submission_id) AS before_id,
    sector_code,
    period,
    level,
    coalesce(after.employer_code, before.employer_code) AS employer_code,
    coalesce(after.employer_name, before.employer_name) AS employer_name,
    nullif(coalesce(after.group_name, before.group_name), '') AS group_name,
    measure,
    coalesce(after.unit, before.unit) AS unit,
    before.value AS value_before,
    after.value AS value_after,
    coalesce(before.status, 'absent') AS status_before,
    coalesce(after.status, 'absent') AS status_after,
    coalesce(before.text_value, before.literal) AS literal_before,
    coalesce(after.text_value, after.literal) AS literal_after,
    after.value - before.value AS difference,
    CASE
        WHEN before.value IS NOT NULL AND after.value IS NULL AND before.value = 0 THEN 'zero_to_missing'
        WHEN before.value IS NOT NULL AND after.value IS NULL THEN 'value_to_missing'
        WHEN before.value IS NULL AND after.value = 0 THEN 'missing_to_zero'
        WHEN before.value IS NULL AND after.value IS NOT NULL THEN 'missing_to_value'
        WHEN after.value > before.value THEN 'up'
        WHEN after.value < before.value THEN 'down'
        WHEN before.status IS NULL OR after.status IS NULL THEN 'row'
        WHEN before.status <> after.status THEN 'status'
        ELSE 'text'
    END AS change,
    before.sheet AS sheet_before,
    before.cell AS cell_before,
    after.sheet AS sheet_after,
    after.cell AS cell_after
FROM before
FULL JOIN after USING (version_id, same_period, sector_code, level, employer, group_key, period, measure, occurrence)
WHERE (before.value, before.text_value, before.status) IS DISTINCT FROM (after.value, after.text_value, after.status)
    AND (same_period OR (before.submission_id IS NOT NULL AND after.submission_id IS NOT NULL))
ORDER BY version_id, sector_code, period, measure, level, employer_code, group_name;
