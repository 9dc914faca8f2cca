"""Publish a built warehouse: keep the file aside under its own name with a manifest, and put it where analysts read.

Readers that have the old file open keep reading it; nobody ever sees a half-built one. Which publications there were
is the ledger's to remember; what changed in the figures is `published.py`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from warehouse.queries import ask
from warehouse.records import Publication, PublishedFigure
from warehouse.storage import PROJECT, Storage, write_atomically

_CODE = ("assets", "expectations", "pipelines", "warehouse")
_READ_ONLY = 0o444


class PublicationError(Exception):
    """The built file can't be published; the snapshot that was published before still stands."""


def built_publication(storage: Storage) -> Publication:
    """What the file aside is as a publication. Raises PublicationError when it is not there, or not whole."""
    building = storage.building
    if not building.exists():
        raise PublicationError(
            f"There is no built warehouse at {building}. Materialise the warehouse and the marts first."
        )
    with duckdb.connect(str(building)) as connection:
        connection.execute("CHECKPOINT")
    for path in (building, storage.snapshot):
        if path.with_name(path.name + ".wal").exists():
            raise PublicationError(
                f"{path} still has a write-ahead log. Another program has it open: close that first."
            )
    try:
        with duckdb.connect(str(building), read_only=True) as connection:
            (row,) = ask(connection, "built_snapshot")
            changes = [PublishedFigure(**change) for change in ask(connection, "own_changes")]
    except duckdb.CatalogException as error:
        raise PublicationError(f"{building} is not whole ({error}). Materialise the marts first.") from error
    return Publication(row["snapshot_id"], row["published_at"], row["input_hash"], changes)


def keep(storage: Storage, publication: Publication) -> None:
    """Move the file aside to its own name, read-only, with a manifest beside it."""
    kept = storage.kept_snapshot(publication.snapshot_id)
    manifest = _manifest(storage.building)
    write_atomically(storage.manifest(publication.snapshot_id), json.dumps(manifest, indent=1).encode())
    with storage.building.open("rb") as file:
        os.fsync(file.fileno())
    storage.building.chmod(_READ_ONLY)
    storage.building.replace(kept)


def put_in_place(storage: Storage, snapshot_id: str) -> Path:
    """Make a kept snapshot the latest, in one step; returns the path that always holds the latest."""
    aside = storage.snapshot.with_name(f".{storage.snapshot.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    try:
        aside.hardlink_to(storage.kept_snapshot(snapshot_id))
    except OSError:  # a file system without hard links
        shutil.copy2(storage.kept_snapshot(snapshot_id), aside)
    aside.replace(storage.snapshot)
    return storage.snapshot


def snapshot_id_of(database: Path) -> str | None:
    """The name of a published file; None when there is none, or none that can be read."""
    return _of_snapshot(database, "snapshot_id")


def input_hash_of(database: Path) -> str | None:
    """What a warehouse file was built from; None when there is none, or none that can be read."""
    return _of_snapshot(database, "input_hash")


def _of_snapshot(database: Path, column: str) -> str | None:
    if not database.exists():
        return None
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            row = connection.execute(f"SELECT {column} FROM audit.snapshot").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None


def checksums(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Of every table: its rows, and a checksum of them whatever their order. The bytes of a file are never the same."""
    names = connection.execute(
        "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(f"SELECT count(*), CAST(sum(hash(t)) AS VARCHAR) FROM {name} AS t").fetchone()
        found[name] = {"rows": row[0], "checksum": row[1]} if row else {}
    return found


def _manifest(database: Path) -> dict[str, Any]:
    """What a file was made from, by which program, and its checksums."""
    with duckdb.connect(str(database), read_only=True) as connection:
        (snapshot,) = ask(connection, "built_snapshot")
        submissions, tables = ask(connection, "submissions_in_force"), checksums(connection)
    return {
        **snapshot,
        "published_at": snapshot["published_at"].isoformat() + "Z",
        "program": {
            "banenafspraak": version("banenafspraak"),
            "code_sha256": _code_hash(),
            "duckdb": duckdb.__version__,
            "python": platform.python_version(),
        },
        "file": {"sha256": hashlib.sha256(database.read_bytes()).hexdigest(), "size_bytes": database.stat().st_size},
        "submissions": submissions,
        "tables": tables,
    }


def _code_hash() -> str:
    """A hash of our own code, rules and SQL: the version, also of a tree that was changed by hand.

    Reference data is left out: it is in the input hash.
    """
    digest = hashlib.sha256()
    for room in _CODE:
        for path in sorted((PROJECT / room).rglob("*")):
            if path.suffix in {".py", ".sql", ".yaml"}:
                digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()
