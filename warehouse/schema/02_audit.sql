-- The audit schema: what was received, what was checked, what was found.

CREATE TABLE audit.snapshot (
    input_hash VARCHAR PRIMARY KEY
);
COMMENT ON TABLE audit.snapshot IS 'What this file was built from; one row (momentopname)';
COMMENT ON COLUMN audit.snapshot.input_hash IS 'Hash of the ledger and of our reference data, rules and SQL (controlegetal)';

CREATE TABLE audit.file (
    file_sha256 VARCHAR PRIMARY KEY,
    file_name VARCHAR NOT NULL,
    other_names VARCHAR,
    size_bytes BIGINT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    sender_code VARCHAR,
    sector_code VARCHAR,
    period VARCHAR,
    outcome VARCHAR NOT NULL,
    submission_id VARCHAR,
    duplicate_of VARCHAR
);
COMMENT ON TABLE audit.file IS 'Every file ever received, recognised or not (bestanden)';
COMMENT ON COLUMN audit.file.file_sha256 IS 'Name of the file in the archive (controlegetal)';
COMMENT ON COLUMN audit.file.file_name IS 'Name as first received (bestandsnaam)';
COMMENT ON COLUMN audit.file.other_names IS 'Other names the same bytes came in under (andere namen)';
COMMENT ON COLUMN audit.file.size_bytes IS 'Size in bytes (grootte)';
COMMENT ON COLUMN audit.file.received_at IS 'When it was first received, UTC (ontvangen)';
COMMENT ON COLUMN audit.file.sender_code IS 'Sender as recognised from the content (afzender)';
COMMENT ON COLUMN audit.file.sector_code IS 'Sector as recognised (sector)';
COMMENT ON COLUMN audit.file.period IS 'Period as recognised (periode)';
COMMENT ON COLUMN audit.file.outcome IS 'received, duplicate, or the status of its submission (uitkomst)';
COMMENT ON COLUMN audit.file.submission_id IS 'Submission it became (inzending)';
COMMENT ON COLUMN audit.file.duplicate_of IS 'Submission that said the same already (doublure van)';

CREATE TABLE audit.rule (
    rule VARCHAR PRIMARY KEY,
    title VARCHAR NOT NULL,
    severity VARCHAR NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    scope VARCHAR NOT NULL,
    action VARCHAR NOT NULL,
    source VARCHAR NOT NULL
);
COMMENT ON TABLE audit.rule IS 'The rule catalogue as it was when this file was built (regels)';
COMMENT ON COLUMN audit.rule.rule IS 'Code of the rule (regel)';
COMMENT ON COLUMN audit.rule.title IS 'What must hold (titel)';
COMMENT ON COLUMN audit.rule.severity IS 'error rejects, warning needs an explanation, info tells (ernst)';
COMMENT ON COLUMN audit.rule.scope IS 'What it looks at: file, sheet or return (bereik)';
COMMENT ON COLUMN audit.rule.action IS 'What the sender can do (actie)';
COMMENT ON COLUMN audit.rule.source IS 'Why it must hold (bron)';

CREATE TABLE audit.finding (
    submission_id VARCHAR,
    file_sha256 VARCHAR NOT NULL REFERENCES audit.file (file_sha256),
    file_name VARCHAR NOT NULL,
    rule VARCHAR NOT NULL REFERENCES audit.rule (rule),
    severity VARCHAR NOT NULL,
    outcome VARCHAR NOT NULL CHECK (outcome IN ('fails', 'not_evaluable')),
    sheet VARCHAR,
    cell VARCHAR,
    found VARCHAR,
    expected VARCHAR,
    message VARCHAR NOT NULL
);
COMMENT ON TABLE audit.finding IS 'One row per rule and place that fails or could not be evaluated (bevindingen)';
COMMENT ON COLUMN audit.finding.submission_id IS 'Submission; NULL when the file was not recognised (inzending)';
COMMENT ON COLUMN audit.finding.file_sha256 IS 'File (controlegetal)';
COMMENT ON COLUMN audit.finding.file_name IS 'Name of the file (bestandsnaam)';
COMMENT ON COLUMN audit.finding.rule IS 'Rule (regel)';
COMMENT ON COLUMN audit.finding.severity IS 'error, warning or info (ernst)';
COMMENT ON COLUMN audit.finding.outcome IS 'fails or not_evaluable (uitkomst)';
COMMENT ON COLUMN audit.finding.sheet IS 'Sheet (blad)';
COMMENT ON COLUMN audit.finding.cell IS 'Address of the cell (cel)';
COMMENT ON COLUMN audit.finding.found IS 'What stands there (gevonden)';
COMMENT ON COLUMN audit.finding.expected IS 'What was expected (verwacht)';
COMMENT ON COLUMN audit.finding.message IS 'Sentence for the sender, Dutch (bericht)';

CREATE TABLE audit.rule_result (
    file_sha256 VARCHAR NOT NULL REFERENCES audit.file (file_sha256),
    submission_id VARCHAR,
    rule VARCHAR NOT NULL REFERENCES audit.rule (rule),
    outcome VARCHAR NOT NULL CHECK (outcome IN ('holds', 'fails', 'not_evaluable')),
    places_checked INTEGER NOT NULL,
    places_failed INTEGER NOT NULL,
    places_not_evaluable INTEGER NOT NULL,
    PRIMARY KEY (file_sha256, rule)
);
COMMENT ON TABLE audit.rule_result IS 'What each rule came to over each file, what held included (regeluitkomsten)';
COMMENT ON COLUMN audit.rule_result.file_sha256 IS 'File (controlegetal)';
COMMENT ON COLUMN audit.rule_result.submission_id IS 'Submission; NULL when the file was not recognised (inzending)';
COMMENT ON COLUMN audit.rule_result.rule IS 'Rule (regel)';
COMMENT ON COLUMN audit.rule_result.outcome IS 'holds, fails or not_evaluable (uitkomst)';
COMMENT ON COLUMN audit.rule_result.places_checked IS 'Places looked at (gecontroleerde plaatsen)';
COMMENT ON COLUMN audit.rule_result.places_failed IS 'Places where it fails (afgekeurde plaatsen)';
COMMENT ON COLUMN audit.rule_result.places_not_evaluable IS 'Places where it could not be evaluated (niet te beoordelen plaatsen)';
