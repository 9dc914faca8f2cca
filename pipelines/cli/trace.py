"""The commands that lead a figure back to its cells."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from pipelines import console as show
from pipelines.cli.common import Json, RawDir, WarehouseDir, print_json, snapshot_of
from warehouse.trace import Trace, trace_national, trace_sector

trace_app = typer.Typer(no_args_is_help=True, help="Lead a figure back to the cells it comes from.")


@trace_app.command("national")
def trace_national_command(
    period: Annotated[str, typer.Argument(help="Year, such as 2024.")],
    basis: Annotated[str, typer.Argument(help="sector_returns or official_monitor.")],
    measure: Annotated[str, typer.Argument(help="Column of mart.national_progress, such as realised_jobs.")],
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Trace a national figure."""
    with snapshot_of(raw_dir, warehouse_dir) as connection:
        _show_trace(trace_national(connection, period, basis, measure), as_json)


@trace_app.command("sector")
def trace_sector_command(
    sector: Annotated[str, typer.Argument(help="Sector code, such as mbo.")],
    period: Annotated[str, typer.Argument(help="2024, 2024H1 or 2024Q4.")],
    measure: Annotated[str, typer.Argument(help="Measure, such as realised_jobs.")],
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Trace a figure of a sector."""
    with snapshot_of(raw_dir, warehouse_dir) as connection:
        _show_trace(trace_sector(connection, sector, period, measure), as_json)


def _show_trace(trace: Trace, as_json: bool) -> None:
    if as_json:
        print_json(asdict(trace))
    else:
        show.show_trace(show.person_console(), trace)
