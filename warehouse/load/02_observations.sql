-- The observations of the submissions in returned_file, which are in force.
-- A cell of which it is not told which workbook holds it is in the submission's.

INSERT INTO core.observation BY NAME
SELECT o.* REPLACE (coalesce(o.file_sha256, f.file_sha256) AS file_sha256)
FROM kept_observation AS o
JOIN returned_file AS f ON f.submission_id = o.submission_id
ORDER BY o.submission_id, file_sha256, o.sheet, o.record, o.cell, o.measure;
