-- What fails, and at which place?
SELECT
    finding.file_sha256,
    finding.sector_code,
    finding.period,
    finding.rule,
    finding.severity,
    finding.outcome,
    finding.sheet,
    finding.cell,
    finding.found,
    finding.expected,
    finding.message,
    finding.waiver
FROM audit.finding AS finding
WHERE finding.outcome = 'fails'
ORDER BY finding.rowid;
