"""The reference data: sectors, employers, measures, quota and calendar, as reviewable CSV under `reference/`.

Reading them belongs here; a figure that a sender sends does not.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from dateutil.relativedelta import relativedelta

from warehouse.periods import Period, PeriodKind

REFERENCE_FOLDER = Path(__file__).parent / "reference"


@dataclass(frozen=True, slots=True)
class Sector:
    """One of the sectors, or a national series (`kind` is `national`)."""

    code: str
    name: str
    kind: str
    employers_expected: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured: its unit, whether employers add up to the sector, and whether it may be negative."""

    code: str
    unit: str
    additive: bool
    may_be_negative: bool
    dutch_term: str


@dataclass(frozen=True, slots=True)
class Employer:
    """One employer, or a unit inside one (`level` is `unit`); `successor` is the one it was merged into."""

    sector_code: str
    code: str
    name: str
    level: str
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None

    def exists_on(self, day: date) -> bool:
        """Whether it exists on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)

    @property
    def validity(self) -> str:
        """From when until when it exists and what it became, in Dutch."""
        told = [f"bestaat vanaf {self.valid_from:%d-%m-%Y}"] if self.valid_from else []
        told += [f"bestaat tot en met {self.valid_to:%d-%m-%Y}"] if self.valid_to else []
        told += [f"opgegaan in {self.successor}"] if self.successor else []
        return ", ".join(told)


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a sender owes: a return over every period of a kind, from the first up to the last one (None: for good).

    The deadline lies `deadline_after` the reference date, which is the last day of the period; `reminder_before` the
    deadline, who owns the contact with the sender is told that it is due.
    """

    sender_code: str
    sector_code: str
    cadence: PeriodKind
    first_period: Period
    last_period: Period | None
    deadline_after: relativedelta
    reminder_before: relativedelta
    owner: str

    def deadline(self, period: Period) -> date:
        """The last day on which the return over a period is in time."""
        return period.end + self.deadline_after

    def reminder(self, period: Period) -> date:
        """The day from which the return over a period is said to be due."""
        return self.deadline(period) - self.reminder_before

    def expects(self, period: Period) -> bool:
        """Whether a return over a period is owed."""
        if period.kind is not self.cadence or period < self.first_period:
            return False
        return self.last_period is None or period <= self.last_period


def _interval(text: str) -> relativedelta:
    """An interval as DuckDB writes it too: `6 months`, `45 days`."""
    number, unit = text.split()
    return relativedelta(months=int(number)) if unit == "months" else relativedelta(days=int(number))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def fold_name(name: str) -> str:
    """A name for comparing: white space, dashes and case made alike."""
    text = unicodedata.normalize("NFKC", name)
    dashes = {ord(dash): "-" for dash in "‐‑‒–—−"}
    return " ".join(text.translate(dashes).split()).casefold()


class Reference:
    """The reference data of one folder, read when first asked for."""

    def __init__(self, folder: Path = REFERENCE_FOLDER) -> None:
        self.folder = folder

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    @cached_property
    def sectors(self) -> dict[str, Sector]:
        """Sectors and national series by code, in their fixed order."""
        return {
            row["sector_code"]: Sector(
                row["sector_code"], row["name"], row["kind"], int(row["employers_expected"] or 0) or None
            )
            for row in self._rows("sectors")
        }

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """Measures by code."""
        return {
            row["measure"]: Measure(
                row["measure"], row["unit"], row["additive"] == "true", row["sign"] == "any", row["dutch_term"]
            )
            for row in self._rows("measures")
        }

    @cached_property
    def employers(self) -> tuple[Employer, ...]:
        """All employers and units."""
        return tuple(
            Employer(
                row["sector_code"],
                row["employer_code"],
                row["name"],
                row["level"],
                _day(row["valid_from"]),
                _day(row["valid_to"]),
                row["successor_code"] or None,
            )
            for row in self._rows("employers")
        )

    @cached_property
    def employer_codes(self) -> frozenset[str]:
        """The codes of all employers and units."""
        return frozenset(employer.code for employer in self.employers)

    @cached_property
    def quota(self) -> dict[int, Decimal]:
        """The published quota percentages of the government by year."""
        return {int(row["year"]): Decimal(row["quota_pct"]) for row in self._rows("quota") if row["quota_pct"]}

    @cached_property
    def calendar(self) -> tuple[CalendarEntry, ...]:
        """What every sender owes, and when."""
        return tuple(
            CalendarEntry(
                row["sender_code"],
                row["sector_code"],
                PeriodKind(row["cadence"]),
                Period.parse(row["first_period"]),
                Period.parse(row["last_period"]) if row["last_period"] else None,
                _interval(row["deadline_after"]),
                _interval(row["reminder_before"]),
                row["owner"],
            )
            for row in self._rows("calendar")
        )

    @cached_property
    def _codes_by_name(self) -> dict[tuple[str, str, str], str]:
        return {(e.sector_code, e.level, fold_name(e.name)): e.code for e in self.employers}

    def employer_code(self, sector_code: str, level: str, name: str) -> str | None:
        """The code of an employer that a sender names without one; None when the list has no such name."""
        return self._codes_by_name.get((sector_code, level, fold_name(name)))
