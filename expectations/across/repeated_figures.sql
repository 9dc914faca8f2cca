-- Which figures repeat one that another return in force is the source of, or that an earlier return stated as its own
-- (a monitor restates every year), and what does that return say?
SELECT
    repeated.submission_id,
    s.file_sha256,
    repeated.sheet,
    repeated.cell,
    coalesce(repeated.employer_name, repeated.group_name, 'Sectortotaal') AS subject_nl,
    repeated.measure,
    repeated.literal,
    repeated.value,
    coalesce(repeated.decimals, 0) AS decimals,
    own.submission_id AS source_submission_id,
    own.sheet AS source_sheet,
    own.cell AS source_cell,
    own.value AS source_value,
    coalesce(own.decimals, 0) AS source_decimals
FROM core.observation AS repeated
JOIN core.submission AS s ON s.submission_id = repeated.submission_id
JOIN core.observation AS own
    ON own.role = 'own'
    AND own.submission_id <> repeated.submission_id
    AND own.sector_code = repeated.sector_code
    AND own.level = repeated.level
    AND own.employer_code IS NOT DISTINCT FROM repeated.employer_code
    AND (own.level <> 'group' OR own.group_name = repeated.group_name)
    AND own.period = repeated.period
    AND own.measure = repeated.measure
JOIN core.submission AS source ON source.submission_id = own.submission_id
WHERE (repeated.role = 'repeated' OR s.period > source.period) AND repeated.unit <> 'none'
ORDER BY repeated.submission_id, repeated.sheet, repeated.record, repeated.cell;
