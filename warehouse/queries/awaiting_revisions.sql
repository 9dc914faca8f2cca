-- What do the versions that await acceptance say otherwise than those in force?
SELECT submission_id, kind, before_id, sector_code, period, level, employer_code,
    coalesce(employer_name, group_name, 'sector total') AS about, measure, value_before, value_after, status_before,
    status_after, literal_before, literal_after, difference, change, sheet_before, cell_before, sheet_after, cell_after
FROM mart.revisions
WHERE submission_status = 'awaiting_acceptance'
ORDER BY submission_id, kind DESC, period, measure, level, employer_code, group_name, sheet_after, cell_after;
