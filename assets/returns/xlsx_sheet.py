"""Read the XML of one sheet of an Excel workbook in one go. For the fast reader.

The rows of a sheet hold nearly all of a file, and are taken apart by one pattern that knows the few ways in which
programs write cells; every character must fit it, or the file is not understood. What stands around the rows is parsed
as XML.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import product
from math import isfinite
from xml.etree import ElementTree

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from assets.returns.cells import (
    MAXIMUM_COLUMNS,
    Cell,
    CellKind,
    Sheet,
    decimal_of,
    decimals_of,
    refuse_extent,
    refuse_merged,
    typed_cell,
)
from assets.returns.xlsx_styles import Style
from assets.returns.xlsx_xml import MAIN, checked, is_set, not_understood, parsed, unescaped

_MAXIMUM_ROWS = 1_048_576
_ATTRIBUTES = r'(?: [a-zA-Z0-9:]+="[^"<&\n\t]*")*'
_PRESERVED = '(?: xml:space="preserve")?'
_FORMULA = rf"(<f{_ATTRIBUTES})(?:/>|>([^<]*)</f>)"
_STORED = rf"<v{_PRESERVED}>([^<]*)</v>|<v/>"
_INLINE = rf"(<is>)<t{_PRESERVED}(?:/>|>([^<]*)</t>)</is>"
_CELL = re.compile(
    rf'(<c r="([A-Z]{{1,3}})([1-9][0-9]*)"({_ATTRIBUTES})(?:/>|>(?:{_FORMULA})?(?:{_STORED}|{_INLINE})?</c>))'
)
_ROW = re.compile(rf"<row({_ATTRIBUTES})(/?)>")
_ATTRIBUTE = re.compile(r' ([a-zA-Z0-9:]+)="([^"]*)"')
_AREA = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_PLAIN_NUMBER = re.compile(r"(?!-0$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
_CELL_ATTRIBUTES = {"s", "t", "cm", "vm", "ph"}
_ROW_ATTRIBUTES = {
    *("r", "spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed"),
    *("thickTop", "thickBot", "ph", "x14ac:dyDescent"),
}
_FORMULA_ATTRIBUTES = {"t", "ref", "si", "ca", "aca", "bx"}
_COLUMN_ATTRIBUTES = {
    *("min", "max", "width", "hidden", "bestFit", "customWidth", "style", "collapsed", "outlineLevel"),
}
_NOT_XML = bytes(code for code in range(32) if code not in b"\t\n\r")
_BOOLEANS = {"0": False, "1": True}
_BEYOND_THE_ROWS = {f"{MAIN}{name}" for name in ("row", "c", "v", "f", "is")}


@dataclass(slots=True)
class Book:
    """What the sheets of a workbook share."""

    styles: list[Style]
    texts: list[str]
    epoch: datetime
    attributes: _CellAttributes = field(init=False)
    numbers: _Numbers = field(init=False)
    columns: _Columns = field(init=False)

    def __post_init__(self) -> None:
        self.attributes, self.numbers, self.columns = _CellAttributes(self.styles), _Numbers(), _Columns()


class _CellAttributes(dict[str, tuple[str, Style]]):
    """Type and style by the attributes of a cell as they are written."""

    def __init__(self, styles: list[Style]) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, written: str) -> tuple[str, Style]:
        found = _attributes(written, _CELL_ATTRIBUTES)
        number = found.get("s", "0")
        self[written] = found.get("t", "n"), self._styles[int(number) if number.isdecimal() else not_understood(number)]
        return self[written]


class _Numbers(dict[str, tuple[Decimal, int] | None]):
    """Number and its own decimals by how it is written; None for one that is not finite."""

    def __missing__(self, written: str) -> tuple[Decimal, int] | None:
        found = self[written] = self._read(written)
        return found

    @staticmethod
    def _read(written: str) -> tuple[Decimal, int] | None:
        if len(written) <= 15 and _PLAIN_NUMBER.fullmatch(written):  # no more digits than a spreadsheet keeps
            return Decimal(written), len(written.partition(".")[2])
        number = _cast(written)
        if not isfinite(number):
            return None
        value = decimal_of(number)
        return value, decimals_of(value)


class _Columns(dict[str, int]):
    """Column numbers by their letters."""

    def __missing__(self, letters: str) -> int:
        self[letters] = column_index_from_string(letters)
        return self[letters] if self[letters] <= MAXIMUM_COLUMNS else not_understood(letters)


def _cast(written: str) -> float:
    """A number as openpyxl takes it."""
    return float(written) if "." in written or "e" in written or "E" in written else int(written)


def _attributes(written: str, known: set[str]) -> dict[str, str]:
    pairs = _ATTRIBUTE.findall(written)
    found = dict(pairs)
    if len(found) < len(pairs) or found.keys() - known:
        not_understood(written)
    return found


def read_sheet(data: bytes, name: str, book: Book, *, hidden: bool, notes: dict[tuple[int, int], str]) -> Sheet:
    """One sheet. Raises NotUnderstoodError, and WorkbookError when it is too large."""
    around, rows = _divided(checked(data))
    root = parsed(around, f"{MAIN}worksheet")
    found: dict[str, list[ElementTree.Element]] = defaultdict(list)
    for element in root.iter():
        found[element.tag].append(element)
    if len(found[f"{MAIN}sheetData"]) != 1 or found.keys() & _BEYOND_THE_ROWS:
        not_understood("cells outside the rows")
    reading = _Rows(book, has_row_heights=b"xmlns:x14ac=" in around)
    reading.read(rows)
    areas = _merged_areas(found[f"{MAIN}mergeCell"], found[f"{MAIN}mergeCells"], book.columns)
    places = [(reading.last_row, reading.last_column), *notes, *((bottom, right) for *_, bottom, right in areas)]
    refuse_extent(name, max(row for row, _ in places), max(column for _, column in places))
    merged = _merged(areas)
    covered = {place for place, first in merged.items() if place != first}
    cells = reading.cells
    for place in covered & cells.keys():
        del cells[place]
    _check_hyperlinks(found[f"{MAIN}hyperlink"], cells, book.columns)
    kept = {place: text for place, text in notes.items() if place not in covered}
    hidden_columns = _hidden_columns(found[f"{MAIN}col"])
    return Sheet(name, hidden, cells, frozenset(reading.hidden_rows), hidden_columns, merged, kept)


def _divided(data: bytes) -> tuple[bytes, str]:
    """The sheet without its rows, and its rows."""
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0:
        return data, ""
    rows = data[start + len(b"<sheetData>") : end]
    if end < start or b"]]>" in rows or len(rows.translate(None, _NOT_XML)) < len(rows) or b"\xef\xbf" in rows:
        not_understood("rows of an unusual kind")
    text = rows.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return data[:start] + b"<sheetData/>" + data[end + len(b"</sheetData>") :], text


class _Rows:
    """The reading of a sheet's rows: cells, hidden rows, and how far the cells run."""

    def __init__(self, book: Book, *, has_row_heights: bool) -> None:
        self._book = book
        self._known = _ROW_ATTRIBUTES if has_row_heights else _ROW_ATTRIBUTES - {"x14ac:dyDescent"}
        self._number = 0
        self.cells: dict[tuple[int, int], Cell] = {}
        self.hidden_rows: set[int] = set()
        self.last_row = self.last_column = 1

    def read(self, rows: str) -> None:
        *with_cells, after = rows.split("</row>")
        for text in with_cells:
            self._read_cells(text, self._start(text))
        if self._start(after, is_open=False) < len(after):
            not_understood(after)

    def _start(self, text: str, *, is_open: bool = True) -> int:
        """Where the cells of a row start in a text that may have rows without cells before it."""
        position = 0
        while row := _ROW.match(text, position):
            self._read_row(row[1])
            position = row.end()
            if not row[2]:
                return position if is_open else not_understood(text)
        return not_understood(text) if is_open else position

    def _read_row(self, written: str) -> None:
        found = _attributes(written, self._known)
        number = int(found["r"]) if re.fullmatch("[1-9][0-9]{0,6}", found.get("r", "")) else not_understood(written)
        if not self._number < number <= _MAXIMUM_ROWS:
            not_understood(written)
        self._number = number
        if is_set(found.get("hidden")):
            self.hidden_rows.add(number)

    def _read_cells(self, text: str, start: int) -> None:
        book, cells, row, last = self._book, self.cells, self._number, 0
        columns, attributes, numbers, texts = book.columns, book.attributes, book.numbers, book.texts
        row_text, number_kind, text_kind, make = str(row), CellKind.NUMBER, CellKind.TEXT, Cell._make
        for whole, letters, digits, written, formula, formula_text, stored, inline, inline_text in _CELL.findall(
            text, start
        ):
            start += len(whole)
            column = columns[letters]
            if digits != row_text or column <= last:
                not_understood(whole)
            last = column
            kind, style = attributes[written]
            if kind == "n" and stored and not style.is_date and (found := numbers[stored]):
                value, decimals = found
                shown = decimals if style.decimals is None else style.decimals
                cells[row, column] = make((row, column, number_kind, value, shown, style.is_percentage, style.fill))
            elif kind == "s" and stored and (content := texts[int(stored)]).strip():
                cells[row, column] = make((row, column, text_kind, content, None, False, style.fill))
            elif cell := _other(
                row, column, _Written(kind, style, formula, formula_text, stored, inline, inline_text), book
            ):
                cells[row, column] = cell
            if formula:
                _check_formula(formula, formula_text)
        if start != len(text):
            not_understood(text[start:])
        if last:
            self.last_row, self.last_column = row, max(self.last_column, last)


@dataclass(frozen=True, slots=True)
class _Written:
    """A cell as it is written."""

    kind: str
    style: Style
    formula: str
    formula_text: str
    stored: str
    inline: str
    inline_text: str


def _other(row: int, column: int, written: _Written, book: Book) -> Cell | None:
    """The cell that is neither a finite number nor a shared text; None when it holds nothing and has no fill."""
    fill = written.style.fill
    if written.inline and written.kind == "inlineStr":
        return typed_cell(row, column, unescaped(written.inline_text), "", fill)
    if written.inline or written.kind not in {"n", "s", "str", "b", "e", "inlineStr"}:
        not_understood(written.kind)
    if written.stored:
        return _stored(row, column, written, book)
    if written.formula and written.kind != "str":  # a stored empty text is a value: the cell is blank
        if _formula_kind(written.formula) == "shared":
            not_understood("a formula that stands at another cell")
        formula = f"={unescaped(written.formula_text)}"
        return Cell(row, column, CellKind.FORMULA_WITHOUT_VALUE, formula, fill=fill)
    if written.kind == "e":
        not_understood("an error that is not told")
    return Cell(row, column, CellKind.BLANK, fill=fill) if fill else None


def _stored(row: int, column: int, written: _Written, book: Book) -> Cell:
    fill, stored = written.style.fill, written.stored
    if written.kind == "inlineStr":
        not_understood("a text that stands at the wrong place")
    if written.kind == "e":
        return Cell(row, column, CellKind.ERROR, unescaped(stored), fill=fill)
    if written.kind == "n" and not written.style.is_date:
        return Cell(row, column, CellKind.ERROR, str(_cast(stored)), fill=fill)
    if written.kind == "n":
        return _date(row, column, _cast(stored), written.style, book.epoch)
    if written.kind == "b":
        return Cell(row, column, CellKind.BOOLEAN, _BOOLEANS[stored], fill=fill)
    value = book.texts[int(stored)] if written.kind == "s" else unescaped(stored)
    return typed_cell(row, column, value, "", fill)


def _date(row: int, column: int, serial: float, style: Style, epoch: datetime) -> Cell:
    try:
        moment = from_excel(serial, epoch, timedelta=style.is_duration)
    except (OverflowError, ValueError):
        return Cell(row, column, CellKind.ERROR, "#VALUE!", fill=style.fill)
    return typed_cell(row, column, moment, "", style.fill)


@lru_cache(maxsize=1024)
def _formula_kind(opening: str) -> str:
    kind = _attributes(opening.removeprefix("<f"), _FORMULA_ATTRIBUTES).get("t", "normal")
    return kind if kind in {"normal", "array", "shared"} else not_understood(kind)


def _check_formula(opening: str, text: str) -> None:
    _formula_kind(opening)
    unescaped(text)


def _merged_areas(
    elements: list[ElementTree.Element], groups: list[ElementTree.Element], columns: _Columns
) -> list[tuple[int, int, int, int]]:
    """The first row and column and the last row and column of each merged area."""
    if len(groups) > 1 or len(elements) != sum(map(len, groups)):
        not_understood("merged cells")
    areas = []
    for element in elements:
        area = _AREA.fullmatch(element.attrib["ref"]) or not_understood(element.attrib)
        top, left, bottom, right = int(area[2]), columns[area[1]], int(area[4]), columns[area[3]]
        if not (top <= bottom <= _MAXIMUM_ROWS and left <= right):
            not_understood(element.attrib)
        refuse_merged(area[0], bottom - top + 1, right - left + 1)
        areas.append((top, left, bottom, right))
    return areas


def _merged(areas: list[tuple[int, int, int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    size = 0
    for top, left, bottom, right in areas:
        size += (bottom - top + 1) * (right - left + 1)
        merged.update(dict.fromkeys(product(range(top, bottom + 1), range(left, right + 1)), (top, left)))
        if len(merged) < size:
            not_understood("merged areas that overlap")
    return merged


def _check_hyperlinks(
    elements: list[ElementTree.Element], cells: dict[tuple[int, int], Cell], columns: _Columns
) -> None:
    """At a cell that holds nothing openpyxl shows the address that a link goes to."""
    for element in elements:
        place = _ADDRESS.fullmatch(element.attrib["ref"]) or not_understood(element.attrib)
        cell = cells.get((int(place[2]), columns[place[1]]))
        if cell is None or cell.kind in {CellKind.BLANK, CellKind.FORMULA_WITHOUT_VALUE}:
            not_understood(element.attrib)


def _hidden_columns(elements: list[ElementTree.Element]) -> frozenset[int]:
    hidden: set[int] = set()
    firsts = {int(element.attrib["min"]) for element in elements}
    for element in elements:
        first, last = int(element.attrib["min"]), int(element.attrib["max"])
        if element.attrib.keys() - _COLUMN_ATTRIBUTES or not 1 <= first <= MAXIMUM_COLUMNS or last > MAXIMUM_COLUMNS:
            not_understood(element.attrib)
        if is_set(element.get("hidden")):
            hidden.update(range(first, last + 1))
    return frozenset(hidden) if len(firsts) == len(elements) else not_understood("columns told twice")
