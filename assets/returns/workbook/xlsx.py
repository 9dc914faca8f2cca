"""Read an Excel workbook (`.xlsx`, `.xlsm`) fast, or not at all.

Gives what `xlsx_openpyxl.py` gives, or None when there is anything about the cells that this reader does not know for
certain; openpyxl reads the file then. Which parts a workbook has belongs here, and its texts and notes; its sheets and
styles have modules of their own.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from datetime import datetime
from functools import lru_cache
from xml.etree import ElementTree

from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from assets.returns.workbook.cells import Sheet, Workbook
from assets.returns.workbook.package import Package
from assets.returns.workbook.xlsx_rows import Book
from assets.returns.workbook.xlsx_sheet import read_sheet
from assets.returns.workbook.xlsx_styles import read_styles
from assets.returns.workbook.xlsx_xml import (
    MAIN,
    RELATIONSHIPS,
    NotUnderstoodError,
    is_set,
    not_understood,
    parsed,
    plain_text,
)

_LARGEST_PART = 100_000_000  # bytes; openpyxl does not hold a whole part in memory
_TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
_PACKAGE = "{http://schemas.openxmlformats.org/package/2006/relationships}"
_WORKBOOK_TYPE = re.compile(
    r"application/vnd\.(?:openxmlformats-officedocument\.spreadsheetml\.(?:sheet|template)"
    r"|ms-excel\.(?:sheet|template)\.macroEnabled)\.main\+xml"
)
_TEXTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_TITLE = re.compile(r"[^\\*?:/\[\]]+")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_ODD = (ElementTree.ParseError, LookupError, ValueError)


def read_xlsx(package: Package) -> Workbook | None:
    """The workbook in an Excel file; None when openpyxl must read it.

    Raises WorkbookError when a sheet is too large to read.
    """
    try:
        return _read(package)
    except (NotUnderstoodError, *_DAMAGED, *_ODD):
        return None


def _part(package: Package, name: str) -> bytes:
    return package.read(name) if package.size(name) <= _LARGEST_PART else not_understood(name)


def _related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """What a part points at: type and name of the other part, by the id that it uses."""
    folder, file = posixpath.split(name)
    path = f"{folder}/_rels/{file}.rels"
    root = parsed(_part(package, path), f"{_PACKAGE}Relationships") if path in package.names else ()
    return {one.attrib["Id"]: (one.attrib["Type"], _target(folder, one.attrib["Target"])) for one in root}


@lru_cache(maxsize=1024)
def _target(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    return posixpath.normpath(posixpath.join(folder, target))


def _read(package: Package) -> Workbook:
    overrides = [
        (element.attrib["ContentType"], element.attrib["PartName"])
        for element in parsed(_part(package, "[Content_Types].xml"), f"{_TYPES}Types").iter(f"{_TYPES}Override")
    ]
    if [part for kind, part in overrides if _WORKBOOK_TYPE.fullmatch(kind)] != ["/xl/workbook.xml"]:
        not_understood("no workbook, or more than one")
    started = parsed(_part(package, "_rels/.rels"), f"{_PACKAGE}Relationships")
    if (f"{RELATIONSHIPS}/officeDocument", "xl/workbook.xml") not in {
        (element.attrib["Type"], _target("", element.attrib["Target"])) for element in started
    }:
        not_understood("a file that does not start at its workbook")
    root = parsed(_part(package, "xl/workbook.xml"), f"{MAIN}workbook")
    texts = [text for kind, part in overrides if kind == _TEXTS_TYPE for text in _texts(_part(package, part[1:]))]
    numbered = {str(number): text for number, text in enumerate(texts)}
    book = Book(read_styles(_part(package, "xl/styles.xml")), numbered, _epoch(root))
    elements = [element for group in root.findall(f"{MAIN}sheets") for element in group]
    names = [element.attrib["name"] for element in elements]
    if not names or len({name.lower() for name in names}) < len(names) or not all(map(_TITLE.fullmatch, names)):
        not_understood(names)
    related = _related(package, "xl/workbook.xml")
    if len({part for _, part in related.values()}) < len(related):
        not_understood("one part twice")
    return Workbook(tuple(_sheet(package, element, related, book) for element in elements))


def _epoch(root: ElementTree.Element) -> datetime:
    counts_from_1904 = [is_set(element.get("date1904")) for element in root.findall(f"{MAIN}workbookPr")]
    return CALENDAR_MAC_1904 if any(counts_from_1904) else CALENDAR_WINDOWS_1900


def _texts(data: bytes) -> list[str]:
    root = parsed(data, f"{MAIN}sst")
    if any(element.tag != f"{MAIN}si" for element in root):
        not_understood("shared texts")
    return [plain_text(element).replace("x005F_", "") for element in root]


def _sheet(package: Package, element: ElementTree.Element, related: dict[str, tuple[str, str]], book: Book) -> Sheet:
    kind, part = related[element.attrib[f"{{{RELATIONSHIPS}}}id"]]
    state = element.get("state", "visible")
    if kind != f"{RELATIONSHIPS}/worksheet" or state not in {"visible", "hidden", "veryHidden"}:
        not_understood(element.attrib)
    notes: dict[tuple[int, int], str] = {}
    for kind, target in _related(package, part).values():
        if kind == f"{RELATIONSHIPS}/comments":
            notes |= _notes(_part(package, target), book)
    return read_sheet(_part(package, part), element.attrib["name"], book, hidden=state != "visible", notes=notes)


def _notes(data: bytes, book: Book) -> dict[tuple[int, int], str]:
    notes = {}
    for element in parsed(data, f"{MAIN}comments").iterfind(f"{MAIN}commentList/*"):
        place = re.fullmatch(r"([A-Z]{1,3})([1-9][0-9]{0,6})", element.attrib["ref"]) or not_understood(element.attrib)
        (text,) = element
        if element.tag != f"{MAIN}comment" or text.tag != f"{MAIN}text":
            not_understood(element.tag)
        notes[int(place[2]), book.columns[place[1]]] = plain_text(text)
    return notes
