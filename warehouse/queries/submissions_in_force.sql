-- Which submissions are these figures made of, and of which files?
SELECT submission_id, file_name, file_sha256
FROM core.submission
WHERE status IN ('accepted', 'accepted_with_findings')
ORDER BY submission_id;
