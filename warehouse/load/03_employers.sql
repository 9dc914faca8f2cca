-- The employers that observations name and our list does not have.

INSERT INTO core.employer
SELECT sector_code, employer_code, min(employer_name), min(level), NULL, NULL, NULL, NULL, false, min(submission_id)
FROM core.observation
WHERE employer_code IS NOT NULL
    AND (sector_code, employer_code) NOT IN (SELECT (sector_code, employer_code) FROM core.employer)
GROUP BY sector_code, employer_code;
