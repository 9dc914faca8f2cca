"""The archive: received bytes stored once under their sha256, never changed and never deleted.

Storing and fetching bytes belongs here; who sent them and what became of them is the ledger's, and what is kept apart
because it holds personal data is `quarantine.py`.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path

from warehouse.records import Identity
from warehouse.storage import Storage, make_private, write_atomically, written_aside

READABLE_BY_OWNER = 0o400


class ArchiveError(Exception):
    """An archived file is gone or was changed: our own failure, and a grave one."""


def sha256_of(content: bytes) -> str:
    """The name of a file in the archive."""
    return hashlib.sha256(content).hexdigest()


def store(storage: Storage, content: bytes, file_name: str, received_at: datetime, identity: Identity | None) -> str:
    """Store bytes with a sidecar, once; returns their sha256. What is there already is left as it is."""
    sha256 = sha256_of(content)
    path = storage.archived(sha256)
    make_private(storage.archive)
    if not path.exists():
        sidecar = {
            "file_name": file_name,
            "sender_code": identity.sender_code if identity else None,
            "received_at": received_at.isoformat(),
            "size_bytes": len(content),
        }
        text = json.dumps(sidecar, ensure_ascii=False, indent=2)
        write_atomically(storage.sidecar(sha256), text.encode())
        with written_aside(path) as aside:
            aside.touch(0o600)
            aside.write_bytes(content)
            aside.chmod(READABLE_BY_OWNER)
    return sha256


def fetch(storage: Storage, sha256: str) -> bytes:
    """The bytes in the archive or in quarantine; raises ArchiveError when they are gone or are not what they were."""
    path: Path = storage.quarantined(sha256) if storage.quarantined(sha256).exists() else storage.archived(sha256)
    if not path.exists():
        raise ArchiveError(f"The archived file {path} is gone. Restore it from a backup of the archive.")
    content = path.read_bytes()
    if sha256_of(content) != sha256:
        raise ArchiveError(f"The archived file {path} was changed. Restore it from a backup of the archive.")
    return content
