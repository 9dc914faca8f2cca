"""Partitions: sector × year, × half-year and × quarter. They extend themselves with the calendar.

Partition keys belong here; periods as such are `warehouse/periods.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from warehouse.periods import Period, PeriodKind

_CRON = {PeriodKind.YEAR: "0 0 1 1 *", PeriodKind.HALF_YEAR: "0 0 1 1,7 *", PeriodKind.QUARTER: "0 0 1 1,4,7,10 *"}
_FORMAT = {PeriodKind.YEAR: "%Y", PeriodKind.HALF_YEAR: "%Y-%m", PeriodKind.QUARTER: "%Y-%m"}
_FIRST = {PeriodKind.YEAR: "2013", PeriodKind.HALF_YEAR: "2013-01", PeriodKind.QUARTER: "2013-01"}


def returns_partitions(kind: PeriodKind, sectors: Iterable[str]) -> dg.MultiPartitionsDefinition:
    """Sector × period; the running period is included, because a return may come before it ends.

    A half-year or quarter is named by its first month: `2024-10|rijk` is the fourth quarter of 2024.
    """
    periods = dg.TimeWindowPartitionsDefinition(
        start=_FIRST[kind], fmt=_FORMAT[kind], cron_schedule=_CRON[kind], end_offset=1, timezone="Europe/Amsterdam"
    )
    return dg.MultiPartitionsDefinition({"period": periods, "sector": dg.StaticPartitionsDefinition(list(sectors))})


def partition_key(sector_code: str, period: Period) -> str:
    """The key of a sector and period."""
    return f"{period.start.strftime(_FORMAT[period.kind])}|{sector_code}"


def ranges(keys: Iterable[str], sectors: Iterable[str]) -> list[tuple[str, str]]:
    """The fewest rectangles, as (first key, last key), that hold exactly these keys of one kind of period.

    One run can materialise a rectangle of periods × sectors, which is far cheaper than a run per partition.
    """
    order = {sector: number for number, sector in enumerate(sectors)}
    by_period: dict[str, list[str]] = {}
    for key in sorted(keys):
        period, sector = key.split("|")
        by_period.setdefault(period, []).append(sector)
    rectangles = []
    for period, of_period in by_period.items():
        stretch: list[str] = []
        for sector in sorted(of_period, key=order.__getitem__):
            if stretch and order[sector] != order[stretch[-1]] + 1:
                rectangles.append((f"{period}|{stretch[0]}", f"{period}|{stretch[-1]}"))
                stretch = []
            stretch.append(sector)
        rectangles.append((f"{period}|{stretch[0]}", f"{period}|{stretch[-1]}"))
    return rectangles
