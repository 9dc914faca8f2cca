"""Take files in: from the inbox or a given folder into the archive and the ledger, each once.

What a file says is only looked at to recognise its sender and period; reading it is the returns stage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from assets.intake.archive import sha256_of, store
from assets.intake.ledger import Ledger, State, now
from assets.returns.read import ReturnReader
from warehouse.storage import Storage

# Files that come along with a folder and are nobody's return.
IGNORED_NAMES = (".*", "~$*", "*.md", "Thumbs.db", "desktop.ini")


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


def take_in(storage: Storage, ledger: Ledger, state: State, reader: ReturnReader, folder: Path) -> list[TakenIn]:
    """Archive every file of a folder and enter it in the ledger.

    Files of the inbox are removed once that is done; those of another folder are never touched.
    """
    taken = []
    from_inbox = folder.resolve() == storage.inbox.resolve()
    for path in files_in(folder):
        content = path.read_bytes()
        sha256 = sha256_of(content)
        event = _event(state, reader, path.name, content, sha256)
        is_new = event is not None and event["event"] == "received"
        if event is not None:
            received_at = datetime.fromisoformat(event["at"])
            store(storage, content, path.name, received_at, reader.identify(content) if is_new else None)
            ledger.append(state, [event])
        if from_inbox:
            path.unlink()
        taken.append(TakenIn(path.name, sha256, is_new))
    return taken


def _event(state: State, reader: ReturnReader, name: str, content: bytes, sha256: str) -> dict[str, Any] | None:
    """What the ledger should hold of a file; None when it holds all of it already."""
    known = state.files.get(sha256)
    at = now().isoformat()
    if known is None:
        identity = reader.identify(content)
        return {
            "event": "received", "at": at, "sha256": sha256, "file_name": name, "size_bytes": len(content),
            "identity": asdict(identity) if identity else None,
        }  # fmt: skip
    if name != known.file_name and name not in known.other_names:
        return {"event": "seen", "at": at, "sha256": sha256, "file_name": name}
    return None
