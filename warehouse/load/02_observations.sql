-- The observations of the submissions in force, with the employers they name that our list does not have.
-- A cell of which it is not told which workbook holds it is in the submission's.

INSERT INTO core.employer
SELECT sector_code, employer_code, min(employer_name), min(level), NULL, NULL, NULL, NULL, false, min(submission_id)
FROM kept_observation
WHERE employer_code IS NOT NULL
    AND (sector_code, employer_code) NOT IN (SELECT (sector_code, employer_code) FROM core.employer)
GROUP BY sector_code, employer_code;

INSERT INTO core.observation BY NAME
SELECT o.* REPLACE (coalesce(o.file_sha256, s.file_sha256) AS file_sha256)
FROM kept_observation AS o
JOIN core.submission AS s ON s.submission_id = o.submission_id
ORDER BY o.submission_id, file_sha256, o.sheet, o.record, o.cell, o.measure;
