"""What archived files say, and what the rules come to over them.

Reading and judging belong here; what becomes of a file after that is `submissions.py`, what is kept of it `kept.py`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from assets.intake.archive import fetch, kept_file
from assets.intake.ledger import LedgerFile, State, now
from assets.returns import collection
from assets.returns.packed import PackedReading, pack, validate_packed
from assets.returns.read import ReturnReader
from assets.returns.side_by_side import Document, read_side_by_side
from expectations.catalogue import CATALOGUE_PATH
from expectations.limits import LIMITS_PATH
from expectations.validate import Validation
from expectations.waivers import Waivers
from warehouse.contributions import rule_results_together
from warehouse.records import Outcome, RuleResult, SubmissionStatus
from warehouse.storage import Storage

_log = logging.getLogger(__name__)
_READ_AT_ONCE = 16
_JUDGED_AT_ONCE = 130_000
"""Observations: what is held of them while the rules are evaluated takes some 2 kB each."""


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """What one archived file says, and what the rules came to over it; of a collection also the files on its list."""

    file: LedgerFile
    reading: PackedReading
    validation: Validation
    members: Sequence[str] = ()

    @property
    def is_contribution(self) -> bool:
        """Whether it is one employer's own return."""
        return self.reading.identity is not None and self.reading.identity.employer_code is not None

    @property
    def passed(self) -> bool:
        """Whether no rule rejects it."""
        return self.validation.status is not SubmissionStatus.REJECTED


def judge_files(
    storage: Storage, reader: ReturnReader, waivers: Waivers, files: Sequence[LedgerFile]
) -> Iterator[list[JudgedFile]]:
    """Read archived files and evaluate the rules over them, as many together as memory allows; nothing is written."""
    readings: list[PackedReading] = []
    for number in range(0, len(files), _READ_AT_ONCE):
        some = files[number : number + _READ_AT_ONCE]
        readings += read_side_by_side(reader, [document_of(storage, file) for file in some])
        for file in some:
            _log.info("Gelezen: %s", file.file_name)
        read = number + len(some)
        if read == len(files) or sum(reading.observation_count for reading in readings) > _JUDGED_AT_ONCE:
            yield _judged(files[read - len(readings) : read], readings, reader, waivers)
            readings = []


def document_of(storage: Storage, file: LedgerFile) -> Document:
    """A kept file as one to be read; raises ArchiveError when it is gone."""
    path = kept_file(storage, file.sha256, in_quarantine=file.is_in_quarantine)
    received_on = datetime.fromisoformat(file.received_at).date()
    return Document(path, file.sha256, received_on, Path(file.file_name).suffix)


def _judged(
    files: Sequence[LedgerFile], readings: Sequence[PackedReading], reader: ReturnReader, waivers: Waivers
) -> list[JudgedFile]:
    today = now().date()
    return [
        JudgedFile(file, reading, waivers.cover(validation, reading.identity, today))
        for file, reading, validation in zip(files, readings, validate_packed(readings, reader.reference), strict=True)
    ]


def judge_collections(
    storage: Storage, state: State, reader: ReturnReader, waivers: Waivers, files: Iterable[LedgerFile]
) -> Iterator[JudgedFile]:
    """Read the archived lists of collections and evaluate the rules over each; their workbooks were read before.

    What rules came to on a workbook in quarantine is left out: it counts no more, and is gone when it is purged.
    """
    for file in files:
        members = collection.members_of(fetch(storage, file.sha256), state)
        _log.info("Verzameld: %s", file.file_name)
        reading = pack(collection.read_collection(storage, state, members), reader.reference, file.sha256)
        [own] = validate_packed([reading], reader.reference)
        folder = storage.contributions(members.sector_code, members.period)
        counting = [file.sha256 for file in members.members if not file.quarantined]
        results = _together([*own.rule_results, *rule_results_together(folder, counting)])
        validation = waivers.cover(Validation(own.findings, results), reading.identity, now().date())
        yield JudgedFile(file, reading, validation, members.files)


def _together(results: Iterable[RuleResult]) -> list[RuleResult]:
    """What each rule came to over several files: it holds where it was evaluated and failed nowhere."""
    found: dict[str, RuleResult] = {}
    for one in results:
        before = found.get(one.rule)
        found[one.rule] = one if before is None else _added(before, one)
    return list(found.values())


def _added(one: RuleResult, other: RuleResult) -> RuleResult:
    outcomes = {one.outcome, other.outcome}
    return RuleResult(
        one.rule,
        next(outcome for outcome in (Outcome.FAILS, Outcome.HOLDS, Outcome.NOT_EVALUABLE) if outcome in outcomes),
        one.places_checked + other.places_checked,
        one.places_failed + other.places_failed,
        one.places_not_evaluable + other.places_not_evaluable,
    )


@cache
def rules_hash() -> str:
    """A hash of the rules and limits that a reading is judged by; a program reads both once."""
    return hashlib.sha256(CATALOGUE_PATH.read_bytes() + LIMITS_PATH.read_bytes()).hexdigest()[:16]
