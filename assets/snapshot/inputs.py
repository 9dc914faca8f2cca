"""What a build is made from: the ledger's state, the findings and the waivers, as the warehouse's row types.

Translating them into rows, and bringing core and audit of a build together from them, belongs here; loading tables is
the warehouse's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime

from assets.intake.ledger import LedgerFile, LedgerSubmission, State
from assets.returns.collection import is_collection
from assets.returns.submissions import compared_with
from assets.snapshot.publication import snapshot_name
from expectations.across import validate_across
from expectations.catalogue import CATALOGUE_PATH, load_catalogue
from expectations.validate import Validation
from expectations.waivers import Waivers, WaiverState
from warehouse.build import (
    BuildInput,
    DecisionRow,
    FileRow,
    Judgement,
    RuleRow,
    SnapshotRow,
    SubmissionRow,
    WaiverRow,
    add_judgement,
    build_core,
    input_hash,
    open_building,
)
from warehouse.contributions import contribution_findings
from warehouse.observations import read_findings
from warehouse.records import Finding, RuleResult, Scope, SubmissionStatus
from warehouse.reference import Reference
from warehouse.revisions import VersionPair
from warehouse.storage import Storage, remove_building


def current_input_hash(state: State, reference: Reference, waivers: Waivers, today: date) -> str:
    """A hash of everything a build made today would hold."""
    return input_hash(state.content_head, waivers.fingerprint(today), CATALOGUE_PATH.parent, reference)


def build_warehouse(
    storage: Storage, state: State, reference: Reference, waivers: Waivers, moment: datetime
) -> tuple[dict[str, int], Judgement]:
    """Build core and audit aside, and evaluate the rules across returns on them.

    `moment` (UTC) is when it will be published, unless it is the last publication made again. Returns the number of
    rows of each table, and what all rules came to. What can't be built to its end is removed: nobody can publish it.
    """
    try:
        return _build(storage, state, reference, waivers, moment)
    except BaseException:
        remove_building(storage)
        raise


def _build(
    storage: Storage, state: State, reference: Reference, waivers: Waivers, moment: datetime
) -> tuple[dict[str, int], Judgement]:
    today = moment.date()
    rows = build_core(storage, _build_input(state, reference, waivers, moment), reference)
    found, results = _within(storage, state)
    with open_building(storage) as connection:
        across = validate_across(connection, reference)
        _add(across, found, results)
        covered, states = waivers.applied(found, today, _gone(state))
        _add(waivers.validate(states, [scope for scope, _ in across if scope.file_sha256]), covered, results)
        covered += _in_contributions(storage, state)
        judgement = Judgement(covered, results, _waiver_rows(waivers, states))
        add_judgement(storage, judgement)
    return rows, judgement


def _add(
    validations: Iterable[tuple[Scope, Validation]],
    found: list[tuple[Scope, Finding]],
    results: list[tuple[Scope, RuleResult]],
) -> None:
    for scope, validation in validations:
        found.extend((scope, finding) for finding in validation.findings)
        results.extend((scope, result) for result in validation.rule_results)


def _gone(state: State) -> set[str]:
    """The files whose submission no longer stands."""
    gone = {SubmissionStatus.SUPERSEDED, SubmissionStatus.WITHDRAWN}
    return {one.file.sha256 for one in state.submissions.values() if state.status_of(one) in gone}


def _within(storage: Storage, state: State) -> tuple[list[tuple[Scope, Finding]], list[tuple[Scope, RuleResult]]]:
    """What was kept of the rules within one return, of every file but employers' own returns."""
    found: list[tuple[Scope, Finding]] = []
    results: list[tuple[Scope, RuleResult]] = []
    for file in state.files.values():
        if file.employer_code is None and storage.findings(file.sha256).exists():
            findings, rule_results = read_findings(storage.findings(file.sha256))
            sector_code, period = (file.identity.sector_code, file.identity.period) if file.identity else (None, None)
            scope = Scope(file.sha256, file.file_name, file.submission_id, sector_code, period)
            _add([(scope, Validation(findings, rule_results))], found, results)
    return found, results


def _in_contributions(storage: Storage, state: State) -> Iterator[tuple[Scope, Finding]]:
    """What was found in employers' own returns; those that count belong to the collection that is in force."""
    for sector_code, period in state.collected_partitions():
        in_force = state.in_force(sector_code, period)
        is_collected = in_force is not None and is_collection(in_force.identity)
        members = {file.sha256 for file in state.contributions(sector_code, period).values()} if is_collected else set()
        for sha256, finding in contribution_findings(storage.contributions(sector_code, period)):
            submission_id = in_force.submission_id if in_force and sha256 in members else None
            yield Scope(sha256, state.files[sha256].file_name, submission_id, sector_code, period), finding


def version_pairs(state: State) -> list[VersionPair]:
    """Which versions are set against which: those that passed, against what they replace."""
    return [
        VersionPair(submission.submission_id, other.submission_id, same_period)
        for submission in state.submissions.values()
        if submission.passed
        for other, same_period in compared_with(state, submission.identity, submission.version)
    ]


def _build_input(state: State, reference: Reference, waivers: Waivers, moment: datetime) -> BuildInput:
    build_hash = current_input_hash(state, reference, waivers, moment.date())
    name, published_at = snapshot_name(state, build_hash, moment)
    return BuildInput(
        snapshot=SnapshotRow(name, published_at, build_hash, state.content_head, state.lines_with_content),
        submissions=[_submission_row(state, submission) for submission in state.submissions.values()],
        files=[_file_row(state, file) for file in state.files.values()],
        rules=[RuleRow(r.id, r.title, r.severity, r.scope, r.action, r.source) for r in load_catalogue()],
        decisions=[
            DecisionRow(d.submission_id, d.decision.value, d.decided_by, d.reason, _moment(d.decided_at))
            for d in state.decisions
        ],
        version_pairs=version_pairs(state),
    )


def _waiver_rows(waivers: Waivers, states: Mapping[str, WaiverState]) -> list[WaiverRow]:
    rows = [WaiverRow(**asdict(one), state=states[one.waiver].value) for one in waivers.waivers]
    return [replace(row, sheet=row.sheet or None, cell=row.cell or None) for row in rows]


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=None)


def _submission_row(state: State, submission: LedgerSubmission) -> SubmissionRow:
    identity, file = submission.identity, submission.file
    return SubmissionRow(
        submission.submission_id,
        identity.sender_code,
        identity.sector_code,
        identity.period,
        submission.version,
        file.file_name,
        file.sha256,
        _moment(file.received_at),
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
        _moment(file.received_at),
        file.identity.sender_code if file.identity else None,
        file.identity.sector_code if file.identity else None,
        file.identity.period if file.identity else None,
        file.employer_code,
        state.status_of(submission).value if submission else file.status,
        file.submission_id,
        file.duplicate_of,
        file.quarantined,
        _moment(file.purge.purged_at) if file.purge else None,
        file.purge.purged_by if file.purge else None,
        file.purge.reason if file.purge else None,
    )
