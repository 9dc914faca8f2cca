"""The one Dagster `Definitions`: assets, checks, jobs, schedules, sensors and resources."""

import dagster as dg

from assets.calendar.asset import build_calendar
from assets.intake.asset import intake
from assets.products.asset import build_product_asset
from assets.products.pages import PRODUCTS
from assets.returns.asset import build_returns_asset
from assets.snapshot.asset import marts, open_data, snapshot, validation_report, verification, warehouse
from assets.workspace import Workspace
from pipelines import jobs
from pipelines.alert_sensors import build_alert_sensors
from pipelines.partitions import PARTITION_SECTORS, partition_key, period_partitions, returns_partitions
from pipelines.reminders import remind_owners
from pipelines.schedules import closing, daily
from pipelines.sensors import work_at_hand
from warehouse.periods import PeriodKind

PARTITIONS = {kind: returns_partitions(kind, PARTITION_SECTORS) for kind in PeriodKind}
SECTORS = [code for code in PARTITION_SECTORS if Workspace().reader.reference.sectors[code].kind == "sector"]
RETURNS = {kind: build_returns_asset(kind, PARTITIONS[kind]) for kind in PeriodKind}
SNAPSHOT_ASSETS = [warehouse, validation_report, marts, snapshot, open_data]
PRODUCT_ASSETS = [build_product_asset(one, period_partitions(one.period_kind)) for one in PRODUCTS.values()]
RETURNS_DUE, CALENDAR_CHECKS = build_calendar(PARTITIONS, partition_key)

defs = dg.Definitions(
    assets=[intake, *RETURNS.values(), *SNAPSHOT_ASSETS, RETURNS_DUE, *PRODUCT_ASSETS, verification],
    asset_checks=CALENDAR_CHECKS,
    jobs=[
        jobs.TAKE_IN,
        *jobs.READ.values(),
        *jobs.INGEST.values(),
        jobs.PUBLISH,
        *jobs.PRODUCTS_OF.values(),
        jobs.CLOSE_YEAR,
        jobs.NIGHTLY,
        remind_owners,
    ],
    schedules=[
        daily(jobs.NIGHTLY, "nightly_integrity_check", hour=2),
        daily(remind_owners, "reminders", hour=7),
        closing(jobs.CLOSE_YEAR, "yearly_close", PeriodKind.YEAR, SECTORS),
        closing(jobs.PRODUCTS_OF["icbr"], "quarterly_ministry_report", PeriodKind.QUARTER, ("rijk",)),
        closing(jobs.PRODUCTS_OF["stoplicht"], "half_yearly_traffic_light", PeriodKind.HALF_YEAR, ("provincies",)),
    ],
    sensors=[work_at_hand, *build_alert_sensors()],
    resources={"workspace": Workspace()},
    executor=dg.in_process_executor,
)
