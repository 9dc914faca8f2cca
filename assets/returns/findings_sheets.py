"""The two sheets of findings in front of a workbook that goes back to its sender.

Their tables, and writing text so that no program takes it for a formula, belong here; the sender's own sheets are
`annotate.py`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import openpyxl
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from expectations.grouping import FindingGroup
from warehouse.presentation import FORMULA_STARTS
from warehouse.records import Finding, Severity

FINDINGS_SHEET = "Bevindingen"
ALL_FINDINGS_SHEET = "Alle bevindingen"
COLOURS = {Severity.ERROR: "FFFFC7CE", Severity.WARNING: "FFFFE699", Severity.INFO: "FFDDEBF7"}
FILLS = {severity: PatternFill("solid", fgColor=colour) for severity, colour in COLOURS.items()}
SEVERITIES = {
    Severity.ERROR: ("fout", "fouten"),
    Severity.WARNING: ("waarschuwing", "waarschuwingen"),
    Severity.INFO: ("mededeling", "mededelingen"),
}
CellOf = Callable[[Finding], Cell | None]
"""The cell of the sender's sheets that a finding is about, when there is one."""

_HEADER_FILL = PatternFill("solid", fgColor="FFD9D9D9")
_PLAIN, _BOLD, _TITLE, _LINK = (
    Font("Calibri", 11), Font("Calibri", 11, bold=True), Font("Calibri", 16, bold=True),
    Font("Calibri", 11, color="FF0563C1", underline="single"),
)  # fmt: skip
_WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True)
_LINE_BELOW = Border(bottom=Side("thin", color="FFBFBFBF"))
_FINDINGS_COLUMNS = {
    "Melding": 50, "Ernst": 15, "Aantal": 8, "Plaats": 24, "Andere plaatsen": 20, "Gevonden": 20, "Verwacht": 20,
    "Wat te doen": 42, "Regel": 22,
}  # fmt: skip
_ALL_FINDINGS_COLUMNS = {
    "Melding": 50, "Ernst": 15, "Blad": 22, "Cel": 10, "Gevonden": 20, "Verwacht": 20, "Wat te doen": 42, "Regel": 22,
}  # fmt: skip
_LINE_HEIGHT, _MAXIMUM_HEIGHT = 15, 409
_MAXIMUM_TEXT = 32_767  # Excel's own
_SHOWN_TEXT, _SHOWN_PLACES = 400, 5  # where a reader wants the gist; the sheet of all findings has everything


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of a table of ours; `target` is the cell its place leads to."""

    texts: tuple[str | int, ...]
    severity: Severity
    target: Cell | None


def add_findings_sheet(book: openpyxl.Workbook, groups: list[FindingGroup], cell_of: CellOf, remark: str) -> None:
    """The first sheet: what it comes to, and one line a group; `remark` is what the sender should know of the copy."""
    sheet = _front_sheet(book, FINDINGS_SHEET, 0, _FINDINGS_COLUMNS)
    legend = (
        "Gekleurde cellen in uw bladen hebben een notitie met uitleg: rood is een fout, oranje een waarschuwing, blauw "
        "een mededeling. Begin bovenaan: een bevinding boven in de lijst verklaart soms andere."
    )
    explanation = " ".join(filter(None, [remark, legend if groups and book.worksheets[1:] else ""]))
    _write_head(sheet, ["Bevindingen bij uw opgave", _summary(groups), explanation], _FINDINGS_COLUMNS)
    lines = [
        _Line(
            (
                gist(group.message),
                SEVERITIES[group.rule.severity][0],
                len(group.findings),
                _places(group.findings[:1]),
                _places(group.findings[1:]),
                _several(gist(finding.found) for finding in group.findings if finding.found),
                _several(gist(finding.expected) for finding in group.findings if finding.expected),
                group.rule.action,
                group.rule.id,
            ),
            group.rule.severity,
            cell_of(group.findings[0]),
        )
        for group in groups
    ]
    if lines:
        _write_table(sheet, 5, _FINDINGS_COLUMNS, "Plaats", lines)


def add_all_findings_sheet(book: openpyxl.Workbook, groups: list[FindingGroup], cell_of: CellOf) -> None:
    """The second sheet: one line a finding."""
    sheet = _front_sheet(book, ALL_FINDINGS_SHEET, 1, _ALL_FINDINGS_COLUMNS)
    lines = [
        _Line(
            (
                finding.message,
                SEVERITIES[group.rule.severity][0],
                finding.sheet or "",
                finding.cell or "",
                finding.found or "",
                finding.expected or "",
                group.rule.action,
                group.rule.id,
            ),
            group.rule.severity,
            cell_of(finding),
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
        f"{count or 'geen'} {SEVERITIES[severity][count != 1]}" for severity, count in counts.items()
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


def gist(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= _SHOWN_TEXT else f"{text[:_SHOWN_TEXT]}…"


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
        sheet[f"{letters['Ernst']}{row}"].fill = FILLS[line.severity]
        if line.target:
            _link(sheet[f"{letters[place_column]}{row}"], line.target)
        sheet.row_dimensions[row].height = _height(*zip(map(str, line.texts), columns.values(), strict=True))
    sheet.freeze_panes = f"A{header_row + 1}"
    sheet.auto_filter.ref = f"A{header_row}:{get_column_letter(len(columns))}{header_row + len(lines)}"
    sheet.print_title_rows = f"{header_row}:{header_row}"


def _height(*texts: tuple[str, int]) -> int:
    """The height of a row of wrapped texts, each with its column's width: not every program works it out itself."""
    most = max(sum(lines_of(line, width) for line in text.splitlines() or [""]) for text, width in texts)
    return min(_LINE_HEIGHT * most + 3, _MAXIMUM_HEIGHT)


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column of a width."""
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
        write_text(cell, value)
    return cell


def write_text(cell: Cell, text: str) -> None:
    """Write text as text: what a sender wrote never becomes a formula, neither here nor when the cell is edited."""
    text = legal(text)
    cell.value = text
    cell.data_type = "s"
    if text.startswith(FORMULA_STARTS):
        cell.quotePrefix = True


@lru_cache(maxsize=10_000)
def legal(text: str) -> str:
    """Text that a spreadsheet file can hold: without characters that XML forbids, and no longer than Excel allows."""
    text = re.sub(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]", "", text)
    return text.encode("utf-16-le")[: 2 * _MAXIMUM_TEXT].decode("utf-16-le", "ignore")
