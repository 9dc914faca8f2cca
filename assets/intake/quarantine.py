"""Quarantine: received files with personal data, kept apart from the archive until a named person has them removed.

Where their bytes are, and removing them, belongs here; seeing personal data is `returns/personal.py`, and remembering
what became of a file is `ledger.py`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from assets.intake.archive import READABLE_BY_OWNER, store_file, unchanged_parts
from assets.intake.decisions import DecisionError, signed
from assets.intake.ledger import Ledger, LedgerFile, State, now
from assets.returns.kept import forget, observations_of
from assets.returns.personal import without_numbers
from warehouse.storage import Storage, flush, make_private, write_whole


def keep_apart(storage: Storage, source: Path, sha256: str) -> None:
    """Store a copy of a file, once, where only its owner can read it; raises ChangedError when it was changed.

    Who stores many flushes the quarantine once, before telling the ledger of any.
    """
    make_private(storage.quarantine)
    if not storage.quarantined(sha256).exists():
        write_whole(storage.quarantined(sha256), unchanged_parts(source, sha256), READABLE_BY_OWNER)


def settle(storage: Storage, state: State) -> None:
    """Bring bytes to where the ledger says they are, and remove those of purged files: what was interrupted too.

    What was kept of a return that is in quarantine or purged goes as well: a cell of it may hold the data of a person.
    """
    for file in state.files.values():
        submission = state.submissions.get(file.submission_id or "")
        if submission is not None and file.quarantined:
            observations_of(storage, submission).unlink(missing_ok=True)
        if file.quarantined and storage.archived(file.sha256).exists():
            storage.forget_loaded()
            make_private(storage.quarantine)
            storage.archived(file.sha256).replace(storage.quarantined(file.sha256))
            storage.quarantined(file.sha256).chmod(READABLE_BY_OWNER)
            storage.sidecar(file.sha256).unlink(missing_ok=True)
    for path in storage.quarantine.glob("*"):
        known = state.files.get(path.name)
        if known is not None and known.purge is not None:
            _remove(storage, known)
        elif known is not None and not known.quarantined:
            received_at = datetime.fromisoformat(known.received_at)
            store_file(storage, path, known.sha256, known.file_name, received_at, known.identity)
            flush(storage.archive)
            path.unlink()


def purge(storage: Storage, ledger: Ledger, state: State, which: str, purged_by: str, reason: str) -> LedgerFile:
    """Remove the bytes of a file in quarantine for good; its hash, and who had it removed, when and why, stay.

    `which` is its sha256 or a name it came in under. Raises DecisionError when it is not in quarantine, when several
    files have that name, or when the name of the person or the reason is missing.
    """
    name, why = signed(purged_by, reason)
    file = _chosen(state, which)
    event = {"event": "purged", "at": now().isoformat(), "sha256": file.sha256, "decided_by": name, "reason": why}
    ledger.append(state, [event])
    _remove(storage, file)
    return file


def _remove(storage: Storage, file: LedgerFile) -> None:
    """Remove the bytes last: as long as they are there, the rest is done again."""
    forget(storage, file)
    storage.quarantined(file.sha256).unlink(missing_ok=True)


def _chosen(state: State, which: str) -> LedgerFile:
    names = {which, without_numbers(which)}
    known = [file for file in state.files.values() if names & {file.sha256, file.file_name, *file.other_names}]
    waiting = [file for file in known if file.is_in_quarantine]
    if len(waiting) == 1:
        return waiting[0]
    told = without_numbers(which)
    if waiting:
        found = ", ".join(file.sha256 for file in waiting)
        raise DecisionError(f"More than one file in quarantine is called {told}. Give the sha256 of one: {found}.")
    for file in known:
        if file.purge is not None:
            by, at = file.purge.purged_by, file.purge.purged_at
            raise DecisionError(f"{told} was purged by {by} on {at} already: there is nothing to remove.")
    if known:
        raise DecisionError(f"{told} is not in quarantine, and nothing is ever removed from the archive. {_all(state)}")
    raise DecisionError(f"The ledger knows no file {told}. {_all(state)}")


def _all(state: State) -> str:
    found = [f"{file.sha256} ({file.file_name})" for file in state.files.values() if file.is_in_quarantine]
    return f"In quarantine: {', '.join(found) or 'nothing'}."
