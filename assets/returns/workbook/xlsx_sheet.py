"""Read the XML of one sheet of an Excel workbook. For the fast reader.

What stands around the rows is parsed as XML and read here: merged areas, hidden columns, links.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import product
from xml.etree import ElementTree

from assets.returns.workbook.cells import Cell, CellKind, Sheet, columns_in, refuse_extent, refuse_merged
from assets.returns.workbook.file_limits import FILE_LIMITS
from assets.returns.workbook.formulas import reaches_out
from assets.returns.workbook.xlsx_rows import Book, Columns, Rows
from assets.returns.workbook.xlsx_xml import MAIN, checked, is_set, not_understood, parsed

_AREA = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6}):([A-Z]{1,3})([1-9][0-9]{0,6})")
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_COLUMN_ATTRIBUTES = {
    *("min", "max", "width", "hidden", "bestFit", "customWidth", "style", "collapsed", "outlineLevel"),
}
_NOT_XML = bytes(code for code in range(32) if code not in b"\t\n\r")
_BEYOND_THE_ROWS = {f"{MAIN}{name}" for name in ("row", "c", "v", "f", "is")}


def read_sheet(data: bytes, name: str, book: Book, *, hidden: bool, notes: dict[tuple[int, int], str]) -> Sheet:
    """One sheet. Raises NotUnderstoodError, and WorkbookError when it is too large."""
    around, rows = _divided(checked(data))
    root = parsed(around, f"{MAIN}worksheet")
    found: dict[str, list[ElementTree.Element]] = defaultdict(list)
    for element in root.iter():
        found[element.tag].append(element)
    if len(found[f"{MAIN}sheetData"]) != 1 or found.keys() & _BEYOND_THE_ROWS:
        not_understood("cells outside the rows")
    reading = Rows(book, has_row_heights=b"xmlns:x14ac=" in around)
    reading.read(rows)
    areas = _merged_areas(found[f"{MAIN}mergeCell"], found[f"{MAIN}mergeCells"], book.columns)
    refuse_merged(
        (area.attrib["ref"], (bottom - top + 1) * (right - left + 1))
        for area, (top, left, bottom, right) in zip(found[f"{MAIN}mergeCell"], areas, strict=True)
    )
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
    outward = (place for place, formula in reading.formulas.items() if reaches_out(formula) and place not in covered)
    first = min(outward, default=None)
    return Sheet(name, hidden, cells, frozenset(reading.hidden_rows), hidden_columns, merged, kept, first)


def _divided(data: bytes) -> tuple[bytes, str]:
    """The sheet without its rows, and its rows."""
    start, end = data.find(b"<sheetData>"), data.rfind(b"</sheetData>")
    if start < 0:
        return data, ""
    rows = data[start + len(b"<sheetData>") : end]
    is_odd = b"]]>" in rows or b"\xef\xbf\xbe" in rows or b"\xef\xbf\xbf" in rows  # U+FFFE and U+FFFF
    if end < start or is_odd or len(rows.translate(None, _NOT_XML)) < len(rows):
        not_understood("rows of an unusual kind")
    text = rows.decode()
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return data[:start] + b"<sheetData/>" + data[end + len(b"</sheetData>") :], text


def _merged_areas(
    elements: list[ElementTree.Element], groups: list[ElementTree.Element], columns: Columns
) -> list[tuple[int, int, int, int]]:
    """The first row and column and the last row and column of each merged area."""
    if len(groups) > 1 or len(elements) != sum(map(len, groups)):
        not_understood("merged cells")
    areas = []
    for element in elements:
        area = _AREA.fullmatch(element.attrib["ref"]) or not_understood(element.attrib)
        top, left, bottom, right = int(area[2]), columns[area[1]], int(area[4]), columns[area[3]]
        if not (top <= bottom <= FILE_LIMITS.rows and left <= right):
            not_understood(element.attrib)
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
    elements: list[ElementTree.Element], cells: dict[tuple[int, int], Cell], columns: Columns
) -> None:
    """At a cell that holds nothing openpyxl shows the address that a link goes to."""
    for element in elements:
        place = _ADDRESS.fullmatch(element.attrib["ref"]) or not_understood(element.attrib)
        cell = cells.get((int(place[2]), columns[place[1]]))
        if cell is None or cell.kind in {CellKind.BLANK, CellKind.FORMULA_WITHOUT_VALUE}:
            not_understood(element.attrib)


def _hidden_columns(elements: list[ElementTree.Element]) -> frozenset[int]:
    if len({int(element.attrib["min"]) for element in elements}) < len(elements):
        not_understood("columns told twice")
    hidden = []
    for element in elements:
        first, last = int(element.attrib["min"]), int(element.attrib["max"])
        if (
            element.attrib.keys() - _COLUMN_ATTRIBUTES
            or not 1 <= first <= FILE_LIMITS.columns
            or last > FILE_LIMITS.columns
        ):
            not_understood(element.attrib)
        if is_set(element.get("hidden")):
            hidden.append((first, last))
    return columns_in(hidden)
