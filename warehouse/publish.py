"""Publish a built warehouse: keep the file aside under its own name with a manifest, and put it where analysts read.

Readers that have the old file open keep reading it; nobody ever sees a half-built one. Which publications there were
is the ledger's to remember; what changed in the figures is `published.py`.
"""

from __future__ import annotations

import itertools
import json
import platform
import shutil
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from warehouse.build import code_hash, publication_problems
from warehouse.queries import ask
from warehouse.records import Publication, PublishedFigure
from warehouse.storage import Storage, flush, make_folder, manifest_of, sha256_of_file, write_atomically, written_aside

_READ_ONLY, _ENTERED_BY_ALL = 0o444, 0o755
"""Analysts read what is published whatever the umask of the one who publishes; who may enter the folder above these
decides who are analysts."""


class PublicationError(Exception):
    """The built file can't be published; the snapshot that was published before still stands."""


def built_publication(storage: Storage) -> Publication:
    """What the file aside is as a publication.

    Raises PublicationError when it is not there or not whole, when a check of its figures fails, or when another
    program writes in it or in the published one.
    """
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
            published = ask(connection, "publications")
            changes = [PublishedFigure(**change) for change in ask(connection, "own_changes")]
        problems = list(itertools.chain.from_iterable(publication_problems(storage).values()))
    except duckdb.CatalogException as error:
        raise PublicationError(f"{building} is not whole ({error}). Materialise the marts first.") from error
    if not published or published[-1]["snapshot_id"] != row["snapshot_id"]:
        raise PublicationError(f"{building} has no published figures yet. Materialise the marts first.")
    if problems:
        raise PublicationError(f"{building} does not pass its checks: {'; '.join(problems)}. Nothing was published.")
    return Publication(row["snapshot_id"], row["published_at"], row["input_hash"], changes)


def make_ready(storage: Storage) -> None:
    """Move the file aside to where it is published from, read-only, with a manifest beside it."""
    ready = storage.to_publish / storage.snapshot.name
    shutil.rmtree(storage.to_publish, ignore_errors=True)
    write_atomically(manifest_of(ready), json.dumps(_manifest(storage.building), indent=1).encode())
    manifest_of(ready).chmod(_READ_ONLY)
    ready.parent.chmod(_ENTERED_BY_ALL)
    flush(storage.building)
    storage.building.chmod(_READ_ONLY)
    storage.building.replace(ready)
    flush(ready.parent)


def ready_snapshot(storage: Storage) -> str | None:
    """The name of the snapshot that was made ready and not kept yet; None when there is none."""
    return snapshot_id_of(storage.to_publish / storage.snapshot.name)


def keep(storage: Storage, snapshot_id: str) -> None:
    """Keep the snapshot that was made ready under its own name."""
    folder = storage.kept_snapshot(snapshot_id).parent
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.parent.exists():
        make_folder(folder.parent)
        folder.parent.chmod(_ENTERED_BY_ALL)
    storage.to_publish.rename(folder)
    flush(folder.parent)


def is_intact(snapshot: Path, manifest: Path) -> bool:
    """Whether a published file is there and is, byte for byte, the one in its manifest."""
    if not snapshot.exists() or not manifest.exists():
        return False
    return bool(json.loads(manifest.read_bytes())["file"]["sha256"] == sha256_of_file(snapshot))


def put_in_place(storage: Storage, snapshot_id: str) -> Path:
    """Make a kept snapshot the latest, in one step; returns the path that always holds the latest.

    It is a copy, so that whoever damages it does not damage the kept one.
    """
    for leftover in storage.warehouse.glob(f".{storage.snapshot.name}.*"):
        leftover.unlink()
    with written_aside(storage.snapshot) as aside:
        shutil.copy2(storage.kept_snapshot(snapshot_id), aside)
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
    at = database.stat()
    try:
        row = _row_of_snapshot(database, at.st_ino, at.st_size, at.st_mtime_ns)
    except duckdb.Error:
        return None
    return str(row[column]) if row else None


@lru_cache(maxsize=8)
def _row_of_snapshot(database: Path, *_which: int) -> dict[str, Any] | None:
    """What a file says of itself: a run asks it many times, and it is opened once, as long as it is the same file."""
    with duckdb.connect(str(database), read_only=True) as connection:
        cursor = connection.execute("FROM audit.snapshot")
        names, row = [column[0] for column in cursor.description or []], cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


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
            "code_sha256": code_hash(),
            "duckdb": duckdb.__version__,
            "python": platform.python_version(),
        },
        "file": {"sha256": sha256_of_file(database), "size_bytes": database.stat().st_size},
        "submissions": submissions,
        "tables": tables,
    }
