-- Which figures of its own did each employer of a sector have in force over a period? What is unknown is left out.
SELECT employer_code, measure, any_value(value) AS value
FROM core.own_observation
WHERE level = 'employer' AND sector_code = $sector_code AND period = $period AND value IS NOT NULL
GROUP BY employer_code, measure
ORDER BY employer_code, measure;
