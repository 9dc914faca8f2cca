"""The archive: received bytes stored once under their sha256, never changed and never deleted.

Storing and fetching bytes belongs here; who sent them and what became of them is the ledger's, and what is kept apart
because it holds personal data is `quarantine.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from assets.intake.dropped import open_below
from warehouse.records import Identity
from warehouse.storage import Storage, flush, make_private, sha256_of_file, write_whole

READABLE_BY_OWNER = 0o400
_SIDECAR_MODE = 0o666  # less what the umask takes away; nobody else may enter the folder
_PART_BYTES = 1_000_000


class ArchiveError(Exception):
    """An archived file is gone or was changed: our own failure, and a grave one."""


class ChangedError(ArchiveError):
    """The bytes of a file are no longer those that it was known by."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was changed: it is not the file it was. Restore an archived file from a backup.")


def sha256_of(content: bytes) -> str:
    """The name of a file in the archive."""
    return hashlib.sha256(content).hexdigest()


def store(storage: Storage, content: bytes, file_name: str, received_at: datetime, identity: Identity | None) -> str:
    """Store bytes of our own with a sidecar, once; returns their sha256. What is there already is left as it is."""
    sha256 = sha256_of(content)
    _store(storage, sha256, (content,), _sidecar(len(content), file_name, received_at, identity))
    flush(storage.archive)
    return sha256


def store_file(
    storage: Storage, source: Path, sha256: str, file_name: str, received_at: datetime, identity: Identity | None
) -> None:
    """Store a copy of a file with a sidecar, once; what is there already is left as it is.

    Who stores many flushes the archive once, before telling the ledger of any. Raises ChangedError when the file no
    longer is the one with this sha256.
    """
    sidecar = _sidecar(source.lstat().st_size, file_name, received_at, identity)
    _store(storage, sha256, unchanged_parts(source, sha256), sidecar)


def unchanged_parts(source: Path, sha256: str) -> Iterator[bytes]:
    """The bytes of a file; raises ChangedError behind the last when they are not those with this sha256.

    Raises NoFileError when a link has taken its place.
    """
    digest = hashlib.sha256()
    with open_below(source.parent, source) as file:
        while part := file.read(_PART_BYTES):
            digest.update(part)
            yield part
    if digest.hexdigest() != sha256:
        raise ChangedError(source)


def _store(storage: Storage, sha256: str, parts: Iterable[bytes], sidecar: bytes) -> None:
    """Write the sidecar and the bytes, unless both are there: the power going may have left one of them."""
    archived, beside = storage.archived(sha256), storage.sidecar(sha256)
    if not (archived.exists() and beside.exists()):
        make_private(storage.archive)
        write_whole(beside, (sidecar,), _SIDECAR_MODE)
        write_whole(archived, parts, READABLE_BY_OWNER)


def _sidecar(size: int, file_name: str, received_at: datetime, identity: Identity | None) -> bytes:
    sidecar = {
        "file_name": file_name,
        "sender_code": identity.sender_code if identity else None,
        "received_at": received_at.isoformat(),
        "size_bytes": size,
    }
    return json.dumps(sidecar, ensure_ascii=False, indent=2).encode()


def kept_file(storage: Storage, sha256: str, *, in_quarantine: bool = False) -> Path:
    """Where a file is, in the archive or in quarantine; raises ArchiveError when it is gone."""
    for path in (storage.quarantined(sha256), storage.archived(sha256)):
        if path.exists():
            return path
    if in_quarantine:
        raise ArchiveError(
            f"The file {storage.quarantined(sha256)} is gone. Restore it from a backup of the quarantine, or have it "
            "removed for good with `banenafspraak purge`."
        )
    raise ArchiveError(
        f"The archived file {storage.archived(sha256)} is gone. Restore it from a backup of the archive."
    )


def check(storage: Storage, sha256: str, *, in_quarantine: bool = False) -> None:
    """Raise ArchiveError when the bytes of a file in the archive or in quarantine are gone or not what they were."""
    path = kept_file(storage, sha256, in_quarantine=in_quarantine)
    if sha256_of_file(path) != sha256:
        raise ChangedError(path)


def fetch(storage: Storage, sha256: str) -> bytes:
    """The bytes of a file of our own in the archive; raises ArchiveError when they are gone or not what they were."""
    path = kept_file(storage, sha256)
    content = path.read_bytes()
    if sha256_of(content) != sha256:
        raise ChangedError(path)
    return content
