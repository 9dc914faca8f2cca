-- What do these employers add up to, for the sector as a whole? Unknown is not zero: who gave no figure is only counted.
SELECT
    measure,
    any_value(unit) AS unit,
    CAST(sum(value) AS DECIMAL(28, 10)) AS value,
    max(decimals) AS decimals,
    CASE
        WHEN count(value) = 0 THEN 'missing'
        WHEN bool_or(status = 'estimated') THEN 'estimated'
        WHEN bool_or(status = 'approximate') THEN 'approximate'
        ELSE 'reported'
    END AS status,
    CAST(count(value) AS INTEGER) AS employers
FROM observation
SEMI JOIN member USING (file_sha256)
WHERE level = 'employer' AND role = 'own' AND period = $period
    AND measure IN ('target_jobs', 'realised_jobs', 'procurement_jobs')
GROUP BY measure
ORDER BY measure;
