"""Schedules: the nightly check, the reminders, and the close of a year, half-year and quarter by the calendar.

What a closing makes belongs to the assets; which day it is, to `warehouse/reference/calendar.csv`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg

from assets.calendar.status import last_ended
from pipelines.partitions import period_key
from warehouse.periods import PeriodKind
from warehouse.reference import CalendarEntry

_AMSTERDAM = "Europe/Amsterdam"
_RUNNING = dg.DefaultScheduleStatus.RUNNING


def nightly(job: dg.ExecutableDefinition, name: str, cron: str, description: str) -> dg.ScheduleDefinition:
    """A schedule that runs a job every day."""
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=cron,
        execution_timezone=_AMSTERDAM,
        default_status=_RUNNING,
        description=description,
    )


def closing(
    job: dg.ExecutableDefinition, name: str, kind: PeriodKind, entries: Sequence[CalendarEntry], description: str
) -> dg.ScheduleDefinition:
    """A schedule that runs a job over a period on the morning after the last deadline of these entries for it."""

    @dg.schedule(
        name=name,
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone=_AMSTERDAM,
        default_status=_RUNNING,
        description=description,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        today = context.scheduled_execution_time.date()
        period = last_ended(kind, today)
        closes_on = max(entry.deadline(period) for entry in entries) + timedelta(days=1)
        if today == closes_on:
            yield dg.RunRequest(run_key=f"{name}-{period}", partition_key=period_key(period))
        else:
            yield dg.SkipReason(f"{period} closes on {closes_on}.")

    return schedule
