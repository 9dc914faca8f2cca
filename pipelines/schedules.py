"""Schedules: the nightly check, the reminders, and the close of a year, half-year and quarter by the calendar.

What a closing makes belongs to the assets; which day it is, to `warehouse/reference/calendar.csv`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from assets.calendar.status import last_ended
from pipelines.partitions import period_key
from warehouse.periods import PeriodKind
from warehouse.reference import Reference

_AMSTERDAM = "Europe/Amsterdam"
_PERIODS_BACK = 8
"""A deadline may lie as many periods after the one it is for."""
_RUNNING = dg.DefaultScheduleStatus.RUNNING


def daily(job: dg.JobDefinition | UnresolvedAssetJobDefinition, name: str, hour: int) -> dg.ScheduleDefinition:
    """A schedule that runs a job every day at an hour."""
    return dg.ScheduleDefinition(
        name=name,
        job=job,
        cron_schedule=f"0 {hour} * * *",
        execution_timezone=_AMSTERDAM,
        default_status=_RUNNING,
        description=job.description,
    )


def closing(
    job: UnresolvedAssetJobDefinition, name: str, kind: PeriodKind, sector_codes: Sequence[str]
) -> dg.ScheduleDefinition:
    """A schedule that runs a job over a period on the morning after the last deadline of these sectors for it."""
    entries = [one for one in Reference().calendar if one.cadence is kind and one.sector_code in sector_codes]

    @dg.schedule(
        name=name,
        job=job,
        cron_schedule="0 6 * * *",
        execution_timezone=_AMSTERDAM,
        default_status=_RUNNING,
        description=job.description,
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
        today = context.scheduled_execution_time.date()
        period = last_ended(kind, today)
        for _ in range(_PERIODS_BACK):
            closes_on = max(entry.deadline(period) for entry in entries) + timedelta(days=1)
            if today == closes_on:
                yield dg.RunRequest(run_key=f"{name}-{period}", partition_key=period_key(period))
                return
            period = period.previous()
        yield dg.SkipReason("No period closes today.")

    return schedule
