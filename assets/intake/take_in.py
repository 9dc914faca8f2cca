"""Take files in: from the inbox or a given folder into the archive and the ledger, each once.

What a file says is only looked at to recognise its sender and period; reading it is the returns stage.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from assets.intake.archive import sha256_of, store
from assets.intake.ledger import Ledger, State, now
from assets.returns.read import ReturnReader
from warehouse.records import Identity
from warehouse.storage import Storage

_log = logging.getLogger(__name__)
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
    for path in files_in(folder):
        content, name = path.read_bytes(), _readable(path.name)
        sha256 = sha256_of(content)
        if contents is not None and sha256 not in contents:
            continue
        known = state.files.get(sha256)
        if known is None:
            _receive(storage, ledger, state, name, content, reader.identify(content))
        else:
            store(storage, content, known.file_name, datetime.fromisoformat(known.received_at), known.identity)
            if name not in {known.file_name, *known.other_names}:
                ledger.append(state, [{"event": "seen", "at": now().isoformat(), "sha256": sha256, "file_name": name}])
        if from_inbox:
            _remove(path, content)
        taken.append(TakenIn(name, sha256, known is None))
    return taken


def _remove(path: Path, content: bytes) -> None:
    """Remove a file that was taken in, unless it changed since; one that can't be removed does not keep the others."""
    try:
        if path.read_bytes() == content:
            path.unlink()
    except OSError as error:
        _log.warning("%s is taken in, but can't be removed from the inbox: %s", path, error)


def _readable(name: str) -> str:
    """A file's name as text; bytes that are no UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def _receive(
    storage: Storage, ledger: Ledger, state: State, name: str, content: bytes, identity: Identity | None
) -> None:
    received_at = now()
    sha256 = store(storage, content, name, received_at, identity)
    event = {
        "event": "received",
        "at": received_at.isoformat(),
        "sha256": sha256,
        "file_name": name,
        "size_bytes": len(content),
        "identity": asdict(identity) if identity else None,
    }
    ledger.append(state, [event])
