"""The command that makes a product of the cadence by hand; what it is made of is `assets/products/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assets.products.pages import PRODUCTS, ProductError, write_product
from assets.start import alone
from pipelines import console as show
from pipelines.cli.common import RawDir, WarehouseDir
from warehouse.periods import Period
from warehouse.storage import Storage

app = typer.Typer()


@app.command("product")
def product_command(
    name: Annotated[str, typer.Argument(help="icbr, jbr or stoplicht.")],
    period: Annotated[str, typer.Argument(help="2024Q4 for icbr, 2024 for jbr, 2024H1 for stoplicht.")],
    snapshot_id: Annotated[
        str | None, typer.Option("--snapshot", help="A kept snapshot, in a folder of its own; left out: the latest.")
    ] = None,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
) -> None:
    """Make the page and tables of a product from a published snapshot, and print where the page is."""
    if name not in PRODUCTS:
        raise ProductError(f"There is no product '{name}'. There are: {', '.join(PRODUCTS)}.")
    try:
        about = Period.parse(period)
    except ValueError as error:
        raise ProductError(str(error)) from error
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    folder = storage.products / snapshot_id if snapshot_id else storage.products
    with alone(storage):
        page = write_product(_snapshot(storage, snapshot_id), PRODUCTS[name], about, folder)
    show.person_console().print(str(page), soft_wrap=True)


def _snapshot(storage: Storage, snapshot_id: str | None) -> Path:
    kept = sorted(path.parent.name for path in storage.snapshots.glob(f"*/{storage.snapshot.name}"))
    if not kept:
        raise ProductError(f"There is no published snapshot at {storage.snapshot}. Run `banenafspraak run` first.")
    if snapshot_id is None:
        return storage.snapshot
    if snapshot_id not in kept:
        raise ProductError(f"No snapshot '{snapshot_id}' is kept. There are: {', '.join(kept)}.")
    return storage.kept_snapshot(snapshot_id)
