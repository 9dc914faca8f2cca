-- The audit schema: what was received, what was checked, what was found.

CREATE TABLE audit.snapshot (
    snapshot_id VARCHAR PRIMARY KEY,
    published_at TIMESTAMP NOT NULL,
    input_hash VARCHAR NOT NULL,
    ledger_head VARCHAR NOT NULL,
    ledger_lines INTEGER NOT NULL CHECK (ledger_lines >= 0)
);
COMMENT ON TABLE audit.snapshot IS 'What this file is and was built from; one row (momentopname)';
COMMENT ON COLUMN audit.snapshot.snapshot_id IS 'Name of this snapshot: the moment it was published and what it was built from (naam)';
COMMENT ON COLUMN audit.snapshot.published_at IS 'When it was published, UTC (gepubliceerd op)';
COMMENT ON COLUMN audit.snapshot.input_hash IS 'Hash of the ledger and of our reference data, rules, waivers and SQL (controlegetal)';
COMMENT ON COLUMN audit.snapshot.ledger_head IS 'Hash of the last line of the ledger then, publications left aside (controlegetal van het register)';
COMMENT ON COLUMN audit.snapshot.ledger_lines IS 'Number of lines of the ledger then (regels in het register)';

CREATE TABLE audit.file (
    file_sha256 VARCHAR PRIMARY KEY,
    file_name VARCHAR NOT NULL,
    other_names VARCHAR,
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    received_at TIMESTAMP NOT NULL,
    sender_code VARCHAR,
    sector_code VARCHAR,
    period VARCHAR,
    employer_code VARCHAR,
    outcome VARCHAR NOT NULL,
    submission_id VARCHAR,
    duplicate_of VARCHAR,
    quarantined BOOLEAN NOT NULL,
    purged_at TIMESTAMP,
    purged_by VARCHAR,
    purged_because VARCHAR
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
COMMENT ON COLUMN audit.file.employer_code IS 'Employer, when it is one employer''s own return; else NULL (werkgever)';
COMMENT ON COLUMN audit.file.outcome IS 'received, duplicate, or the status of its submission (uitkomst)';
COMMENT ON COLUMN audit.file.submission_id IS 'Submission it became (inzending)';
COMMENT ON COLUMN audit.file.duplicate_of IS 'Submission, or for an employer''s own return the file, that said the same already (doublure van)';
COMMENT ON COLUMN audit.file.quarantined IS 'Whether personal data were seen in it, so that it is kept apart and counts nowhere (quarantaine)';
COMMENT ON COLUMN audit.file.purged_at IS 'When its bytes were removed for good, UTC; NULL when they are there (gewist op)';
COMMENT ON COLUMN audit.file.purged_by IS 'Who had them removed; declared, not authenticated (gewist door)';
COMMENT ON COLUMN audit.file.purged_because IS 'Why (reden)';

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
COMMENT ON COLUMN audit.rule.scope IS 'What it looks at: file, sheet, return, across_returns, across_periods or national (bereik)';
COMMENT ON COLUMN audit.rule.action IS 'What the sender can do (actie)';
COMMENT ON COLUMN audit.rule.source IS 'Why it must hold (bron)';

CREATE TABLE audit.waiver (
    waiver VARCHAR PRIMARY KEY,
    rule VARCHAR NOT NULL REFERENCES audit.rule (rule),
    sector_code VARCHAR,
    period VARCHAR,
    sheet VARCHAR,
    cell VARCHAR,
    expect VARCHAR NOT NULL,
    requested_by VARCHAR NOT NULL,
    approved_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    granted_on DATE NOT NULL,
    expires_on DATE NOT NULL CHECK (expires_on >= granted_on),
    state VARCHAR NOT NULL CHECK (state IN ('active', 'expired', 'value_changed', 'not_needed', 'ended')),
    CHECK (lower(requested_by) <> lower(approved_by))
);
COMMENT ON TABLE audit.waiver IS 'Findings that named persons accept, until a date and for one value (ontheffingen)';
COMMENT ON COLUMN audit.waiver.waiver IS 'Number (ontheffing)';
COMMENT ON COLUMN audit.waiver.rule IS 'Rule that is waived (regel)';
COMMENT ON COLUMN audit.waiver.sector_code IS 'Sector of the return (sector)';
COMMENT ON COLUMN audit.waiver.period IS 'Period of the return (periode)';
COMMENT ON COLUMN audit.waiver.sheet IS 'Sheet; NULL for all places where the rule fails (blad)';
COMMENT ON COLUMN audit.waiver.cell IS 'Cell; NULL for all places where the rule fails (cel)';
COMMENT ON COLUMN audit.waiver.expect IS 'What was found when it was given; another value ends it (verwachte waarde)';
COMMENT ON COLUMN audit.waiver.requested_by IS 'Who asked for it, as declared (aanvrager)';
COMMENT ON COLUMN audit.waiver.approved_by IS 'Who approved it, another person, as declared (goedgekeurd door)';
COMMENT ON COLUMN audit.waiver.reason IS 'Why (reden)';
COMMENT ON COLUMN audit.waiver.granted_on IS 'Day it was given (verleend op)';
COMMENT ON COLUMN audit.waiver.expires_on IS 'Last day it works (vervalt na)';
COMMENT ON COLUMN audit.waiver.state IS 'active; expired, value_changed or not_needed are findings of rule waivers_hold; ended expired and is not needed (stand)';

CREATE TABLE audit.decision (
    submission_id VARCHAR NOT NULL,
    decision VARCHAR NOT NULL CHECK (decision IN ('accepted', 'withdrawn')),
    decided_by VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    PRIMARY KEY (submission_id, decision)
);
COMMENT ON TABLE audit.decision IS 'What named persons decided about submissions (besluiten)';
COMMENT ON COLUMN audit.decision.submission_id IS 'Submission (inzending)';
COMMENT ON COLUMN audit.decision.decision IS 'accepted or withdrawn (besluit)';
COMMENT ON COLUMN audit.decision.decided_by IS 'Who, as declared (besloten door)';
COMMENT ON COLUMN audit.decision.reason IS 'Why (reden)';
COMMENT ON COLUMN audit.decision.decided_at IS 'When, UTC (besloten op)';

CREATE TABLE audit.revision (
    submission_id VARCHAR NOT NULL,
    before_id VARCHAR NOT NULL,
    sector_code VARCHAR NOT NULL,
    period VARCHAR NOT NULL,
    level VARCHAR NOT NULL,
    employer_code VARCHAR,
    employer_name VARCHAR,
    group_name VARCHAR,
    measure VARCHAR NOT NULL,
    unit VARCHAR NOT NULL,
    value_before DECIMAL(28, 10),
    value_after DECIMAL(28, 10),
    status_before VARCHAR NOT NULL,
    status_after VARCHAR NOT NULL,
    literal_before VARCHAR,
    literal_after VARCHAR,
    difference DECIMAL(28, 10),
    change VARCHAR NOT NULL,
    sheet_before VARCHAR,
    cell_before VARCHAR,
    sheet_after VARCHAR,
    cell_after VARCHAR,
    CHECK (submission_id <> before_id)
);
COMMENT ON TABLE audit.revision IS 'What each version says otherwise than the accepted one before it (verschillen tussen versies)';
COMMENT ON COLUMN audit.revision.submission_id IS 'The version (inzending)';
COMMENT ON COLUMN audit.revision.before_id IS 'The accepted version it is set against (eerdere inzending)';
COMMENT ON COLUMN audit.revision.sector_code IS 'Sector or national series (sector)';
COMMENT ON COLUMN audit.revision.period IS 'Period of the figure (periode)';
COMMENT ON COLUMN audit.revision.level IS 'sector, group, employer or unit (niveau)';
COMMENT ON COLUMN audit.revision.employer_code IS 'Employer or unit (werkgever)';
COMMENT ON COLUMN audit.revision.employer_name IS 'Name (naam)';
COMMENT ON COLUMN audit.revision.group_name IS 'Group (groep)';
COMMENT ON COLUMN audit.revision.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN audit.revision.unit IS 'Unit (eenheid)';
COMMENT ON COLUMN audit.revision.value_before IS 'Value in the earlier version; NULL when not known (was)';
COMMENT ON COLUMN audit.revision.value_after IS 'Value in this version; NULL when not known (wordt)';
COMMENT ON COLUMN audit.revision.status_before IS 'How it was given; absent when it was not there (status was)';
COMMENT ON COLUMN audit.revision.status_after IS 'How it is given; absent when it is gone (status wordt)';
COMMENT ON COLUMN audit.revision.literal_before IS 'What the cell held (inhoud was)';
COMMENT ON COLUMN audit.revision.literal_after IS 'What the cell holds (inhoud wordt)';
COMMENT ON COLUMN audit.revision.difference IS 'After less before, signed; NULL when either is not known (verschil)';
COMMENT ON COLUMN audit.revision.change IS 'up, down, value_to_missing, zero_to_missing, missing_to_value, missing_to_zero, row, status or text (soort)';
COMMENT ON COLUMN audit.revision.sheet_before IS 'Sheet in the earlier version (blad was)';
COMMENT ON COLUMN audit.revision.cell_before IS 'Cell in the earlier version (cel was)';
COMMENT ON COLUMN audit.revision.sheet_after IS 'Sheet in this version (blad)';
COMMENT ON COLUMN audit.revision.cell_after IS 'Cell in this version (cel)';

-- There can be a hundred thousand: `checks/keys_hold.sql` asks before publication that file, rule and waiver exist.
CREATE TABLE audit.finding (
    submission_id VARCHAR,
    file_sha256 VARCHAR,
    file_name VARCHAR,
    sector_code VARCHAR,
    period VARCHAR,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL CHECK (severity IN ('error', 'warning', 'info')),
    outcome VARCHAR NOT NULL CHECK (outcome IN ('fails', 'not_evaluable')),
    sheet VARCHAR,
    cell VARCHAR,
    found VARCHAR,
    expected VARCHAR,
    message VARCHAR NOT NULL,
    waiver VARCHAR
);
COMMENT ON TABLE audit.finding IS 'One row per rule and place that fails or could not be evaluated. Its file, rule and waiver are in audit: checked before each publication (bevindingen)';
COMMENT ON COLUMN audit.finding.submission_id IS 'Submission; NULL when the file was not recognised, or for the nation as a whole (inzending)';
COMMENT ON COLUMN audit.finding.file_sha256 IS 'File; NULL when it is about a return that is not there (controlegetal)';
COMMENT ON COLUMN audit.finding.file_name IS 'Name of the file (bestandsnaam)';
COMMENT ON COLUMN audit.finding.sector_code IS 'Sector it is about (sector)';
COMMENT ON COLUMN audit.finding.period IS 'Period it is about (periode)';
COMMENT ON COLUMN audit.finding.rule IS 'Rule (regel)';
COMMENT ON COLUMN audit.finding.severity IS 'error, warning or info (ernst)';
COMMENT ON COLUMN audit.finding.outcome IS 'fails or not_evaluable (uitkomst)';
COMMENT ON COLUMN audit.finding.sheet IS 'Sheet (blad)';
COMMENT ON COLUMN audit.finding.cell IS 'Address of the cell (cel)';
COMMENT ON COLUMN audit.finding.found IS 'What stands there (gevonden)';
COMMENT ON COLUMN audit.finding.expected IS 'What was expected (verwacht)';
COMMENT ON COLUMN audit.finding.message IS 'Sentence for the sender, Dutch (bericht)';
COMMENT ON COLUMN audit.finding.waiver IS 'Waiver that covers it; NULL when none does (ontheffing)';

CREATE TABLE audit.rule_result (
    file_sha256 VARCHAR REFERENCES audit.file (file_sha256),
    submission_id VARCHAR,
    sector_code VARCHAR,
    period VARCHAR,
    rule VARCHAR NOT NULL REFERENCES audit.rule (rule),
    outcome VARCHAR NOT NULL CHECK (outcome IN ('holds', 'fails', 'not_evaluable')),
    places_checked INTEGER NOT NULL,
    places_failed INTEGER NOT NULL,
    places_not_evaluable INTEGER NOT NULL,
    UNIQUE (file_sha256, rule),
    CHECK (places_failed >= 0 AND places_not_evaluable >= 0 AND places_checked >= places_failed + places_not_evaluable)
);
COMMENT ON TABLE audit.rule_result IS 'What each rule came to over each file, what held included (regeluitkomsten)';
COMMENT ON COLUMN audit.rule_result.file_sha256 IS 'File; NULL when it is about a return that is not there (controlegetal)';
COMMENT ON COLUMN audit.rule_result.submission_id IS 'Submission; NULL when the file was not recognised (inzending)';
COMMENT ON COLUMN audit.rule_result.sector_code IS 'Sector it is about (sector)';
COMMENT ON COLUMN audit.rule_result.period IS 'Period it is about (periode)';
COMMENT ON COLUMN audit.rule_result.rule IS 'Rule (regel)';
COMMENT ON COLUMN audit.rule_result.outcome IS 'holds, fails or not_evaluable (uitkomst)';
COMMENT ON COLUMN audit.rule_result.places_checked IS 'Places looked at (gecontroleerde plaatsen)';
COMMENT ON COLUMN audit.rule_result.places_failed IS 'Places where it fails (afgekeurde plaatsen)';
COMMENT ON COLUMN audit.rule_result.places_not_evaluable IS 'Places where it could not be evaluated (niet te beoordelen plaatsen)';
