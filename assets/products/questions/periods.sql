-- Of which periods can a product be made?
SELECT DISTINCT period FROM query_table($mart) ORDER BY period;
