"""The fast reader of Excel workbooks gives what openpyxl gives, or nothing. Which value is right is not here."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import Border, GradientFill, PatternFill, Side

from assets.returns.workbook import Workbook, WorkbookError, open_workbook
from assets.returns.workbook.package import Package
from assets.returns.workbook.xlsx import read_xlsx
from assets.returns.workbook.xlsx_openpyxl import read_with_openpyxl
from tests.conftest import sample_files
from tests.returns.workbooks import saved, with_member

pytestmark = [pytest.mark.filterwarnings(f"ignore:{said}") for said in ("Cell .* is marked as", "Cell .* is part of")]
SOFFICE = shutil.which("soffice")
SHEET = "xl/worksheets/sheet1.xml"
SAMPLES = [path for path in sample_files() if path.suffix in {".xlsx", ".xlsm"}]
FORMATS = [
    *("General", "0", "0.0", "#,##0.00", "0%", "0.0%", "0.00E+00", "# ?/?", "@", "+0.0;-0.0;0", '0.0" % van doel"'),
    *(
        "yyyy-mm-dd",
        "d-m-yyyy h:mm",
        "h:mm",
        "[h]:mm",
        "[mm]:ss",
        "[$-413]d mmmm yyyy",
        "mmm-yy",
        '"dag" 0',
        "[Red]0.00",
    ),
    *('_-"€" * #,##0.00_-', "mm:ss.0", "[>100]0.0;0", "\\d0"),
]
NUMBERS = [
    *(0, -0.0, 1, 12.5, -3, 0.1 + 0.2, 1 / 3, 1e-7, 5e-324, 1e15, 1e16, 123456789012345678, 1e27, 1.7e308, -45657.25),
    *(0.5, 0.99999999, 1.0, 59, 59.5, 60, 61, 36526, 45657, 45657.999999, 2958465.5, 2958466, 1.5, 100),
]
TEXTS = [
    *(
        "",
        " ",
        "  a ",
        "\ta\n",
        "a\nb",
        "é € 😀",
        "&<>\"'",
        "_x000D_",
        "a_x000D_b",
        "_x005F_x000D_",
        "x005F_",
        "]]>",
        "=1+1",
    ),
    *("012345678", "1.207", "n.b.", "\u00a0", "\u00a0x\u00a0", "TRUE", "#N/A", "\ufffd", "None", "&amp;"),
]


def fast(content: bytes) -> Workbook:
    """What the fast reader gives; a file that it does not understand fails the test."""
    read = read_xlsx(Package(content))
    assert read is not None
    return read


def assert_same(ours: Workbook, theirs: Workbook) -> None:
    assert [sheet.name for sheet in ours.sheets] == [sheet.name for sheet in theirs.sheets]
    for mine, other in zip(ours.sheets, theirs.sheets, strict=True):
        assert {place: tuple(map(repr, cell)) for place, cell in mine.cells.items()} == {
            place: tuple(map(repr, cell)) for place, cell in other.cells.items()
        }
        assert mine == other


def book(fill: Callable[[Any, Any], object], **options: Any) -> bytes:
    """A workbook that xlsxwriter makes; `fill` gets the book and its first sheet."""
    stream = io.BytesIO()
    made = xlsxwriter.Workbook(stream, options)
    made.set_properties({"created": datetime(2025, 1, 31)})
    fill(made, made.add_worksheet("Blad"))
    made.close()
    return stream.getvalue()


def every_number_in_every_format(made: Any, sheet: Any) -> None:
    for column, number_format in enumerate(FORMATS):
        style = made.add_format({"num_format": number_format})
        for row, number in enumerate(NUMBERS):
            sheet.write_number(row, column, number, style)


def every_text(made: Any, sheet: Any) -> None:
    filled = made.add_format({"bg_color": "#FFC000"})
    for row, text in enumerate(TEXTS):
        sheet.write_string(row, 0, text)
        sheet.write_string(row, 1, text, filled)
        sheet.write_formula(row, 2, f'="{text}"', None, text)
        sheet.write_formula(row, 3, "=A1", filled, text)
    sheet.write_rich_string(0, 5, "een ", made.add_format({"bold": True}), "twee", " drie ")


def values_of_all_kinds(made: Any, sheet: Any) -> None:
    for row, value in enumerate([True, False, "#N/A", "#DIV/0!", 7, "tekst", 0.25]):
        sheet.write_formula(row, 0, "=B1", None, value)
        sheet.write(row, 1, value)
    sheet.write_boolean(0, 2, True, made.add_format({"num_format": "0.0"}))
    sheet.write_array_formula("D1:D3", "{=A1:A3*2}", None, 5)
    moments = [
        date(2024, 2, 29),
        datetime(2024, 12, 31, 23, 59, 59),
        time(12, 30),
        timedelta(hours=36),
        date(1900, 1, 1),
    ]
    for row, moment in enumerate(moments):
        sheet.write_datetime(row, 4, moment, made.add_format({"num_format": "d-m-yyyy h:mm"}))
        sheet.write_datetime(row, 5, moment, made.add_format({"num_format": "[h]:mm:ss"}))


def a_form_with_everything(made: Any, sheet: Any) -> None:
    filled = made.add_format({"bg_color": "#DDEBF7", "border": 1, "num_format": "0.0%"})
    sheet.merge_range("B2:D3", "Realisatie", filled)
    sheet.merge_range("F2:F9", "", filled)
    sheet.write("D3", "bedekt")
    sheet.write_blank("A9", None, filled)
    sheet.write_blank("A10", None, made.add_format({"bold": True}))
    sheet.write_comment("A1", "Let op: 25,5 uur\nper week")
    sheet.write_comment("C3", "bij een bedekte cel")
    sheet.write_comment("H20", "bij een lege cel")
    sheet.write_url("A2", "https://example.nl/a?b=1&c=2", None, "toelichting")
    sheet.set_row(4, None, None, {"hidden": True})
    sheet.set_row(30, 20, filled)
    sheet.set_column("C:D", None, None, {"hidden": True})
    sheet.set_column("XFC:XFD", None, None, {"hidden": True})
    sheet.data_validation("A4:A8", {"validate": "list", "source": ["ja", "nee"]})
    sheet.conditional_format("A1:D9", {"type": "cell", "criteria": ">", "value": 5, "format": filled})
    sheet.autofilter("A1:D9")
    sheet.freeze_panes(1, 1)
    sheet.protect()
    sheet.set_header("&CKop")
    made.define_name("Banen", "=Blad!$A$1:$B$9")
    made.add_worksheet("Leeg & <nieuw>")
    made.add_worksheet("Verborgen").hide()
    made.add_worksheet("Diep verborgen").very_hidden()
    table = made.add_worksheet("Tabel")
    table.add_table(
        "A1:B3", {"columns": [{"header": "Naam"}, {"header": "Banen"}], "data": [["Noord", 1.5], ["Zuid", 2]]}
    )
    chart = made.add_chart({"type": "column"})
    chart.add_series({"values": "=Tabel!$B$2:$B$3"})
    table.insert_chart("D2", chart)


MADE: dict[str, Callable[[], bytes]] = {
    "numbers": lambda: book(every_number_in_every_format),
    "numbers_from_1904": lambda: book(every_number_in_every_format, date_1904=True),
    "texts": lambda: book(every_text),
    "texts_in_the_cells": lambda: book(every_text, constant_memory=True),
    "values": lambda: book(values_of_all_kinds),
    "values_from_1904": lambda: book(values_of_all_kinds, date_1904=True),
    "form": lambda: book(a_form_with_everything),
}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_reads_as_openpyxl_reads_it(path: Path) -> None:
    assert_same(fast(path.read_bytes()), read_with_openpyxl(path.read_bytes()))


@pytest.mark.parametrize("name", MADE)
def test_a_workbook_of_xlsxwriter_reads_as_openpyxl_reads_it(name: str) -> None:
    assert_same(fast(MADE[name]()), read_with_openpyxl(MADE[name]()))


@pytest.mark.parametrize("name", MADE)
def test_a_workbook_that_openpyxl_wrote_reads_as_openpyxl_reads_it(name: str) -> None:
    content = saved(openpyxl.load_workbook(io.BytesIO(MADE[name]())))
    assert_same(fast(content), read_with_openpyxl(content))


def test_looks_that_openpyxl_writes_read_as_openpyxl_reads_them() -> None:
    made = openpyxl.Workbook()
    sheet = made.worksheets[0]
    fills = [
        PatternFill("solid", fgColor="FFC000"),
        PatternFill("solid", fgColor=openpyxl.styles.Color(theme=4, tint=0.4)),
        PatternFill("solid", fgColor=openpyxl.styles.Color(indexed=5)),
        PatternFill("gray125"),
        GradientFill(stop=("FF0000", "00FF00")),
    ]
    for row, fill in enumerate(fills, 1):
        sheet.cell(row, 1, row).fill = fill
        sheet.cell(row, 2).fill = fill
    sheet["D4"].border = Border(left=Side("thin"))
    sheet["D4"] = "=1+1"
    sheet.merge_cells("D4:E5")
    sheet["D4"].comment = Comment("eerst\ndan", "wij")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions.group("C", "E", hidden=True)
    content = saved(made)
    assert_same(fast(content), read_with_openpyxl(content))


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="soffice is not on the PATH: apt-get install libreoffice-calc")
def test_workbooks_that_libreoffice_saved_read_as_openpyxl_reads_them(tmp_path: Path) -> None:
    for name, make in MADE.items():
        (tmp_path / f"{name}.xlsx").write_bytes(make())
    command = [
        str(SOFFICE),
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "xlsx",
    ]
    sources = [str(tmp_path / f"{name}.xlsx") for name in MADE]
    subprocess.run(
        [*command, "--outdir", str(tmp_path / "saved"), *sources], check=True, capture_output=True, timeout=180
    )
    for name in MADE:
        content = (tmp_path / "saved" / f"{name}.xlsx").read_bytes()
        assert_same(open_workbook(content), read_with_openpyxl(content))
        assert read_xlsx(Package(content)) is not None or name == "form"


# -- what the fast reader leaves to openpyxl ---------------------------------------------------------------------------


def plain(made: Any, sheet: Any) -> None:
    sheet.write_row("A1", ["Naam", "Banen"])
    sheet.write_row("A2", ["Noord", 12.5])
    sheet.merge_range("A4:B5", "Samen")


def prefixed(xml: str) -> str:
    xml = xml.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    return xml.replace('xmlns="', 'xmlns:x="')


ODD: dict[str, Callable[[str], str]] = {
    "prefixed_tags": prefixed,
    "a_comment": lambda xml: xml.replace("<sheetData>", "<!-- <sheetData> --><sheetData>"),
    "a_comment_in_a_row": lambda xml: xml.replace("</row>", "<!-- rij --></row>"),
    "white_space": lambda xml: xml.replace("<row", "\n  <row"),
    "single_quotes": lambda xml: xml.replace('r="A1"', "r='A1'"),
    "cells_without_address": lambda xml: xml.replace(' r="B2"', ""),
    "a_date_as_text": lambda xml: xml.replace('<c r="B2"><v>12.5', '<c r="B2" t="d"><v>2024-12-31'),
    "formatted_text_in_a_cell": lambda xml: xml.replace(
        '<c r="B2"><v>12.5</v>', '<c r="B2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is>'
    ),
    "character_data": lambda xml: xml.replace('<c r="B2"><v>12.5</v>', '<c r="B2" t="str"><v><![CDATA[a<b]]></v>'),
    "merged_areas_that_overlap": lambda xml: xml.replace("<mergeCell ", '<mergeCell ref="B5:C6"/><mergeCell '),
    "a_link_at_an_empty_cell": lambda xml: xml.replace(
        "<pageMargins", '<hyperlinks><hyperlink ref="D9" location="Blad!A1"/></hyperlinks><pageMargins'
    ),
    "columns_told_twice": lambda xml: xml.replace(
        "<sheetData>", '<cols><col min="2" max="3" hidden="1"/><col min="2" max="2"/></cols><sheetData>'
    ),
    "a_shared_formula_without_value": lambda xml: xml.replace(
        "<v>12.5</v>", '<f t="shared" ref="B2:B3" si="0">A1*2</f></c></row><row r="3"><c r="B3"><f t="shared" si="0"/>'
    ),
    "another_encoding": lambda xml: xml.replace("UTF-8", "ISO-8859-1"),
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_is_left_to_openpyxl(odd: str) -> None:
    content = with_member(book(plain), SHEET, ODD[odd])
    assert read_xlsx(Package(content)) is None
    assert_same(open_workbook(content), read_with_openpyxl(content))


HUGE = '<mergeCell ref="A1:XFD1048576"/>'


@pytest.mark.parametrize("change", [str, prefixed])
def test_a_huge_merged_area_is_refused_by_its_address(change: Callable[[str], str]) -> None:
    content = with_member(book(plain), SHEET, lambda xml: change(xml.replace('<mergeCell ref="A4:B5"/>', HUGE)))
    with pytest.raises(WorkbookError, match=r"A1:XFD1048576 .*stuur"):
        open_workbook(content)


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD400"])
def test_a_sheet_that_openpyxl_refuses_for_its_size_is_refused_with_the_same_words(place: str) -> None:
    content = book(lambda _, sheet: (sheet.write("A1", 1), sheet.write("XFD1", 1), sheet.write(place, "x")))
    messages = []
    for reader in (lambda content: read_xlsx(Package(content)), read_with_openpyxl):
        with pytest.raises(WorkbookError) as refused:
            reader(content)
        messages.append(str(refused.value))
    assert messages[0] == messages[1]


def test_a_far_cell_in_a_narrow_sheet_is_read() -> None:
    content = book(lambda _, sheet: (sheet.write("A1", 1), sheet.write("B1048576", "x")))
    (sheet,) = open_workbook(content).sheets
    assert [cell.address for cell in sheet.filled_cells] == ["A1", "B1048576"]


# -- whatever stands in a sheet ----------------------------------------------------------------------------------------

CELL = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-100, 3_000_000).map(lambda number: round(number, 3)),
    st.sampled_from(NUMBERS),
    st.sampled_from(TEXTS),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8),
    st.booleans(),
)


@settings(deadline=None, derandomize=True, max_examples=50)
@given(
    cells=st.dictionaries(
        st.tuples(st.integers(0, 12), st.integers(0, 6)),
        st.tuples(CELL, st.sampled_from(FORMATS), st.sampled_from(["value", "formula", "filled"])),
        max_size=25,
    ),
    merged=st.booleans(),
    options=st.fixed_dictionaries({"date_1904": st.booleans(), "constant_memory": st.booleans()}),
)
def test_any_sheet_reads_as_openpyxl_reads_it(
    cells: dict[tuple[int, int], tuple[Any, str, str]], *, merged: bool, options: dict[str, bool]
) -> None:
    def write(made: Any, sheet: Any) -> None:
        for (row, column), (value, number_format, how) in sorted(cells.items()):
            look = {"num_format": number_format} | ({"bg_color": "#00B050"} if how == "filled" else {})
            style = made.add_format(look)
            if how == "formula":
                sheet.write_formula(row, column, "=A1&B1", style, value)
            elif isinstance(value, str):
                sheet.write_string(row, column, value, style)
            elif isinstance(value, bool):
                sheet.write_boolean(row, column, value, style)
            else:
                sheet.write_number(row, column, value, style)
        if merged and not options["constant_memory"]:
            sheet.merge_range("C3:E6", "samen", made.add_format({"border": 1, "num_format": "0%"}))
            sheet.set_row(3, None, None, {"hidden": True})

    content = book(write, **options)
    assert_same(fast(content), read_with_openpyxl(content))


STORED = [
    *(
        "",
        "0",
        "-0",
        "007",
        "1.50",
        "-0.0",
        "1e5",
        "1E-7",
        " 5 ",
        "1_0",
        "inf",
        "1e999",
        "nan",
        "x",
        "true",
        "2",
        "-1",
        "#N/A",
    ),
    *(
        "0.1234567890123456789",
        "60",
        "2958466",
        "&amp;",
        "&#10;",
        "&#0;",
        "&b;",
        "&amp",
        "\u0663",
        "99",
        "a\r\nb",
        "\x01",
        "]]>",
    ),
]
WRITTEN_CELL = st.tuples(
    st.sampled_from(["", ' t="n"', ' t="s"', ' t="str"', ' t="b"', ' t="e"', ' t="inlineStr"', ' t="d"', ' t="x"']),
    st.sampled_from(["", ' s="0"', ' s="1"', ' s="2"', ' s="3"', ' s="4"', ' s="99"', ' s="1" s="1"', ' vm="1"']),
    st.sampled_from(
        [
            "",
            "",
            "<f>A1</f>",
            "<f/>",
            "<f>&lt;</f>",
            '<f aca="false">A1</f>',
            '<f t="array" ref="A1">2</f>',
            "<f a>1</f>",
        ]
    ),
    st.one_of(st.just(""), st.just("<v/>"), st.sampled_from(STORED).map("<v>{}</v>".format)),
    st.sampled_from(
        ["", "", "", "<is><t>a &amp; b</t></is>", "<is><t/></is>", '<is><t xml:space="preserve"> a </t></is>']
    ),
)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(cells=st.lists(WRITTEN_CELL, min_size=1, max_size=3))
def test_any_cell_as_it_can_be_written_reads_as_openpyxl_reads_it_or_is_left_to_it(
    cells: list[tuple[str, ...]],
) -> None:
    written = "".join(
        f'<c r="{letter}1"{kind}{style}>{formula}{value}{inline}</c>'
        for letter, (kind, style, formula, value, inline) in zip("ABC", cells, strict=False)
    )
    content = with_member(
        SKELETON, SHEET, lambda xml: xml.replace("<sheetData/>", f'<sheetData><row r="1">{written}</row></sheetData>')
    )
    ours = read_xlsx(Package(content))
    if ours is not None:
        assert_same(ours, read_with_openpyxl(content))


def skeleton(made: Any, sheet: Any) -> None:
    """Styles and shared texts for cells that are written as XML."""
    other = made.add_worksheet("Ander")
    for row, number_format in enumerate(["0.0%", "yyyy-mm-dd", "[h]:mm", "0"]):
        other.write(
            row, 0, "tekst" if row else " ", made.add_format({"num_format": number_format, "bg_color": "#FFFF00"})
        )


SKELETON = book(skeleton)
