"""What a build is made from: the ledger's state and the findings, as the warehouse's row types.

Translating the ledger into rows belongs here; loading them is the warehouse's.
"""

from __future__ import annotations

from datetime import datetime

from assets.intake.ledger import LedgerFile, State
from expectations.catalogue import CATALOGUE_PATH, load_catalogue
from warehouse.build import BuildInput, FileRow, RuleRow, SubmissionRow, input_hash
from warehouse.observations import read_findings
from warehouse.reference import Reference
from warehouse.storage import Storage


def current_input_hash(state: State, reference: Reference) -> str:
    """A hash of everything a build made now would hold."""
    return input_hash(state.head, CATALOGUE_PATH.parent, reference)


def report_name(build_hash: str) -> str:
    """The name of the report about a build: the same build has the same report."""
    return f"validatierapport-{build_hash[:12]}"


def build_input(storage: Storage, state: State, reference: Reference) -> BuildInput:
    """The rows of a build made now."""
    files = {file.sha256: _file_row(state, file) for file in state.files.values()}
    found = {sha256: read_findings(storage.findings(sha256)) for sha256 in files if storage.findings(sha256).exists()}
    return BuildInput(
        submissions=[_submission_row(state, submission_id) for submission_id in state.submissions],
        files=list(files.values()),
        rules=[RuleRow(r.id, r.title, r.severity, r.scope, r.action, r.source) for r in load_catalogue()],
        findings=[(files[sha256], finding) for sha256, (findings, _) in found.items() for finding in findings],
        rule_results=[(files[sha256], result) for sha256, (_, results) in found.items() for result in results],
        input_hash=current_input_hash(state, reference),
    )


def _received_at(file: LedgerFile) -> datetime:
    return datetime.fromisoformat(file.received_at).replace(tzinfo=None)


def _submission_row(state: State, submission_id: str) -> SubmissionRow:
    submission = state.submissions[submission_id]
    identity, file = submission.identity, submission.file
    return SubmissionRow(
        submission_id,
        identity.sender_code,
        identity.sector_code,
        identity.period,
        submission.version,
        file.file_name,
        file.sha256,
        _received_at(file),
        state.status_of(submission).value,
        identity.layout_id,
        submission.layout_hash,
    )


def _file_row(state: State, file: LedgerFile) -> FileRow:
    submission = state.submissions.get(file.submission_id or "")
    return FileRow(
        file.sha256,
        file.file_name,
        "; ".join(file.other_names) or None,
        file.size_bytes,
        _received_at(file),
        file.identity.sender_code if file.identity else None,
        file.identity.sector_code if file.identity else None,
        file.identity.period if file.identity else None,
        state.status_of(submission).value if submission else file.status,
        file.submission_id,
        file.duplicate_of,
    )
