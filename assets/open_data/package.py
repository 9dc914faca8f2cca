"""A data package (Frictionless) of the public marts of a published snapshot: CSV, Parquet and one workbook.

Writing the files and describing them belongs here; which marts are public is `warehouse/published.yaml`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # has no stubs

from assets.returns.findings_sheets import legal
from warehouse.presentation import FORMULA_STARTS, csv_value
from warehouse.publish import PublicationError
from warehouse.published import PublishedMart, published_marts
from warehouse.queries import ask
from warehouse.storage import Storage, flush, quoted

_WORKBOOK, _DESCRIPTOR = "banenafspraak.xlsx", "datapackage.json"
_TYPES = {"VARCHAR": "string", "BOOLEAN": "boolean", "INTEGER": "integer", "BIGINT": "integer", "DATE": "date"}
_COMMENT = re.compile(r"(?P<description>.*) \((?P<dutch>[^()]*)\)", re.DOTALL)
_PARQUET = "application/vnd.apache.parquet"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a mart, as a package describes it."""

    name: str
    data_type: str
    comment: str

    @property
    def field(self) -> dict[str, Any]:
        """The column as a field of a table schema."""
        told = _COMMENT.fullmatch(self.comment)
        title, description = (told["dutch"], told["description"]) if told else (self.name, self.comment)
        return {"name": self.name, "type": self._type, "title": title, "description": description}

    @property
    def _type(self) -> str:
        return "number" if self.data_type.startswith("DECIMAL") else _TYPES[self.data_type]


Sheet = tuple[str, list[Column], list[tuple[Any, ...]]]
"""The name of a table, its columns, and its rows."""


def write_open_data(storage: Storage) -> Path:
    """Write the open data of the latest snapshot, whole, in the place of those before; returns the folder.

    Raises PublicationError when nothing was published.
    """
    if not storage.snapshot.exists():
        raise PublicationError(f"There is no published snapshot at {storage.snapshot}. Run `banenafspraak run` first.")
    remove_written_aside(storage)
    aside, before = _beside(storage)
    aside.mkdir(parents=True)
    try:
        with duckdb.connect(str(storage.snapshot), read_only=True) as connection:
            _write_package(connection, aside)
        for path in (*aside.iterdir(), aside):
            flush(path)
    except BaseException:
        shutil.rmtree(aside)
        raise
    if storage.open_data.exists():
        storage.open_data.rename(before)
    aside.rename(storage.open_data)
    flush(storage.open_data.parent)
    shutil.rmtree(before, ignore_errors=True)
    return storage.open_data


def remove_written_aside(storage: Storage) -> bool:
    """Remove the open data that were still, or no longer, to be put in place; returns whether there were any."""
    left = [folder for folder in _beside(storage) if folder.exists()]
    for folder in left:
        shutil.rmtree(folder)
    return bool(left)


def _beside(storage: Storage) -> tuple[Path, Path]:
    """Where open data are written, and where those before are moved to, while they change places."""
    return storage.open_data.with_name(".open-data.new"), storage.open_data.with_name(".open-data.before")


def open_data_version(storage: Storage) -> str | None:
    """The snapshot that the open data are of; None when there are none, or none that are whole."""
    path = storage.open_data / _DESCRIPTOR
    try:
        return str(json.loads(path.read_bytes())["version"]) if path.exists() else None
    except (ValueError, KeyError):
        return None


def _write_package(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    (snapshot,) = ask(connection, "built_snapshot")
    sheets, resources = [], []
    for mart in (mart for mart in published_marts() if mart.open_data):
        columns = columns_of_mart(connection, mart)
        query = f"SELECT {', '.join(column.name for column in columns)} FROM mart.{mart.name} ORDER BY ALL"
        rows = connection.execute(query).fetchall()
        (folder / f"{mart.name}.csv").write_bytes(csv_of(columns, rows))
        target = folder / f"{mart.name}.parquet"
        connection.execute(f"COPY ({query}) TO {quoted(target)} (FORMAT parquet)")
        sheets.append((mart.name, columns, rows))
        resources.append(_table(connection, mart, columns, rows, folder / f"{mart.name}.csv"))
        resources.append(_file(f"{mart.name}-parquet", folder / f"{mart.name}.parquet", _PARQUET))
    (folder / _WORKBOOK).write_bytes(workbook_of(sheets, snapshot["published_at"]))
    resources.append(_file("workbook", folder / _WORKBOOK, _XLSX))
    package = _package(snapshot, resources)
    (folder / _DESCRIPTOR).write_text(json.dumps(package, ensure_ascii=False, indent=1), encoding="utf-8")


def columns_of_mart(connection: duckdb.DuckDBPyConnection, mart: PublishedMart) -> list[Column]:
    """The columns of a mart that are given out: without those withheld."""
    rows = connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() "
        "WHERE schema_name = 'mart' AND table_name = ? ORDER BY column_index",
        [mart.name],
    ).fetchall()
    return [Column(*row) for row in rows if row[0] not in mart.withheld]


def csv_of(columns: list[Column], rows: list[tuple[Any, ...]]) -> bytes:
    """Rows under the names of their columns, as CSV."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([column.name for column in columns])
    writer.writerows([csv_value(value) for value in row] for row in rows)
    return file.getvalue().encode()


def workbook_of(sheets: Iterable[Sheet], created: datetime) -> bytes:
    """A workbook of tables, each with its name and columns; what looks like a formula is made text.

    The same tables, made at the same moment, are the same bytes.
    """
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        book.set_properties({"created": created})
        heading, never_a_formula = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
        for name, columns, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, column in enumerate(columns):
                sheet.write_string(0, number, column.name, heading)
                sheet.set_column(number, number, max(len(column.name) + 2, 12))
            for row_number, row in enumerate(rows, start=1):
                for number, value in enumerate(row):
                    _write(sheet, row_number, number, value, never_a_formula)
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(rows), len(columns) - 1)
    return stream.getvalue()


def _write(sheet: Worksheet, row: int, column: int, value: object, never_a_formula: Format) -> None:
    if isinstance(value, str):
        text = legal(value)
        sheet.write_string(row, column, text, never_a_formula if text.startswith(FORMULA_STARTS) else None)
    elif value is not None:
        sheet.write(row, column, value)


def _table(
    connection: duckdb.DuckDBPyConnection,
    mart: PublishedMart,
    columns: list[Column],
    rows: list[tuple[Any, ...]],
    path: Path,
) -> dict[str, Any]:
    """The CSV of a mart with its schema; a key that may be empty is not declared as one."""
    comment = connection.execute(
        "SELECT comment FROM duckdb_tables() WHERE schema_name = 'mart' AND table_name = ?", [mart.name]
    ).fetchone()
    schema: dict[str, Any] = {"fields": [column.field for column in columns], "missingValues": [""]}
    positions = [position for position, column in enumerate(columns) if column.name in mart.key]
    if all(row[position] is not None for row in rows for position in positions):
        schema["primaryKey"] = list(mart.key)
    described = {"type": "table", "title": mart.name, "description": comment[0] if comment else "", "schema": schema}
    return {**_file(mart.name, path, "text/csv"), **described, "encoding": "utf-8"}


def _file(name: str, path: Path, media_type: str) -> dict[str, Any]:
    content = path.read_bytes()
    return {
        "name": name.replace("_", "-"),
        "type": "file",
        "path": path.name,
        "scheme": "file",
        "format": path.suffix.removeprefix("."),
        "mediatype": media_type,
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _package(snapshot: dict[str, Any], resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "banenafspraak",
        "title": "Banenafspraak: voortgang van de overheids- en onderwijssectoren",
        "description": (
            "Jobs for people with an occupational disability in the Dutch government and education sectors, by their "
            "own returns and by the official monitor: two series that are never added or subtracted. One job is 25.5 "
            "paid hours a week. An empty cell is not known, and never zero. Text in the CSV files that a spreadsheet "
            "would take for a formula has an apostrophe before it. No figures of single employers but ministries are "
            "given out. Under which licence is still to be said by the ministry."
        ),
        "sources": [
            {"title": "Returns of the sectors (opgaven van de overheids- en onderwijssectoren)"},
            {"title": "Official monitor of the jobs agreement (landelijke monitor banenafspraak, SZW en UWV)"},
        ],
        "version": snapshot["snapshot_id"],
        "created": snapshot["published_at"].isoformat() + "Z",
        "resources": resources,
    }
