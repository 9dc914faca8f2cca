-- How many files, submissions, findings and waivers are there, and what was the warehouse built from?
SELECT
    snapshot.input_hash,
    snapshot.ledger_head,
    snapshot.ledger_lines,
    (SELECT count(*) FROM audit.file) AS files,
    (
        SELECT count(*) FROM audit.file AS file
        WHERE file.employer_code IS NOT NULL
            AND NOT EXISTS (FROM audit.finding AS f WHERE f.file_sha256 = file.file_sha256 AND f.outcome = 'fails')
    ) AS employers_without_findings,
    (SELECT count(*) FROM core.submission) AS submissions,
    (SELECT count(*) FROM core.submission WHERE status IN ('accepted', 'accepted_with_findings')) AS in_force,
    (SELECT count(*) FROM audit.file WHERE outcome = 'rejected') AS rejected,
    (SELECT count(*) FROM audit.file WHERE sector_code IS NULL) AS unrecognised,
    (SELECT count(*) FROM core.submission WHERE status = 'awaiting_acceptance') AS awaiting,
    (SELECT count(*) FROM audit.finding WHERE outcome = 'fails' AND severity = 'error') AS errors,
    (SELECT count(*) FROM audit.finding WHERE outcome = 'fails' AND severity = 'warning') AS warnings,
    (SELECT count(*) FROM audit.finding WHERE outcome = 'fails' AND severity = 'info') AS infos,
    (SELECT count(*) FROM audit.finding WHERE outcome = 'not_evaluable') AS not_evaluable,
    (SELECT count(*) FROM audit.waiver WHERE state = 'active') AS waivers_active,
    (SELECT count(*) FROM audit.waiver WHERE state <> 'active') AS waivers_lapsed,
    (SELECT max(received_at) FROM audit.file) AS last_received_at
FROM audit.snapshot AS snapshot;
