"""Jobs and the schedules that start them: a yearly and a quarterly ingest, off until somebody switches them on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.partitions import partition_key
from warehouse.periods import Period, PeriodKind

_SNAPSHOT = dg.AssetSelection.groups("snapshot")
_INTAKE = dg.AssetSelection.assets("intake")


def build_jobs(asset_names: Mapping[PeriodKind, str]) -> dict[str, UnresolvedAssetJobDefinition]:
    """The ingest of each kind of period, and the snapshot alone."""
    jobs = {
        name: dg.define_asset_job(
            f"ingest_{name}",
            selection=_INTAKE | dg.AssetSelection.assets(name) | _SNAPSHOT,
            description="Intake, the returns of one sector and period, and, when there are any, a new snapshot.",
        )
        for name in asset_names.values()
    }
    jobs["snapshot"] = dg.define_asset_job(
        "publish_snapshot", selection=_SNAPSHOT, description="Build, check and publish from what is in."
    )
    return jobs


def build_schedules(
    jobs: Mapping[str, UnresolvedAssetJobDefinition], sectors: Iterable[str]
) -> list[dg.ScheduleDefinition]:
    """Yearly on 1 July, over the year before; quarterly six weeks after a quarter's end, over that quarter."""
    return [
        _schedule("yearly_ingest", "0 6 1 7 *", jobs["yearly_returns"], PeriodKind.YEAR, list(sectors)),
        _schedule(
            "quarterly_ingest", "0 6 15 2,5,8,11 *", jobs["quarterly_returns"], PeriodKind.QUARTER, list(sectors)
        ),
    ]


def _schedule(
    name: str, cron: str, job: UnresolvedAssetJobDefinition, kind: PeriodKind, sectors: list[str]
) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=name,
        cron_schedule=cron,
        job=job,
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
