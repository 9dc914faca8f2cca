"""Check files: read and validate them, look at the ledger and the snapshot if there are, and annotate when asked.

Nothing is archived and nothing is entered in the ledger.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from assets.intake.ledger import DUPLICATE, Ledger, State, now
from assets.returns.annotate import annotate, annotate_file
from assets.returns.apart import TookTooMuchError, run_apart
from assets.returns.packed import PackedReading, validate_packed
from assets.returns.personal import without_numbers
from assets.returns.read import ReturnReader
from assets.returns.side_by_side import Document, read_side_by_side
from assets.returns.submissions import says_the_same
from expectations.across import validate_across
from expectations.validate import Validation
from expectations.waivers import Waivers
from warehouse.build import SubmissionRow, core_with
from warehouse.records import Finding, SubmissionStatus
from warehouse.storage import Storage, safe_name, sha256_of_file, write_atomically

REVISION = "revision"
PURGED = "purged"
"""The outcome of a file whose bytes a named person had removed: it came in again, and is not taken in."""
PERSONAL_DATA_RULE = "no_personal_data"
_CANDIDATE = "deze opgave"


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What a file would come to. `outcome` by precedence: rejected, duplicate, revision, with findings, accepted."""

    file: str
    sector_code: str | None
    period: str | None
    outcome: str
    findings: Sequence[Finding]


def check_files(paths: Sequence[Path], reader: ReturnReader, storage: Storage) -> list[FileOutcome]:
    """Read and validate files, each on its own, as a run today would.

    When a snapshot is published, what a file says is also set beside the other returns in it.
    """
    today = now().date()
    documents = [Document(path, sha256_of_file(path), today, path.suffix) for path in paths]
    readings = read_side_by_side(reader, documents)
    state, waivers = Ledger(storage.ledger).state(), Waivers.load(storage.waivers)
    outcomes = []
    for document, reading, alone in zip(documents, readings, validate_packed(readings, reader.reference), strict=True):
        validation = waivers.cover(alone, reading.identity, today)
        rejected = validation.status is SubmissionStatus.REJECTED
        name = without_numbers(document.path.name, reader.reference.employer_codes)
        beside = [] if rejected or not storage.snapshot.exists() else _beside_others(storage, reader, reading, name)
        outcomes.append(
            FileOutcome(
                name,
                reading.identity.sector_code if reading.identity else None,
                reading.identity.period if reading.identity else None,
                _outcome(state, document.sha256, reading, validation),
                [*validation.failures, *beside],
            )
        )
    return outcomes


def _beside_others(storage: Storage, reader: ReturnReader, reading: PackedReading, name: str) -> list[Finding]:
    """What fails when a return is set beside the others in force; an employer's own return is one of many."""
    if reading.identity is None or reading.identity.employer_code is not None:
        return []
    sector_code, period = reading.identity.sector_code, reading.identity.period
    candidate = SubmissionRow(
        _CANDIDATE, reading.identity.sender_code, sector_code, period, 1, name, name,
        now().replace(tzinfo=None), SubmissionStatus.ACCEPTED, reading.identity.layout_id, reading.layout_hash,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="banenafspraak-check-") as folder, duckdb.connect() as connection:
        observations = Path(folder) / f"{_CANDIDATE}.parquet"
        observations.write_bytes(reading.parquet)
        core_with(connection, storage.snapshot, candidate, observations)
        validations = validate_across(connection, reader.reference)
    return [finding for scope, v in validations if scope.submission_id == _CANDIDATE for finding in v.failures]


def annotated_copies(paths: Sequence[Path], outcomes: Sequence[FileOutcome], folder: Path) -> list[Path]:
    """Write each workbook back, annotated with its findings, in a folder; returns the copies.

    Of a workbook with personal data no copy is made: they are not to be spread.
    """
    chosen = [
        (path, outcome.file, [finding for finding in outcome.findings if finding.waiver is None])
        for path, outcome in zip(paths, outcomes, strict=True)
        if not any(finding.rule == PERSONAL_DATA_RULE for finding in outcome.findings)
    ]
    annotated = run_apart(annotate_file, [(path, findings) for path, _, findings in chosen])
    named, copies = Counter[str](), []
    for (_, name, findings), content in zip(chosen, annotated, strict=True):
        stem = Path(safe_name(name)).stem
        named[stem] += 1
        again = f" ({named[stem]})" if named[stem] > 1 else ""
        copy = folder / f"{stem} - bevindingen{again}.xlsx"
        write_atomically(copy, annotate(b"", findings) if isinstance(content, TookTooMuchError) else content)
        copies.append(copy)
    return copies


def _outcome(state: State, sha256: str, reading: PackedReading, validation: Validation) -> str:
    if validation.status is SubmissionStatus.REJECTED or reading.identity is None:
        return SubmissionStatus.REJECTED
    identity = reading.identity
    if identity.employer_code is not None:
        before = state.contributions(*identity.partition).get(identity.employer_code)
        same = before is not None and before.values_hash == reading.values_hash
        return DUPLICATE if same else validation.status if before is None else REVISION
    known = state.files.get(sha256)
    submission = state.submissions.get(known.submission_id or "") if known else None
    if (submission is not None and submission.passed) or says_the_same(state, reading):
        return DUPLICATE
    if state.in_force(*identity.partition) is not None:
        return REVISION
    return validation.status
