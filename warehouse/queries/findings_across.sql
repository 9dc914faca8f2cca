-- What fails across returns, across periods and nationally, and is not waived?
SELECT f.rule, r.title, f.severity, f.sector_code, f.period, f.submission_id, f.sheet, f.cell, f.found, f.expected,
    f.message
FROM audit.finding AS f
JOIN audit.rule AS r USING (rule)
WHERE r.scope IN ('across_returns', 'across_periods', 'national') AND f.outcome = 'fails' AND f.waiver IS NULL
ORDER BY f.severity = 'error' DESC, f.rule, f.period, f.sector_code, f.sheet, length(f.cell), f.cell;
