"""What is kept of what was read: observations and findings; the archive can give both again.

Which files still have to be read, because nothing is kept of them, is told here; deciding what a file becomes is
`submissions.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from assets.intake.archive import sha256_of
from assets.intake.ledger import LedgerFile, LedgerSubmission, State
from assets.returns import collection
from assets.returns.judge import JudgedFile
from expectations.validate import Validation
from warehouse.contributions import (
    Contribution,
    contribution_findings,
    forget_contribution,
    keep_contributions,
    kept_files,
    write_collection,
)
from warehouse.observations import findings_json, read_findings
from warehouse.records import Finding
from warehouse.storage import Storage, write_atomically
from warehouse.texts import texts_of


def pending(storage: Storage, state: State, files: Sequence[LedgerFile]) -> list[LedgerFile]:
    """The files that still have to be read: never read, or read while what was kept of them is gone.

    Of a collection that was interrupted before it was listed, one return is read again: that lists it.
    """
    kept = KeptContributions(storage)
    unlisted = {_last_member(state, *key) for key in state.collected_partitions() if not _is_listed(state, *key)}
    return [file for file in files if _is_pending(storage, state, file, kept) or file.sha256 in unlisted]


def _is_listed(state: State, sector_code: str, period: str) -> bool:
    gathered = collection.gather(state, sector_code, period)
    return not gathered.members or sha256_of(gathered.to_bytes()) in state.files


def _last_member(state: State, sector_code: str, period: str) -> str:
    return collection.gather(state, sector_code, period).files[-1]


class KeptContributions:
    """What is kept of employers' own returns, asked once for each sector and period."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage
        self._files: dict[tuple[str, str], set[str]] = {}
        self._findings: dict[tuple[str, str], dict[str, list[Finding]]] = {}

    def has(self, file: LedgerFile) -> bool:
        """Whether what was read of a file is kept."""
        if file.identity is None:
            return False
        partition = file.identity.partition
        if partition not in self._files:
            self._files[partition] = kept_files(self.storage.contributions(*partition))
        return file.sha256 in self._files[partition]

    def findings(self, file: LedgerFile) -> list[Finding]:
        """What was found in a file."""
        if file.identity is None:
            return []
        partition = file.identity.partition
        if partition not in self._findings:
            self._findings[partition] = defaultdict(list)
            for sha256, finding in contribution_findings(self.storage.contributions(*partition)):
                self._findings[partition][sha256].append(finding)
        return self._findings[partition].get(file.sha256, [])


def _is_pending(storage: Storage, state: State, file: LedgerFile, kept: KeptContributions) -> bool:
    if not file.can_be_reread:
        return False
    if file.status == "received":
        return True
    if file.employer_code is not None:
        return not kept.has(file)
    if not storage.findings(file.sha256).exists():
        return True
    submission = state.submissions.get(file.submission_id or "")
    return submission is not None and submission.passed and not observations_of(storage, submission).exists()


def keep(storage: Storage, judged: JudgedFile, submission_id: str | None) -> None:
    """Keep what was found in a file and, with a submission, its observations; the archive can give both again."""
    # Which waiver covers a finding is a matter of the day, and not kept.
    findings = [replace(finding, waiver=None) for finding in judged.validation.findings]
    content = findings_json(findings, judged.validation.rule_results)
    write_atomically(storage.findings(judged.file.sha256), content)
    identity = judged.reading.identity
    if identity is not None and submission_id is not None:
        path = storage.observations(identity.sector_code, identity.period, submission_id)
        if collection.is_collection(identity):
            own = texts_of(collection.sums(judged.reading.reading()))
            folder = storage.contributions(*identity.partition)
            write_collection(folder, judged.members, (judged.file.sha256, own), path)
        else:
            write_atomically(path, judged.reading.parquet)


def keep_judged_contributions(storage: Storage, judged: Iterable[JudgedFile]) -> None:
    """Keep what employers' own returns say and what was found in them; of a rejected one only the latter."""
    by_partition: dict[tuple[str, str], list[Contribution]] = defaultdict(list)
    for one in judged:
        if one.reading.identity is not None:
            observations = one.reading.texts() if one.passed else texts_of([])
            by_partition[one.reading.identity.partition].append(
                Contribution(one.file.sha256, observations, one.validation.findings, one.validation.rule_results)
            )
    for partition, contributions in by_partition.items():
        keep_contributions(storage.contributions(*partition), contributions)


def forget(storage: Storage, file: LedgerFile) -> None:
    """Keep nothing any more of what was found in a file that is removed: it can't be found again."""
    storage.findings(file.sha256).unlink(missing_ok=True)
    if file.identity is not None and file.employer_code is not None:
        forget_contribution(storage.contributions(*file.identity.partition), file.sha256)


def found_in(storage: Storage, kept: KeptContributions, file: LedgerFile) -> Validation:
    """What was found in a file that was read; nothing when that is not kept."""
    if file.employer_code is not None:
        return Validation(kept.findings(file), [])
    path = storage.findings(file.sha256)
    return Validation(*read_findings(path)) if path.exists() else Validation([], [])


def observations_of(storage: Storage, submission: LedgerSubmission) -> Path:
    """Where the observations of a submission are kept."""
    return storage.observations(*submission.partition, submission.submission_id)
