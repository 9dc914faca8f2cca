"""The command that makes empty workbooks for senders to fill in; what is in them is `assets/returns/template/`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assets.returns.template.generate import generate, read_employers, write_templates
from assets.returns.template.spec import TemplateError
from pipelines import console as show
from pipelines.cli.common import RawDir, WarehouseDir, show_progress
from warehouse.periods import Period
from warehouse.reference import Reference
from warehouse.storage import Storage

app = typer.Typer()


@app.command("template")
def template_command(
    sector: Annotated[str, typer.Option(help="Sector code, such as po.")],
    period: Annotated[str, typer.Option(help="Year, such as 2025.")],
    employers: Annotated[
        Path | None,
        typer.Option(help="CSV with the columns code and name; left out: our list.", exists=True, dir_okay=False),
    ] = None,
    whole_sector: Annotated[
        bool, typer.Option("--whole-sector", help="One workbook with all employers, instead of one for each.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option(help="Folder; left out: templates/ in the warehouse folder.", file_okay=False)
    ] = None,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
) -> None:
    """Make empty workbooks that calculate, for employers or a sector body to fill in."""
    try:
        about = Period.parse(period)
    except ValueError as error:
        raise TemplateError(str(error)) from error
    storage = Storage.from_environment(raw_dir, warehouse_dir)
    given = read_employers(employers) if employers else None
    workbooks = generate(Reference(), storage.snapshot, sector, about, employers=given, whole_sector=whole_sector)
    show_progress(as_json=False)
    folder = to or storage.templates
    paths = write_templates(folder, workbooks)
    console = show.person_console()
    console.print(f"{len(paths)} workbook{'s' if len(paths) != 1 else ''} in {folder}", soft_wrap=True, highlight=False)
