"""The one Dagster `Definitions`: assets, checks, jobs, schedules and resources."""

import dagster as dg

from assets.intake.asset import intake
from assets.returns.asset import ASSET_NAMES, build_returns_asset
from assets.snapshot.asset import marts, open_data, snapshot, validation_report, warehouse
from assets.workspace import Workspace
from pipelines.partitions import returns_partitions
from pipelines.schedules import build_schedules
from warehouse.periods import PeriodKind

PARTITION_SECTORS = list(Workspace().reader.sectors_with_returns)
PARTITIONS = {kind: returns_partitions(kind, PARTITION_SECTORS) for kind in PeriodKind}
RETURNS = {kind: build_returns_asset(kind, PARTITIONS[kind]) for kind in PeriodKind}
SNAPSHOT_ASSETS = [warehouse, validation_report, marts, snapshot, open_data]
JOB_NAMES = {kind: f"ingest_{name}" for kind, name in ASSET_NAMES.items()}
SNAPSHOT_SELECTION = dg.AssetSelection.groups("snapshot")
JOBS = [
    dg.define_asset_job(
        JOB_NAMES[kind],
        selection=dg.AssetSelection.assets("intake", name) | SNAPSHOT_SELECTION,
        description="Intake, the returns of one sector and period, and, when there are any, a new snapshot.",
    )
    for kind, name in ASSET_NAMES.items()
]
PUBLISH_JOB = dg.define_asset_job(
    "publish_snapshot", selection=SNAPSHOT_SELECTION, description="Build, check and publish from what is in."
)

defs = dg.Definitions(
    assets=[intake, *RETURNS.values(), *SNAPSHOT_ASSETS],
    jobs=[*JOBS, PUBLISH_JOB],
    schedules=build_schedules(JOB_NAMES, PARTITION_SECTORS),
    resources={"workspace": Workspace()},
    executor=dg.in_process_executor,
)
