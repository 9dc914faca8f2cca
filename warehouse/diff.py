"""What changed in the published figures between two publications.

Finding the two publications and comparing them belongs here; what was published is `published.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

import duckdb

from warehouse.queries import ask

LATEST = "latest"
_DESCRIBED = (
    "submission_id",
    "submission_ids",
    "sector_code",
    "sector_name",
    "employer_code",
    "employer_name",
    "period",
    "period_kind",
    "previous_period",
    "line",
    "basis",
    "region",
    "measure",
    "period_before",
    "period_after",
)
"""Columns that say what a row is about: they come and go with it, and are no figures."""


class DiffError(Exception):
    """A publication asked for does not exist; the message says which do."""


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A published figure that changed.

    `came_in_force` and `went_out` are the submissions it changed through, joined by `; `; None for both when our own
    rules, reference data or SQL changed, or a return was read again.
    """

    mart: str
    row_key: str
    column_name: str
    before: str | None
    after: str | None
    difference: Decimal | None
    came_in_force: str | None
    went_out: str | None

    @property
    def cause(self) -> str:
        """What it changed through, as a person would say it."""
        if not self.came_in_force and not self.went_out:
            return "rules, reference data or SQL changed, or a return was read again"
        if not self.came_in_force:
            return f"without {self.went_out}"
        return f"{self.came_in_force} for {self.went_out}" if self.went_out else self.came_in_force


@dataclass(frozen=True, slots=True)
class Diff:
    """Two publications by name, and the figures that differ."""

    first: str
    second: str
    changes: Sequence[FigureChange]


def diff(connection: duckdb.DuckDBPyConnection, first: str, second: str) -> Diff:
    """The published figures that differ between two publications.

    Each is the beginning of a snapshot's name, `latest`, or a date or moment (UTC when it says no zone): what stood
    published then, a date meaning the end of that day. Raises DiffError when there is none.
    """
    publications = ask(connection, "publications")
    one, other = (_find(publications, text) for text in (first, second))
    rows = ask(connection, "diff", first=one["publication"], second=other["publication"], described=list(_DESCRIBED))
    return Diff(one["snapshot_id"], other["snapshot_id"], [FigureChange(**row) for row in rows])


def _find(publications: Sequence[dict[str, Any]], text: str) -> dict[str, Any]:
    named = [one for one in publications if one["snapshot_id"].startswith(text)]
    if len(named) == 1 or text == LATEST:
        return named[0] if named else publications[-1]
    moment = _moment(text)
    standing = [one for one in publications if moment is not None and one["published_at"] <= moment]
    if not standing or named:
        known = ", ".join(f"{one['snapshot_id']} ({one['published_at']} UTC)" for one in publications)
        what = "More than one snapshot begins with" if named else "Nothing was published as of, or is named"
        raise DiffError(f"{what} '{text}'. Published were: {known}.")
    return standing[-1]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        if len(text) == len("2024-12-31"):
            return datetime.combine(moment, time.max)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
