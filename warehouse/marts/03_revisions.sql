-- What was revised: which figures does a version say otherwise than the accepted one before it, by how much, who
-- accepted that, and which figures of earlier periods does a return restate?
--
-- kind version: a later version of a return. kind restatement: a return that gives another figure for an earlier period
-- than its own return; the published figure stands until the sender revises that return, but a monitor that states
-- earlier years as its own is a version for them.

CREATE TABLE mart.revisions AS
WITH revision AS (
    SELECT
        CASE WHEN after.sector_code = before.sector_code AND after.period = before.period
            THEN 'version' ELSE 'restatement' END AS kind,
        r.*,
        after.status AS submission_status
    FROM audit.revision AS r
    JOIN core.submission AS after ON after.submission_id = r.submission_id
    JOIN core.submission AS before ON before.submission_id = r.before_id
    UNION ALL BY NAME
    SELECT
        'restatement' AS kind,
        r.submission_id,
        r.source_submission_id AS before_id,
        r.sector_code,
        r.period,
        r.level,
        r.employer_code,
        r.employer_name,
        r.group_name,
        r.measure,
        r.unit,
        r.source_value AS value_before,
        r.value AS value_after,
        r.source_status AS status_before,
        r.status AS status_after,
        r.source_literal AS literal_before,
        r.literal AS literal_after,
        CAST(r.value - r.source_value AS DECIMAL(28, 10)) AS difference,
        CASE WHEN r.value > r.source_value THEN 'up' ELSE 'down' END AS change,
        r.source_sheet AS sheet_before,
        r.source_cell AS cell_before,
        r.sheet AS sheet_after,
        r.cell AS cell_after,
        s.status AS submission_status
    FROM core.restatement AS r
    JOIN core.submission AS s ON s.submission_id = r.submission_id
    WHERE r.role = 'repeated' AND r.excess > 0
)
SELECT
    revision.kind,
    revision.submission_id,
    revision.before_id,
    revision.submission_status,
    revision.sector_code,
    revision.period,
    revision.level,
    revision.employer_code,
    revision.employer_name,
    revision.group_name,
    revision.measure,
    revision.value_before,
    revision.value_after,
    revision.status_before,
    revision.status_after,
    revision.literal_before,
    revision.literal_after,
    revision.difference,
    revision.change,
    revision.sheet_before,
    revision.cell_before,
    revision.sheet_after,
    revision.cell_after,
    decision.decided_by AS accepted_by,
    decision.reason AS accepted_because,
    decision.decided_at AS accepted_at
FROM revision
LEFT JOIN audit.decision AS decision
    ON decision.submission_id = revision.submission_id AND decision.decision = 'accepted'
ORDER BY
    revision.submission_id, revision.kind DESC, revision.period, revision.measure, revision.level,
    revision.employer_code, revision.group_name, revision.sheet_after, revision.cell_after;

COMMENT ON TABLE mart.revisions IS 'Per revised figure: what it was, what it became, and who accepted that (revisies)';
COMMENT ON COLUMN mart.revisions.kind IS 'version of a return, or restatement of an earlier period (soort revisie)';
COMMENT ON COLUMN mart.revisions.submission_id IS 'The version that says otherwise (inzending)';
COMMENT ON COLUMN mart.revisions.before_id IS 'The accepted version it is set against (eerdere inzending)';
COMMENT ON COLUMN mart.revisions.submission_status IS 'Where that version stands; awaiting_acceptance is not in the totals (status)';
COMMENT ON COLUMN mart.revisions.sector_code IS 'Sector or national series (sector)';
COMMENT ON COLUMN mart.revisions.period IS 'Period of the figure (periode)';
COMMENT ON COLUMN mart.revisions.level IS 'sector, group, employer or unit (niveau)';
COMMENT ON COLUMN mart.revisions.employer_code IS 'Employer or unit (werkgever)';
COMMENT ON COLUMN mart.revisions.employer_name IS 'Name (naam)';
COMMENT ON COLUMN mart.revisions.group_name IS 'Group (groep)';
COMMENT ON COLUMN mart.revisions.measure IS 'What is measured (grootheid)';
COMMENT ON COLUMN mart.revisions.value_before IS 'Value before; NULL when not known (was)';
COMMENT ON COLUMN mart.revisions.value_after IS 'Value after; NULL when not known (wordt)';
COMMENT ON COLUMN mart.revisions.status_before IS 'How it was given before; absent when it was not there (status was)';
COMMENT ON COLUMN mart.revisions.status_after IS 'How it is given; absent when it is gone (status wordt)';
COMMENT ON COLUMN mart.revisions.literal_before IS 'What the cell held (inhoud was)';
COMMENT ON COLUMN mart.revisions.literal_after IS 'What the cell holds (inhoud wordt)';
COMMENT ON COLUMN mart.revisions.difference IS 'After less before, signed; NULL when either is not known (verschil)';
COMMENT ON COLUMN mart.revisions.change IS 'up, down, value_to_missing, zero_to_missing, missing_to_value, missing_to_zero, row, status or text (soort verandering)';
COMMENT ON COLUMN mart.revisions.sheet_before IS 'Sheet before (blad was)';
COMMENT ON COLUMN mart.revisions.cell_before IS 'Cell before (cel was)';
COMMENT ON COLUMN mart.revisions.sheet_after IS 'Sheet (blad)';
COMMENT ON COLUMN mart.revisions.cell_after IS 'Cell (cel)';
COMMENT ON COLUMN mart.revisions.accepted_by IS 'Who accepted it; NULL when nobody had to, or nobody has yet (aanvaard door)';
COMMENT ON COLUMN mart.revisions.accepted_because IS 'Why (reden)';
COMMENT ON COLUMN mart.revisions.accepted_at IS 'When, UTC (aanvaard op)';
