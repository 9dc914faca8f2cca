-- What is the last goal of the agreed path for the government, and by which source?
SELECT 'target_path overheid ' || year || ': ' || CAST(target_jobs AS DECIMAL(28, 0)) || ' (' || source || ')' AS row_text
FROM core.target_path
WHERE sector_code = 'overheid'
ORDER BY year DESC
LIMIT 1;
