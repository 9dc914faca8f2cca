"""Read an OpenDocument spreadsheet (`.ods`).

Only what that format stores in its own way belongs here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from defusedxml import ElementTree
from openpyxl.utils import get_column_letter

from assets.returns.workbook.cells import (
    Cell,
    CellKind,
    Sheet,
    Workbook,
    WorkbookError,
    decimal_of,
    decimals_of,
    refuse_merged,
    typed_cell,
)
from assets.returns.workbook.file_limits import FILE_LIMITS
from assets.returns.workbook.formulas import reaches_out
from assets.returns.workbook.package import Package
from warehouse.records import Problem

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_SOURCES = frozenset({
    *(f"{_TABLE}{name}" for name in ("table-source", "cell-range-source", "dde-link", "dde-links")),
    *(f"{_TABLE}database-source-{name}" for name in ("sql", "table", "query")),
    f"{_OFFICE}dde-source",
})  # fmt: skip
"""Where an .ods says that a sheet, a range or a link comes from elsewhere."""


def read_ods(package: Package) -> Workbook:
    """The workbook in an `.ods` file. Raises WorkbookError when it is too large, or whatever a damaged file brings."""
    root = ElementTree.fromstring(package.read("content.xml"))
    hidden_styles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    sheets = tuple(_ods_sheet(table, hidden_styles) for table in root.iter(f"{_TABLE}table"))
    is_linked = any(element.tag in _SOURCES for element in root.iter())
    return Workbook(sheets, {Problem.EXTERNAL_LINKS: "content.xml"} if is_linked else {})


def _ods_sheet(table: Any, hidden_styles: set[str | None]) -> Sheet:
    cells: dict[tuple[int, int], Cell] = {}
    hidden_rows: set[int] = set()
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    notes: dict[tuple[int, int], str] = {}
    reaching_out: tuple[int, int] | None = None
    title = table.get(f"{_TABLE}name", "")
    row_number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        repeated = _count(row, "number-rows-repeated")
        found = list(islice(_ods_row(row), FILE_LIMITS.columns + 1))
        of_row = dict(_ods_notes(row))
        last_row = row_number + (repeated if found else 1) - 1 if found or of_row else 0
        last_column = max((column for column, _ in (*found, *of_row.items())), default=0)
        if (
            last_row > FILE_LIMITS.rows
            or last_column > FILE_LIMITS.columns
            or len(cells) + len(found) * repeated > FILE_LIMITS.cells
        ):
            raise WorkbookError(
                Problem.TOO_LARGE, f"Blad «{title}» is te groot om te lezen. Verwijder lege rijen en kolommen."
            )
        notes.update({(row_number, column): note for column, note in of_row.items()})
        for number in range(row_number, row_number + repeated if found else row_number):
            if row.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
                hidden_rows.add(number)
            for column, element in found:
                cells[number, column] = _ods_cell(number, column, element)
                if reaching_out is None and reaches_out(element.get(f"{_TABLE}formula", "")):
                    reaching_out = number, column
                merged.update(_ods_merge(number, column, element))
                refuse_merged([(title, len(merged))])
        row_number += repeated
    return Sheet(
        title,
        table.get(f"{_TABLE}style-name") in hidden_styles,
        cells,
        frozenset(hidden_rows),
        frozenset(_ods_hidden_columns(table)),
        merged,
        notes,
        reaching_out,
    )


def _count(element: Any, name: str) -> int:
    """How often something is repeated, or how far it spans. Raises ValueError when that is no count."""
    written = element.get(f"{_TABLE}{name}", "1")
    if not re.fullmatch(r"[0-9]{1,9}", written):
        raise ValueError(written)
    return int(written)


def _ods_hidden_columns(table: Any) -> Iterator[int]:
    column_number = 1
    for column in table.iter(f"{_TABLE}table-column"):
        repeated = _count(column, "number-columns-repeated")
        if column.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
            yield from range(column_number, min(column_number + repeated, FILE_LIMITS.columns + 1))
        column_number += repeated


def _ods_row(row: Any) -> Iterator[tuple[int, Any]]:
    """The cells of a row that hold something, with their column numbers."""
    column_number = 1
    for element in row:
        if element.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        repeated = _count(element, "number-columns-repeated")
        if (
            element.get(f"{_OFFICE}value-type")
            or element.get(f"{_TABLE}formula")
            or element.find(f"{_TEXT}p") is not None
        ):
            yield from ((column, element) for column in range(column_number, column_number + repeated))
        column_number += repeated


def _ods_notes(row: Any) -> Iterator[tuple[int, str]]:
    """The notes in a row, with the column each stands at."""
    column_number = 1
    for element in row:
        for note in element.findall(f"{_OFFICE}annotation"):
            yield column_number, "\n".join("".join(paragraph.itertext()) for paragraph in note.findall(f"{_TEXT}p"))
        column_number += _count(element, "number-columns-repeated")


def _ods_merge(row: int, column: int, element: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    rows = _count(element, "number-rows-spanned")
    columns = _count(element, "number-columns-spanned")
    refuse_merged([(f"{get_column_letter(column)}{row}", rows * columns)])
    if rows * columns > 1:
        for down in range(rows):
            for across in range(columns):
                yield (row + down, column + across), (row, column)


def _ods_cell(row: int, column: int, element: Any) -> Cell:
    shown = "\n".join("".join(paragraph.itertext()) for paragraph in element.findall(f"{_TEXT}p"))
    kind = element.get(f"{_OFFICE}value-type")
    is_formula = element.get(f"{_TABLE}formula") is not None
    if element.get(f"{_CALC}value-type") == "error" or (is_formula and shown.startswith("#")):
        return Cell(row, column, CellKind.ERROR, shown)
    if kind in {"float", "percentage", "currency"}:
        return _ods_number(row, column, element, shown, is_percentage=kind == "percentage")
    if kind == "date":
        return Cell(row, column, CellKind.DATE, element.get(f"{_OFFICE}date-value", "")[:10])
    if kind == "boolean":
        return Cell(row, column, CellKind.BOOLEAN, element.get(f"{_OFFICE}boolean-value") == "true")
    if kind is None and is_formula:
        return Cell(row, column, CellKind.FORMULA_WITHOUT_VALUE, element.get(f"{_TABLE}formula"))
    return typed_cell(row, column, shown, "", None)


def _ods_number(row: int, column: int, element: Any, shown: str, *, is_percentage: bool) -> Cell:
    written = element.get(f"{_OFFICE}value")
    if "_" in written or not written.isascii():  # Python takes those for numbers
        raise ValueError(written)
    number = float(written)
    if not math.isfinite(number):
        return Cell(row, column, CellKind.ERROR, shown)
    value = decimal_of(number)
    shown_value = value * 100 if is_percentage else value
    digits = re.sub(r"\D", "", shown)
    decimals = next(
        (places for places in range(11) if re.sub(r"\D", "", f"{abs(shown_value):.{places}f}") == digits),
        decimals_of(shown_value),
    )
    return Cell(row, column, CellKind.NUMBER, value, decimals, is_percentage)
