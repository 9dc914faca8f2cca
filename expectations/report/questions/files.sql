-- What was received, what was it understood to be, and where does it stand?
--
-- Recognised files by sector and period, the last version first; then those that nobody recognised. Coverage is only
-- known of submissions in force, because only their observations are loaded. Of employers' own returns, of which there
-- can be thousands, those in which something fails.
WITH failed AS (
    SELECT
        file_sha256,
        count(*) FILTER (severity = 'error') AS errors,
        count(*) FILTER (severity = 'warning') AS warnings,
        count(*) FILTER (severity = 'info') AS infos
    FROM audit.finding
    WHERE outcome = 'fails'
    GROUP BY file_sha256
),
in_force AS (
    SELECT sector_code, period, submission_id
    FROM core.submission
    WHERE status IN ('accepted', 'accepted_with_findings')
)
SELECT
    file.*,
    CASE
        WHEN file.sector_code IS NULL THEN file.file_name
        ELSE coalesce(sector.name, file.sector_code) || ' ' || file.period || CASE
            WHEN submission.version IS NULL THEN ', ' || file.file_name
            WHEN count(submission.version) OVER (PARTITION BY file.sector_code, file.period) > 1 THEN ', versie ' || submission.version
            ELSE ''
        END
    END AS title,
    sector.name AS sector_name,
    sector.kind AS sector_kind,
    period.kind AS period_kind,
    submission.version,
    submission.layout_id,
    submission.layout_hash,
    in_force.submission_id AS in_force_id,
    coverage.employers_returned,
    coverage.employers_expected,
    coverage.rows_total,
    coalesce(failed.errors, 0) AS errors,
    coalesce(failed.warnings, 0) AS warnings,
    coalesce(failed.infos, 0) AS infos
FROM audit.file AS file
LEFT JOIN core.sector AS sector ON sector.sector_code = file.sector_code
LEFT JOIN core.period AS period ON period.period = file.period
LEFT JOIN core.submission AS submission ON submission.submission_id = file.submission_id
LEFT JOIN in_force ON in_force.sector_code = file.sector_code AND in_force.period = file.period
LEFT JOIN core.coverage AS coverage ON coverage.submission_id = file.submission_id
LEFT JOIN failed ON failed.file_sha256 = file.file_sha256
WHERE file.employer_code IS NULL OR failed.file_sha256 IS NOT NULL
ORDER BY sector.kind DESC, sector.rowid, file.period, submission.version DESC, file.received_at DESC, file.file_name;
