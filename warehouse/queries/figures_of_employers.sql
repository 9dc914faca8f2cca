-- What do these employers state as their goal and realisation?
SELECT * EXCLUDE (file_sha256)
FROM observation
SEMI JOIN member USING (file_sha256)
WHERE level = 'employer' AND role = 'own' AND period = $period
    AND measure IN ('target_jobs', 'realised_jobs')
ORDER BY employer_code, measure;
