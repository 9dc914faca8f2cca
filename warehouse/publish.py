"""Publish a built warehouse: verify the file aside and move it, in one step, to where analysts read it.

Readers that have the old file open keep reading it; nobody ever sees a half-built one.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb

from warehouse.storage import Storage


class PublicationError(Exception):
    """The built file can't be published; the snapshot that was published before still stands."""


def publish(storage: Storage) -> Path:
    """Move the file aside into place; returns the snapshot's path. Raises PublicationError when it is not whole."""
    building = storage.building
    if not building.exists():
        raise PublicationError(
            f"There is no built warehouse at {building}. Materialise the warehouse and the marts first."
        )
    with duckdb.connect(str(building)) as connection:
        connection.execute("CHECKPOINT")
    if building.with_name(building.name + ".wal").exists():
        raise PublicationError(
            f"{building} still has a write-ahead log. Another program has it open: close that first."
        )
    with duckdb.connect(str(building), read_only=True) as connection:
        connection.execute("FROM mart.national_progress LIMIT 1")
    with building.open("rb") as file:
        os.fsync(file.fileno())
    building.replace(storage.snapshot)
    return storage.snapshot


def input_hash_of(database: Path) -> str | None:
    """What a warehouse file was built from; None when there is none, or none that can be read."""
    if not database.exists():
        return None
    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            row = connection.execute("SELECT input_hash FROM audit.snapshot").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None
