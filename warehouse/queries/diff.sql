-- Which published figures changed between two publications, by how much, and which submissions came in force or went
-- out of it for that?
--
-- A figure changes through the submissions that its row is made of; one that also looks at another period (a change
-- against last year) through any of its sector, or of any sector when it has none. Without those, our own rules,
-- reference data or SQL changed, or a return was read again.
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
    SELECT
        mart,
        row_key,
        string_split(coalesce(before, ''), '; ') AS before,
        string_split(coalesce(after, ''), '; ') AS after
    FROM version
    WHERE column_name IN ('submission_id', 'submission_ids')
),
moved AS (
    SELECT mart, row_key, 'came' AS direction, unnest(list_filter(after, one -> NOT list_contains(before, one))) AS submission_id
    FROM source
    UNION ALL
    SELECT mart, row_key, 'went', unnest(list_filter(before, one -> NOT list_contains(after, one)))
    FROM source
),
of_row AS (
    SELECT
        mart,
        row_key,
        string_agg(submission_id, '; ' ORDER BY submission_id) FILTER (direction = 'came') AS came,
        string_agg(submission_id, '; ' ORDER BY submission_id) FILTER (direction = 'went') AS went
    FROM moved
    WHERE submission_id <> ''
    GROUP BY mart, row_key
),
of_sector AS (
    SELECT
        sector_code,
        string_agg(DISTINCT submission_id, '; ' ORDER BY submission_id) FILTER (direction = 'came') AS came,
        string_agg(DISTINCT submission_id, '; ' ORDER BY submission_id) FILTER (direction = 'went') AS went
    FROM moved
    JOIN core.submission USING (submission_id)
    GROUP BY GROUPING SETS ((sector_code), ())
),
sector_of AS (
    SELECT mart, row_key, coalesce(after, before) AS sector_code FROM version WHERE column_name = 'sector_code'
)
SELECT
    version.mart,
    version.row_key,
    version.column_name,
    version.before,
    version.after,
    TRY_CAST(version.after AS DECIMAL(28, 10)) - TRY_CAST(version.before AS DECIMAL(28, 10)) AS difference,
    CASE WHEN of_row.mart IS NULL THEN of_sector.came ELSE of_row.came END AS came_in_force,
    CASE WHEN of_row.mart IS NULL THEN of_sector.went ELSE of_row.went END AS went_out
FROM version
LEFT JOIN of_row USING (mart, row_key)
LEFT JOIN sector_of USING (mart, row_key)
LEFT JOIN of_sector ON of_sector.sector_code IS NOT DISTINCT FROM sector_of.sector_code
WHERE version.before IS DISTINCT FROM version.after
    AND version.column_name NOT IN ('submission_id', 'submission_ids')
ORDER BY version.mart, version.row_key, version.column_name;
