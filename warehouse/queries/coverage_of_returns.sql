-- How many employers does each return in force hold, of how many, and since when are its figures there?
WITH waived AS (
    SELECT submission_id, count(*) AS employers
    FROM audit.finding
    WHERE rule = 'employers_returned' AND outcome = 'fails' AND waiver IS NOT NULL
    GROUP BY submission_id
)
SELECT
    c.sector_code,
    c.period,
    c.employers_returned,
    c.employers_expected,
    CAST(s.received_at AS DATE) AS oldest_received_on,
    coalesce(c.estimated OR c.employers_returned + coalesce(waived.employers, 0) >= c.employers_expected, true)
        AS is_complete
FROM mart.coverage AS c
JOIN core.submission AS s ON s.submission_id = c.submission_id
LEFT JOIN waived ON waived.submission_id = c.submission_id
WHERE c.returned
ORDER BY c.sector_code, c.period;
