"""From what was read to submissions: what becomes of a file, and what the ledger is told of it.

Version, duplicate, accepted, rejected, awaiting a person, part of a collection: that is decided here; the ledger only
remembers it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assets.intake.archive import sha256_of, store
from assets.intake.ledger import DUPLICATE, Ledger, LedgerFile, LedgerSubmission, State, now, received_event
from assets.intake.quarantine import settle
from assets.returns import collection
from assets.returns.judge import JudgedFile, rules_hash
from assets.returns.kept import keep, keep_judged_contributions, observations_of
from assets.returns.packed import PackedReading
from warehouse.periods import Period
from warehouse.records import Identity, SubmissionStatus
from warehouse.revisions import VersionPair, changes_figures, revisions_between
from warehouse.storage import Storage

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HandledFile:
    """What became of one file. `status` is a submission status or `duplicate`."""

    file: LedgerFile
    status: str


def says_the_same(state: State, reading: PackedReading) -> LedgerSubmission | None:
    """The submission, in force or awaiting acceptance, that holds exactly these values."""
    if reading.identity is None:
        return None
    gone = {SubmissionStatus.SUPERSEDED, SubmissionStatus.WITHDRAWN, SubmissionStatus.REJECTED}
    for submission in state.versions(reading.identity.sector_code, reading.identity.period):
        if submission.values_hash == reading.values_hash and state.status_of(submission) not in gone:
            return submission
    return None


def compared_with(state: State, identity: Identity, version: int) -> list[tuple[LedgerSubmission, bool]]:
    """The submissions that a version is set against, each with whether it is of the same period.

    They are the accepted version before it and, because a monitor states earlier years as its own too, the last
    submission in force of an earlier period of the same sector.
    """
    own = Period.parse(identity.period)
    found = []
    before = state.accepted_before(identity.sector_code, identity.period, version)
    if before is not None:
        found.append((before, True))
    earlier = {
        Period.parse(period): submission
        for (sector_code, period), submission in state.current().items()
        if sector_code == identity.sector_code
    }
    of_kind = [period for period in earlier if period.kind is own.kind and period < own]
    if of_kind:
        found.append((earlier[max(of_kind)], False))
    return found


class Registrar:
    """Enters readings in the ledger, each as what it turns out to be."""

    def __init__(self, storage: Storage, ledger: Ledger, state: State) -> None:
        self.storage, self.ledger, self.state = storage, ledger, state

    def set_apart(self, judged: Sequence[JudgedFile]) -> None:
        """Bring what holds personal data into quarantine, and what is no longer taken for that back to the archive.

        What is in quarantine and can't be read stays there: nobody looked.
        """
        looked_at = [one for one in judged if one.reading.was_searched]
        changed = [one.file for one in looked_at if one.reading.has_personal_data is not one.file.quarantined]
        for file in changed:
            self._append({"event": "released" if file.quarantined else "quarantined", "sha256": file.sha256})
        if changed:
            settle(self.storage, self.state)

    def enter(self, judged: JudgedFile) -> HandledFile:
        """Enter one reading: a version, a duplicate, or a file that nobody recognised."""
        file, identity = judged.file, judged.reading.identity
        if identity is None:
            return self._enter_unrecognised(judged)
        before = self.state.submissions.get(file.submission_id or "")
        original = says_the_same(self.state, judged.reading) if judged.passed and before is None else None
        if original is not None:
            self._append({"event": "duplicate", "sha256": file.sha256, "duplicate_of": original.submission_id})
            return HandledFile(file, DUPLICATE)
        if before is not None and before.passed and not judged.passed:
            return self._refuse(judged, before)
        version = before.version if before else self.state.next_version(identity)
        submission_id = before.submission_id if before else _submission_id(identity, version)
        keep(self.storage, judged, submission_id if judged.passed else None)
        event = _read_event(judged, submission_id, version, self._changes_figures(judged, before, version))
        if before is None or _differs(before, event):
            self._append(event)
        return HandledFile(file, self.state.status_of(self.state.submissions[submission_id]))

    def enter_contributions(self, judged: Sequence[JudgedFile]) -> list[HandledFile]:
        """Enter readings of employers' own returns, in order of receipt: kept and told to the ledger all at once."""
        partitions = {one.reading.identity.partition for one in judged if one.reading.identity}
        last: dict[_EmployerKey, _Said] = {
            (*key, code): _Said(file, file.values_hash)
            for key in partitions
            for code, file in self.state.contributions(*key).items()
        }
        events, kept, handled = [], [], []
        for one in judged:
            before = last.get(key := _employer_key(one))
            outcome = _contribution(one, before)
            handled.append(HandledFile(one.file, outcome.status))
            events += [{**outcome.event, "at": now().isoformat()}] if outcome.event else []
            kept += [one] if outcome.keeps else []
            if outcome.keeps and one.passed and (before is None or before.file.number <= one.file.number):
                last[key] = _Said(one.file, one.reading.values_hash)
        keep_judged_contributions(self.storage, kept)
        self.ledger.append(self.state, events)
        return handled

    def collect(self, sector_code: str, period: str) -> LedgerFile | None:
        """Archive the list of the collection that the ledger gives now; None when it is known, or there is none."""
        gathered = collection.gather(self.state, sector_code, period)
        content = gathered.to_bytes()
        if not gathered.members or sha256_of(content) in self.state.files:
            return None
        received_at = now()
        identity = collection.identity_of(sector_code, period)
        sha256 = store(self.storage, content, gathered.file_name, received_at, identity)
        self.ledger.append(
            self.state, [received_event(sha256, gathered.file_name, len(content), received_at, identity)]
        )
        return self.state.files[sha256]

    def _append(self, event: dict[str, Any]) -> None:
        self.ledger.append(self.state, [{**event, "at": now().isoformat()}])

    def _enter_unrecognised(self, judged: JudgedFile) -> HandledFile:
        keep(self.storage, judged, None)
        if judged.file.status != SubmissionStatus.REJECTED or judged.file.rules_hash != rules_hash():
            self._append(_read_event(judged, None, None, False))
        return HandledFile(judged.file, judged.validation.status)

    def _refuse(self, judged: JudgedFile, before: LedgerSubmission) -> HandledFile:
        """Remember a new reading that fails; it never takes accepted figures out of the totals.

        One that says the same, and fails because a waiver expired or a limit changed, still gives what was accepted.
        """
        if before.values_hash == judged.reading.values_hash:
            keep(self.storage, judged, before.submission_id)
        file, layout_hash = judged.file, judged.reading.layout_hash
        _log.warning("%s: the new reading is rejected; the accepted one stands", file.file_name)
        if file.refused != layout_hash:
            self._append({"event": "refused", "sha256": file.sha256, "layout_hash": layout_hash})
        return HandledFile(file, judged.validation.status)

    def _changes_figures(self, judged: JudgedFile, before: LedgerSubmission | None, version: int) -> bool:
        """Whether a person must accept this version: a new reading of one that was accepted stays accepted."""
        identity = judged.reading.identity
        if identity is None or not judged.passed:
            return False
        unchanged = before is not None and before.passed and before.values_hash == judged.reading.values_hash
        if before is not None and (before.accepted or unchanged):
            return before.changes_figures
        return any(
            self._revises(identity, version, other, same_period)
            for other, same_period in compared_with(self.state, identity, version)
        )

    def _revises(self, identity: Identity, version: int, other: LedgerSubmission, same_period: bool) -> bool:
        """Whether a version changes figures of another; when that can't be seen any more, a person must look."""
        pair = VersionPair(_submission_id(identity, version), other.submission_id, same_period)
        after = self.storage.observations(identity.sector_code, identity.period, pair.submission_id)
        before = observations_of(self.storage, other)
        return not before.exists() or changes_figures(revisions_between(after, before, pair))


@dataclass(frozen=True, slots=True)
class _Said:
    """The return of an employer that counts now, and the hash of what it says."""

    file: LedgerFile
    values_hash: str


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What an employer's own return turns out to be: what the ledger must know of it, and whether it is kept."""

    status: str
    event: dict[str, Any] | None
    keeps: bool


_EmployerKey = tuple[str, str, str | None]


def _employer_key(judged: JudgedFile) -> _EmployerKey:
    identity = judged.reading.identity
    if identity is None:
        raise ValueError(f"{judged.file.file_name} is nobody's return")
    return identity.sector_code, identity.period, identity.employer_code


def _contribution(judged: JudgedFile, before: _Said | None) -> _Outcome:
    """What a reading of an employer's own return is, after the one that counts now."""
    file, reading = judged.file, judged.reading
    says_the_same = before is not None and before.values_hash == reading.values_hash
    if before is not None and says_the_same and judged.passed and file.status == "received":
        event = {"event": "duplicate", "sha256": file.sha256, "duplicate_of": before.file.sha256}
        return _Outcome(DUPLICATE, event, keeps=False)
    if file.passed and not judged.passed:
        event = {"event": "refused", "sha256": file.sha256, "layout_hash": reading.layout_hash}
        told = event if file.refused != reading.layout_hash else None
        return _Outcome(judged.validation.status, told, keeps=file.values_hash == reading.values_hash)
    event = _read_event(judged, None, None, False)
    known = (file.status, file.rules_hash, file.layout_hash, file.values_hash, file.refused)
    is_new = known != (event["status"], event["rules_hash"], event["layout_hash"], event["values_hash"], None)
    return _Outcome(judged.validation.status, event if is_new else None, keeps=True)


def _submission_id(identity: Identity, version: int) -> str:
    return f"{identity.sector_code}-{identity.period}-v{version}"


def _differs(before: LedgerSubmission, event: dict[str, Any]) -> bool:
    """Whether a new reading, or a judgement by other rules, came to be since the last one in the ledger."""
    refused = before.file.refused is not None
    if refused or (before.judged, before.file.rules_hash) != (event["status"], event["rules_hash"]):
        return True
    return any(getattr(before, name) != event[name] for name in ("layout_hash", "values_hash", "changes_figures"))


def _read_event(
    judged: JudgedFile, submission_id: str | None, version: int | None, changes_figures: bool
) -> dict[str, Any]:
    reading, validation = judged.reading, judged.validation
    return {
        "event": "read",
        "sha256": judged.file.sha256,
        "identity": reading.identity.told() if reading.identity else None,
        "submission_id": submission_id,
        "version": version,
        "status": validation.status.value,
        "changes_figures": changes_figures,
        "layout_hash": reading.layout_hash,
        "rules_hash": rules_hash(),
        "values_hash": reading.values_hash,
        "findings": len(validation.failures),
    }
