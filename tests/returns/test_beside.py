"""Numbers of persons beside the cells of a workbook: found wherever a file may hide one, and nothing taken for them.

What stands in cells, notes and names of sheets is tested in `test_personal.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from assets.returns.workbook import open_workbook
from tests.returns.packages import SHEET, packed, parts_of, politie, with_parts
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


def with_validation(field: str) -> Callable[[Book], None]:
    """Have a cell checked; the number is in this field, among others in a list."""
    given: dict[str, Any] = {"formula1": "1", field: f'"1,{NUMBER},22"' if field == "formula1" else f"zie {NUMBER}"}
    return lambda book: first_sheet(book).add_data_validation(DataValidation("list", sqref="C12", **given))


def with_sheet_end(xml: str) -> bytes:
    """The police's return with something at the end of its first sheet."""
    return with_parts({SHEET: politie()[SHEET].replace(b"</worksheet>", f"{xml}</worksheet>".encode())})


def with_rows(row: str) -> bytes:
    """The police's return with one more row."""
    new = f'<row r="40">{row}</row></sheetData>'
    return with_parts({SHEET: politie()[SHEET].replace(b"</sheetData>", new.encode())})


def with_page_text(text: str) -> bytes:
    """The police's return with a text above or below each printed page."""
    return with_sheet_end(f"<headerFooter>{text}</headerFooter>")


def part(name: str, xml: str, encoding: str = "utf-8") -> bytes:
    """The police's return with one more part, or with another."""
    return with_parts({name: xml.encode(encoding)})


def records(xml: str) -> str:
    """What is kept for a pivot table."""
    return f"<pivotCacheRecords><r>{xml}</r></pivotCacheRecords>"


def ods_with(name: str, xml: str) -> bytes:
    """An .ods with one more part, or with something before its only row."""
    if name == "content.xml":
        names = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
        return ods(f"<table:shapes {names}>{xml}</table:shapes><table:table-row/>")
    return packed(parts_of(ods("<table:table-row/>")) | {name: f"<root>{xml}</root>".encode()})


PIVOT = "xl/pivotCache/pivotCacheRecords1.xml"
DEFINITION = "xl/pivotCache/pivotCacheDefinition1.xml"
PLACES: dict[str, tuple[Callable[[], bytes], str]] = {
    "text box": (lambda: drawing(run(f"bel {NUMBER}")), "tekstvak"),
    "text box, in groups": (lambda: drawing(run("bel 123.456.782")), "tekstvak"),
    "text box, in pieces": (lambda: drawing(run("bel 1234") + run("5678") + run("2")), "tekstvak"),
    "text box, after a year": (lambda: drawing(run(f"jaar 2024 {NUMBER}")), "tekstvak"),
    "text box in VML": (lambda: part("xl/drawings/vmlDrawing1.vml", f"<x><div>nr. {NUMBER}</div></x>"), "tekstvak"),
    "description of a picture": (lambda: drawing(description=f"foto's van {NUMBER}"), "tekstvak"),
    "title of a picture": (lambda: part("xl/Drawings/Drawing1.xml", f'<cNvPr title="{NUMBER}"/>'), "tekstvak"),
    "title of a chart": (lambda: part("xl/charts/chart1.xml", f"<c><a:p>{run(NUMBER)}</a:p></c>"), "grafiek"),
    "diagram": (lambda: part("xl/diagrams/data1.xml", f"<a:p>{run(NUMBER)}</a:p>"), "vorm"),
    "page header": (lambda: with_page_text(f"<oddHeader>&amp;L{NUMBER}</oddHeader>"), "kop"),
    "page header with a size": (lambda: with_page_text(f"<oddHeader>&amp;C&amp;10 {NUMBER}</oddHeader>"), "kop"),
    "page header, no-break spaces": (
        lambda: with_page_text("<oddHeader>&amp;L123&#160;456&#160;782</oddHeader>"),
        "kop",
    ),
    "page footer": (lambda: with_page_text(f'<evenFooter>&amp;R&amp;"Arial,Vet"nr. {NUMBER}</evenFooter>'), "voet"),
    "input message": (lambda: police(with_validation("prompt")), "bericht"),
    "title of an input message": (lambda: police(with_validation("promptTitle")), "bericht"),
    "error message": (lambda: police(with_validation("error")), "bericht"),
    "title of an error message": (lambda: police(with_validation("errorTitle")), "bericht"),
    "list of choices": (lambda: police(with_validation("formula1")), "keuzelijst"),
    "tip of a link": (
        lambda: with_sheet_end(f'<hyperlinks><hyperlink ref="C12" tooltip="{NUMBER}"/></hyperlinks>'),
        "bericht",
    ),
    "text of a link": (
        lambda: with_sheet_end(f'<hyperlinks><hyperlink ref="C12" display="{NUMBER}"/></hyperlinks>'),
        "bericht",
    ),
    "threaded comment": (lambda: part("xl/threadedComments/t1.xml", f"<c><text>{NUMBER}</text></c>"), "opmerking"),
    "title of the file": (lambda: police(lambda book: setattr(book.properties, "title", NUMBER)), "eigenschappen"),
    "author": (lambda: police(lambda book: setattr(book.properties, "creator", f"J. {NUMBER}")), "eigenschappen"),
    "author by another library": (
        lambda: part("package/services/metadata/core-properties/a.psmdcp", f"<p><dc:creator>{NUMBER}</dc:creator></p>"),
        "eigenschappen",
    ),
    "named value": (
        lambda: police(lambda book: book.defined_names.add(DefinedName("wie", attr_text=f'MAX(1,{NUMBER},"x")'))),
        "naam van een bereik",
    ),
    "remark at a name": (
        lambda: police(lambda book: book.defined_names.add(DefinedName("wie", comment=NUMBER, attr_text="1"))),
        "naam van een bereik",
    ),
    "pivot table, number": (lambda: part(PIVOT, records(f'<n v="{NUMBER}"/>')), "draaitabel"),
    "pivot table, text": (lambda: part(PIVOT, records(f'<s v="mw. &apos;t Hart {NUMBER}"/>')), "draaitabel"),
    "pivot table in UTF-16": (lambda: part(PIVOT, records(f'<n v="{NUMBER}"/>'), "utf-16"), "draaitabel"),
    "pivot table, values": (
        lambda: part(DEFINITION, f"<d><sharedItems><s v='{NUMBER}'/></sharedItems></d>"),
        "draaitabel",
    ),
    "pivot table, least": (lambda: part(DEFINITION, f'<d><sharedItems minValue="{NUMBER}"/></d>'), "draaitabel"),
    "pivot table, most": (lambda: part(DEFINITION, f'<d><sharedItems maxValue="{NUMBER}"/></d>'), "draaitabel"),
    "linked workbook": (
        lambda: part("xl/externalLinks/externalLink1.xml", f"<cell><v>{NUMBER}</v></cell>"),
        "gekoppelde werkmap",
    ),
    "before what is no XML": (lambda: part(PIVOT, records(f'<n v="{NUMBER}"/><n v=')), "draaitabel"),
    "text box of an .ods": (
        lambda: ods_with(
            "content.xml",
            "<draw:frame><draw:text-box><text:p>1234<text:span>56782</text:span></text:p></draw:text-box></draw:frame>",
        ),
        "tekstvak",
    ),
    "shape of an .ods": (
        lambda: ods_with("content.xml", f"<draw:custom-shape><text:p>{NUMBER}</text:p></draw:custom-shape>"),
        "vorm",
    ),
    "page header of an .ods": (
        lambda: ods_with("styles.xml", f"<header><text:p>zie<text:tab/>{NUMBER}</text:p></header>"),
        "kop",
    ),
    "title of an .ods": (lambda: ods_with("meta.xml", f"<dc:title>{NUMBER}</dc:title>"), "eigenschappen"),
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
    kept = records(f'<n v="{NUMBER}"/>').encode()
    content = packed(parts_of(with_cells(POLITIE, {"Q3": int(NUMBER)})) | {PIVOT: kept})
    assert problems(read(content)) == [(Problem.PERSONAL_DATA, "Q3")]


@pytest.mark.parametrize("stored", [NUMBER, f"{NUMBER}.45000001", f"{NUMBER}.99999999", f"{NUMBER}.4567"])
def test_a_figure_is_no_person_where_it_is_kept_for_a_chart_or_pivot_table(stored: str) -> None:
    parts = parts_of(with_cells(POLITIE, {"D10": float(stored)}))
    chart = f"<c:numCache><c:pt><c:v>{stored}</c:v></c:pt></c:numCache>"
    copies = {"xl/charts/chart1.xml": chart.encode(), PIVOT: records(f'<n v="{stored}"/>').encode()}
    reading = read(packed(parts | copies))
    assert Problem.PERSONAL_DATA not in {problem for problem, _ in problems(reading)}
    assert observation(reading, "Overzicht", "D10", "target_jobs").value is not None


CLEAN = {
    "id of a shape": drawing(number=NUMBER),
    "telephone number": drawing(run("tel. ") + run("+31 ") + run("612345671")),
    "amount in pieces": drawing(run("€ 123.456.782") + run(",50")),
    "fraction": part(PIVOT, records('<n v="0.123456782"/>')),
    "longer number far away": drawing(run("nummer 5123456782 " + "x" * 300 + " 111111111")),
    "two paragraphs": part("xl/charts/chart1.xml", f"<c><a:p>{run('1234')}</a:p><a:p>{run('56782')}</a:p></c>"),
    "label": part("docProps/custom.xml", f"<vt:lpwstr>{NUMBER}</vt:lpwstr>"),
    "count of a program": part("docProps/app.xml", f"<Properties><vt:i4>{NUMBER}</vt:i4></Properties>"),
    "custom data": part("customXml/item1.xml", f"<id>{NUMBER}</id>"),
    "identifier of a document": part("docProps/core.xml", f"<c><dc:identifier>{NUMBER}</dc:identifier></c>"),
    "bytes of a picture": part("xl/media/image1.png", NUMBER),
    "formula": with_rows(f'<c r="Q40"><f>123+{NUMBER}</f><v>1</v></c>'),
    "rich text": with_rows('<c r="Q40" t="inlineStr"><is><r><t>€ 123.456.782</t></r><r><t>,50</t></r></is></c>'),
}


@pytest.mark.parametrize("kind", CLEAN)
def test_what_a_machine_wrote_and_other_numbers_are_no_persons(kind: str) -> None:
    reading = read(CLEAN[kind])
    assert Problem.PERSONAL_DATA not in {problem for problem, _ in problems(reading)}
    assert reading.observations


@pytest.mark.parametrize(
    ("name", "xml"),
    [
        ("meta.xml", f'<meta:user-defined meta:name="_AdHocReviewCycleID">{NUMBER}</meta:user-defined>'),
        ("content.xml", f'<draw:path draw:enhanced-path="M 0 {"L 1 2 " * 90} L 123 456 782 N"/>'),
        ("content.xml", "<draw:text-box><text:p>1234<text:tab/>56782</text:p></draw:text-box>"),
        ("content.xml", "<draw:text-box><text:p>1234<text:line-break/>56782</text:p></draw:text-box>"),
    ],
    ids=["system property", "path", "tab", "two lines"],
)
def test_what_a_machine_wrote_in_an_ods_is_no_person(name: str, xml: str) -> None:
    assert Problem.PERSONAL_DATA not in {problem for problem, _ in problems(read(ods_with(name, xml)))}


@pytest.mark.parametrize(
    ("xml", "found"),
    [("<text:x " * 40_000, 0), ("<a:p>" * 40_000, 0), (records(f'<n v="{NUMBER}"/>' * 40_000), 40_000)],
    ids=["no tags", "no end", "many numbers"],
)
def test_a_part_of_any_length_is_read_once(xml: str, found: int) -> None:
    """Where a tag without an end is looked for its end again from each character, this takes minutes."""
    with_it, without = open_workbook(part(PIVOT, xml)), open_workbook(part(PIVOT, ""))
    assert len(with_it.beside) - len(without.beside) == found


@pytest.mark.parametrize("encoding", ["shift_jis", "utf-7", "geen"])
def test_a_part_in_an_encoding_that_cannot_be_searched_makes_the_file_unreadable(encoding: str) -> None:
    xml = f'<?xml version="1.0" encoding="{encoding}"?><coreProperties><title>zie {NUMBER}</title></coreProperties>'
    assert [problem for problem, _ in problems(read(part("docProps/core.xml", xml)))] == [Problem.UNREADABLE]


def test_the_code_of_an_employer_on_our_list_is_no_person_beside_the_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READER.reference.__dict__, "employer_codes", frozenset({NUMBER}))
    assert read(drawing(run(f"code {NUMBER}"))).observations
