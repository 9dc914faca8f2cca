"""The ledger: an append-only file of what was received and what became of it.

One JSON object a line, each with the hash of the line before. What holds now (versions, statuses, which submission is
current) is always derived by reading the lines in order; nothing derived is stored.

Events: `received` (a file, for the first time), `seen` (its bytes again under another name), `read` (a reading of a
file: its submission, status and the hashes it was made with), `duplicate` (a file that says what was said already) and
`refused` (a new reading of an accepted file that fails: the accepted reading stands).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.records import Identity, SubmissionStatus
from warehouse.storage import exclusive


class LedgerError(Exception):
    """The ledger can't be read: a line is damaged or missing."""


@dataclass(slots=True)
class LedgerFile:
    """A received file, as the ledger knows it now."""

    sha256: str
    file_name: str
    size_bytes: int
    received_at: str
    identity: Identity | None
    other_names: list[str] = field(default_factory=list)
    status: str = "received"
    submission_id: str | None = None
    duplicate_of: str | None = None
    refused: str | None = None


@dataclass(slots=True)
class LedgerSubmission:
    """A submission: one version of a sender's return over a sector and period."""

    submission_id: str
    version: int
    file: LedgerFile
    identity: Identity
    status: SubmissionStatus
    layout_hash: str
    values_hash: str


@dataclass(slots=True)
class State:
    """What the ledger's lines come to."""

    files: dict[str, LedgerFile] = field(default_factory=dict)
    submissions: dict[str, LedgerSubmission] = field(default_factory=dict)
    head: str = ""

    def of_partition(self, sector_code: str, period: str) -> list[LedgerFile]:
        """All files about a sector and period, in order of receipt."""
        return [
            file
            for file in self.files.values()
            if file.identity and (file.identity.sector_code, file.identity.period) == (sector_code, period)
        ]

    def current(self) -> dict[tuple[str, str], LedgerSubmission]:
        """The accepted submission in force, by sector and period: the last accepted version."""
        accepted = {SubmissionStatus.ACCEPTED, SubmissionStatus.ACCEPTED_WITH_FINDINGS}
        return {
            (submission.identity.sector_code, submission.identity.period): submission
            for submission in sorted(self.submissions.values(), key=lambda s: s.version)
            if submission.status in accepted
        }

    def status_of(self, submission: LedgerSubmission) -> SubmissionStatus:
        """A submission's status now: an accepted one that a later version replaced is superseded."""
        current = self.current().get((submission.identity.sector_code, submission.identity.period))
        replaced = current is not None and submission.version < current.version
        if replaced and submission.status is not SubmissionStatus.REJECTED:
            return SubmissionStatus.SUPERSEDED
        return submission.status

    def next_version(self, identity: Identity) -> int:
        """The version a further submission of this sender, sector and period gets."""
        same = [
            s.version
            for s in self.submissions.values()
            if (s.identity.sender_code, s.identity.sector_code, s.identity.period)
            == (identity.sender_code, identity.sector_code, identity.period)
        ]
        return max(same, default=0) + 1


class Ledger:
    """The ledger file at a path; a ledger that does not exist yet is an empty one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> State:
        """What holds now. Raises LedgerError when a line is damaged or missing."""
        state = State()
        for number, line in enumerate(self._lines(), start=1):
            event = self._event(number, line)
            if event["previous"] != state.head:
                raise LedgerError(
                    f"A line before line {number} of {self.path} is gone or was changed. Restore a backup."
                )
            _apply(state, event)
            state.head = hashlib.sha256(line).hexdigest()
        return state

    def _event(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            event: dict[str, Any] = json.loads(line)
            return {"previous": event["previous"], **event}
        except (ValueError, TypeError, KeyError) as error:
            raise LedgerError(f"Line {number} of {self.path} is damaged. Restore the ledger from a backup.") from error

    def append(self, state: State, events: Iterable[dict[str, Any]]) -> None:
        """Write events behind the last line, flush them to disk, and bring `state` up to date.

        Raises LedgerError when another process wrote since `state` was read, and BusyError when one is writing now.
        """
        with exclusive(self.path.with_suffix(".lock")), self.path.open("ab") as file:
            content = self.path.read_bytes()
            last = content.removesuffix(b"\n").rpartition(b"\n")[2]
            if (hashlib.sha256(last).hexdigest() if content else "") != state.head:
                raise LedgerError(f"Another process wrote to {self.path} in the meantime. Nothing was lost; run again.")
            if content and not content.endswith(b"\n"):
                file.write(b"\n")
            for event in events:
                line = json.dumps({**event, "previous": state.head}, sort_keys=True).encode()
                file.write(line + b"\n")
                _apply(state, event)
                state.head = hashlib.sha256(line).hexdigest()
            file.flush()
            os.fsync(file.fileno())

    def _lines(self) -> list[bytes]:
        content = self.path.read_bytes() if self.path.exists() else b""
        return content.removesuffix(b"\n").split(b"\n") if content else []


def now() -> datetime:
    """The moment of an event."""
    return datetime.now(UTC).replace(microsecond=0)


def _apply(state: State, event: dict[str, Any]) -> None:
    handlers = {"received": _received, "seen": _seen, "read": _read, "duplicate": _duplicate, "refused": _refused}
    handlers[event["event"]](state, event)


def _identity(event: dict[str, Any]) -> Identity | None:
    return Identity(**event["identity"]) if event["identity"] else None


def _received(state: State, event: dict[str, Any]) -> None:
    sha256 = event["sha256"]
    state.files[sha256] = LedgerFile(sha256, event["file_name"], event["size_bytes"], event["at"], _identity(event))


def _seen(state: State, event: dict[str, Any]) -> None:
    state.files[event["sha256"]].other_names.append(event["file_name"])


def _read(state: State, event: dict[str, Any]) -> None:
    file = state.files[event["sha256"]]
    file.identity, file.status = _identity(event), event["status"]
    file.submission_id, file.refused = event["submission_id"], None
    if file.identity is None or file.submission_id is None:
        return
    state.submissions[file.submission_id] = LedgerSubmission(
        file.submission_id,
        event["version"],
        file,
        file.identity,
        SubmissionStatus(event["status"]),
        event["layout_hash"],
        event["values_hash"],
    )


def _duplicate(state: State, event: dict[str, Any]) -> None:
    file = state.files[event["sha256"]]
    file.status, file.duplicate_of = "duplicate", event["duplicate_of"]


def _refused(state: State, event: dict[str, Any]) -> None:
    state.files[event["sha256"]].refused = event["layout_hash"]
