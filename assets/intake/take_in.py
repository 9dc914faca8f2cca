"""Take files in: from the inbox or a given folder into the archive and the ledger, each once.

What a file says is only looked at to recognise its sender and period; reading it is the returns stage.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatch
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from assets.intake.archive import sha256_of, store
from assets.intake.ledger import Ledger, LedgerFile, State, now, received_event
from assets.intake.quarantine import keep_apart
from assets.returns.personal import without_numbers
from assets.returns.read import ReturnReader
from assets.returns.side_by_side import FirstLook, look_side_by_side
from warehouse.storage import Storage

_log = logging.getLogger(__name__)
_AT_ONCE = 500
# Files that come along with a folder and are nobody's return, and those that a program is still bringing.
IGNORED_NAMES = (
    ".*", "~$*", "*.md", "Thumbs.db", "desktop.ini", "*.filepart", "*.part", "*.partial", "*.crdownload", "*.tmp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TakenIn:
    """One file of a folder and whether its bytes were new."""

    file_name: str
    sha256: str
    is_new: bool


def files_in(folder: Path) -> Iterator[Path]:
    """The files of a folder and its subfolders that may be returns, in order of name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(fnmatch(path.name, pattern) for pattern in IGNORED_NAMES):
            yield path


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
    paths, own_codes = files_in(folder), reader.reference.employer_codes
    while some := [_Document.of(path, own_codes) for path in islice(paths, _AT_ONCE)]:
        documents = [one for one in some if contents is None or one.sha256 in contents]
        taken += _take_in(storage, ledger, state, reader, documents)
        for one in documents if from_inbox else ():
            _remove(one)
    return taken


class _Document(NamedTuple):
    """A file of a folder, and what it held when it was looked at; its name is without numbers of persons."""

    path: Path
    name: str
    content: bytes
    sha256: str

    @classmethod
    def of(cls, path: Path, own_codes: frozenset[str]) -> _Document:
        content = path.read_bytes()
        return cls(path, without_numbers(_readable(path.name), own_codes), content, sha256_of(content))


def _take_in(
    storage: Storage, ledger: Ledger, state: State, reader: ReturnReader, documents: Sequence[_Document]
) -> list[TakenIn]:
    """Archive some files, each before the ledger knows it, and then tell the ledger of all of them at once."""
    new = {one.sha256: one for one in reversed(documents) if one.sha256 not in state.files}
    received_at = now()
    contents = [(one.content, received_at.date()) for one in new.values()]
    looks = dict(zip(new, look_side_by_side(reader, contents), strict=True))
    known = {one.sha256: state.files.get(one.sha256) for one in documents}

    def _store(one: _Document) -> None:
        file, look = known[one.sha256], looks.get(one.sha256)
        if file is not None and file.purge is not None:
            _log.warning("%s is a file that was purged on %s: it is not taken in", one.name, file.purge.purged_at)
        elif _is_kept_apart(file, look):
            keep_apart(storage, one.content)
        else:
            at = datetime.fromisoformat(file.received_at) if file else received_at
            identity = look.identity if look else None
            store(storage, one.content, file.file_name if file else one.name, at, identity)

    with ThreadPoolExecutor() as pool:  # waiting for the disk is most of the work
        list(pool.map(_store, {one.sha256: new.get(one.sha256, one) for one in documents}.values()))
    events, names = [], {sha256: {file.file_name, *file.other_names} for sha256, file in known.items() if file}
    for one in documents:
        if one.sha256 not in names:
            look = looks[one.sha256]
            events.append(received_event(one.sha256, one.name, len(one.content), received_at, look.identity))
            if look.has_personal_data:
                events.append({"event": "quarantined", "at": received_at.isoformat(), "sha256": one.sha256})
        elif one.name not in names[one.sha256]:
            events.append({"event": "seen", "at": now().isoformat(), "sha256": one.sha256, "file_name": one.name})
        names.setdefault(one.sha256, set()).add(one.name)
    ledger.append(state, events)
    return [TakenIn(one.name, one.sha256, new.get(one.sha256) is one) for one in documents]


def _is_kept_apart(file: LedgerFile | None, look: FirstLook | None) -> bool:
    if file is not None:
        return file.quarantined
    return look is not None and look.has_personal_data


def _remove(document: _Document) -> None:
    """Remove a file that was taken in, unless it changed since; one that can't be removed does not keep the others."""
    try:
        if document.path.read_bytes() == document.content:
            document.path.unlink()
    except OSError as error:
        _log.warning("%s is taken in, but can't be removed from the inbox: %s", document.name, error.strerror)


def _readable(name: str) -> str:
    """A file's name as text; bytes that are no UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")
