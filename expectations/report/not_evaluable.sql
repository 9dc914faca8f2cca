-- Which rule could not be evaluated at which place, and what was there? The columns of `Place`.
SELECT file_sha256, sector_code, period, rule, sheet, cell, found, expected, message, waiver
FROM audit.finding
WHERE outcome = 'not_evaluable'
ORDER BY rowid;
