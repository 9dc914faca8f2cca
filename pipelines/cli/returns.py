"""The commands about returns: run, check, reread, status."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from assets.calendar.status import partition_statuses
from assets.intake.ledger import Ledger, now
from assets.returns.read import ReturnReader
from pipelines import console as show
from pipelines.check import annotated_copies, check_files
from pipelines.cli.common import (
    Json,
    RawDir,
    WarehouseDir,
    exit_for,
    file_json,
    print_json,
    show_progress,
    tell,
    workspace_of,
)
from warehouse.storage import Storage

app = typer.Typer()


@app.command()
def run(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of returns; the inbox when left out.", exists=True, file_okay=False)
    ] = None,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Take in a folder of returns (or the inbox), read and check them, and publish the totals."""
    from pipelines import main_job

    workspace = workspace_of(raw_dir, warehouse_dir)
    show_progress(as_json)
    result = main_job.run(workspace, folder)
    tell(workspace.storage, result, as_json)


@app.command()
def reread(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None, as_json: Json = False) -> None:
    """Read every archived file again with today's layouts and rules, and publish the totals."""
    from pipelines import main_job

    workspace = workspace_of(raw_dir, warehouse_dir)
    show_progress(as_json)
    result = main_job.reread(workspace)
    tell(workspace.storage, result, as_json)


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Workbooks to check.", exists=True, dir_okay=False)],
    annotate: Annotated[bool, typer.Option("--annotate", help="Write each workbook back with its findings.")] = False,
    output: Annotated[Path, typer.Option(help="Folder for the annotated workbooks.", file_okay=False)] = Path(),
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Read and validate files and say what is wrong with them; writes nothing but annotated copies when asked."""
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    outcomes = check_files(files, ReturnReader(), storage)
    copies = annotated_copies(files, outcomes, output) if annotate else []
    if as_json:
        print_json({"files": [file_json(outcome) for outcome in outcomes]})
    else:
        show.show_checked(show.person_console(), outcomes)
        for copy in copies:
            show.person_console().print(f"annotated: {copy}", soft_wrap=True, highlight=False)
    exit_for(outcomes)


@app.command()
def status(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None, as_json: Json = False) -> None:
    """Which sector and period is in, missing, late or rejected, by the calendar."""
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    statuses = partition_statuses(Ledger(storage.ledger).state(), ReturnReader().reference, now().date())
    if as_json:
        print_json({"partitions": [asdict(entry) for entry in statuses]})
    else:
        show.show_status(show.person_console(), statuses)
