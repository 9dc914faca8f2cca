"""Marts over a changed core: a copy of the samples' snapshot in which a test changes figures, and the marts made again.

What a mart must say does not belong here.
"""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.pipelines.runs import SamplesRun
from warehouse.build import build_marts
from warehouse.storage import Storage

Row = tuple[Any, ...]


def numbers(*texts: str | None) -> Row:
    """Decimals from their texts; None stays None."""
    return tuple(None if text is None else Decimal(text) for text in texts)


def remade(samples_run: SamplesRun, folder: Path, *changes: str) -> Storage:
    """A storage whose file aside is the samples' snapshot, changed by these statements, with its marts made again."""
    storage = Storage.from_environment(folder / "raw", folder / "warehouse")
    storage.building.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(samples_run.data.storage.snapshot, storage.building)  # without its write protection
    for change in changes:
        ask(storage, change)
    build_marts(storage)
    return storage


def without(submission_id: str) -> list[str]:
    """Statements that take a return away."""
    return [
        f"DELETE FROM core.{table} WHERE submission_id = '{submission_id}'" for table in ("observation", "submission")
    ]


def ask(storage: Storage, sql: str) -> list[Row]:
    """Ask the file aside, or change it."""
    with duckdb.connect(str(storage.building)) as connection:
        return connection.execute(sql).fetchall()
