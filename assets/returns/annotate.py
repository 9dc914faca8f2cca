"""The return-to-sender workbook: the sender's own workbook with our findings in it.

Colours and notes in the sender's sheets belong here; the two sheets in front are `findings_sheets.py`, and which
findings there are is the expectations room's. Nothing is calculated or corrected: the sender's values and formulas stay
as they are, but for a formula that asks or starts something outside the workbook, which becomes text.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ERROR_CODES, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Color, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from assets.returns import workbook
from assets.returns.findings_sheets import (
    ALL_FINDINGS_SHEET,
    COLOURS,
    FILLS,
    FINDINGS_SHEET,
    SEVERITIES,
    add_all_findings_sheet,
    add_findings_sheet,
    gist,
    legal,
    lines_of,
    write_text,
)
from assets.returns.workbook import CellKind, WorkbookError, open_workbook
from assets.returns.workbook.file_limits import FILE_LIMITS
from assets.returns.workbook.formulas import calls_out
from assets.returns.workbook.xlsx_openpyxl import load
from expectations.grouping import FindingGroup, grouped
from warehouse.records import Finding, Severity

_NOTE_HEAD = "Bevindingen bij deze cel"
_MAXIMUM_ROWS, _MAXIMUM_COLUMNS, _MAXIMUM_TITLE = 1_048_576, 16_384, 31  # Excel's own
_FIRST_YEAR = 1900  # of Excel's calendar
_MAXIMUM_DECIMALS = 15  # of a stored double
_CALLS_ARE_TEXT = "Formules die iets buiten de werkmap opvragen of starten, zijn in deze kopie tekst."


class _CopiedSheet:
    """One of the sender's sheets in the workbook that goes back."""

    def __init__(self, sheet: Worksheet, original: workbook.Sheet) -> None:
        self.sheet, self._merged = sheet, original.merged
        self._last = sheet.max_row, sheet.max_column  # openpyxl counts them anew each time

    def cell(self, address: str) -> Cell | None:
        """The cell at an address, the first one where cells are merged; None when the sheet has no such cell."""
        try:
            row, column = place = coordinate_to_tuple(address)
        except ValueError:
            return None
        if not 1 <= row <= self._last[0] or column > self._last[1]:
            return None
        cell = self.sheet.cell(*self._merged.get(place, place))
        return None if isinstance(cell, MergedCell) else cell


@dataclass(frozen=True, slots=True)
class _Copy:
    """The workbook to send back, its sheets by the sender's names for them, and what the sender should know of it."""

    book: openpyxl.Workbook
    sheets: dict[str, _CopiedSheet]
    remark: str

    def cell(self, finding: Finding) -> Cell | None:
        """The cell a finding is about; None when it is about more than a cell, or the workbook has no such cell."""
        if finding.sheet not in self.sheets or not finding.cell:
            return None
        return self.sheets[finding.sheet].cell(finding.cell)


def annotate(content: bytes, findings: Sequence[Finding]) -> bytes:
    """The sender's workbook as .xlsx: every failing cell coloured and explained, with two sheets of findings in front.

    It raises nothing that depends on the workbook: of what can't be read only our two sheets go back.
    """
    returned = _copy(content)
    groups = grouped(findings)
    _mark(returned, groups)
    add_findings_sheet(returned.book, groups, returned.cell, returned.remark)
    add_all_findings_sheet(returned.book, groups, returned.cell)
    _open_at_the_front(returned.book)
    returned.book.calculation = CalcProperties()  # Excel calculates on opening: what formulas came to is not kept
    stream = io.BytesIO()
    returned.book.save(stream)
    return stream.getvalue()


def annotate_file(task: tuple[Path, Sequence[Finding]]) -> bytes:
    """The annotated copy of a file with these findings; of one that is too large to open, only the findings."""
    path, findings = task
    return annotate(path.read_bytes() if path.stat().st_size <= FILE_LIMITS.file_bytes else b"", findings)


def _open_at_the_front(book: openpyxl.Workbook) -> None:
    book.active = 0
    for window in book.views:
        window.firstSheet = 0
    views = [view for sheet in book.worksheets for view in sheet.views.sheetView]
    for view in [*views, *(view for chart in book.chartsheets for view in chart.sheetViews.sheetView)]:
        view.tabSelected = False  # sheets that are selected together are edited together


def _copy(content: bytes) -> _Copy:
    """The sender's workbook, without the sheets of ours that an earlier copy had."""
    try:
        original = open_workbook(content)
    except WorkbookError:
        return _Copy(_empty_book(), {}, "Het bestand is niet te lezen; deze werkmap bevat alleen de bevindingen.")
    if not _is_xlsx(content):
        return _rebuilt(original, "Uw bestand is geen .xlsx")
    try:
        book = load(content)
    except WorkbookError:  # at a part without cells, which reading them does not need
        return _rebuilt(original, "Uw bestand bevat onderdelen die niet te lezen zijn")
    return _loaded(book, original)


def _empty_book() -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    return book


def _is_xlsx(content: bytes) -> bool:
    """Whether a readable workbook is one that openpyxl can keep as it is: not .xls, which is no zip, and not .ods."""
    if not content.startswith(b"PK"):
        return False
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return "mimetype" not in archive.namelist()


def _is_ours(title: str) -> bool:
    return title.casefold() in {FINDINGS_SHEET.casefold(), ALL_FINDINGS_SHEET.casefold()}


def _loaded(book: openpyxl.Workbook, original: workbook.Workbook) -> _Copy:
    book.template = False
    for title in filter(_is_ours, book.sheetnames):
        book.remove(book[title])
    for sheet in book.worksheets:
        _clear_earlier_marks(sheet)
    remark = _CALLS_ARE_TEXT if _make_calls_text(book) else ""
    sheets = {
        sheet.name: _CopiedSheet(book[sheet.name], sheet) for sheet in original.sheets if not _is_ours(sheet.name)
    }
    return _Copy(book, sheets, remark)


def _make_calls_text(book: openpyxl.Workbook) -> bool:
    """Make text of formulas that call something outside, as they would on opening; returns whether there were any."""
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell)]
    formulas = [(cell, str(getattr(cell.value, "text", cell.value))) for cell in cells if cell.data_type == "f"]
    called = [(cell, text) for cell, text in formulas if calls_out(text)]
    for cell, text in called:
        write_text(cell, text)
    all_names = [book.defined_names, *(sheet.defined_names for sheet in book.worksheets)]
    named = [(names, name) for names in all_names for name, told in names.items() if calls_out(told.attr_text or "")]
    for names, name in named:
        del names[name]
    return bool(called or named)


def _clear_earlier_marks(sheet: Worksheet) -> None:
    """Take away what an earlier copy of ours added, and give the notes that stay a size to be read in."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is None or isinstance(cell, MergedCell):
                continue
            own, marked, _ = cell.comment.text.partition(_NOTE_HEAD)
            if marked and cell.fill.fgColor.rgb in COLOURS.values():
                cell.fill = PatternFill()
            text = own.rstrip() if marked else own
            cell.comment = _note(text, cell.comment.author) if text else None


def _rebuilt(original: workbook.Workbook, reason: str) -> _Copy:
    """A new workbook with the values of one that openpyxl can't load."""
    returned = _Copy(
        _empty_book(),
        {},
        f"{reason}: deze kopie heeft dezelfde bladen en waarden, maar niet de formules en de opmaak.",
    )
    for sheet in original.sheets:
        if _is_ours(sheet.name):
            continue
        title = re.sub(r"[\\*?:/\[\]]", "_", legal(sheet.name))[:_MAXIMUM_TITLE].strip("'")
        made = returned.book.create_sheet(title)
        _fill(made, sheet)
        returned.sheets[sheet.name] = _CopiedSheet(made, sheet)
    return returned


def _fill(made: Worksheet, sheet: workbook.Sheet) -> None:
    made.sheet_state = "hidden" if sheet.hidden else "visible"
    made.sheet_format.defaultColWidth = 20  # the widths are not known; most names fit
    for read in sheet.cells.values():
        if read.row <= _MAXIMUM_ROWS and read.column <= _MAXIMUM_COLUMNS:
            _fill_cell(made, read)
    for row in sheet.hidden_rows:
        made.row_dimensions[row].hidden = True
    for column in sheet.hidden_columns:
        made.column_dimensions[get_column_letter(column)].hidden = True
    for area in _areas(sheet):
        made.merged_cells.add(area)


def _fill_cell(made: Worksheet, read: workbook.Cell) -> None:
    cell = made[read.address]
    match read.kind, read.value:
        case CellKind.NUMBER, value:
            decimals = min(read.decimals or 0, _MAXIMUM_DECIMALS)
            cell.value = value
            cell.number_format = f"0{'.' if decimals else ''}{'0' * decimals}{'%' if read.is_percentage else ''}"
        case CellKind.BOOLEAN, value:
            cell.value = value
        case CellKind.DATE, str(value) if day := _date(value):
            cell.value = day
        case CellKind.ERROR, str(value) if value in ERROR_CODES:
            cell.value = value
        case _, str(value):
            write_text(cell, value)
    if read.fill:
        cell.fill = PatternFill("solid", fgColor=read.fill)


def _date(text: str) -> date | None:
    """A date that Excel can hold; None for a time, and for what is no date though its cell says so."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= _FIRST_YEAR else None


def _areas(sheet: workbook.Sheet) -> Iterator[CellRange]:
    """The merged ranges of a sheet, as far as an .xlsx can hold them."""
    members: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for place, first in sheet.merged.items():
        members[first].append(place)
    for (row, column), places in members.items():
        last_row, last_column = max(place[0] for place in places), max(place[1] for place in places)
        if row <= _MAXIMUM_ROWS and column <= _MAXIMUM_COLUMNS:
            last_row, last_column = min(last_row, _MAXIMUM_ROWS), min(last_column, _MAXIMUM_COLUMNS)
            yield CellRange(min_row=row, min_col=column, max_row=last_row, max_col=last_column)


def _mark(returned: _Copy, groups: list[FindingGroup]) -> None:
    """Colour and explain each failing cell; the groups come gravest first."""
    sentences: dict[tuple[str, str], list[str]] = defaultdict(list)
    for group in groups:
        for finding in group.findings:
            cell = returned.cell(finding)
            if cell is None:
                continue
            told = sentences[cell.parent.title, cell.coordinate]
            if not told:
                _colour(cell, group.rule.severity)
            kind = SEVERITIES[group.rule.severity][0].capitalize()
            told.append(f"{kind}: {gist(finding.message)}\nWat te doen: {group.rule.action}")
    for (title, address), told in sentences.items():
        _add_note(returned.book[title][address], list(dict.fromkeys(told)))


def _colour(cell: Cell, severity: Severity) -> None:
    is_blank = cell.value is None or not str(cell.value).strip()
    if is_blank and cell.fill.fill_type == "solid":  # in some returns the colour of an empty cell is its value
        return
    cell.fill = FILLS[severity]
    font: Any = copy(cell.font)
    font.color = Color("FF000000")  # white on a dark header could not be read on ours
    cell.font = font


def _add_note(cell: Cell, sentences: list[str]) -> None:
    ours = "\n\n".join([_NOTE_HEAD, *sentences])
    own = cell.comment
    cell.comment = _note(f"{own.text}\n\n{ours}", own.author) if own else _note(ours, "Controle banenafspraak")


def _note(text: str, author: str) -> Comment:
    """A note that shows all of a text of ordinary length."""
    text = legal(text)
    lines = sum(lines_of(line, 54) for line in text.splitlines())
    return Comment(text, author, width=360, height=min(24 + 18 * lines, 600))
