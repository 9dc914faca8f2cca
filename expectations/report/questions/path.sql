-- What is the agreed path of extra jobs for the government?
SELECT CAST(year AS VARCHAR) AS period, target_jobs, status, source
FROM core.target_path
WHERE sector_code = 'overheid'
ORDER BY year;
