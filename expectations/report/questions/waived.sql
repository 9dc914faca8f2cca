-- Which findings are in the scope of each waiver, and does it cover them?
SELECT
    waiver.waiver,
    finding.file_sha256,
    finding.sheet,
    finding.cell,
    finding.found,
    finding.message,
    finding.waiver IS NOT DISTINCT FROM waiver.waiver AS covered
FROM audit.waiver AS waiver
JOIN audit.finding AS finding
    ON finding.rule = waiver.rule
    AND finding.outcome = 'fails'
    AND finding.sector_code IS NOT DISTINCT FROM waiver.sector_code
    AND finding.period IS NOT DISTINCT FROM waiver.period
    AND (
        (waiver.sheet IS NULL AND waiver.cell IS NULL)
        OR (waiver.sheet IS NOT DISTINCT FROM finding.sheet AND waiver.cell IS NOT DISTINCT FROM finding.cell)
    )
ORDER BY waiver.waiver, finding.rowid;
