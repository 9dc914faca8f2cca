"""The ledger: an append-only file of what was received and what became of it.

One JSON object a line, each with the hash of the line before. What holds now (versions, statuses, which submission is
current) is always derived by reading the lines in order; nothing derived is stored.

Events: `received` (a file, for the first time), `seen` (its bytes again under another name), `read` (a reading of a
file: its submission, status, whether a person must accept it, and the hashes it was made with), `duplicate` (a file
that says what was said already), `refused` (a new reading of an accepted file that fails: the accepted reading stands),
`quarantined` (personal data were seen in a file: it counts no more) and `released` (they are no longer taken for that),
what a named person decided: `accepted` (a version that changes figures), `withdrawn` (a version taken back) and
`purged` (a file in quarantine removed for good), and `published` (a snapshot, with every figure that it changed).
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar

from warehouse.lock import exclusive
from warehouse.records import Identity, Publication, PublishedFigure, SubmissionStatus
from warehouse.storage import flush, naming, write_atomically

_TAIL_BYTES = 65_536
_LOOKS_AT_A_LINE_BEING_WRITTEN, _SECONDS_BETWEEN_LOOKS = 20, 0.1
_CLOCK_MAY_GO_BACK = timedelta(days=1)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_READABLE_BY_OWNER = 0o600
DUPLICATE = "duplicate"


class LedgerError(Exception):
    """The ledger can't be read: a line is damaged or missing."""


class ClockError(Exception):
    """The clock of this machine stands long before what the ledger remembers."""


@dataclass(frozen=True, slots=True)
class Purge:
    """That a named person had a file in quarantine removed for good. The name is declared, not authenticated."""

    purged_by: str
    reason: str
    purged_at: str


@dataclass(slots=True)
class LedgerFile:
    """A received file, as the ledger knows it now; `number` counts in order of receipt.

    `told_in` are the snapshots that were published between its receipt and the moment personal data were seen in it,
    when that was only seen on reading it again.
    """

    sha256: str
    number: int
    file_name: str
    size_bytes: int
    received_at: str
    identity: Identity | None = None
    other_names: list[str] = field(default_factory=list)
    status: str = "received"
    submission_id: str | None = None
    duplicate_of: str | None = None
    refused: str | None = None
    rules_hash: str | None = None
    layout_hash: str = ""
    values_hash: str = ""
    quarantined: bool = False
    purge: Purge | None = None
    publications_before: int = 0
    told_in: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it was read and no rule rejects it."""
        return self.status in {SubmissionStatus.ACCEPTED, SubmissionStatus.ACCEPTED_WITH_FINDINGS}

    @property
    def is_in_quarantine(self) -> bool:
        """Whether its bytes are kept apart, and not removed yet."""
        return self.quarantined and self.purge is None

    @property
    def can_be_reread(self) -> bool:
        """Whether its bytes are there and tell anything of their own."""
        return self.status != DUPLICATE and self.purge is None

    @property
    def employer_code(self) -> str | None:
        """The employer, when it is one employer's own return: one that takes part in a collection."""
        return self.identity.employer_code if self.identity else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a named person decided about a submission. The name is declared, not authenticated."""

    submission_id: str
    decision: SubmissionStatus
    decided_by: str
    reason: str
    decided_at: str


@dataclass(slots=True)
class LedgerSubmission:
    """A submission: one version of a sender's return over a sector and period.

    `judged` is what the rules came to; `changes_figures` says that it changes figures of the version before it, so that
    it is only in force once a person accepted it.
    """

    submission_id: str
    version: int
    file: LedgerFile
    identity: Identity
    judged: SubmissionStatus
    changes_figures: bool
    layout_hash: str
    values_hash: str
    acceptance: Decision | None = None
    withdrawal: Decision | None = None

    @property
    def partition(self) -> tuple[str, str]:
        """The sector and period it is about."""
        return self.identity.partition

    @property
    def passed(self) -> bool:
        """Whether no rule rejects it."""
        return self.judged is not SubmissionStatus.REJECTED

    @property
    def accepted(self) -> bool:
        """Whether it may be in force: by the rules or by a person, and not withdrawn."""
        return self.passed and self.withdrawal is None and (not self.changes_figures or self.acceptance is not None)


@dataclass(slots=True)
class State:
    """What the ledger's lines come to."""

    files: dict[str, LedgerFile] = field(default_factory=dict)
    submissions: dict[str, LedgerSubmission] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    lines_with_content: int = 0
    latest_at: datetime = _LONG_AGO
    _by_partition: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _files_by_partition: dict[tuple[str, str], dict[str, LedgerFile]] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The hash of the last line; empty for an empty ledger. `heads` are those of all lines."""
        return self.heads[-1] if self.heads else ""

    @property
    def content_head(self) -> str:
        """The hash of the last line that a build depends on: publishing changes nothing of what is published."""
        return self.heads[self.lines_with_content - 1] if self.lines_with_content else ""

    def of_partition(self, sector_code: str, period: str) -> list[LedgerFile]:
        """All files about a sector and period, in order of receipt."""
        found = self._files_by_partition.get((sector_code, period), {})
        return sorted(found.values(), key=lambda file: file.number)

    def contributions(self, sector_code: str, period: str) -> dict[str, LedgerFile]:
        """The return of each employer that takes part in a collection, by employer code: the last that passed."""
        files = self.of_partition(sector_code, period)
        return {file.employer_code: file for file in files if file.employer_code and file.passed}

    def collected_partitions(self) -> list[tuple[str, str]]:
        """The sectors and periods of which employers sent returns of their own."""
        return [key for key, files in self._files_by_partition.items() if any(f.employer_code for f in files.values())]

    def identify(self, file: LedgerFile, identity: Identity | None) -> None:
        """Remember what a file is about, as it was read now."""
        if file.identity is not None:
            self._files_by_partition[file.identity.partition].pop(file.sha256, None)
        if identity is not None:
            self._files_by_partition.setdefault(identity.partition, {})[file.sha256] = file
        file.identity = identity

    def versions(self, sector_code: str, period: str) -> list[LedgerSubmission]:
        """All submissions about a sector and period, the first version first."""
        found = [self.submissions[one] for one in self._by_partition.get((sector_code, period), ())]
        return sorted(found, key=lambda submission: submission.version)

    def in_force(self, sector_code: str, period: str) -> LedgerSubmission | None:
        """The submission that the totals use: the last accepted version."""
        accepted = [submission for submission in self.versions(sector_code, period) if submission.accepted]
        return accepted[-1] if accepted else None

    def current(self) -> dict[tuple[str, str], LedgerSubmission]:
        """The submission in force of every sector and period that has one."""
        found = {partition: self.in_force(*partition) for partition in self._by_partition}
        return {partition: submission for partition, submission in found.items() if submission is not None}

    def accepted_before(self, sector_code: str, period: str, version: int) -> LedgerSubmission | None:
        """The accepted version that a version replaces, or would replace."""
        before = [s for s in self.versions(sector_code, period) if s.accepted and s.version < version]
        return before[-1] if before else None

    def status_of(self, submission: LedgerSubmission) -> SubmissionStatus:
        """Where a submission stands now."""
        if not submission.passed:
            return SubmissionStatus.REJECTED
        if submission.withdrawal is not None:
            return SubmissionStatus.WITHDRAWN
        in_force = self.in_force(*submission.partition)
        if in_force is not None and submission.version < in_force.version:
            return SubmissionStatus.SUPERSEDED
        return submission.judged if submission.accepted else SubmissionStatus.AWAITING_ACCEPTANCE

    def index(self, submission: LedgerSubmission) -> None:
        """Remember a submission, or a new reading of one."""
        known = self.submissions.get(submission.submission_id)
        if known is not None:
            self._by_partition[known.partition].remove(known.submission_id)
        self._by_partition.setdefault(submission.partition, []).append(submission.submission_id)
        self.submissions[submission.submission_id] = submission

    def next_version(self, identity: Identity) -> int:
        """The version that a further submission about this sector and period gets."""
        versions = [submission.version for submission in self.versions(identity.sector_code, identity.period)]
        return max(versions, default=0) + 1


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, what it says, and its hash."""

    content: bytes
    event: dict[str, Any]
    sha256: str


class Ledger:
    """The ledger file at a path; a ledger that does not exist yet is an empty one."""

    _read_before: ClassVar[list[_Line]] = []

    def __init__(self, path: Path) -> None:
        self.path = path

    def state(self) -> State:
        """What holds now. Raises LedgerError when a line is damaged or missing."""
        state = State()
        for number, line in enumerate(self._read_lines(), start=1):
            if line.event["previous"] != state.head:
                raise LedgerError(
                    f"A line before line {number} of {self.path} is gone or was changed. Restore a backup."
                )
            try:
                _apply(state, line.event)
            except (KeyError, TypeError, ValueError) as error:
                raise self._no_event(number, error) from error
            _add_head(state, line.event, line.sha256)
        return state

    def _read_lines(self) -> list[_Line]:
        """All lines and what they say; lines that this process read before are compared, and not parsed again."""
        before = Ledger._read_before
        read = [
            before[number - 1]
            if number <= len(before) and before[number - 1].content == content
            else _Line(content, self._event(number, content), _sha256(content))
            for number, content in enumerate(self._lines(), start=1)
        ]
        Ledger._read_before = read
        return read

    def _event(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            event: dict[str, Any] = json.loads(line)
            event = {"previous": event["previous"], **event}
        except (ValueError, TypeError, KeyError) as error:
            raise LedgerError(
                f"Line {number} of {self.path} is damaged. Restore the ledger from a backup; but a last line that "
                "was not written to its end is set aside by `banenafspraak run`."
            ) from error
        try:
            return _typed(event)
        except (KeyError, TypeError) as error:
            raise self._no_event(number, error) from error

    def _no_event(self, number: int, error: Exception) -> LedgerError:
        return LedgerError(f"Line {number} of {self.path} says what no ledger says: {error!r}.")

    def set_torn_line_aside(self) -> bool:
        """Move a last line that was not written to its end, because the machine stopped, to a file beside the ledger.

        Such a line was never committed: what it would have said is done again. Returns whether there was one.
        """
        content = self._content()
        if _has_torn_line(content):
            whole, newline, torn = content.rpartition(b"\n")
            aside = self.path.with_suffix(".torn")
            aside.touch(_READABLE_BY_OWNER)
            with aside.open("ab") as file:
                file.write(torn + b"\n")
            write_atomically(self.path, whole + newline, _READABLE_BY_OWNER)
            return True
        return False

    def append(self, state: State, events: Iterable[dict[str, Any]]) -> None:
        """Write events behind the last line, flush them to disk, and bring `state` up to date.

        Raises LedgerError when another process wrote since `state` was read, and BusyError when one is writing now.
        """
        with (
            exclusive(self.path.with_suffix(".lock")),
            naming(self.path),
            self._opened() as file,
        ):
            last = _last_line(file)
            if (_sha256(last.removesuffix(b"\n")) if last else "") != state.head:
                raise LedgerError(f"Another process wrote to {self.path} in the meantime. Nothing was lost; run again.")
            lines = list(_chained(state.head, events))
            ending = b"\n" if last and not last.endswith(b"\n") else b""
            _write_behind(file, ending + b"".join(line + b"\n" for _, line in lines))
            for event, line in lines:
                _apply(state, _typed(event))
                _add_head(state, event, _sha256(line))
        flush(self.path.parent)

    def _content(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def _opened(self) -> FileIO:
        if not self.path.exists():
            self.path.touch(_READABLE_BY_OWNER)
        return self.path.open("a+b", buffering=0)

    def _lines(self) -> list[bytes]:
        """All lines; when another process is writing the last one just now, it is given the time to end it."""
        content = self._content()
        for _ in range(_LOOKS_AT_A_LINE_BEING_WRITTEN):
            if not _has_torn_line(content):
                break
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            content = self._content()
        return content.removesuffix(b"\n").split(b"\n") if content else []


def _has_torn_line(content: bytes) -> bool:
    """Whether the last line was not written to its end (yet)."""
    try:
        json.loads(content.rpartition(b"\n")[2] or b"{}")
    except ValueError:
        return True
    return False


def _chained(head: str, events: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The line of each event, with the hash of the line before; `head` is that of the last line there is."""
    for event in events:
        line = json.dumps({**event, "previous": head}, sort_keys=True).encode()
        yield event, line
        head = _sha256(line)


def _write_behind(file: FileIO, content: bytes) -> None:
    """Write and flush to disk all of it, or, when the disk refuses, nothing of it."""
    end = file.seek(0, os.SEEK_END)
    written = 0
    try:
        while written < len(content):
            written += file.write(content[written:])
        os.fsync(file.fileno())
    except OSError:
        file.truncate(end)
        raise


def _last_line(file: FileIO) -> bytes:
    """The last line of a file, with its line ending if it has one; nothing else of the file is read."""
    end = position = file.seek(0, os.SEEK_END)
    tail = b""
    while position and b"\n" not in tail.removesuffix(b"\n"):
        position = max(0, position - _TAIL_BYTES)
        file.seek(position)
        tail = file.read(end - position)
    return tail[tail.removesuffix(b"\n").rfind(b"\n") + 1 :]


def now() -> datetime:
    """The moment of an event."""
    return datetime.now(UTC).replace(microsecond=0)


def check_clock(state: State, moment: datetime) -> None:
    """Raise ClockError when `moment` is more than a day before the latest one that the ledger remembers.

    A file received in the wrong year would be judged by it for good. That the clock is set back a little is of no harm.
    """
    if state.latest_at - moment > _CLOCK_MAY_GO_BACK:
        raise ClockError(
            f"The clock of this machine says {moment.isoformat()}, and the ledger was written at "
            f"{state.latest_at.isoformat()}. Set the clock right and run again. If it is right, it was ahead when the "
            "ledger was written: restore the ledger from a backup of before."
        )


def received_event(
    sha256: str, file_name: str, size_bytes: int, received_at: datetime, identity: Identity | None
) -> dict[str, Any]:
    """The event that remembers a file, received for the first time."""
    return {
        "event": "received",
        "at": received_at.isoformat(),
        "sha256": sha256,
        "file_name": file_name,
        "size_bytes": size_bytes,
        "identity": identity.told() if identity else None,
    }


def published_event(publication: Publication) -> dict[str, Any]:
    """The event that remembers a publication."""
    return {
        "event": "published",
        "at": publication.published_at.replace(tzinfo=UTC).isoformat(),
        "snapshot_id": publication.snapshot_id,
        "input_hash": publication.input_hash,
        "changes": [list(change) for change in publication.changes],
    }


def _sha256(line: bytes) -> str:
    return hashlib.sha256(line).hexdigest()


def _add_head(state: State, event: dict[str, Any], head: str) -> None:
    state.heads.append(head)
    if event["event"] != "published":
        state.lines_with_content = len(state.heads)


def _apply(state: State, event: dict[str, Any]) -> None:
    _HANDLERS[event["event"]](state, event)
    if "at" in event:
        state.latest_at = max(state.latest_at, datetime.fromisoformat(event["at"]))


def _typed(event: dict[str, Any]) -> dict[str, Any]:
    """An event with what it says of identities and figures as row types: made once for each line that is read."""
    typed = dict(event)
    if event.get("identity"):
        typed["identity"] = Identity(**event["identity"])
    if event["event"] == "published":
        typed["changes"] = [PublishedFigure(*change) for change in event["changes"]]
    return typed


def _received(state: State, event: dict[str, Any]) -> None:
    sha256 = event["sha256"]
    file = LedgerFile(sha256, len(state.files), event["file_name"], event["size_bytes"], event["at"])
    file.publications_before = len(state.publications)
    state.files[sha256] = file
    state.identify(file, event["identity"])


def _seen(state: State, event: dict[str, Any]) -> None:
    state.files[event["sha256"]].other_names.append(event["file_name"])


def _read(state: State, event: dict[str, Any]) -> None:
    file = state.files[event["sha256"]]
    state.identify(file, event["identity"])
    file.status, file.submission_id, file.refused = event["status"], event["submission_id"], None
    file.rules_hash, file.layout_hash, file.values_hash = (
        event["rules_hash"], event["layout_hash"], event["values_hash"],
    )  # fmt: skip
    if file.identity is None or file.submission_id is None:
        return
    before = state.submissions.get(file.submission_id)
    state.index(
        LedgerSubmission(
            file.submission_id,
            event["version"],
            file,
            file.identity,
            SubmissionStatus(event["status"]),
            event["changes_figures"],
            event["layout_hash"],
            event["values_hash"],
            before.acceptance if before else None,
            before.withdrawal if before else None,
        )
    )


def _duplicate(state: State, event: dict[str, Any]) -> None:
    file = state.files[event["sha256"]]
    file.status, file.duplicate_of = DUPLICATE, event["duplicate_of"]


def _refused(state: State, event: dict[str, Any]) -> None:
    state.files[event["sha256"]].refused = event["layout_hash"]


def _quarantined(state: State, event: dict[str, Any]) -> None:
    file = state.files[event["sha256"]]
    file.quarantined = True
    if file.status != "received":
        file.status, file.duplicate_of = SubmissionStatus.REJECTED, None
        file.told_in = tuple(one.snapshot_id for one in state.publications[file.publications_before :])
    submission = state.submissions.get(file.submission_id or "")
    if submission is not None:
        submission.judged = SubmissionStatus.REJECTED


def _released(state: State, event: dict[str, Any]) -> None:
    state.files[event["sha256"]].quarantined = False


def _purged(state: State, event: dict[str, Any]) -> None:
    file = state.files[event["sha256"]]
    file.status, file.purge = SubmissionStatus.REJECTED, Purge(event["decided_by"], event["reason"], event["at"])


def _decision(state: State, event: dict[str, Any], status: SubmissionStatus) -> Decision:
    decision = Decision(event["submission_id"], status, event["decided_by"], event["reason"], event["at"])
    state.decisions.append(decision)
    return decision


def _accepted(state: State, event: dict[str, Any]) -> None:
    submission = state.submissions[event["submission_id"]]
    submission.acceptance = _decision(state, event, SubmissionStatus.ACCEPTED)


def _withdrawn(state: State, event: dict[str, Any]) -> None:
    submission = state.submissions[event["submission_id"]]
    submission.withdrawal = _decision(state, event, SubmissionStatus.WITHDRAWN)


def _published(state: State, event: dict[str, Any]) -> None:
    at = datetime.fromisoformat(event["at"]).replace(tzinfo=None)
    state.publications.append(Publication(event["snapshot_id"], at, event["input_hash"], event["changes"]))


_HANDLERS = {
    "received": _received,
    "seen": _seen,
    "read": _read,
    "duplicate": _duplicate,
    "refused": _refused,
    "quarantined": _quarantined,
    "released": _released,
    "accepted": _accepted,
    "withdrawn": _withdrawn,
    "purged": _purged,
    "published": _published,
}
