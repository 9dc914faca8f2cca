"""The one Dagster `Definitions`: assets, checks, jobs, schedules, sensors and resources."""

import dagster as dg

from assets.calendar.asset import build_calendar
from assets.intake.asset import intake
from assets.returns.asset import build_returns_asset
from assets.snapshot.asset import marts, open_data, snapshot, validation_report, verification, warehouse
from assets.workspace import Workspace
from pipelines import jobs
from pipelines.partitions import PARTITION_SECTORS, partition_key, returns_partitions
from pipelines.schedules import nightly
from pipelines.sensors import work_at_hand
from warehouse.periods import PeriodKind

PARTITIONS = {kind: returns_partitions(kind, PARTITION_SECTORS) for kind in PeriodKind}
RETURNS = {kind: build_returns_asset(kind, PARTITIONS[kind]) for kind in PeriodKind}
SNAPSHOT_ASSETS = [warehouse, validation_report, marts, snapshot, open_data]
RETURNS_DUE, CALENDAR_CHECKS = build_calendar(PARTITIONS, partition_key)

defs = dg.Definitions(
    assets=[intake, *RETURNS.values(), *SNAPSHOT_ASSETS, RETURNS_DUE, verification],
    asset_checks=CALENDAR_CHECKS,
    jobs=[jobs.TAKE_IN, *jobs.READ.values(), *jobs.INGEST.values(), jobs.PUBLISH, jobs.NIGHTLY],
    schedules=[nightly(jobs.NIGHTLY, "nightly_integrity_check", "0 2 * * *", "Verify everything, every night.")],
    sensors=[work_at_hand],
    resources={"workspace": Workspace()},
    executor=dg.in_process_executor,
)
