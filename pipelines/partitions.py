"""Partitions: sector × year, × half-year and × quarter. They extend themselves with the calendar.

Partition keys belong here; periods as such are `warehouse/periods.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

import dagster as dg

from assets.returns.read import ReturnReader
from warehouse.periods import Period, PeriodKind

PARTITION_SECTORS = ReturnReader().sectors_with_returns
"""Fixed in order: a rectangle of partitions is a stretch of it."""

_CRON = {PeriodKind.YEAR: "0 0 1 1 *", PeriodKind.HALF_YEAR: "0 0 1 1,7 *", PeriodKind.QUARTER: "0 0 1 1,4,7,10 *"}
_FORMAT = {PeriodKind.YEAR: "%Y", PeriodKind.HALF_YEAR: "%Y-%m", PeriodKind.QUARTER: "%Y-%m"}
_FIRST = {PeriodKind.YEAR: "2013", PeriodKind.HALF_YEAR: "2013-01", PeriodKind.QUARTER: "2013-01"}


def returns_partitions(kind: PeriodKind, sectors: Iterable[str]) -> dg.MultiPartitionsDefinition:
    """Sector × period; the running period is included, because a return may come before it ends.

    A half-year or quarter is named by its first month: `2024-10|rijk` is the fourth quarter of 2024.
    """
    sectors_definition = dg.StaticPartitionsDefinition(list(sectors))
    return dg.MultiPartitionsDefinition({"period": period_partitions(kind), "sector": sectors_definition})


def period_partitions(kind: PeriodKind) -> dg.TimeWindowPartitionsDefinition:
    """The periods of a kind alone, for what is made over all sectors together."""
    return dg.TimeWindowPartitionsDefinition(
        start=_FIRST[kind], fmt=_FORMAT[kind], cron_schedule=_CRON[kind], end_offset=1, timezone="Europe/Amsterdam"
    )


def period_key(period: Period) -> str:
    """The key of a period: its first month."""
    return period.start.strftime(_FORMAT[period.kind])


def partition_key(sector_code: str, period: Period) -> str:
    """The key of a sector and period."""
    return f"{period_key(period)}|{sector_code}"


def range_tags(first_key: str, last_key: str) -> dict[str, str]:
    """The tags that make one run materialise all partitions from the first to the last."""
    return {"dagster/asset_partition_range_start": first_key, "dagster/asset_partition_range_end": last_key}


def ranges(keys: Iterable[str], sectors: Sequence[str], kind: PeriodKind) -> list[tuple[str, str]]:
    """Rectangles, as (first key, last key), that together hold exactly these keys of one kind of period.

    One run can materialise a rectangle of periods × sectors, which is far cheaper than a run per partition.
    """
    by_period: dict[str, set[str]] = {}
    for key in keys:
        month, sector = key.split("|")
        by_period.setdefault(month, set()).add(sector)
    growing: dict[tuple[str, str], tuple[str, str]] = {}
    done: list[tuple[str, str]] = []
    for month in sorted(by_period):
        stretches = _stretches(by_period[month], sectors)
        before = period_key(Period.starting(month, kind).previous())
        goes_on = {s: months for s, months in growing.items() if s in stretches and months[1] == before}
        done += [_rectangle(s, months) for s, months in growing.items() if s not in goes_on]
        growing = {s: (goes_on[s][0] if s in goes_on else month, month) for s in stretches}
    return done + [_rectangle(s, months) for s, months in growing.items()]


def _stretches(wanted: set[str], sectors: Sequence[str]) -> list[tuple[str, str]]:
    """The wanted sectors as (first, last) of unbroken stretches in the fixed order of sectors."""
    unbroken = groupby(sectors, key=wanted.__contains__)
    found = [list(stretch) for is_wanted, stretch in unbroken if is_wanted]
    return [(stretch[0], stretch[-1]) for stretch in found]


def _rectangle(stretch: tuple[str, str], months: tuple[str, str]) -> tuple[str, str]:
    return f"{months[0]}|{stretch[0]}", f"{months[1]}|{stretch[1]}"
