"""Read the old binary format of Excel (`.xls`) with xlrd.

Only what that format stores in its own way belongs here.
"""

from __future__ import annotations

import io
from typing import Any, Literal

import xlrd
from xlrd.biffh import XLRDError
from xlrd.book import SUPBOOK_DDEOLE, SUPBOOK_EXTERNAL

from assets.returns.workbook.cells import Cell, CellKind, Sheet, Workbook, number_cell, refuse_merged, typed_cell
from assets.returns.workbook.container import refuse_encrypted
from warehouse.records import Problem

_ELSEWHERE = {SUPBOOK_EXTERNAL, SUPBOOK_DDEOLE}


def read_xls(content: bytes) -> Workbook:
    """The workbook in an `.xls` file. Raises WorkbookError when it is encrypted, whatever xlrd does when damaged."""
    try:
        book = xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    except XLRDError as error:
        if "encrypted" in str(error):
            refuse_encrypted()
        raise
    sheets = tuple(_xls_sheet(book, book.sheet_by_index(index)) for index in range(book.nsheets))
    is_linked = not _ELSEWHERE.isdisjoint(vars(book)["_supbook_types"])  # xlrd tells it nowhere else
    return Workbook(sheets, {Problem.EXTERNAL_LINKS: "SUPBOOK"} if is_linked else {})


def _xls_sheet(book: Any, sheet: Any) -> Sheet:
    cells = {}
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            read = _xls_cell(book, sheet.cell(row, column), row + 1, column + 1)
            if not read.is_blank or read.fill:
                cells[row + 1, column + 1] = read
    areas = sheet.merged_cells
    refuse_merged((sheet.name, (last_row - row) * (last - first)) for row, last_row, first, last in areas)
    merged = {
        (row + 1, column + 1): (first_row + 1, first_column + 1)
        for first_row, last_row, first_column, last_column in areas
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
        return number_cell(row, column, cell.value, number_format, fill)
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _xls_date(row, column, cell.value, book.datemode, fill)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return Cell(row, column, CellKind.ERROR, xlrd.error_text_from_code.get(cell.value, "#?"), fill=fill)
    value = bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN else cell.value
    return typed_cell(row, column, value or None if isinstance(value, str) else value, "", fill)


def _xls_date(row: int, column: int, serial: float, datemode: Literal[0, 1], fill: str | None) -> Cell:
    try:
        moment = xlrd.xldate_as_datetime(serial, datemode)
    except (OverflowError, ValueError):
        return Cell(row, column, CellKind.ERROR, f"{serial:g}", fill=fill)
    return Cell(row, column, CellKind.DATE, moment.date().isoformat(), fill=fill)
