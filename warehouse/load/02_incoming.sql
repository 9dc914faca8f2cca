-- The observations in the Parquet files that the variable names: looked at where they are, not copied.
-- Files written before a submission could be a collection don't say which workbook holds a cell.
CREATE OR REPLACE TEMP VIEW incoming_observation AS
SELECT CAST(NULL AS VARCHAR) AS file_sha256 WHERE false
UNION ALL BY NAME
FROM read_parquet(getvariable('observation_files'), union_by_name = true);
