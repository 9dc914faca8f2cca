"""Read an Excel workbook (`.xlsx`, `.xlsm`) with openpyxl: slow, and it understands nearly every file.

This says what a cell of an Excel workbook is; `xlsx.py` gives the same sooner for the files that it understands.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import openpyxl
from openpyxl.worksheet.cell_range import CellRange

from assets.returns.workbook.cells import (
    Cell,
    CellKind,
    Sheet,
    Workbook,
    WorkbookError,
    columns_in,
    damaged,
    refuse_extent,
    refuse_merged,
    typed_cell,
)
from assets.returns.workbook.formulas import reaches_out
from assets.returns.workbook.xlsx_doubtful import refuse_doubtful
from warehouse.records import Problem

_AREA = re.compile(rb"""(?:mergeCell|hyperlink)\s[^>]*?ref\s*=\s*["']\s*([A-Za-z$]+[0-9]+:[A-Za-z$]+[0-9]+)["']""")


def read_with_openpyxl(content: bytes) -> Workbook:
    """The workbook in an Excel file. Raises WorkbookError when it is too large, doubtful or has no sheets."""
    _refuse_large_areas(content)
    refuse_doubtful(content)
    with_formulas, with_values = load(content), load(content, data_only=True)
    sheets = tuple(_sheet(ws, with_values[ws.title]) for ws in with_formulas.worksheets)
    if not sheets:
        raise WorkbookError(
            Problem.UNREADABLE, "De werkmap bevat geen leesbare bladen. Sla haar op als gewone .xlsx (niet «Strict»)."
        )
    return Workbook(sheets)


def load(content: bytes, *, data_only: bool = False) -> openpyxl.Workbook:
    """The workbook as openpyxl has it. Raises WorkbookError at any part that it can't read, also one without cells."""
    try:
        return openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
    except MemoryError:
        raise
    except Exception as error:  # it documents no exceptions: a damaged file raises almost any
        raise damaged(error) from error


def _refuse_large_areas(content: bytes) -> None:
    """Before openpyxl gets the file, because it makes every cell of an area that is merged or has a link."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            areas = _AREA.findall(archive.read(name).replace(b"\0", b"") if name.endswith(".xml") else b"")
            sizes = ((area.decode(), CellRange(area.decode()).size) for area in areas)
            refuse_merged((area, size["rows"] * size["columns"]) for area, size in sizes)


def _sheet(formulas: Any, values: Any) -> Sheet:
    refuse_extent(formulas.title, formulas.max_row, formulas.max_column)
    cells, notes, reaching_out = {}, {}, None
    for row in formulas.iter_rows():
        for cell in row:
            read = _cell(cell, values)
            if read is not None:
                cells[cell.row, cell.column] = read
            if reaching_out is None and cell.data_type == "f" and reaches_out(_formula_text(cell.value)):
                reaching_out = cell.row, cell.column
            if cell.comment is not None:
                notes[cell.row, cell.column] = cell.comment.text
    merged = {
        (row, column): (area.min_row, area.min_col)
        for area in formulas.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    hidden_columns = columns_in(
        (dimension.min, dimension.max) for dimension in formulas.column_dimensions.values() if dimension.hidden
    )
    hidden_rows = {number for number, dimension in formulas.row_dimensions.items() if dimension.hidden}
    is_hidden = formulas.sheet_state != "visible"
    return Sheet(formulas.title, is_hidden, cells, frozenset(hidden_rows), hidden_columns, merged, notes, reaching_out)


def _cell(cell: Any, values: Any) -> Cell | None:
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
    return typed_cell(cell.row, cell.column, value, cell.number_format, fill)


def _formula_text(value: Any) -> str:
    return str(getattr(value, "text", value))
