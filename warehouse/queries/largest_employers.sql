-- Which employers of a return have the highest goals, and how far are they?
SELECT
    max(employer_name) AS employer_name,
    max(value) FILTER (measure = 'target_jobs') AS target_jobs,
    max(value) FILTER (measure = 'realised_jobs') AS realised_jobs
FROM read_parquet($observations)
WHERE level = 'employer' AND role = 'own'
GROUP BY employer_code
ORDER BY target_jobs DESC NULLS LAST, realised_jobs DESC NULLS LAST, employer_name
LIMIT 20;
