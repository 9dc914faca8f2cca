-- Which figures repeat one that another return in force is the source of, or that an earlier return stated as its own
-- (a monitor restates every year), and what does that return say?
SELECT
    submission_id,
    sheet,
    cell,
    subject_nl,
    measure,
    literal,
    value AS found,
    source_value AS expected,
    source_submission_id || ' ' || source_sheet || '!' || source_cell AS other,
    excess
FROM core.restatement
ORDER BY submission_id, sheet, record, cell;
