"""The calendar: what is owed, when it is late, and who is told when. Days are worked out by hand."""

from __future__ import annotations

from datetime import date

import pytest

from assets.calendar.status import PartitionStatus, last_ended, partition_statuses
from assets.intake.ledger import State
from assets.returns.read import ReturnReader
from warehouse.periods import Period, PeriodKind
from warehouse.reference import CalendarEntry, Reference

REFERENCE = Reference()


def _entry(sector_code: str, cadence: str) -> CalendarEntry:
    (found,) = (e for e in REFERENCE.calendar if (e.sector_code, e.cadence) == (sector_code, cadence))
    return found


def test_every_layout_has_its_row_in_the_calendar_and_no_row_is_without_one() -> None:
    layouts = ReturnReader().layouts.files.values()
    of_one_sender = [layout.base for layout in layouts if layout.base.sender]  # the template is anybody's
    served = {(base.sender, base.sector, base.period) for base in of_one_sender}
    assert {(e.sender_code, e.sector_code, e.cadence) for e in REFERENCE.calendar} == served
    assert all(entry.owner for entry in REFERENCE.calendar)


@pytest.mark.parametrize(
    ("sector_code", "period", "reminder", "deadline"),
    [
        ("mbo", "2024", "2025-05-01", "2025-06-30"),
        ("rijk", "2024Q1", "2024-05-01", "2024-05-15"),
        ("rijk", "2023Q4", "2024-01-31", "2024-02-14"),
        ("provincies", "2023H2", "2024-02-15", "2024-02-29"),  # two months after 31 December, in a leap year
        ("landelijk", "2024", "2025-07-17", "2025-07-31"),
    ],
)
def test_deadline_and_reminder(sector_code: str, period: str, reminder: str, deadline: str) -> None:
    entry = _entry(sector_code, Period.parse(period).kind)
    assert (str(entry.reminder(Period.parse(period))), str(entry.deadline(Period.parse(period)))) == (
        reminder,
        deadline,
    )


@pytest.mark.parametrize(
    ("kind", "today", "period"),
    [
        (PeriodKind.YEAR, date(2025, 1, 1), "2024"),
        (PeriodKind.YEAR, date(2024, 12, 31), "2023"),
        (PeriodKind.QUARTER, date(2025, 3, 31), "2024Q4"),
        (PeriodKind.HALF_YEAR, date(2025, 7, 1), "2025H1"),
    ],
)
def test_the_last_period_that_has_ended(kind: PeriodKind, today: date, period: str) -> None:
    assert str(last_ended(kind, today)) == period


def _statuses(today: date) -> dict[tuple[str, str], PartitionStatus]:
    found = partition_statuses(State(), REFERENCE, today)
    return {(status.sector_code, status.period): status for status in found}


def test_what_is_owed_is_missing_until_its_deadline_and_late_from_the_day_after() -> None:
    assert ("mbo", "2024") not in _statuses(date(2024, 12, 31))
    assert _statuses(date(2025, 1, 1))["mbo", "2024"].status == "missing"
    assert _statuses(date(2025, 6, 30))["mbo", "2024"].status == "missing"
    late = _statuses(date(2025, 7, 1))["mbo", "2024"]
    assert (late.status, late.days_late(date(2025, 7, 1)), late.owner) == ("late", 1, "team:onderwijs")


def test_nothing_is_owed_before_the_first_period() -> None:
    found = _statuses(date(2025, 7, 1))
    assert [period for sector, period in found if sector == "mbo"] == ["2024", "2023"]
    assert ("provincies", "2023H2") not in found
    assert ("rijk", "2023Q3") not in found


def test_an_owner_is_told_from_the_reminder_on_every_seven_days_and_on_the_day_after_the_deadline() -> None:
    """The reminder of mbo 2024 is on 1 May 2025, a Thursday; its deadline on 30 June."""
    status = _statuses(date(2025, 7, 1))["mbo", "2024"]
    told = [
        date(2025, 4, 24),
        date(2025, 5, 1),
        date(2025, 5, 2),
        date(2025, 5, 8),
        date(2025, 6, 30),
        date(2025, 7, 1),
    ]
    assert [status.is_told(day) for day in told] == [False, True, False, True, False, True]
