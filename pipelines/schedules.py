"""Schedules: a yearly and a quarterly ingest, off until somebody switches them on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import dagster as dg

from pipelines.partitions import partition_key
from warehouse.periods import Period, PeriodKind


def build_schedules(job_names: dict[PeriodKind, str], sectors: Iterable[str]) -> list[dg.ScheduleDefinition]:
    """Yearly on 1 July, over the year before; quarterly six weeks after a quarter's end, over that quarter."""
    names = list(sectors)
    return [
        _schedule("yearly_ingest", "0 6 1 7 *", job_names[PeriodKind.YEAR], PeriodKind.YEAR, names),
        _schedule("quarterly_ingest", "0 6 15 2,5,8,11 *", job_names[PeriodKind.QUARTER], PeriodKind.QUARTER, names),
    ]


def _schedule(name: str, cron: str, job_name: str, kind: PeriodKind, sectors: list[str]) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=name,
        cron_schedule=cron,
        job_name=job_name,
        execution_timezone="Europe/Amsterdam",
        default_status=dg.DefaultScheduleStatus.STOPPED,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        day = context.scheduled_execution_time
        current = Period.starting(f"{day.year}-{day.month:02d}", kind)
        for sector in sectors:
            key = partition_key(sector, current.previous())
            yield dg.RunRequest(run_key=f"{name}-{day.date()}-{key}", partition_key=key)

    return schedule
