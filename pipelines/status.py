"""Which sector × period is in, missing or rejected, by the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assets.intake.ledger import State
from assets.returns.layout import Layouts
from warehouse.periods import Period, PeriodKind
from warehouse.records import SubmissionStatus

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """Where one sector and period stands: the submission in force, else the last one, else missing.

    `awaiting` are the submissions that wait for a person to accept them.
    """

    sector_code: str
    period: str
    status: str
    submission_id: str | None
    awaiting: tuple[str, ...] = ()


def partition_statuses(state: State, layouts: Layouts, today: date) -> list[PartitionStatus]:
    """Every sector × period that a sender reports on, from the first period received up to the last that has ended."""
    return [
        _status(state, layout.base.sector, str(period))
        for layout in layouts.files.values()
        for period in _periods(state, layout.base.sector, layout.base.period, today)
    ]


def _periods(state: State, sector_code: str, kind: PeriodKind, today: date) -> Iterator[Period]:
    """Newest first: from the last period that has ended (or that was received) to the first anybody reported on."""
    identities = [file.identity for file in state.files.values() if file.identity]
    received = [(identity.sector_code, Period.parse(identity.period)) for identity in identities]
    of_kind = [period for _, period in received if period.kind is kind]
    if not of_kind:
        return
    last_ended = Period.starting(f"{today.year}-{today.month:02d}", kind).previous()
    period = max([last_ended, *(p for sector, p in received if p.kind is kind and sector == sector_code)])
    while period >= min(of_kind):
        yield period
        period = period.previous()


def _status(state: State, sector_code: str, period: str) -> PartitionStatus:
    versions = [(one.submission_id, state.status_of(one)) for one in state.versions(sector_code, period)]
    awaiting = tuple(one for one, status in versions if status is SubmissionStatus.AWAITING_ACCEPTANCE)
    current = state.in_force(sector_code, period)
    if current is not None:
        return PartitionStatus(sector_code, period, current.judged, current.submission_id, awaiting)
    if versions:
        return PartitionStatus(sector_code, period, versions[-1][1], versions[-1][0], awaiting)
    files = state.of_partition(sector_code, period)
    return PartitionStatus(sector_code, period, files[-1].status if files else MISSING, None)
