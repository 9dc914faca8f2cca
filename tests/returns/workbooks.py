"""Helpers of the returns tests: reading a sample, changing one thing in it, and small workbooks made by hand.

What is checked does not belong here.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from functools import cache

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from assets.returns.read import ReturnReader
from tests.conftest import sample_files
from warehouse.records import Observation, Problem, Reading

TODAY = date(2025, 11, 18)  # the date of the letter
READER = ReturnReader()

MBO = "MBO Raad - banenafspraak 2024 (v2).xlsx"
POLITIE = "Politie - Blauwe Baan stand 31-12-2024.xlsx"
UNL = "UNL banenafspraak universiteiten 2024.xlsx"
NFU = "NFU uitvraag banenafspraak umc 2024.xlsx"
IPO = "IPO jaaropgave banenafspraak 2024.xlsx"
DEFENSIE = "Opgave Banenafspraak Defensie 2024.xlsx"

MIME_OF_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"))
)


@cache
def sample(name: str) -> bytes:
    """The bytes of a sample return."""
    return next(path for path in sample_files() if path.name == name).read_bytes()


def read(content: bytes, today: date = TODAY) -> Reading:
    """What the reader makes of a workbook."""
    return READER.read(content, today)


@cache
def read_sample(name: str) -> Reading:
    """What the reader makes of a sample."""
    return read(sample(name))


def book_of(name: str) -> openpyxl.Workbook:
    """A sample without formulas, to be changed."""
    return openpyxl.load_workbook(io.BytesIO(sample(name)))


def saved(book: openpyxl.Workbook) -> bytes:
    """A workbook's bytes."""
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def first_sheet(book: openpyxl.Workbook) -> Worksheet:
    """The sheet with the table."""
    sheet = book.worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def edited(name: str, edit: Callable[[Worksheet], object]) -> bytes:
    """A sample whose first sheet was changed."""
    book = book_of(name)
    edit(first_sheet(book))
    return saved(book)


def with_cells(name: str, cells: dict[str, object]) -> bytes:
    """A sample with other values in some cells of its first sheet."""

    def fill(sheet: Worksheet) -> None:
        for address, value in cells.items():
            sheet[address].value = value

    return edited(name, fill)


def problems(reading: Reading) -> list[tuple[Problem, str | None]]:
    """Everything wrong with a reading: what, and at which cell.

    A number that stands as text is left out: it is only told, eight samples hold some, and tests write figures as
    text to see how they are read. `numbers_as_text` gives those.
    """
    told = {Problem.NONE, Problem.NUMBER_AS_TEXT}
    return [(place.problem, place.cell) for place in reading.places if place.problem not in told]


def numbers_as_text(reading: Reading) -> list[tuple[str | None, str | None]]:
    """The sheets and cells of which the reader tells that they hold a number as text."""
    return [(place.sheet, place.cell) for place in reading.places if place.problem is Problem.NUMBER_AS_TEXT]


def observation(reading: Reading, sheet: str, cell: str, measure: str) -> Observation:
    """The one observation of a measure at a cell."""
    (found,) = (o for o in reading.observations if (o.sheet, o.cell, o.measure) == (sheet, cell, measure))
    return found


def ods(table: str, styles: str = "", attributes: str = "") -> bytes:
    """An .ods file with one sheet, of which the rows are given as XML."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_ODS_NAMES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Blad" {attributes}>{table}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped({"mimetype": MIME_OF_ODS, "content.xml": content, "META-INF/manifest.xml": "<manifest/>"})


def zipped(files: dict[str, str]) -> bytes:
    """A zip file with these files in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text)  # of 1980: the same bytes every time
    return stream.getvalue()


def with_member(content: bytes, member: str, change: Callable[[str], str]) -> bytes:
    """A zipped workbook of which one file inside was changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    assert change(files[member]) != files[member], "the change must change something"
    return zipped({**files, member: change(files[member])})
