"""Which sector × period is in, missing, late or rejected: the calendar set against the ledger.

What a sender owes and when is `warehouse/reference/calendar.csv`; how complete a return is, the warehouse knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from assets.intake.ledger import State
from warehouse.periods import Period, PeriodKind
from warehouse.records import SubmissionStatus
from warehouse.reference import CalendarEntry, Reference

MISSING = "missing"
LATE = "late"


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """Where one sector and period stands: the submission in force, else the last one, else missing or late.

    `awaiting` are the submissions that wait for a person to accept them, `received_on` is the day on which the first
    file about it came in, and `is_in_force` says that a return counts.
    """

    sector_code: str
    period: str
    status: str
    submission_id: str | None
    owner: str
    deadline: date
    reminder: date
    received_on: date | None = None
    awaiting: tuple[str, ...] = ()
    is_in_force: bool = False

    def days_late(self, today: date) -> int | None:
        """Days since the deadline without a return in force, negative before it; None when one is in force."""
        return None if self.is_in_force else (today - self.deadline).days

    def is_told(self, today: date) -> bool:
        """Whether its owner is told today that it is not in: every seven days from the reminder on, and when late."""
        if self.is_in_force or today < self.reminder:
            return False
        return (today - self.reminder).days % 7 == 0 or self.days_late(today) == 1


def partition_statuses(state: State, reference: Reference, today: date) -> list[PartitionStatus]:
    """Every sector × period over which a return is owed or was received, the newest first for every sender."""
    return [
        _status(state, entry, period, today)
        for entry in sorted(reference.calendar, key=lambda entry: [*PeriodKind].index(entry.cadence))
        for period in _periods(state, entry, today)
    ]


def _periods(state: State, entry: CalendarEntry, today: date) -> Iterator[Period]:
    """Newest first: the periods that have ended and are owed, and those received besides."""
    identities = [file.identity for file in state.files.values() if file.identity]
    periods = [Period.parse(i.period) for i in identities if i.sector_code == entry.sector_code]
    received = {period for period in periods if period.kind is entry.cadence}
    period = last_ended(entry.cadence, today)
    owed = set()
    while period >= entry.first_period:
        if entry.expects(period):
            owed.add(period)
        period = period.previous()
    yield from sorted(owed | received, reverse=True)


def last_ended(kind: PeriodKind, today: date) -> Period:
    """The last period of a kind that has ended before today."""
    return Period.starting(f"{today.year}-{today.month:02d}", kind).previous()


def _status(state: State, entry: CalendarEntry, period: Period, today: date) -> PartitionStatus:
    sector_code, deadline = entry.sector_code, entry.deadline(period)
    versions = [(one.submission_id, state.status_of(one)) for one in state.versions(sector_code, str(period))]
    files = state.of_partition(sector_code, str(period))
    current = state.in_force(sector_code, str(period))
    submission_id: str | None = None
    if current is not None:
        status, submission_id = str(current.judged), current.submission_id
    elif versions:
        submission_id, status = versions[-1]
    elif files:
        status = files[-1].status
    else:
        status = LATE if today > deadline else MISSING
    return PartitionStatus(
        sector_code,
        str(period),
        status,
        submission_id,
        entry.owner,
        deadline,
        entry.reminder(period),
        min((datetime.fromisoformat(file.received_at).date() for file in files), default=None),
        tuple(one for one, stands in versions if stands is SubmissionStatus.AWAITING_ACCEPTANCE),
        current is not None,
    )
