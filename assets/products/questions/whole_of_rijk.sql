-- How far was the whole of Rijk in each of these quarters?
SELECT period, target_jobs, realised_jobs
FROM mart.ministry_quarters
WHERE employer_code IS NULL AND list_contains($periods, period)
ORDER BY period;
