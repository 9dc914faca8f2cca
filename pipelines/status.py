"""Which sector × period is in, missing or rejected, by the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from assets.intake.ledger import State
from assets.returns.layout import Layouts
from warehouse.periods import Period, PeriodKind

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """Where one sector and period stands: the submission in force, else the last one, else missing."""

    sector_code: str
    period: str
    status: str
    submission_id: str | None


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
    current = state.current().get((sector_code, period))
    if current is not None:
        return PartitionStatus(sector_code, period, current.status, current.submission_id)
    files = state.of_partition(sector_code, period)
    last = files[-1] if files else None
    return PartitionStatus(sector_code, period, last.status if last else MISSING, last.submission_id if last else None)
