"""The commands of analysts: sql, diff, open-data."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from assets.start import alone
from pipelines import console as show
from pipelines.cli.common import Json, RawDir, WarehouseDir, print_json, snapshot_of
from warehouse.diff import LATEST, diff
from warehouse.presentation import csv_value, printable
from warehouse.queries import QueryError, answer
from warehouse.storage import Storage

app = typer.Typer()


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="SQL over the published snapshot; - reads it from standard input.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV and nothing else.")] = False,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Ask the published snapshot, read-only."""
    text = sys.stdin.read() if query == "-" else query
    with snapshot_of(raw_dir, warehouse_dir) as connection:
        names, rows = answer(connection, text)
    if as_json:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise QueryError(f"More than one column is called {', '.join(twice)}: name them apart with AS.")
        print_json({"rows": [dict(zip(names, map(show.plain, row), strict=True)) for row in rows]})
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([_shown(value) for value in row] for row in (names, *rows))
    else:
        show.show_answer(show.person_console(), names, rows)


def _shown(value: object) -> object:
    """A value in CSV that goes to a spreadsheet, or to a terminal first."""
    shown = csv_value(show.plain(value) if isinstance(value, float | date) else value)
    return printable(shown) if isinstance(shown, str) else shown


@app.command("diff")
def diff_command(
    first: Annotated[str, typer.Argument(help="Snapshot (or the beginning of its name), or a date or moment (UTC).")],
    second: Annotated[str, typer.Argument(help="The same; left out: the latest.")] = LATEST,
    raw_dir: RawDir = None,
    warehouse_dir: WarehouseDir = None,
    as_json: Json = False,
) -> None:
    """Which published figures changed between two snapshots, by how much, and through which submissions."""
    with snapshot_of(raw_dir, warehouse_dir) as connection:
        found = diff(connection, first, second)
    if as_json:
        print_json(asdict(found))
    else:
        show.show_diff(show.person_console(), found)


@app.command("open-data")
def open_data(raw_dir: RawDir = None, warehouse_dir: WarehouseDir = None) -> None:
    """Write the open data of the published snapshot again: CSV, Parquet, a workbook and datapackage.json."""
    from assets.open_data.package import write_open_data

    storage = Storage.from_environment(raw_dir, warehouse_dir)
    with alone(storage):
        path = write_open_data(storage)
    show.person_console().print(f"open data: {path}", soft_wrap=True)
