-- Is every employer with a realisation in the previous return also in this one, unless it no longer exists?
WITH of_employer AS (
    SELECT DISTINCT o.submission_id, s.sector_code, s.period, p.kind, p.starts_on, p.reference_date, o.employer_code,
        o.employer_name, o.value IS NOT NULL AS has_value
    FROM core.observation AS o
    JOIN core.submission AS s ON s.submission_id = o.submission_id AND s.period = o.period
    JOIN core.period AS p ON p.period = o.period
    WHERE o.role = 'own' AND o.level = 'employer' AND o.measure = 'realised_jobs' AND NOT o.survey
),
of_return AS (
    SELECT DISTINCT submission_id, sector_code, kind, starts_on, reference_date FROM of_employer
),
paired AS (
    SELECT now.submission_id, now.sector_code, now.reference_date, before.submission_id AS before_id
    FROM of_return AS now
    JOIN of_return AS before
        ON before.sector_code = now.sector_code
        AND before.kind = now.kind
        AND before.starts_on = now.starts_on - CASE now.kind
            WHEN 'year' THEN INTERVAL 1 YEAR WHEN 'half_year' THEN INTERVAL 6 MONTH ELSE INTERVAL 3 MONTH END
)
SELECT
    paired.submission_id,
    NULL AS sheet,
    NULL AS cell,
    before.employer_name AS subject_nl,
    'realised_jobs' AS measure,
    NULL AS literal,
    CASE WHEN now.employer_code IS NULL THEN 'geen rij voor ' || before.employer_code ELSE 'een rij' END AS found,
    'een rij' AS expected,
    before.submission_id AS other,
    CASE WHEN now.employer_code IS NULL AND coalesce(e.valid_to, paired.reference_date) >= paired.reference_date
        THEN 1 ELSE 0 END AS excess
FROM paired
JOIN of_employer AS before ON before.submission_id = paired.before_id AND before.has_value
JOIN core.employer AS e ON e.sector_code = before.sector_code AND e.employer_code = before.employer_code
LEFT JOIN of_employer AS now
    ON now.submission_id = paired.submission_id AND now.employer_code = before.employer_code
ORDER BY paired.submission_id, before.employer_code;
