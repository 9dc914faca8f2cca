-- Which published figures changed between two publications, by how much, and which submissions came in force or went
-- out of it for that?
--
-- A figure changes through the submissions that its row is made of; one about another period too (change_…, previous_…)
-- through those of its sector then. Where none of those moved: through any of its sector and period, any of its period,
-- or any at all. Without one, our own rules, reference data, SQL or program changed, or a return was read again.
WITH version AS (
    SELECT
        mart,
        row_key,
        column_name,
        max(value) FILTER (publication <= $first AND (replaced_by IS NULL OR replaced_by > $first)) AS before,
        max(value) FILTER (publication <= $second AND (replaced_by IS NULL OR replaced_by > $second)) AS after
    FROM audit.published_figure
    GROUP BY mart, row_key, column_name
),
source AS (
    -- In coverage the submission may be one that is not in force.
    SELECT
        mart,
        row_key,
        string_split(coalesce(before, ''), '; ') AS before,
        string_split(coalesce(after, ''), '; ') AS after
    FROM version
    WHERE column_name IN ('submission_id', 'submission_ids') AND mart <> 'coverage'
),
moved AS (
    SELECT
        mart, row_key, 'came' AS direction,
        unnest(list_filter(after, one -> NOT list_contains(before, one))) AS submission_id
    FROM source
    UNION ALL
    SELECT mart, row_key, 'went', unnest(list_filter(before, one -> NOT list_contains(after, one)))
    FROM source
),
moved_submission AS (
    SELECT DISTINCT direction, submission_id, submission.sector_code, submission.period
    FROM moved
    JOIN core.submission AS submission USING (submission_id)
),
subject AS (
    SELECT
        mart,
        row_key,
        max(coalesce(after, before)) FILTER (column_name = 'sector_code') AS sector_code,
        max(coalesce(after, before)) FILTER (column_name = 'period') AS period,
        max(coalesce(after, before)) FILTER (column_name = 'previous_period') AS previous_period
    FROM version
    GROUP BY mart, row_key
),
changed AS (
    SELECT
        version.*,
        subject.sector_code,
        CASE WHEN column_name NOT LIKE 'previous_%' THEN subject.period END AS period,
        CASE WHEN column_name LIKE 'change_%' OR column_name LIKE 'previous_%'
            THEN coalesce(subject.previous_period, core.year_before(subject.period))
        END AS other_period
    FROM version
    JOIN subject USING (mart, row_key)
    WHERE version.before IS DISTINCT FROM version.after
        AND NOT list_contains($described, version.column_name)
),
cause AS (
    SELECT
        changed.mart,
        changed.row_key,
        changed.column_name,
        direction,
        one.submission_id,
        CASE
            WHEN changed.other_period IS NULL AND (changed.mart, changed.row_key, one.submission_id) IN (
                SELECT (mart, row_key, submission_id) FROM moved
            ) THEN 1
            WHEN one.sector_code = coalesce(changed.sector_code, one.sector_code)
                AND one.period IN (changed.period, changed.other_period) THEN 2
            WHEN one.period IN (changed.period, changed.other_period) THEN 3
            ELSE 4
        END AS distance
    FROM changed
    CROSS JOIN moved_submission AS one
),
nearest AS (
    FROM cause
    QUALIFY distance = min(distance) OVER (PARTITION BY mart, row_key, column_name)
)
SELECT
    changed.mart,
    changed.row_key,
    changed.column_name,
    any_value(changed.before) AS before,
    any_value(changed.after) AS after,
    any_value(
        TRY_CAST(changed.after AS DECIMAL(28, 10)) - TRY_CAST(changed.before AS DECIMAL(28, 10))
    ) AS difference,
    string_agg(DISTINCT submission_id, '; ' ORDER BY submission_id) FILTER (direction = 'came') AS came_in_force,
    string_agg(DISTINCT submission_id, '; ' ORDER BY submission_id) FILTER (direction = 'went') AS went_out
FROM changed
LEFT JOIN nearest USING (mart, row_key, column_name)
GROUP BY changed.mart, changed.row_key, changed.column_name
ORDER BY changed.mart, changed.row_key, changed.column_name;
