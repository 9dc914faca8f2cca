-- Where does a rule fail in the return of a sector and period: the one in force, or else the last one that came in?
WITH of_return AS (
    SELECT f.*, s.status IN ('accepted', 'accepted_with_findings') AS in_force, s.version
    FROM audit.finding AS f
    LEFT JOIN core.submission AS s ON s.submission_id = f.submission_id
    WHERE f.rule = $rule AND f.sector_code = $sector_code AND f.period = $period AND f.outcome = 'fails'
)
SELECT rule, severity, outcome, sheet, cell, found, expected, message, waiver
FROM of_return
QUALIFY dense_rank() OVER (ORDER BY in_force DESC NULLS LAST, version DESC NULLS LAST) = 1
ORDER BY sheet, length(cell), cell;
