-- Every observation is of an accepted submission in force, every such submission has observations, and what the audit
-- tables say of submissions is about submissions that exist (DuckDB has no foreign keys across schemas). The employer
-- that another is part of, or was merged into, exists (one INSERT can't fill a table that refers to itself). A cell says
-- a measure once, and what it says is about a submission, sector, period, measure and employer that exist. A finding is
-- of a file, rule and waiver that exist. A publication says a figure once, and exists.
SELECT 'observations of ' || o.submission_id || ', which is ' || s.status AS problem
FROM (SELECT DISTINCT submission_id FROM core.observation) AS o
JOIN core.submission AS s USING (submission_id)
WHERE s.status NOT IN ('accepted', 'accepted_with_findings')
UNION ALL
SELECT 'no observations of ' || s.submission_id
FROM core.submission AS s
WHERE s.status IN ('accepted', 'accepted_with_findings')
    AND NOT EXISTS (FROM core.observation AS o WHERE o.submission_id = s.submission_id)
UNION ALL
SELECT 'more than one submission in force for ' || sector_code || ' ' || period
FROM core.submission
WHERE status IN ('accepted', 'accepted_with_findings')
GROUP BY sector_code, period, employer_code
HAVING count(*) > 1
UNION ALL
SELECT 'audit speaks of ' || submission_id || ', which does not exist'
FROM (
    SELECT submission_id FROM audit.file
    UNION
    SELECT submission_id FROM audit.finding
    UNION
    SELECT submission_id FROM audit.rule_result
    UNION
    SELECT submission_id FROM audit.decision
    UNION
    SELECT unnest([submission_id, before_id]) FROM audit.revision
) AS spoken_of
WHERE submission_id IS NOT NULL AND submission_id NOT IN (SELECT submission_id FROM core.submission)
UNION ALL
SELECT 'version ' || version || ' of ' || sector_code || ' ' || period || ' stands twice'
FROM core.submission
GROUP BY sender_code, sector_code, period, employer_code, version
HAVING count(*) > 1
UNION ALL
SELECT e.sector_code || ' ' || e.employer_code || ' refers to ' || e.refers_to || ', which does not exist'
FROM (
    SELECT sector_code, employer_code, unnest([parent_code, successor_code]) AS refers_to FROM core.employer
) AS e
WHERE e.refers_to IS NOT NULL
    AND (e.sector_code, e.refers_to) NOT IN (SELECT (sector_code, employer_code) FROM core.employer)
UNION ALL
SELECT sheet || '!' || cell || ' of ' || submission_id || ' says ' || measure || ' twice'
FROM core.observation
GROUP BY submission_id, file_sha256, sheet, cell, measure
HAVING count(*) > 1
UNION ALL
SELECT DISTINCT 'observations of ' || submission_id || ', which does not exist'
FROM core.observation ANTI JOIN core.submission USING (submission_id)
UNION ALL
SELECT DISTINCT 'observations of sector ' || sector_code || ', which does not exist'
FROM core.observation ANTI JOIN core.sector USING (sector_code)
UNION ALL
SELECT DISTINCT 'observations of period ' || period || ', which does not exist'
FROM core.observation ANTI JOIN core.period USING (period)
UNION ALL
SELECT DISTINCT 'observations of measure ' || measure || ', which does not exist'
FROM core.observation ANTI JOIN core.measure USING (measure)
UNION ALL
SELECT DISTINCT 'observations of employer ' || sector_code || ' ' || employer_code || ', which does not exist'
FROM core.observation ANTI JOIN core.employer USING (sector_code, employer_code)
WHERE employer_code IS NOT NULL
UNION ALL
SELECT DISTINCT 'findings in file ' || file_sha256 || ', which does not exist'
FROM audit.finding ANTI JOIN audit.file USING (file_sha256)
WHERE file_sha256 IS NOT NULL
UNION ALL
SELECT DISTINCT 'findings of rule ' || rule || ', which does not exist'
FROM audit.finding ANTI JOIN audit.rule USING (rule)
UNION ALL
SELECT DISTINCT 'findings of waiver ' || waiver || ', which does not exist'
FROM audit.finding ANTI JOIN audit.waiver USING (waiver)
WHERE waiver IS NOT NULL
UNION ALL
SELECT 'publication ' || publication || ' says ' || concat_ws(' ', mart, row_key, column_name) || ' twice'
FROM audit.published_figure
GROUP BY mart, row_key, column_name, publication
HAVING count(*) > 1
UNION ALL
SELECT 'figures of publication ' || publication || ', which does not exist'
FROM (SELECT publication FROM audit.published_figure UNION SELECT replaced_by FROM audit.published_figure)
WHERE publication NOT IN (SELECT publication FROM audit.publication);
