-- What does the agreed path say of the government in this year, and by which source?
SELECT 'target_path overheid ' || year || ': ' || CAST(target_jobs AS DECIMAL(28, 0)) || ' (' || source || ')' AS row_text
FROM core.target_path
WHERE sector_code = 'overheid' AND CAST(year AS VARCHAR) = $period;
