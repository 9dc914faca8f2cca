-- What fails, errors first, in reading order.
SELECT x.*, r.title, r.action
FROM audit.finding AS x JOIN audit.rule AS r USING (rule)
WHERE x.outcome = 'fails'
ORDER BY x.severity = 'error' DESC, x.severity = 'warning' DESC, x.file_name, x.rule, x.sheet, length(x.cell), x.cell;
