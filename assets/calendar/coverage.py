"""How complete the return in force of each sector and period is, by the published snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from warehouse.queries import ask
from warehouse.storage import Storage


@dataclass(frozen=True, slots=True)
class Coverage:
    """Employers with a known realisation out of those expected, and the day its oldest figures came in."""

    sector_code: str
    period: str
    employers_returned: int
    employers_expected: int | None
    oldest_received_on: date
    is_complete: bool


def published_coverage(storage: Storage) -> dict[tuple[str, str], Coverage]:
    """The coverage of every return in force by sector and period; empty when nothing was ever published."""
    if not storage.snapshot.exists():
        return {}
    with duckdb.connect(str(storage.snapshot), read_only=True) as connection:
        rows = ask(connection, "coverage_of_returns")
    return {(row["sector_code"], row["period"]): Coverage(**row) for row in rows}


def provisional_years(storage: Storage) -> dict[str, str]:
    """The years of which the sum of the returns is published as provisional, and why; empty without a snapshot."""
    if not storage.snapshot.exists():
        return {}
    with duckdb.connect(str(storage.snapshot), read_only=True) as connection:
        rows = ask(connection, "national_progress")
    return {row["period"]: row["provisional_because"] for row in rows if row["provisional_because"]}
