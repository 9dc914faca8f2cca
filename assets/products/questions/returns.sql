-- Which returns of a sector are in force for these periods, and how complete is each?
SELECT
    asked.period,
    s.submission_id,
    s.file_name,
    s.received_at,
    coverage.employers_returned,
    coalesce(coverage.employers_expected, sector.employers_expected) AS employers_expected
FROM (SELECT unnest($periods) AS period, generate_subscripts($periods, 1) AS place) AS asked
JOIN core.sector AS sector ON sector.sector_code = $sector_code
LEFT JOIN core.submission AS s
    ON s.sector_code = sector.sector_code AND s.period = asked.period
    AND s.status IN ('accepted', 'accepted_with_findings')
LEFT JOIN core.coverage AS coverage ON coverage.submission_id = s.submission_id
ORDER BY asked.place;
