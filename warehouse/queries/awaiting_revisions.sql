-- Which versions await acceptance, and what do they say otherwise than those in force? (One that can't be set against
-- another is a single row without a measure.)
SELECT waiting.submission_id, kind, before_id, coalesce(r.sector_code, waiting.sector_code) AS sector_code,
    coalesce(r.period, waiting.period) AS period, r.level, r.employer_code,
    coalesce(employer_name, group_name, 'sector total') AS about, measure, value_before, value_after, status_before,
    status_after, literal_before, literal_after, difference, change, sheet_before, cell_before, sheet_after, cell_after
FROM core.submission AS waiting
LEFT JOIN mart.revisions AS r ON r.submission_id = waiting.submission_id
WHERE waiting.status = 'awaiting_acceptance'
ORDER BY waiting.submission_id, kind DESC, r.period, measure, level, r.employer_code, group_name, sheet_after, cell_after;
