-- Arithmetic is exact: no column of core or mart is a float.
SELECT schema_name || '.' || table_name || '.' || column_name || ' is ' || data_type AS problem
FROM duckdb_columns()
WHERE schema_name IN ('core', 'mart') AND data_type IN ('DOUBLE', 'FLOAT');
