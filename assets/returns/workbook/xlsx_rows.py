"""Read the rows of a sheet of an Excel workbook, which hold nearly all of a file. For the fast reader.

They are taken apart by one pattern that knows the few ways in which programs write cells; every character must fit it,
or the file is not understood. What stands around the rows does not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache, partial
from math import isfinite
from typing import NamedTuple

from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import from_excel

from assets.returns.workbook.cells import Cell, CellKind, decimal_of, decimals_of, typed_cell
from assets.returns.workbook.file_limits import FILE_LIMITS
from assets.returns.workbook.xlsx_styles import Style
from assets.returns.workbook.xlsx_xml import NUMBER, is_set, not_understood, unescaped

_EXACT = 15  # characters: no more digits than a spreadsheet keeps, so that the decimal is the number as it is written
_MAKE = partial(tuple.__new__, Cell)  # what Cell._make does, without its overhead: sheets have thousands
_PLAIN_NUMBER = r"(?!-0<)-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?"
_PRESERVED = '(?: xml:space="preserve")?'
_FORMULA = r"(<f[^<>/]*)(?:/>|>([^<]*)</f>)"
_STORED = rf"<v{_PRESERVED}>(?:({_PLAIN_NUMBER})</v>|([^<]*)</v>)|<v ?/>"
_INLINE = rf"(<is>)<t{_PRESERVED}(?: ?/>|>([^<]*)</t>)</is>"
_CELL = re.compile(rf'(<c r="([A-Z]{{1,3}})([1-9][0-9]*)"([^<>/]*)(?:/>|>(?:{_FORMULA})?(?:{_STORED}|{_INLINE})?</c>))')
_ROW = re.compile(r'<row r="([1-9][0-9]{0,6})"([^<>/]*)(/?)>')
_ATTRIBUTES = re.compile(r'(?: [a-zA-Z0-9:]+="[^"<&\n\t]*")* ?')
_ATTRIBUTE = re.compile(r' ([a-zA-Z0-9:]+)="([^"]*)"')
_KINDS = {"n", "s", "str", "b", "e", "inlineStr"}
_CELL_ATTRIBUTES = frozenset({"s", "t", "cm", "vm", "ph"})
_ROW_HEIGHT = "x14ac:dyDescent"
_ROW_ATTRIBUTES = frozenset({
    *("spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed"),
    *("thickTop", "thickBot", "ph", _ROW_HEIGHT),
})  # fmt: skip
_FORMULA_ATTRIBUTES = frozenset({"t", "ref", "si", "ca", "aca", "bx"})
_BOOLEANS = {"0": False, "1": True}


@dataclass(slots=True)
class Book:
    """What the sheets of a workbook share; `texts` by their number as it is written."""

    styles: tuple[Style, ...]
    texts: dict[str, str]
    epoch: datetime
    attributes: _CellAttributes = field(init=False)
    columns: Columns = field(init=False)

    def __post_init__(self) -> None:
        self.attributes, self.columns = _CellAttributes(self.styles), Columns()


class _CellAttributes(dict[str, tuple[str, Style]]):
    """Kind of value (`date` for a number shown as one) and style, by a cell's attributes as they are written."""

    def __init__(self, styles: tuple[Style, ...]) -> None:
        super().__init__()
        self._styles = styles

    def __missing__(self, written: str) -> tuple[str, Style]:
        found = _attributes(written, _CELL_ATTRIBUTES)
        number, kind = found.get("s", "0"), found.get("t", "n")
        if not number.isdecimal() or kind not in _KINDS:
            not_understood(written)
        style = self._styles[int(number)]
        self[written] = "date" if kind == "n" and style.is_date else kind, style
        return self[written]


class Columns(dict[str, int]):
    """Column numbers by their letters."""

    def __missing__(self, letters: str) -> int:
        self[letters] = column_index_from_string(letters)
        return self[letters] if self[letters] <= FILE_LIMITS.columns else not_understood(letters)


def _cast(written: str) -> float:
    """A number as openpyxl takes it; Python takes more, such as 1_000."""
    if not NUMBER.fullmatch(written):
        not_understood(written)
    return float(written) if "." in written or "e" in written or "E" in written else int(written)


@lru_cache(maxsize=4096)
def _attributes(written: str, known: frozenset[str]) -> Mapping[str, str]:
    pairs = _ATTRIBUTE.findall(written)
    found = dict(pairs)
    if not _ATTRIBUTES.fullmatch(written) or len(found) < len(pairs) or found.keys() - known:
        not_understood(written)
    return found


class _RowAttributes(dict[str, bool]):
    """Whether a row is hidden by its attributes as they are written."""

    def __init__(self, known: frozenset[str]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, written: str) -> bool:
        self[written] = is_set(_attributes(written, self._known).get("hidden"))
        return self[written]


class Rows:
    """The reading of a sheet's rows: cells, formulas, hidden rows, and how far the cells run."""

    def __init__(self, book: Book, *, has_row_heights: bool) -> None:
        self._book = book
        self._attributes = _RowAttributes(_ROW_ATTRIBUTES if has_row_heights else _ROW_ATTRIBUTES - {_ROW_HEIGHT})
        self._number = 0
        self.cells: dict[tuple[int, int], Cell] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.hidden_rows: set[int] = set()
        self.last_row = self.last_column = 1

    def read(self, rows: str) -> None:
        """Take in the text between the tags of the sheet's data."""
        *with_cells, after = rows.split("</row>")
        for text in with_cells:
            self._read_cells(text, self._start(text))
        if self._start(after, is_open=False) < len(after):
            not_understood(after)

    def _start(self, text: str, *, is_open: bool = True) -> int:
        """Where the cells of a row start in a text that may have rows without cells before it."""
        position = 0
        while row := _ROW.match(text, position):
            written_number, attributes, is_closed = row.groups()
            number = int(written_number)
            if not self._number < number <= FILE_LIMITS.rows:
                not_understood(text)
            self._number = number
            if self._attributes[attributes]:
                self.hidden_rows.add(number)
            position = row.end()
            if not is_closed:
                return position if is_open else not_understood(text)
        return not_understood(text) if is_open else position

    def _read_cells(self, text: str, start: int) -> None:
        cells, row, last = self.cells, self._number, 0
        columns, attributes, texts = self._book.columns, self._book.attributes, self._book.texts
        row_text, number_kind, text_kind = str(row), CellKind.NUMBER, CellKind.TEXT
        for groups in _CELL.findall(text, start):
            whole, letters, digits, written, formula, formula_text, number, stored, inline, inline_text = groups
            start += len(whole)
            column = columns[letters]
            if digits != row_text or column <= last:
                not_understood(whole)
            last = column
            kind, style = attributes[written]
            if kind == "n" and number and len(number) <= _EXACT:
                decimals = len(number.partition(".")[2]) if style.decimals is None else style.decimals
                cells[row, column] = _MAKE(
                    (row, column, number_kind, Decimal(number), decimals, style.is_percentage, style.fill)
                )
            elif (kind == "s" and number and (content := texts[number]).strip()) or (
                kind == "inlineStr" and inline_text and (content := unescaped(inline_text)).strip()
            ):
                cells[row, column] = _MAKE((row, column, text_kind, content, None, False, style.fill))
            elif kind != "n" or number or stored or formula or inline:
                self._read_other((row, column), kind, style, _Written._make(groups))
            elif style.fill:
                cells[row, column] = _MAKE((row, column, CellKind.BLANK, None, None, False, style.fill))
            if formula:
                _formula_kind(formula)
                self.formulas[row, column] = unescaped(formula_text)
        if start != len(text):
            not_understood(text[start:])
        if last:
            self.last_row, self.last_column = row, max(self.last_column, last)

    def _read_other(self, place: tuple[int, int], kind: str, style: Style, written: _Written) -> None:
        cell = _other(place, kind, style, written, self._book)
        if cell is not None:
            self.cells[place] = cell


class _Written(NamedTuple):
    """A cell as it is written: the groups of the pattern."""

    whole: str
    letters: str
    digits: str
    attributes: str
    formula: str
    formula_text: str
    number: str
    stored: str
    inline: str
    inline_text: str


def _other(place: tuple[int, int], kind: str, style: Style, written: _Written, book: Book) -> Cell | None:
    """The cell that is neither a short number nor a shared text; None when it holds nothing and has no fill."""
    stored = written.number or written.stored
    if written.inline or (kind == "inlineStr" and stored):
        if kind != "inlineStr" or stored:
            not_understood(written.whole)
        return typed_cell(*place, unescaped(written.inline_text), "", style.fill)
    if stored:
        return _stored(place, kind, style, stored, book)
    if written.formula and kind != "str":  # a stored empty text is a value: the cell is blank
        if _formula_kind(written.formula) == "shared":
            not_understood("a formula that stands at another cell")
        return Cell(*place, CellKind.FORMULA_WITHOUT_VALUE, f"={unescaped(written.formula_text)}", fill=style.fill)
    if kind == "e":
        not_understood("an error that is not told")
    return Cell(*place, CellKind.BLANK, fill=style.fill) if style.fill else None


def _stored(place: tuple[int, int], kind: str, style: Style, stored: str, book: Book) -> Cell:
    if kind == "n":
        return _number(place, _cast(stored), style)
    if kind == "date":
        return _date(place, _cast(stored), style, book.epoch)
    if kind == "e":
        return Cell(*place, CellKind.ERROR, unescaped(stored), fill=style.fill)
    if kind == "b":
        return Cell(*place, CellKind.BOOLEAN, _BOOLEANS[stored], fill=style.fill)
    return typed_cell(*place, book.texts[stored] if kind == "s" else unescaped(stored), "", style.fill)


def _number(place: tuple[int, int], number: float, style: Style) -> Cell:
    if not isfinite(number):
        return Cell(*place, CellKind.ERROR, str(number), fill=style.fill)
    value = decimal_of(number)
    decimals = decimals_of(value) if style.decimals is None else style.decimals
    return Cell(*place, CellKind.NUMBER, value, decimals, style.is_percentage, style.fill)


def _date(place: tuple[int, int], serial: float, style: Style, epoch: datetime) -> Cell:
    try:
        moment = from_excel(serial, epoch, timedelta=style.is_duration)
    except (OverflowError, ValueError):
        return Cell(*place, CellKind.ERROR, "#VALUE!", fill=style.fill)
    return typed_cell(*place, moment, "", style.fill)


@lru_cache(maxsize=1024)
def _formula_kind(opening: str) -> str:
    kind = _attributes(opening.removeprefix("<f"), _FORMULA_ATTRIBUTES).get("t", "normal")
    return kind if kind in {"normal", "array", "shared"} else not_understood(kind)
