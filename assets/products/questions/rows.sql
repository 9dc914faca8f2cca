-- What does the mart of a product say of one period; the total, which is of no single employer, last?
FROM query_table($mart)
WHERE period = $period
ORDER BY employer_code NULLS LAST;
