-- How many employers does each return in force hold, of how many, and since when are its figures there?
WITH without AS (
    SELECT submission_id, count(*) AS told, count(*) FILTER (waiver IS NULL) AS not_waived
    FROM audit.finding
    WHERE rule = 'employers_returned' AND outcome = 'fails'
    GROUP BY submission_id
)
SELECT
    c.sector_code,
    c.period,
    c.employers_returned,
    c.employers_expected,
    CAST((
        SELECT min(f.received_at) FROM audit.file AS f
        WHERE f.file_sha256 IN (SELECT o.file_sha256 FROM core.observation AS o WHERE o.submission_id = c.submission_id)
    ) AS DATE) AS oldest_received_on,
    coalesce(
        c.survey
        OR (
            coalesce(without.not_waived, 0) = 0
            AND c.employers_returned + coalesce(without.told, 0) >= c.employers_expected
        ),
        true
    ) AS is_complete
FROM mart.coverage AS c
LEFT JOIN without ON without.submission_id = c.submission_id
WHERE c.returned
ORDER BY c.sector_code, c.period;
