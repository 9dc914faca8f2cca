"""Numbers of persons beside the cells of a workbook: found wherever a file may hide one, and nothing taken for them.

What stands in cells, notes and names of sheets is tested in `test_personal.py`.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
import xlwt  # type: ignore[import-untyped]  # has no stubs
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from tests.returns.packages import SHEET, TEXTS, packed, parts_of, politie, with_parts
from tests.returns.test_personal import NUMBER, holds
from tests.returns.workbooks import (
    POLITIE,
    READER,
    book_of,
    first_sheet,
    observation,
    ods,
    problems,
    read,
    saved,
    with_cells,
)
from warehouse.records import Problem

Book = openpyxl.Workbook
DRAWING = (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:sp><xdr:nvSpPr>'
    '<xdr:cNvPr id="{number}" name="Tekstvak 1" descr="{description}"/></xdr:nvSpPr><xdr:txBody>'
    "<a:p>{runs}</a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor></xdr:wsDr>"
)


def drawing(runs: str = "", description: str = "", number: str = "2") -> bytes:
    """The police's return with a text box."""
    text = DRAWING.format(runs=runs, description=description, number=number)
    return with_parts({"xl/drawings/drawing1.xml": text.encode()})


def run(text: str) -> str:
    """A piece of text in a text box, with a layout of its own."""
    return f'<a:r><a:rPr lang="nl-NL" b="1"/><a:t>{text}</a:t></a:r>'


def police(edit: Callable[[Book], object]) -> bytes:
    """The police's return with something changed."""
    book = book_of(POLITIE)
    edit(book)
    return saved(book)


def with_prompt(book: Book) -> None:
    first_sheet(book).add_data_validation(DataValidation("whole", prompt=f"zie {NUMBER}", sqref="C12"))


def with_rows(row: str, after: str = "") -> bytes:
    """The police's return with one more row at its end."""
    new = f'<row r="40">{row}</row></sheetData>{after}'
    return with_parts({SHEET: politie()[SHEET].replace(b"</sheetData>", new.encode())})


def with_page_text(text: str) -> bytes:
    """The police's return with a text above or below each printed page."""
    end = f"<headerFooter>{text}</headerFooter></worksheet>".encode()
    return with_parts({SHEET: politie()[SHEET].replace(b"</worksheet>", end)})


def with_covered_cell(cell: str) -> bytes:
    """A cell below a merged one, which no program shows."""
    return with_rows(f'<c r="P40"/>{cell}', '<mergeCells><mergeCell ref="P40:Q40"/></mergeCells>')


def with_unused_text() -> bytes:
    return with_parts({TEXTS: politie()[TEXTS].replace(b"</sst>", f"<si><t>{NUMBER}</t></si></sst>".encode())})


def xls_with_header() -> bytes:
    book, stream = xlwt.Workbook(), io.BytesIO()
    sheet = book.add_sheet("Blad")
    sheet.write(0, 0, "x")
    sheet.header_str = f"Opgave van {NUMBER}".encode()
    book.save(stream)
    return stream.getvalue()


def ods_with(*, shapes: str = "", part: str = "") -> bytes:
    """An .ods with something beside its cells; `part` is what its styles and properties hold."""
    drawn = f'<table:shapes xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">{shapes}</table:shapes>'
    more = {"styles.xml": part, "meta.xml": part} if part else {}
    return packed(parts_of(ods(f"{drawn}<table:table-row/>")) | {name: text.encode() for name, text in more.items()})


PLACES: dict[str, tuple[Callable[[], bytes], str]] = {
    "text box": (lambda: drawing(run(f"bel {NUMBER}")), "tekstvak"),
    "text box, in groups": (lambda: drawing(run("bel 123.456.782")), "tekstvak"),
    "text box, in pieces": (lambda: drawing(run("bel 1234") + run("5678") + run("2")), "tekstvak"),
    "description of a picture": (lambda: drawing(description=f"foto van {NUMBER}"), "tekstvak"),
    "page header": (lambda: with_page_text(f"<oddHeader>&amp;L{NUMBER}</oddHeader>"), "kop"),
    "page footer": (lambda: with_page_text(f'<evenFooter>&amp;R&amp;"Arial,Vet"nr. {NUMBER}</evenFooter>'), "voet"),
    "input message": (lambda: police(with_prompt), "bericht"),
    "title of the file": (lambda: police(lambda book: setattr(book.properties, "title", NUMBER)), "eigenschappen"),
    "author": (lambda: police(lambda book: setattr(book.properties, "creator", f"J. {NUMBER}")), "eigenschappen"),
    "named value": (
        lambda: police(lambda book: book.defined_names.add(DefinedName("wie", attr_text=f'"{NUMBER}"'))),
        "naam van een bereik",
    ),
    "covered text": (
        lambda: with_covered_cell(f'<c r="Q40" t="inlineStr"><is><t>BSN {NUMBER}</t></is></c>'),
        "bedekte cel",
    ),
    "covered number": (lambda: with_covered_cell(f'<c r="Q40"><v>{NUMBER}</v></c>'), "bedekte cel"),
    "formula": (lambda: with_rows(f'<c r="Q40"><f>IF({NUMBER}&gt;1,2,3)</f><v>2</v></c>'), "formule"),
    "text of no cell": (with_unused_text, "geen cel"),
    "pivot table, number": (
        lambda: with_parts({"xl/pivotCache/pivotCacheRecords1.xml": f'<r><n v="{NUMBER}"/></r>'.encode()}),
        "draaitabel",
    ),
    "pivot table, text": (
        lambda: with_parts({"xl/pivotCache/pivotCacheDefinition1.xml": f"<s v='{NUMBER}'/>".encode()}),
        "draaitabel",
    ),
    "pivot table in UTF-16": (
        lambda: with_parts({"xl/pivotCache/pivotCacheRecords1.xml": f'<r><n v="{NUMBER}"/></r>'.encode("utf-16")}),
        "draaitabel",
    ),
    "linked workbook": (
        lambda: with_parts({"xl/externalLinks/externalLink1.xml": f"<cell><v>{NUMBER}</v></cell>".encode()}),
        "gekoppelde werkmap",
    ),
    "page header of an .xls": (xls_with_header, "kop"),
    "text box of an .ods": (
        lambda: ods_with(shapes="<draw:frame><text:p>1234<text:span>56782</text:span></text:p></draw:frame>"),
        "tekstvak",
    ),
    "page header of an .ods": (lambda: ods_with(part=f"<header><text:p>{NUMBER}</text:p></header>"), "kop"),
    "title of an .ods": (lambda: ods_with(part=f"<dc:title>{NUMBER}</dc:title>"), "eigenschappen"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_citizen_service_number_beside_the_cells_is_found_and_not_told(place: str) -> None:
    make, told = PLACES[place]
    reading = read(make())
    assert {problem for problem, _ in problems(reading)} == {Problem.PERSONAL_DATA}
    assert any(told in str(found.found) for found in reading.places if found.problem is Problem.PERSONAL_DATA)
    assert reading.observations == []
    assert not holds(reading, NUMBER)


def test_a_number_that_stands_in_a_cell_too_is_told_at_the_cell_alone() -> None:
    cache = f'<r><n v="{NUMBER}"/></r>'.encode()
    content = packed(parts_of(with_cells(POLITIE, {"Q3": int(NUMBER)})) | {"xl/pivotCache/records.xml": cache})
    assert problems(read(content)) == [(Problem.PERSONAL_DATA, "Q3")]


@pytest.mark.parametrize("stored", ["123456782", "123456782.45000001", "123456781.99999999", "123456782.4567"])
def test_a_figure_is_no_person_beside_its_cell_either(stored: str) -> None:
    """A chart and a pivot table keep copies of figures; a program stores a figure with other decimals than it shows."""
    figure = f"<c><v>{stored}</v></c>".encode()
    parts = parts_of(with_cells(POLITIE, {"D10": float(stored)}))
    copies = {"xl/charts/chart1.xml": figure, "xl/pivotCache/records.xml": f'<n v="{stored}"/>'.encode()}
    reading = read(packed(parts | copies))
    assert Problem.PERSONAL_DATA not in {problem for problem, _ in problems(reading)}
    target = observation(reading, "Overzicht", "D10", "target_jobs").value
    assert target is not None
    assert round(target) == int(NUMBER)


@pytest.mark.parametrize(
    "content",
    [
        drawing(number=NUMBER),
        drawing(run("tel. +31 6 12345671")),
        drawing(run("€ 123.456.782,50 ") + run("1123456782")),
        drawing(run("0,123456782")),
        drawing(description="{9A2C1D3E-0F4B-4C5D-8E6F-A123456782BC}"),
        with_parts({"docProps/core.xml": b"<dc:title>VWSDOC00-123456782-17</dc:title>"}),
        with_parts({"docProps/custom.xml": f"<vt:lpwstr>{NUMBER}</vt:lpwstr>".encode()}),
        with_parts({"customXml/item1.xml": f"<id>{NUMBER}</id>".encode()}),
        with_parts({"xl/media/image1.png": NUMBER.encode()}),
    ],
    ids=["id", "telephone", "amount", "fraction", "guid", "document id", "label", "custom", "picture"],
)
def test_what_a_machine_wrote_and_other_numbers_are_no_persons(content: bytes) -> None:
    reading = read(content)
    assert Problem.PERSONAL_DATA not in {problem for problem, _ in problems(reading)}
    assert reading.observations


def test_the_code_of_an_employer_on_our_list_is_no_person_beside_the_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READER.reference.__dict__, "employer_codes", frozenset({NUMBER}))
    assert read(drawing(run(f"code {NUMBER}"))).observations
