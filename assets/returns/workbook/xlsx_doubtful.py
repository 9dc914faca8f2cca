"""Refuse an Excel workbook that openpyxl would read in silence, and that no spreadsheet program writes.

openpyxl takes the last of two cells at one place, leaves out a sheet whose part is missing, and counts back from the
last text or style at a negative number. What a file then says depends on who reads it. The fast reader needs none of
this: it gives up what it does not know.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import IO, Any, NoReturn

from defusedxml import ElementTree
from openpyxl.packaging.relationship import get_dependents
from openpyxl.reader.excel import ExcelReader
from openpyxl.utils import column_index_from_string

from assets.returns.workbook.cells import WorkbookError
from assets.returns.workbook.xlsx_xml import MAIN, NUMBER
from warehouse.records import Problem

_ROOTS = {"worksheet", "chartsheet", "dialogsheet", "macrosheet"}
_KINDS_OF_SHEET = {"worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet"}
_ORDER_IN_A_CELL = {f"{MAIN}{name}": number for number, name in enumerate(("f", "v", "is", "extLst"))}
_ADDRESS = re.compile(r"([A-Za-z]{1,3})([0-9]{1,8})")
_COUNT = re.compile(r"\s*[0-9]+\s*", re.ASCII)
_VALUES = {
    "n": NUMBER,
    "s": _COUNT,
    "b": re.compile(r"\s*[01]\s*"),
    **dict.fromkeys(("str", "e", "d", "inlineStr"), re.compile(r".*", re.DOTALL)),
}


def refuse_doubtful(content: bytes) -> None:
    """Raise WorkbookError when a workbook says two things, or what openpyxl makes of it does not stand in it.

    Raises whatever openpyxl does at a damaged file.
    """
    reader = ExcelReader(io.BytesIO(content))
    reader.read_manifest()
    reader.read_workbook()
    starts = {
        one.target for one in get_dependents(reader.archive, "_rels/.rels") if one.Type.endswith("/officeDocument")
    }
    if starts != {reader.parser.workbook_part_name}:
        _refuse("er staat niet in waar zij begint")
    if not all(sheet.id for sheet in reader.parser.sheets):
        _refuse("van een blad is niet te zeggen waar het staat")
    related = list(reader.parser.find_sheets())
    if not all(relation.Type.rpartition("/")[2] in _KINDS_OF_SHEET for _, relation in related):
        _refuse("van een blad is niet te zeggen wat het is")
    sheets = [(sheet.name, relation.target) for sheet, relation in related]
    for told in ([name.casefold() for name, _ in sheets], [part for _, part in sheets]):
        if len(set(told)) < len(told):
            _refuse("twee bladen zijn hetzelfde")
    for name, part in sheets:
        if part not in reader.valid_files:
            _refuse(f"blad «{name}» ontbreekt")
        with reader.archive.open(part) as data:
            _check_sheet(name, data)


def _check_sheet(name: str, data: IO[bytes]) -> None:
    places: set[tuple[int, int]] = set()
    number, found = 0, 0
    for row in _rows(name, data):
        number = int(row.get("r", number + 1))
        for place in _places(name, number, row):
            places.add(place)
            found += 1
            if len(places) < found:
                _refuse(f"een cel in rij {place[0]} van blad «{name}» staat er twee keer")
        row.clear()


def _rows(name: str, data: IO[bytes]) -> Iterator[Any]:
    """The rows of a sheet, each as soon as it was read whole."""
    depth_of_data = 0
    for number, (event, element) in enumerate(ElementTree.iterparse(data, events=("start", "end"))):
        if number == 0 and element.tag.rpartition("}")[2] not in _ROOTS:
            _refuse(f"blad «{name}» is geen blad")
        if element.tag == f"{MAIN}sheetData":
            depth_of_data += 1 if event == "start" else -1
        if element.tag == f"{MAIN}row" and event == "end":
            if not depth_of_data:
                _refuse(f"blad «{name}» heeft een rij buiten zijn gegevens")
            yield element


def _places(name: str, number: int, row: Any) -> Iterator[tuple[int, int]]:
    """Row and column of each cell of a row."""
    column = 0
    for cell in row:
        if cell.tag == f"{MAIN}extLst":
            continue
        address = cell.get("r")
        match = _ADDRESS.fullmatch(address) if address else None
        is_here = address is None or (match is not None and int(match[2]) == number)
        if cell.tag != f"{MAIN}c" or not is_here or not _is_plain(cell):
            _refuse(f"cel {address or ''} in rij {number} van blad «{name}» is geen gewone cel")
        column = column_index_from_string(match[1]) if match else column + 1
        yield number, column


def _is_plain(cell: Any) -> bool:
    """Whether a cell says at most one thing, of a kind that there is."""
    values, pattern = cell.findall(f"{MAIN}v"), _VALUES.get(cell.get("t", "n"))
    said = len(values) + len(cell.findall(f"{MAIN}is"))
    if pattern is None or said > 1 or len(cell.findall(f"{MAIN}f")) > 1 or not _COUNT.fullmatch(cell.get("s", "0")):
        return False
    order = [_ORDER_IN_A_CELL.get(child.tag, -1) for child in cell]
    if -1 in order or order != sorted(order):
        return False
    return all(not value.text or pattern.fullmatch(value.text) for value in values)


def _refuse(what: str) -> NoReturn:
    raise WorkbookError(
        Problem.UNREADABLE,
        f"De werkmap is beschadigd: {what}. Open haar in Excel, sla haar opnieuw op als .xlsx en stuur haar nog eens.",
    )
