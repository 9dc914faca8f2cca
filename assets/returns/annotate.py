"""The return-to-sender workbook: the sender's own workbook with our findings in it.

Colours, notes and the two sheets in front belong here; which findings there are, and how they are put together, is the
expectations room's. Nothing is calculated or corrected: the sender's values and formulas stay as they are.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import openpyxl
from openpyxl.cell.cell import ERROR_CODES, Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Color, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from assets.returns import workbook
from assets.returns.workbook import CellKind, WorkbookError, open_workbook
from expectations.grouping import FindingGroup, grouped
from warehouse.records import Finding, Severity

FINDINGS_SHEET = "Bevindingen"
ALL_FINDINGS_SHEET = "Alle bevindingen"

_COLOURS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFE699", Severity.INFO: "FFDDEBF7"}
_FILLS = {severity: PatternFill("solid", fgColor=colour) for severity, colour in _COLOURS.items()}
_HEADER_FILL = PatternFill("solid", fgColor="FFD9D9D9")
_PLAIN, _BOLD, _TITLE, _LINK = (
    Font("Calibri", 11), Font("Calibri", 11, bold=True), Font("Calibri", 16, bold=True),
    Font("Calibri", 11, color="FF0563C1", underline="single"),
)  # fmt: skip
_WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True)
_LINE_BELOW = Border(bottom=Side("thin", color="FFBFBFBF"))
_SEVERITIES = {
    Severity.ERROR: ("fout", "fouten"),
    Severity.WARNING: ("waarschuwing", "waarschuwingen"),
    Severity.INFO: ("mededeling", "mededelingen"),
}
_FINDINGS_COLUMNS = {
    "Melding": 50, "Ernst": 15, "Aantal": 8, "Plaats": 24, "Andere plaatsen": 20, "Gevonden": 20, "Verwacht": 20,
    "Wat te doen": 42, "Regel": 22,
}  # fmt: skip
_ALL_FINDINGS_COLUMNS = {
    "Melding": 50, "Ernst": 15, "Blad": 22, "Cel": 10, "Gevonden": 20, "Verwacht": 20, "Wat te doen": 42, "Regel": 22,
}  # fmt: skip
_NOTE_HEAD = "Bevindingen bij deze cel"
_LINE_HEIGHT, _MAXIMUM_HEIGHT = 15, 409
_MAXIMUM_ROWS, _MAXIMUM_COLUMNS, _MAXIMUM_TEXT, _MAXIMUM_TITLE = 1_048_576, 16_384, 32_767, 31  # Excel's own
_FIRST_YEAR = 1900  # of Excel's calendar
_MAXIMUM_DECIMALS = 15  # of a stored double
_SHOWN_TEXT, _SHOWN_PLACES = 400, 5  # where a reader wants the gist; the sheet of all findings has everything


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


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a table of ours; `target` is the cell its place leads to."""

    texts: tuple[str | int, ...]
    severity: Severity
    target: Cell | None


def annotate(content: bytes, findings: Sequence[Finding]) -> bytes:
    """The sender's workbook as .xlsx: every failing cell coloured and explained, with two sheets of findings in front.

    It raises nothing that depends on the workbook: of what can't be read only our two sheets go back.
    """
    returned = _copy(content)
    groups = grouped(findings)
    _mark(returned, groups)
    _add_findings_sheet(returned, groups)
    _add_all_findings_sheet(returned, groups)
    _open_at_the_front(returned.book)
    returned.book.calculation = CalcProperties()  # Excel calculates on opening: what formulas came to is not kept
    stream = io.BytesIO()
    returned.book.save(stream)
    return stream.getvalue()


def _open_at_the_front(book: openpyxl.Workbook) -> None:
    book.active = 0
    for window in book.views:
        window.firstSheet = 0
    views = [view for sheet in book.worksheets for view in sheet.views.sheetView]
    for view in [*views, *(view for chart in book.chartsheets for view in chart.sheetViews.sheetView)]:
        view.tabSelected = False  # sheets that are selected together are edited together


# -- the sender's sheets -----------------------------------------------------------------------------------------------


def _copy(content: bytes) -> _Copy:
    """The sender's workbook, without the sheets of ours that an earlier copy had."""
    try:
        original = open_workbook(content)
    except WorkbookError:
        return _Copy(_empty_book(), {}, "Het bestand is niet te lezen; deze werkmap bevat alleen de bevindingen.")
    if _is_xlsx(content):
        return _loaded(content, original)
    return _rebuilt(original)


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


def _loaded(content: bytes, original: workbook.Workbook) -> _Copy:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.template = False
    for title in filter(_is_ours, book.sheetnames):
        book.remove(book[title])
    for sheet in book.worksheets:
        _clear_earlier_marks(sheet)
    sheets = {
        sheet.name: _CopiedSheet(book[sheet.name], sheet) for sheet in original.sheets if not _is_ours(sheet.name)
    }
    return _Copy(book, sheets, "")


def _clear_earlier_marks(sheet: Worksheet) -> None:
    """Take away what an earlier copy of ours added, and give the notes that stay a size to be read in."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment is None or isinstance(cell, MergedCell):
                continue
            own, marked, _ = cell.comment.text.partition(_NOTE_HEAD)
            if marked and cell.fill.fgColor.rgb in _COLOURS.values():
                cell.fill = PatternFill()
            text = own.rstrip() if marked else own
            cell.comment = _note(text, cell.comment.author) if text else None


def _rebuilt(original: workbook.Workbook) -> _Copy:
    """A new workbook with the values of one that openpyxl can't load."""
    returned = _Copy(
        _empty_book(),
        {},
        "Uw bestand is geen .xlsx: deze kopie heeft dezelfde bladen en waarden, maar niet de formules en de opmaak.",
    )
    for sheet in original.sheets:
        if _is_ours(sheet.name):
            continue
        title = re.sub(r"[\\*?:/\[\]]", "_", _legal(sheet.name))[:_MAXIMUM_TITLE].strip("'")
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
            _write_text(cell, value)
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


# -- colours and notes -------------------------------------------------------------------------------------------------


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
            kind = _SEVERITIES[group.rule.severity][0].capitalize()
            told.append(f"{kind}: {_gist(finding.message)}\nWat te doen: {group.rule.action}")
    for (title, address), told in sentences.items():
        _add_note(returned.book[title][address], list(dict.fromkeys(told)))


def _colour(cell: Cell, severity: Severity) -> None:
    is_blank = cell.value is None or not str(cell.value).strip()
    if is_blank and cell.fill.fill_type == "solid":  # in some returns the colour of an empty cell is its value
        return
    cell.fill = _FILLS[severity]
    font: Any = copy(cell.font)
    font.color = Color("FF000000")  # white on a dark header could not be read on ours
    cell.font = font


def _add_note(cell: Cell, sentences: list[str]) -> None:
    ours = "\n\n".join([_NOTE_HEAD, *sentences])
    own = cell.comment
    cell.comment = _note(f"{own.text}\n\n{ours}", own.author) if own else _note(ours, "Controle banenafspraak")


def _note(text: str, author: str) -> Comment:
    """A note that shows all of a text of ordinary length."""
    text = _legal(text)
    lines = sum(_lines(line, 54) for line in text.splitlines())
    return Comment(text, author, width=360, height=min(24 + 18 * lines, 600))


# -- our sheets --------------------------------------------------------------------------------------------------------


def _add_findings_sheet(returned: _Copy, groups: list[FindingGroup]) -> None:
    sheet = _front_sheet(returned.book, FINDINGS_SHEET, 0, _FINDINGS_COLUMNS)
    legend = (
        "Gekleurde cellen in uw bladen hebben een notitie met uitleg: rood is een fout, oranje een waarschuwing, blauw "
        "een mededeling. Begin bovenaan: een bevinding boven in de lijst verklaart soms andere."
    )
    explanation = " ".join(filter(None, [returned.remark, legend if groups and returned.sheets else ""]))
    _write_head(sheet, ["Bevindingen bij uw opgave", _summary(groups), explanation], _FINDINGS_COLUMNS)
    lines = [
        _Line(
            (
                _gist(group.message),
                _SEVERITIES[group.rule.severity][0],
                len(group.findings),
                _places(group.findings[:1]),
                _places(group.findings[1:]),
                _several(_gist(finding.found) for finding in group.findings if finding.found),
                _several(_gist(finding.expected) for finding in group.findings if finding.expected),
                group.rule.action,
                group.rule.id,
            ),
            group.rule.severity,
            returned.cell(group.findings[0]),
        )
        for group in groups
    ]
    if lines:
        _write_table(sheet, 5, _FINDINGS_COLUMNS, "Plaats", lines)


def _add_all_findings_sheet(returned: _Copy, groups: list[FindingGroup]) -> None:
    sheet = _front_sheet(returned.book, ALL_FINDINGS_SHEET, 1, _ALL_FINDINGS_COLUMNS)
    lines = [
        _Line(
            (
                finding.message,
                _SEVERITIES[group.rule.severity][0],
                finding.sheet or "",
                finding.cell or "",
                finding.found or "",
                finding.expected or "",
                group.rule.action,
                group.rule.id,
            ),
            group.rule.severity,
            returned.cell(finding),
        )
        for group in groups
        for finding in group.findings
    ]
    if lines:
        _write_table(sheet, 1, _ALL_FINDINGS_COLUMNS, "Cel", lines)
    else:
        _write_head(sheet, ["Geen bevindingen"], _ALL_FINDINGS_COLUMNS)


def _summary(groups: list[FindingGroup]) -> str:
    counts = {
        severity: sum(len(group.findings) for group in groups if group.rule.severity is severity)
        for severity in Severity
    }
    kept = "Ons exemplaar van uw oorspronkelijke bestand is niet gewijzigd."
    if not groups:
        return f"Geen bevindingen: u hoeft niets te doen. {kept}"
    errors, warnings, infos = (
        f"{count or 'geen'} {_SEVERITIES[severity][count != 1]}" for severity, count in counts.items()
    )
    told = f"{errors}, {warnings} en {infos}"
    if counts[Severity.ERROR]:
        return f"De opgave is afgewezen: {told}. Verbeter het bestand en stuur het opnieuw. {kept}"
    advice = "Klopt er iets niet, verbeter het bestand dan en stuur het opnieuw."
    if counts[Severity.WARNING]:
        advice += " Klopt het wel, licht de waarschuwingen dan toe."
    return f"De opgave is niet afgewezen: {told}. {advice} {kept}"


def _places(findings: Sequence[Finding]) -> str:
    """Where findings are: `Tabel 1!B3, B4, Tabel 2!C5 en 3 andere`."""
    shown = findings[:_SHOWN_PLACES]
    by_sheet = groupby(shown, key=lambda finding: finding.sheet)
    told = ", ".join(_places_on(sheet, [finding.cell for finding in found]) for sheet, found in by_sheet)
    return told + _others(len(findings) - len(shown))


def _places_on(sheet: str | None, cells: list[str | None]) -> str:
    if sheet is None:
        return "het hele bestand"
    addresses = ", ".join(cell for cell in cells if cell)
    return f"{sheet}!{addresses}" if addresses else f"blad {sheet}"


def _several(texts: Iterable[str]) -> str:
    different = list(dict.fromkeys(texts))
    return ", ".join(different[:_SHOWN_PLACES]) + _others(len(different) - _SHOWN_PLACES)


def _others(count: int) -> str:
    return f" en {count} {'andere' if count > 1 else 'ander'}" if count > 0 else ""


def _gist(text: str) -> str:
    return text if len(text) <= _SHOWN_TEXT else f"{text[:_SHOWN_TEXT]}…"


# -- writing -----------------------------------------------------------------------------------------------------------


def _front_sheet(book: openpyxl.Workbook, title: str, index: int, columns: dict[str, int]) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title, index)
    for number, width in enumerate(columns.values(), start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.5)
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


def _write_head(sheet: Worksheet, lines: list[str], columns: dict[str, int]) -> None:
    for row, (line, font) in enumerate(zip(lines, (_TITLE, _BOLD, _PLAIN), strict=False), start=1):
        _write(sheet, f"A{row}", line).font = font
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(columns))
        sheet.row_dimensions[row].height = 24 if row == 1 else _height((line, sum(columns.values())))


def _write_table(
    sheet: Worksheet, header_row: int, columns: dict[str, int], place_column: str, lines: list[_Line]
) -> None:
    letters = {name: get_column_letter(number) for number, name in enumerate(columns, start=1)}
    for name, letter in letters.items():
        header = _write(sheet, f"{letter}{header_row}", name)
        header.font, header.fill = _BOLD, _HEADER_FILL
    for row, line in enumerate(lines, start=header_row + 1):
        for letter, text in zip(letters.values(), line.texts, strict=True):
            _write(sheet, f"{letter}{row}", text).border = _LINE_BELOW
        sheet[f"{letters['Ernst']}{row}"].fill = _FILLS[line.severity]
        if line.target:
            _link(sheet[f"{letters[place_column]}{row}"], line.target)
        sheet.row_dimensions[row].height = _height(*zip(map(str, line.texts), columns.values(), strict=True))
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(columns))}{header_row + len(lines)}"
    sheet.print_title_rows = f"{header_row}:{header_row}"


def _height(*texts: tuple[str, int]) -> int:
    """The height of a row of wrapped texts, each with its column's width: not every program works it out itself."""
    most = max(sum(_lines(line, width) for line in text.splitlines() or [""]) for text, width in texts)
    return min(_LINE_HEIGHT * most + 3, _MAXIMUM_HEIGHT)


def _lines(text: str, width: int) -> int:
    return max(1, math.ceil(1.05 * len(text) / width))


def _link(cell: Cell, target: Cell) -> None:
    location = f"{quote_sheetname(target.parent.title)}!{target.coordinate}"
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=location)
    cell.font = _LINK


def _write(sheet: Worksheet, address: str, value: str | int) -> Cell:
    cell: Cell = sheet[address]
    cell.alignment, cell.font = _WRAPPED, _PLAIN
    if isinstance(value, int):
        cell.value = value
    elif value:
        _write_text(cell, value)
    return cell


def _write_text(cell: Cell, text: str) -> None:
    """Write text as text: what a sender wrote never becomes a formula, neither here nor when the cell is edited."""
    text = _legal(text)
    cell.value = text
    cell.data_type = "s"
    if text.startswith(("=", "+", "-", "@", "\t", "\r")):
        cell.quotePrefix = True


def _legal(text: str) -> str:
    """Text that a spreadsheet file can hold: without characters that XML forbids, and no longer than Excel allows."""
    text = re.sub(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "", text)
    return text.encode("utf-16-le")[: 2 * _MAXIMUM_TEXT].decode("utf-16-le", "ignore")
