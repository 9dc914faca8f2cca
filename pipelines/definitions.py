"""The one Dagster `Definitions`: assets, checks, jobs, schedules and resources."""

import dagster as dg

from assets.intake.asset import intake
from assets.returns.asset import ASSET_NAMES, build_returns_asset
from assets.snapshot.asset import marts, snapshot, validation_report, warehouse
from assets.workspace import Workspace
from pipelines.partitions import returns_partitions
from pipelines.schedules import build_jobs, build_schedules
from warehouse.periods import PeriodKind

PARTITION_SECTORS = list(Workspace().reader.sectors_with_returns)
PARTITIONS = {kind: returns_partitions(kind, PARTITION_SECTORS) for kind in PeriodKind}
RETURNS = {kind: build_returns_asset(kind, PARTITIONS[kind]) for kind in PeriodKind}
SNAPSHOT_ASSETS = [warehouse, validation_report, marts, snapshot]
JOBS = build_jobs(ASSET_NAMES)

defs = dg.Definitions(
    assets=[intake, *RETURNS.values(), *SNAPSHOT_ASSETS],
    jobs=list(JOBS.values()),
    schedules=build_schedules(JOBS, PARTITION_SECTORS),
    resources={"workspace": Workspace()},
    executor=dg.in_process_executor,
)
