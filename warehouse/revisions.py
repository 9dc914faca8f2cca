"""Revisions: what one version of a return says otherwise than the version before it.

Setting versions side by side belongs here; which versions are compared is decided by the ledger, and whether one is
accepted by a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from warehouse.in_memory import in_memory
from warehouse.observations import show_kept_observations
from warehouse.queries import ask


@dataclass(frozen=True, slots=True)
class VersionPair:
    """A version and the one it is set against; of the same period, or of an earlier one."""

    submission_id: str
    before_id: str
    same_period: bool = True


def load_versions(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], pairs: Iterable[VersionPair]) -> None:
    """Give `queries/revisions.sql` what it looks at: Parquet files of observations, and which is set against which."""
    show_kept_observations(connection, paths)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE version_pair (submission_id VARCHAR, before_id VARCHAR, same_period BOOLEAN)"
    )
    for pair in pairs:
        row = [pair.submission_id, pair.before_id, pair.same_period]
        connection.execute("INSERT INTO version_pair VALUES (?, ?, ?)", row)


def revisions_between(after: Path, before: Path, pair: VersionPair) -> list[dict[str, Any]]:
    """The revisions of one version against another, whose observations are in these Parquet files."""
    with in_memory() as connection:
        load_versions(connection, [after, before], [pair])
        return ask(connection, "revisions")


def changes_figures(revisions: Iterable[dict[str, Any]]) -> bool:
    """Whether any of these revisions is of a figure, and not only of a text beside one."""
    return any(
        revision["unit"] != "none" or revision["value_before"] is not None or revision["value_after"] is not None
        for revision in revisions
    )
