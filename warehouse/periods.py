"""Periods: calendar years, half-years and quarters, as `2024`, `2024H1`, `2024Q4`.

Only the arithmetic of periods belongs here; which sender reports when is in the layouts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

_PERIOD = re.compile(r"(?P<year>\d{4})(?:(?P<kind>[HQ])(?P<number>\d))?")


class PeriodKind(StrEnum):
    """How long a period is."""

    YEAR = "year"
    HALF_YEAR = "half_year"
    QUARTER = "quarter"


_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_PER_YEAR = {PeriodKind.YEAR: 1, PeriodKind.HALF_YEAR: 2, PeriodKind.QUARTER: 4}
_LETTER = {PeriodKind.YEAR: "", PeriodKind.HALF_YEAR: "H", PeriodKind.QUARTER: "Q"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A year, half-year or quarter; `number` is 1 for a year."""

    year: int
    kind: PeriodKind
    number: int = 1

    def __post_init__(self) -> None:
        if not _FIRST_YEAR <= self.year <= _LAST_YEAR or not 1 <= self.number <= _PER_YEAR[self.kind]:
            raise ValueError(f"{self.kind.value} {self.number} of {self.year} does not exist")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2024`, `2024H1` or `2024Q4`; raises ValueError on anything else."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' is not a period: write 2024, 2024H1 or 2024Q4")
        kinds = {"": PeriodKind.YEAR, "H": PeriodKind.HALF_YEAR, "Q": PeriodKind.QUARTER}
        return cls(int(match["year"]), kinds[match["kind"] or ""], int(match["number"] or 1))

    @classmethod
    def starting(cls, month: str, kind: PeriodKind) -> Self:
        """The period of a kind that starts in a month, given as `2024-10`; a bare year is its January."""
        year, _, number = month.partition("-")
        return cls(int(year), kind, (int(number or 1) - 1) * _PER_YEAR[kind] // 12 + 1)

    def __str__(self) -> str:
        suffix = f"{_LETTER[self.kind]}{self.number}" if self.kind is not PeriodKind.YEAR else ""
        return f"{self.year:04d}{suffix}"

    @property
    def start(self) -> date:
        """First day of the period."""
        months = 12 // _PER_YEAR[self.kind]
        return date(self.year, 1 + months * (self.number - 1), 1)

    @property
    def end(self) -> date:
        """Last day of the period: the reference date (peildatum) of a stock figure."""
        months = 12 // _PER_YEAR[self.kind]
        month = 1 + months * self.number
        following = date(self.year + 1, 1, 1) if month > 12 else date(self.year, month, 1)
        return following - timedelta(days=1)

    def previous(self) -> Period:
        """The period of the same kind just before this one."""
        if self.number > 1:
            return Period(self.year, self.kind, self.number - 1)
        return Period(self.year - 1, self.kind, _PER_YEAR[self.kind])
