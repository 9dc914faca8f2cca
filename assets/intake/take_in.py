"""Take files in: from the inbox or a given folder into the archive and the ledger, each once.

What a file says is only looked at to recognise its sender and period; reading it is the returns stage.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from assets.intake.archive import ChangedError, store_file
from assets.intake.dropped import NoFileError, files_in, is_link, sha256_below
from assets.intake.ledger import Ledger, LedgerFile, State, now, received_event
from assets.intake.quarantine import keep_apart
from assets.returns.personal import without_numbers
from assets.returns.read import ReturnReader
from assets.returns.side_by_side import Document, FirstLook, look_side_by_side
from warehouse.storage import Storage, flush

_log = logging.getLogger(__name__)
_AT_ONCE = 250


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One file of a folder and whether its bytes were new."""

    file_name: str
    sha256: str
    is_new: bool


def contents_of(folder: Path, own_codes: frozenset[str]) -> tuple[set[str], list[str]]:
    """The sha256 of each file of a folder, and the names of what can't be read or is a link."""
    met = list(_met(folder, own_codes))
    return {one.sha256 for one in met if one.sha256}, [one.name for one in met if not one.sha256]


def take_in(
    storage: Storage,
    ledger: Ledger,
    state: State,
    reader: ReturnReader,
    folder: Path,
    contents: Collection[str] | None = None,
) -> list[TakenIn]:
    """Archive the files of a folder and enter them in the ledger: all, or those whose sha256 is in `contents`.

    Files of the inbox are removed once that is done, unless they changed meanwhile; those of another folder are never
    touched.
    """
    taken = []
    from_inbox = folder.resolve() == storage.inbox.resolve()
    with ThreadPoolExecutor() as threads:  # waiting for the disk is most of the work of storing
        for batch in _one_ahead(_batches(state, reader, folder, contents)):
            stored = _store_all(storage, state, batch, threads)
            _flush_names(storage)
            ledger.append(state, _events(state, stored))
            taken += [TakenIn(one.incoming.name, one.incoming.sha256, one.is_new) for one in stored]
            for one in stored if from_inbox else ():
                _remove(one.incoming)
    return taken


class _Incoming(NamedTuple):
    """A file of a folder, and what it held when it was first met; its name is without numbers of persons.

    The sha256 of one that can't be read, or is a link, is empty.
    """

    path: Path
    name: str
    sha256: str


def _met(folder: Path, own_codes: frozenset[str]) -> Iterator[_Incoming]:
    for path in files_in(folder):
        try:
            sha256 = sha256_below(folder, path)
        except FileNotFoundError:  # taken away since it was listed
            continue
        except OSError:
            sha256 = ""
        yield _Incoming(path, without_numbers(_readable(path.name), own_codes), sha256)


class _Batch(NamedTuple):
    """Files that were met, and the first looks at those that are new, which are being read."""

    incoming: Sequence[_Incoming]
    received_at: datetime
    looks: Iterator[tuple[_Incoming, FirstLook | None]]


def _batches(state: State, reader: ReturnReader, folder: Path, contents: Collection[str] | None) -> Iterator[_Batch]:
    """The chosen files of a folder, some at a time; reading a batch begins when it is asked for."""
    met = _met(folder, reader.reference.employer_codes)
    begun: set[str] = set()
    while some := list(islice(met, _AT_ONCE)):
        for one in (one for one in some if not one.sha256):
            why = "is a link" if is_link(one.path) else "can't be read"
            _log.warning("%s %s: it is left where it is", one.name, why)
        chosen = [one for one in some if one.sha256 and (contents is None or one.sha256 in contents)]
        first = {one.sha256: one for one in reversed(chosen)}
        new = [one for sha256, one in first.items() if sha256 not in state.files and sha256 not in begun]
        begun.update(one.sha256 for one in new)
        received_at = now()
        documents = [Document(one.path, one.sha256, received_at.date(), Path(one.name).suffix) for one in new]
        yield _Batch(chosen, received_at, zip(new, look_side_by_side(reader, documents), strict=True))


def _one_ahead(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """Each batch when reading the next one has begun too, so that those who read never wait for storing."""
    before = next(batches, None)
    while before is not None:
        following = next(batches, None)
        yield before
        before = following


class _Stored(NamedTuple):
    """A file whose bytes are kept, before the ledger knows it."""

    incoming: _Incoming
    received_at: datetime
    size_bytes: int
    look: FirstLook | None
    is_new: bool


def _store_all(storage: Storage, state: State, batch: _Batch, threads: ThreadPoolExecutor) -> list[_Stored]:
    """Store the bytes of some files, each as soon as it was looked at, while others are being read.

    One that was changed since it was met is left for the next time.
    """

    def store_one(one: _Incoming, look: FirstLook | None) -> int | None:
        try:
            return _store(storage, one, state.files.get(one.sha256), look, batch.received_at)
        except (ChangedError, FileNotFoundError, NoFileError):
            _log.warning("%s was changed while it was taken in: it is left for the next time", one.name)
            return None

    new: set[Path] = set()
    looks: dict[str, FirstLook | None] = {}
    storing: dict[str, Future[int | None]] = {}
    for one, look in batch.looks:
        new.add(one.path)
        looks[one.sha256] = look
        storing[one.sha256] = threads.submit(store_one, one, look)
    for one in batch.incoming:
        if one.sha256 not in storing:
            storing[one.sha256] = threads.submit(store_one, one, None)
    return [
        _Stored(one, batch.received_at, size, looks.get(one.sha256), one.path in new)
        for one in batch.incoming
        if (size := storing[one.sha256].result()) is not None
    ]


def _store(
    storage: Storage, one: _Incoming, known: LedgerFile | None, look: FirstLook | None, received_at: datetime
) -> int:
    """Bring a file's bytes to where they belong, unless they are there; returns how many there are."""
    size = one.path.lstat().st_size
    if known is None and look is None:
        raise ChangedError(one.path)
    if known is not None and known.purge is not None:
        _log.warning("%s is a file that was purged on %s: it is not taken in", one.name, known.purge.purged_at)
    elif known.quarantined if known is not None else look is not None and look.has_personal_data:
        keep_apart(storage, one.path, one.sha256)
    else:
        at = datetime.fromisoformat(known.received_at) if known else received_at
        name, identity = known.file_name if known else one.name, look.identity if look else None
        store_file(storage, one.path, one.sha256, name, at, identity)
    return size


def _flush_names(storage: Storage) -> None:
    """Have on disk the names of all files that are kept: also of those that a killed run stored."""
    for folder in (storage.archive, storage.quarantine):
        if folder.exists():
            flush(folder)


def _events(state: State, stored: Sequence[_Stored]) -> Iterator[dict[str, Any]]:
    """What the ledger is told of files whose bytes are kept: that they came, or came under another name."""
    names: dict[str, set[str]] = {}
    for (_, name, sha256), received_at, size, look, _ in stored:
        known = state.files.get(sha256)
        known_names = names.setdefault(sha256, {known.file_name, *known.other_names} if known else set())
        if not known_names and look is not None:
            yield received_event(sha256, name, size, received_at, look.identity)
            if look.has_personal_data:
                yield {"event": "quarantined", "at": received_at.isoformat(), "sha256": sha256}
        elif name not in known_names:
            yield {"event": "seen", "at": now().isoformat(), "sha256": sha256, "file_name": name}
        known_names.add(name)


def _remove(one: _Incoming) -> None:
    """Remove a file that was taken in, unless it changed since; one that can't be removed does not keep the others."""
    try:
        if sha256_below(one.path.parent, one.path) == one.sha256:
            one.path.unlink()
    except OSError as error:
        _log.warning("%s is taken in, but can't be removed from the inbox: %s", one.name, error.strerror)


def _readable(name: str) -> str:
    """A file's name as text; bytes that are no UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")
