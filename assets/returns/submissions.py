"""From archived files to submissions: read them, evaluate the rules, decide, and keep what was read.

The decision (version, duplicate, accepted or rejected) belongs here; the ledger only remembers it.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from assets.intake.archive import fetch
from assets.intake.ledger import Ledger, LedgerFile, LedgerSubmission, State, now
from assets.returns.read import ReturnReader
from expectations.catalogue import CATALOGUE_PATH
from expectations.validate import Validation, validate
from warehouse.observations import findings_json, write_observations
from warehouse.records import Identity, Reading, SubmissionStatus
from warehouse.storage import Storage, write_atomically

_log = logging.getLogger(__name__)
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of one file. `status` is a submission status or `duplicate`."""

    file: LedgerFile
    status: str


def rules_hash() -> str:
    """A hash of the rule catalogue that a reading was judged by."""
    return hashlib.sha256(CATALOGUE_PATH.read_bytes()).hexdigest()[:16]


def pending(storage: Storage, state: State, files: Sequence[LedgerFile]) -> list[LedgerFile]:
    """The files that still have to be read: never read, or accepted while their observations are gone."""
    current = {submission.submission_id for submission in state.current().values()}
    return [file for file in files if _is_pending(storage, file, current)]


def _is_pending(storage: Storage, file: LedgerFile, current: set[str]) -> bool:
    if file.status == "received":
        return True
    if file.status != DUPLICATE and not storage.findings(file.sha256).exists():
        return True
    if file.submission_id not in current or file.identity is None:
        return False
    identity = file.identity
    return not storage.observations(identity.sector_code, identity.period, file.submission_id or "").exists()


def read_files(
    storage: Storage, ledger: Ledger, state: State, reader: ReturnReader, files: Sequence[LedgerFile]
) -> list[Decision]:
    """Read archived files, judge them together, and write down what became of each, in order of receipt."""
    if not files:
        return []
    readings = []
    for file in files:
        _log.info("Gelezen: %s", file.file_name)
        readings.append(reader.read(fetch(storage, file.sha256), _received_on(file)))
    validations = validate(readings, reader.reference)
    return [
        _decide(storage, ledger, state, file, reading, validation)
        for file, reading, validation in zip(files, readings, validations, strict=True)
    ]


def _received_on(file: LedgerFile) -> date:
    return datetime.fromisoformat(file.received_at).date()


def _decide(
    storage: Storage, ledger: Ledger, state: State, file: LedgerFile, reading: Reading, validation: Validation
) -> Decision:
    before = state.submissions.get(file.submission_id or "")
    status, submission_id, version = validation.status, None, None
    if reading.identity is not None:
        original = says_the_same(state, reading) if status is not SubmissionStatus.REJECTED else None
        if before is None and original is not None:
            return _duplicate(ledger, state, file, original)
        version = before.version if before else state.next_version(reading.identity)
        submission_id = before.submission_id if before else _submission_id(reading.identity, version)
    if before is not None and status is SubmissionStatus.REJECTED and before.status is not SubmissionStatus.REJECTED:
        _refuse(ledger, state, file, reading)
        return Decision(file, status)
    _keep(storage, file, reading, validation, submission_id)
    still_nobodys = reading.identity is None and file.status == SubmissionStatus.REJECTED
    if not still_nobodys and (before is None or _differs(before, reading, status)):
        event = _read_event(file, reading, validation, submission_id, version)
        ledger.append(state, [event])
    return Decision(file, status)


def _refuse(ledger: Ledger, state: State, file: LedgerFile, reading: Reading) -> None:
    """Remember a new reading that fails; it never takes accepted figures out of the totals."""
    _log.warning("%s: the new reading is rejected; the accepted one stands", file.file_name)
    if file.refused != reading.layout_hash:
        event = {"event": "refused", "at": now().isoformat(), "sha256": file.sha256, "layout_hash": reading.layout_hash}
        ledger.append(state, [event])


def says_the_same(state: State, reading: Reading) -> LedgerSubmission | None:
    """The accepted submission in force that holds exactly these values."""
    if reading.identity is None:
        return None
    current = state.current().get((reading.identity.sector_code, reading.identity.period))
    return current if current and current.values_hash == reading.values_hash else None


def _submission_id(identity: Identity, version: int) -> str:
    return f"{identity.sector_code}-{identity.period}-v{version}"


def _differs(before: LedgerSubmission, reading: Reading, status: SubmissionStatus) -> bool:
    return (before.layout_hash, before.values_hash, before.status) != (
        reading.layout_hash, reading.values_hash, status,
    )  # fmt: skip


def _duplicate(ledger: Ledger, state: State, file: LedgerFile, original: LedgerSubmission) -> Decision:
    event = {
        "event": "duplicate", "at": now().isoformat(), "sha256": file.sha256, "duplicate_of": original.submission_id,
    }  # fmt: skip
    ledger.append(state, [event])
    return Decision(file, DUPLICATE)


def _keep(
    storage: Storage, file: LedgerFile, reading: Reading, validation: Validation, submission_id: str | None
) -> None:
    if submission_id and reading.identity and validation.status is not SubmissionStatus.REJECTED:
        path = storage.observations(reading.identity.sector_code, reading.identity.period, submission_id)
        write_observations(path, submission_id, reading.observations)
    content = findings_json(validation.findings, validation.rule_results)
    write_atomically(storage.findings(file.sha256), content)


def _read_event(
    file: LedgerFile, reading: Reading, validation: Validation, submission_id: str | None, version: int | None
) -> dict[str, Any]:
    return {
        "event": "read",
        "at": now().isoformat(),
        "sha256": file.sha256,
        "identity": asdict(reading.identity) if reading.identity else None,
        "submission_id": submission_id,
        "version": version,
        "status": validation.status.value,
        "layout_hash": reading.layout_hash,
        "rules_hash": rules_hash(),
        "values_hash": reading.values_hash,
        "findings": len(validation.failures),
    }
