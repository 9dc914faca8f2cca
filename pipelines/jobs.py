"""The jobs: which assets one run materialises. When they run is `schedules.py` and `sensors.py`."""

from __future__ import annotations

import dagster as dg

from assets.calendar.asset import CALENDAR_CHECKS
from assets.products.pages import PRODUCTS
from assets.returns.asset import ASSET_NAMES

_BY_CALENDAR = [
    dg.AssetCheckKey(dg.AssetKey(name), check) for name in ASSET_NAMES.values() for check in CALENDAR_CHECKS
]
# Checks by the calendar have a result for each partition: `returns_due` brings all of them up to date.
_RETURNS = {
    kind: dg.AssetSelection.assets(name) - dg.AssetSelection.checks(*_BY_CALENDAR) for kind, name in ASSET_NAMES.items()
}
_SNAPSHOT = dg.AssetSelection.groups("snapshot", "marts") | dg.AssetSelection.assets("returns_due")

TAKE_IN = dg.define_asset_job(
    "take_in", selection=dg.AssetSelection.assets("intake"), description="Archive what lies in the inbox."
)
READ = {
    kind: dg.define_asset_job(
        f"read_{name}",
        selection=_RETURNS[kind],
        description="Read and check what was received of these partitions; publish nothing.",
    )
    for kind, name in ASSET_NAMES.items()
}
INGEST = {
    kind: dg.define_asset_job(
        f"ingest_{name}",
        selection=dg.AssetSelection.assets("intake") | _RETURNS[kind] | _SNAPSHOT,
        description="For a person: intake, the returns of one sector and period, and a new snapshot.",
    )
    for kind, name in ASSET_NAMES.items()
}
PUBLISH = dg.define_asset_job(
    "publish_snapshot", selection=_SNAPSHOT, description="Build, check and publish from what is in."
)
PRODUCTS_OF = {
    name: dg.define_asset_job(
        f"make_{name}",
        selection=dg.AssetSelection.assets(f"product_{name}"),
        description=f"{product.title}: make the page and the tables of one period.",
    )
    for name, product in PRODUCTS.items()
}
CLOSE_YEAR = dg.define_asset_job(
    "close_year",
    selection=dg.AssetSelection.assets("product_jbr", "returns_due", "verification"),
    description="When a year is due: make the position of the JBR, verify everything, and say what is missing.",
)
NIGHTLY = dg.define_asset_job(
    "check_integrity",
    selection=dg.AssetSelection.assets("returns_due", "verification"),
    description="Verify everything published against the archive, and bring up to date what is late.",
)
