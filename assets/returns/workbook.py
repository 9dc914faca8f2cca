"""Open a spreadsheet file and give its cells with their coordinates, whatever the format.

What a cell holds and shows belongs here (`.xlsx`, `.xlsm`, `.xls`, `.ods`); what it means does not.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import Any, Literal

import openpyxl
import xlrd
from defusedxml import ElementTree
from openpyxl.utils import get_column_letter

MAXIMUM_CELLS = 5_000_000
_MAXIMUM_COLUMNS = 16_384
_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ODS_MIME = b"application/vnd.oasis.opendocument.spreadsheet"


class WorkbookError(Exception):
    """The file can't be read as a workbook; the message is Dutch and says what the sender can do."""


class CellKind(StrEnum):
    """What a cell holds."""

    BLANK = "blank"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA_WITHOUT_VALUE = "formula_without_value"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell; rows and columns count from 1.

    `value` is a Decimal for a number (its stored double at 15 significant digits), ISO text for a date. `decimals` is
    how many decimals the cell shows; for a cell that shows a percentage that is of the percentage.
    """

    row: int
    column: int
    kind: CellKind
    value: Decimal | str | bool | None = None
    decimals: int | None = None
    is_percentage: bool = False
    fill: str | None = None

    @property
    def address(self) -> str:
        """The cell's address, like `F12`."""
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def is_blank(self) -> bool:
        """Whether the cell holds nothing."""
        return self.kind is CellKind.BLANK

    @property
    def literal(self) -> str | None:
        """What the cell holds, as text; None for a blank cell."""
        if self.value is None:
            return None
        return f"{self.value:f}" if isinstance(self.value, Decimal) else str(self.value)


@dataclass(slots=True)
class Sheet:
    """One sheet: its non-blank (or filled) cells, what is hidden, which cells are merged, and the notes at cells."""

    name: str
    hidden: bool
    cells: dict[tuple[int, int], Cell]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a place; a blank one where the file has none."""
        return self.cells.get((row, column)) or Cell(row, column, CellKind.BLANK)

    def filled_cells(self) -> Iterator[Cell]:
        """All cells that hold something, in reading order."""
        return (self.cells[key] for key in sorted(self.cells) if not self.cells[key].is_blank)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets, in order."""

    sheets: tuple[Sheet, ...]


@lru_cache(maxsize=64)
def open_workbook(content: bytes) -> Workbook:
    """Read the bytes of a spreadsheet file, by what they are and not by the file's name.

    Raises WorkbookError when they are no workbook, are encrypted, damaged or too large.
    """
    try:
        return _open(content)
    except WorkbookError:
        raise
    except Exception as error:  # the readers document no exceptions: a damaged file raises almost any
        raise WorkbookError(
            f"De werkmap is beschadigd of onvolledig ({type(error).__name__}). Open haar in Excel, sla haar opnieuw op "
            "als .xlsx en stuur haar nog eens."
        ) from error


def _open(content: bytes) -> Workbook:
    if _ENCRYPTED in content and content.startswith(_OLE_MAGIC):
        raise WorkbookError("De werkmap is beveiligd met een wachtwoord. Sla haar zonder wachtwoord op en stuur die.")
    if content.startswith(_OLE_MAGIC):
        return _open_xls(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        return _open_ods(content) if _is_ods(content) else _open_xlsx(content)
    raise WorkbookError("Dit bestand is geen Excel- of ODS-werkmap. Sla de opgave op als .xlsx en stuur die.")


def normalise(text: str) -> str:
    """Text with its white space (also the non-breaking kind) folded to single spaces and trimmed."""
    return " ".join(text.split())


def _decimal(number: float) -> Decimal:
    """A stored double as a decimal of 15 significant digits: all that a spreadsheet keeps."""
    return Decimal(f"{Decimal(f'{number:.15g}'):f}")


def _decimals_of(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _number_cell(row: int, column: int, number: float, number_format: str, fill: str | None) -> Cell:
    if not math.isfinite(number):
        return Cell(row, column, CellKind.ERROR, str(number), fill=fill)
    value = _decimal(number)
    shown = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", number_format).split(";")[0]
    is_percentage = "%" in shown
    if not re.search(r"[0#?]", shown):
        return Cell(row, column, CellKind.NUMBER, value, _decimals_of(value), is_percentage, fill)
    decimals = re.search(r"\.([0#?]+)", shown)
    return Cell(row, column, CellKind.NUMBER, value, len(decimals[1]) if decimals else 0, is_percentage, fill)


def _open_xlsx(content: bytes) -> Workbook:
    with_formulas = openpyxl.load_workbook(io.BytesIO(content))
    with_values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    sheets = tuple(_xlsx_sheet(ws, with_values[ws.title]) for ws in with_formulas.worksheets)
    if not sheets:
        raise WorkbookError("De werkmap bevat geen leesbare bladen. Sla haar op als gewone .xlsx (niet «Strict»).")
    return Workbook(sheets)


def _xlsx_sheet(formulas: Any, values: Any) -> Sheet:
    if formulas.max_row * formulas.max_column > MAXIMUM_CELLS:
        raise WorkbookError(
            f"Blad «{formulas.title}» loopt tot {get_column_letter(formulas.max_column)}{formulas.max_row}: te groot "
            "om te lezen. Verwijder de lege rijen en kolommen onder en naast de tabel en sla de werkmap opnieuw op."
        )
    cells, notes = {}, {}
    for row in formulas.iter_rows():
        for cell in row:
            read = _xlsx_cell(cell, values)
            if read is not None:
                cells[cell.row, cell.column] = read
            if cell.comment is not None:
                notes[cell.row, cell.column] = cell.comment.text
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in formulas.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    hidden_columns = {
        column
        for dimension in formulas.column_dimensions.values()
        if dimension.hidden
        for column in range(dimension.min, dimension.max + 1)
    }
    hidden_rows = {number for number, dimension in formulas.row_dimensions.items() if dimension.hidden}
    is_hidden = formulas.sheet_state != "visible"
    return Sheet(formulas.title, is_hidden, cells, frozenset(hidden_rows), frozenset(hidden_columns), merged, notes)


def _xlsx_cell(cell: Any, values: Any) -> Cell | None:
    fill = cell.fill.fgColor.rgb if cell.has_style and cell.fill.fill_type == "solid" else None
    fill = fill if isinstance(fill, str) else None
    value = cell.value
    if cell.data_type == "f":
        stored = values.cell(cell.row, cell.column)
        value = stored.value
        if value is None and stored.data_type != "str":  # a stored empty text is a value: the cell is blank
            return Cell(cell.row, cell.column, CellKind.FORMULA_WITHOUT_VALUE, _formula_text(cell.value), fill=fill)
        if stored.data_type == "e":
            return Cell(cell.row, cell.column, CellKind.ERROR, str(value), fill=fill)
    if cell.data_type == "e":
        return Cell(cell.row, cell.column, CellKind.ERROR, str(value), fill=fill)
    if value is None and fill is None:
        return None
    return _typed_cell(cell.row, cell.column, value, cell.number_format, fill)


def _formula_text(value: Any) -> str:
    return str(getattr(value, "text", value))


def _typed_cell(row: int, column: int, value: Any, number_format: str, fill: str | None) -> Cell:
    if isinstance(value, bool):
        return Cell(row, column, CellKind.BOOLEAN, value, fill=fill)
    if isinstance(value, int | float):
        return _number_cell(row, column, value, number_format, fill)
    if isinstance(value, datetime):
        return Cell(row, column, CellKind.DATE, value.date().isoformat(), fill=fill)
    if isinstance(value, date | time | timedelta):
        return Cell(row, column, CellKind.DATE, str(value), fill=fill)
    if value is None or not str(value).strip():
        return Cell(row, column, CellKind.BLANK, fill=fill)
    return Cell(row, column, CellKind.TEXT, str(value), fill=fill)


def _open_xls(content: bytes) -> Workbook:
    book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    return Workbook(tuple(_xls_sheet(book, book.sheet_by_index(index)) for index in range(book.nsheets)))


def _xls_sheet(book: Any, sheet: Any) -> Sheet:
    cells = {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            read = _xls_cell(book, sheet.cell(row, column), row + 1, column + 1)
            if not read.is_blank or read.fill:
                cells[row + 1, column + 1] = read
    merged = {
        (row + 1, column + 1): (first_row + 1, first_column + 1)
        for first_row, last_row, first_column, last_column in sheet.merged_cells
        for row in range(first_row, last_row)
        for column in range(first_column, last_column)
    }
    hidden_rows = frozenset(number + 1 for number, info in sheet.rowinfo_map.items() if info.hidden)
    hidden_columns = frozenset(number + 1 for number, info in sheet.colinfo_map.items() if info.hidden)
    notes = {(row + 1, column + 1): note.text for (row, column), note in sheet.cell_note_map.items()}
    return Sheet(sheet.name, sheet.visibility != 0, cells, hidden_rows, hidden_columns, merged, notes)


def _xls_cell(book: Any, cell: Any, row: int, column: int) -> Cell:
    style = book.xf_list[cell.xf_index]
    rgb = book.colour_map.get(style.background.pattern_colour_index)
    fill = "FF" + bytes(rgb).hex().upper() if style.background.fill_pattern == 1 and rgb else None
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        number_format = book.format_map[style.format_key].format_str
        return _number_cell(row, column, cell.value, number_format, fill)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xls_date(row, column, cell.value, book.datemode, fill)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Cell(row, column, CellKind.ERROR, xlrd.error_text_from_code.get(cell.value, "#?"), fill=fill)
    value = bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value
    return _typed_cell(row, column, value or None if isinstance(value, str) else value, "", fill)


def _xls_date(row: int, column: int, serial: float, datemode: Literal[0, 1], fill: str | None) -> Cell:
    try:
        moment = xlrd.xldate_as_datetime(serial, datemode)
    except (OverflowError, ValueError):
        return Cell(row, column, CellKind.ERROR, f"{serial:g}", fill=fill)
    return Cell(row, column, CellKind.DATE, moment.date().isoformat(), fill=fill)


_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def _is_ods(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "mimetype" in archive.namelist() and archive.read("mimetype").strip() == _ODS_MIME


def _open_ods(content: bytes) -> Workbook:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("content.xml"))
    hidden_styles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    return Workbook(tuple(_ods_sheet(table, hidden_styles) for table in root.iter(f"{_TABLE}table")))


def _ods_sheet(table: Any, hidden_styles: set[str | None]) -> Sheet:
    cells: dict[tuple[int, int], Cell] = {}
    hidden_rows: set[int] = set()
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    notes: dict[tuple[int, int], str] = {}
    row_number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        repeated = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        found = list(islice(_ods_row(row), _MAXIMUM_COLUMNS + 1))
        notes.update({(row_number, column): note for column, note in _ods_notes(row)})
        if len(found) > _MAXIMUM_COLUMNS or len(cells) + len(found) * repeated > MAXIMUM_CELLS:
            raise WorkbookError(f"Blad «{table.get(f'{_TABLE}name')}» is te groot om te lezen. Verwijder lege rijen.")
        for number in range(row_number, row_number + repeated if found else row_number):
            if row.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
                hidden_rows.add(number)
            for column, element in found:
                cells[number, column] = _ods_cell(number, column, element)
                merged.update(_ods_merge(number, column, element))
        row_number += repeated
    return Sheet(
        table.get(f"{_TABLE}name", ""),
        table.get(f"{_TABLE}style-name") in hidden_styles,
        cells,
        frozenset(hidden_rows),
        frozenset(_ods_hidden_columns(table)),
        merged,
        notes,
    )


def _ods_hidden_columns(table: Any) -> Iterator[int]:
    column_number = 1
    for column in table.iter(f"{_TABLE}table-column"):
        repeated = int(column.get(f"{_TABLE}number-columns-repeated", "1"))
        if column.get(f"{_TABLE}visibility") in {"collapse", "filter"}:
            yield from range(column_number, min(column_number + repeated, _MAXIMUM_COLUMNS))
        column_number += repeated


def _ods_row(row: Any) -> Iterator[tuple[int, Any]]:
    """The cells of a row that hold something, with their column numbers."""
    column_number = 1
    for element in row:
        if element.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            continue
        repeated = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        if element.get(f"{_OFFICE}value-type") or element.get(f"{_TABLE}formula"):
            yield from ((column, element) for column in range(column_number, column_number + repeated))
        column_number += repeated


def _ods_notes(row: Any) -> Iterator[tuple[int, str]]:
    """The notes in a row, with the column each stands at."""
    column_number = 1
    for element in row:
        for note in element.findall(f"{_OFFICE}annotation"):
            yield column_number, "\n".join("".join(paragraph.itertext()) for paragraph in note.findall(f"{_TEXT}p"))
        column_number += int(element.get(f"{_TABLE}number-columns-repeated", "1"))


def _ods_merge(row: int, column: int, element: Any) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    rows = int(element.get(f"{_TABLE}number-rows-spanned", "1"))
    columns = int(element.get(f"{_TABLE}number-columns-spanned", "1"))
    if rows * columns > MAXIMUM_CELLS:
        raise WorkbookError(f"De samengevoegde cellen vanaf rij {row} zijn te groot om te lezen. Splits ze.")
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
    if kind is None:
        return Cell(row, column, CellKind.FORMULA_WITHOUT_VALUE, element.get(f"{_TABLE}formula"))
    return _typed_cell(row, column, shown, "", None)


def _ods_number(row: int, column: int, element: Any, shown: str, *, is_percentage: bool) -> Cell:
    number = float(element.get(f"{_OFFICE}value"))
    if not math.isfinite(number):
        return Cell(row, column, CellKind.ERROR, shown)
    value = _decimal(number)
    shown_value = value * 100 if is_percentage else value
    digits = re.sub(r"\D", "", shown)
    decimals = next(
        (places for places in range(11) if re.sub(r"\D", "", f"{abs(shown_value):.{places}f}") == digits),
        _decimals_of(shown_value),
    )
    return Cell(row, column, CellKind.NUMBER, value, decimals, is_percentage)
