"""What a workbook's cells hold, alike in every format, and files that are refused. What a cell means is not here."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
import xlwt  # type: ignore[import-untyped]  # has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.returns.workbook import Cell, CellKind, Sheet, WorkbookError, open_workbook
from tests.returns.workbooks import ods, read, saved, with_member, zipped
from warehouse.records import Problem

Write = Callable[[Any, Any], object]


def xlsx(write: Write) -> bytes:
    """An .xlsx file with one sheet; `write` gets the book and the sheet."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    book.set_properties({"created": datetime(2025, 1, 31)})  # so that the same table gives the same bytes
    write(book, book.add_worksheet("Blad"))
    book.close()
    return stream.getvalue()


def xls(write: Write) -> bytes:
    """An .xls file with one sheet; `write` gets the book and the sheet."""
    book = xlwt.Workbook()
    write(book, book.add_sheet("Blad"))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def only_sheet(content: bytes) -> Sheet:
    (sheet,) = open_workbook(content).sheets
    return sheet


def cell_at(content: bytes, address: str) -> Cell:
    return next(cell for cell in only_sheet(content).cells.values() if cell.address == address)


# -- one small table, in four formats ----------------------------------------------------------------------------------


def table_xlsx() -> bytes:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row("A1", ["Naam", "Banen", "Aandeel"])
        sheet.write_row("A2", ["Noord", 12.5])
        sheet.write("C2", 0.85, book.add_format({"num_format": "0%"}))
        sheet.write("D2", date(2024, 12, 31), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write("A4", "Zuid")
        sheet.write("B4", 0, book.add_format({"num_format": "0.00"}))
        sheet.write("C4", "1.207")
        sheet.write("D4", True)

    return xlsx(write)


def table_xlsm() -> bytes:
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return with_member(table_xlsx(), "[Content_Types].xml", lambda text: text.replace(plain, macro))


def table_xls() -> bytes:
    def write(_: Any, sheet: Any) -> None:
        for column, text in enumerate(["Naam", "Banen", "Aandeel"]):
            sheet.write(0, column, text)
        sheet.write(1, 0, "Noord")
        sheet.write(1, 1, 12.5)
        sheet.write(1, 2, 0.85, xlwt.easyxf(num_format_str="0%"))
        sheet.write(1, 3, date(2024, 12, 31), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        sheet.write(3, 0, "Zuid")
        sheet.write(3, 1, 0, xlwt.easyxf(num_format_str="0.00"))
        sheet.write(3, 2, "1.207")
        sheet.write(3, 3, True)

    return xls(write)


def text_cell(text: str) -> str:
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


def number_cell(value: str, shown: str, kind: str = "float", more: str = "") -> str:
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}" {more}>'
        f"<text:p>{shown}</text:p></table:table-cell>"
    )


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def table_ods() -> bytes:
    return ods(
        row(*map(text_cell, ["Naam", "Banen", "Aandeel"]))
        + row(
            text_cell("Noord"),
            number_cell("12.5", "12,5"),
            number_cell("0.85", "85%", "percentage"),
            '<table:table-cell office:value-type="date" office:date-value="2024-12-31"><text:p>31-12-24</text:p>'
            "</table:table-cell>",
        )
        + row('<table:table-cell table:number-columns-repeated="4"/>')
        + row(
            text_cell("Zuid"),
            number_cell("0", "0,00"),
            text_cell("1.207"),
            '<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>WAAR</text:p>'
            "</table:table-cell>",
        )
        + row('<table:table-cell table:number-columns-repeated="16384"/>', more='table:number-rows-repeated="1048572"')
    )


@pytest.mark.parametrize("table", [table_xlsx, table_xlsm, table_xls, table_ods])
def test_the_same_table_reads_alike_in_every_format(table: Callable[[], bytes]) -> None:
    sheet = only_sheet(table())
    assert sheet.name == "Blad"
    assert {cell.address: (cell.kind, cell.value) for cell in sheet.filled_cells} == {
        "A1": (CellKind.TEXT, "Naam"),
        "B1": (CellKind.TEXT, "Banen"),
        "C1": (CellKind.TEXT, "Aandeel"),
        "A2": (CellKind.TEXT, "Noord"),
        "B2": (CellKind.NUMBER, Decimal("12.5")),
        "C2": (CellKind.NUMBER, Decimal("0.85")),
        "D2": (CellKind.DATE, "2024-12-31"),
        "A4": (CellKind.TEXT, "Zuid"),
        "B4": (CellKind.NUMBER, Decimal(0)),
        "C4": (CellKind.TEXT, "1.207"),
        "D4": (CellKind.BOOLEAN, True),
    }
    shown = {cell.address: (cell.decimals, cell.is_percentage) for cell in sheet.cells.values() if cell.decimals}
    assert shown == {"B2": (1, False), "B4": (2, False)}
    assert sheet.cell(2, 3).is_percentage
    assert sheet.cell(3, 2).is_blank


# -- numbers and their formats -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_number_is_its_double_at_fifteen_digits(make: Callable[[Write], bytes]) -> None:
    def write(_: Any, sheet: Any) -> None:
        for column, number in enumerate([0.1 + 0.2, 1.1 * 3, 2 / 3, 1e-7, 123456789012345.0, 5540.0]):
            sheet.write(0, column, number)

    numbers = [str(cell.value) for cell in only_sheet(make(write)).filled_cells]
    assert numbers == ["0.3", "3.3", "0.666666666666667", "1E-7", "123456789012345", "5540"]


@pytest.mark.parametrize(
    ("number_format", "number", "decimals", "is_percentage"),
    [
        ("General", 37.68, 2, False),
        ("0", 37.68, 0, False),
        ("0.00", 14.74, 2, False),
        ("#,##0", 5994, 0, False),
        ("#,##0.0", 19125, 1, False),
        ("+#,##0.0;-#,##0.0;0.0", -1.6, 1, False),
        ("[Red]0.00;0", 1, 2, False),
        ('0.0" % van doel"', 61.9, 1, False),
        ('"ca. "0.0', 61.9, 1, False),
        ("0%", 0.85, 0, True),
        ("0.0%", 0.609, 1, True),
    ],
)
@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_number_format_says_what_is_shown(
    make: Callable[[Write], bytes], number_format: str, number: float, decimals: int, is_percentage: bool
) -> None:
    def write(book: Any, sheet: Any) -> None:
        is_xls = isinstance(book, xlwt.Workbook)
        style = xlwt.easyxf(num_format_str=number_format) if is_xls else book.add_format({"num_format": number_format})
        sheet.write(0, 0, number, style)

    cell = cell_at(make(write), "A1")
    assert (cell.decimals, cell.is_percentage) == (decimals, is_percentage)


@pytest.mark.parametrize(
    ("cell", "value", "decimals"),
    [
        (number_cell("61.9", "61,9"), "61.9", 1),
        (number_cell("19125", "19.125,0"), "19125", 1),
        (number_cell("17.2", "17"), "17.2", 0),
        (number_cell("0.436", "43,6%", "percentage"), "0.436", 1),
        (number_cell("12", "€ 12,00", "currency"), "12", 2),
    ],
)
def test_an_ods_number_shows_what_its_text_shows(cell: str, value: str, decimals: int) -> None:
    read_cell = cell_at(ods(row(cell)), "A1")
    assert (read_cell.value, read_cell.decimals) == (Decimal(value), decimals)


# -- errors, formulas, hidden things, merges, fills --------------------------------------------------------------------


def error_xlsx() -> bytes:
    return xlsx(lambda _, sheet: sheet.write_formula("A1", "=1/0", None, "#DIV/0!"))


def error_xls() -> bytes:
    return xls(lambda _, sheet: sheet.row(0).set_cell_error(0, "#DIV/0!"))


def error_ods(shown: str = "#DIV/0!") -> bytes:
    return ods(
        row(
            '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
            'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
            f'calcext:value-type="error"><text:p>{shown}</text:p></table:table-cell>'
        )
    )


@pytest.mark.parametrize("content", [error_xlsx(), error_xls(), error_ods(), error_ods("Err:502")])
def test_an_error_cell_is_an_error(content: bytes) -> None:
    assert cell_at(content, "A1").kind is CellKind.ERROR


def formula_never_calculated_xlsx() -> bytes:
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "=1+1"
    return saved(book)


@pytest.mark.parametrize(
    "content", [formula_never_calculated_xlsx(), ods(row('<table:table-cell table:formula="of:=1+1"/>'))]
)
def test_a_formula_that_was_never_calculated_has_no_value(content: bytes) -> None:
    assert cell_at(content, "A1").kind is CellKind.FORMULA_WITHOUT_VALUE


def test_a_calculated_formula_is_its_value() -> None:
    content = xlsx(lambda _, sheet: sheet.write_formula("A1", "=10+3.9", None, 13.9))
    assert cell_at(content, "A1").value == Decimal("13.9")


def test_a_formula_that_gives_empty_text_is_blank() -> None:
    content = xlsx(lambda _, sheet: sheet.write_formula("A1", '=IF(B1="","",B1)', None, "leeg"))
    emptied = with_member(content, "xl/worksheets/sheet1.xml", lambda xml: xml.replace("<v>leeg</v>", "<v></v>"))
    assert only_sheet(emptied).filled_cells == ()


def hidden_xlsx() -> bytes:
    def write(book: Any, sheet: Any) -> None:
        sheet.write("A1", 1)
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column("C:D", None, None, {"hidden": True})
        book.add_worksheet("Verborgen").hide()

    return xlsx(write)


def hidden_xls() -> bytes:
    def write(book: Any, sheet: Any) -> None:
        sheet.write(0, 0, 1)
        sheet.row(1).hidden = True
        sheet.col(2).hidden = sheet.col(3).hidden = True
        book.add_sheet("Verborgen").visibility = 1

    return xls(write)


@pytest.mark.parametrize("content", [hidden_xlsx(), hidden_xls()])
def test_hidden_sheets_rows_and_columns_are_known(content: bytes) -> None:
    shown, hidden = open_workbook(content).sheets
    assert (shown.hidden, hidden.hidden) == (False, True)
    assert shown.hidden_rows == {2}
    assert shown.hidden_columns == {3, 4}


def test_hidden_things_in_an_ods_are_known() -> None:
    style = '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/>'
    table = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        + row(number_cell("1", "1"))
        + row(number_cell("2", "2"), more='table:visibility="collapse"')
        + row(number_cell("3", "3"), more='table:visibility="filter"')
    )
    sheet = only_sheet(ods(table, f"{style}</style:style>", 'table:style-name="ta2"'))
    assert sheet.hidden
    assert sheet.hidden_rows == {2, 3}
    assert sheet.hidden_columns == {3, 4}


def merged_xlsx() -> bytes:
    return xlsx(lambda _, sheet: sheet.merge_range("B1:C2", "Realisatie"))


def merged_xls() -> bytes:
    return xls(lambda _, sheet: sheet.write_merge(0, 1, 1, 2, "Realisatie"))


def merged_ods() -> bytes:
    cell = text_cell("Realisatie").replace(" ", ' table:number-columns-spanned="2" table:number-rows-spanned="2" ', 1)
    covered = "<table:covered-table-cell/>"
    return ods(row("<table:table-cell/>", cell, covered) + row("<table:table-cell/>", covered, covered))


@pytest.mark.parametrize("content", [merged_xlsx(), merged_xls(), merged_ods()])
def test_merged_cells_point_to_the_first(content: bytes) -> None:
    sheet = only_sheet(content)
    assert sheet.merged == {(1, 2): (1, 2), (1, 3): (1, 2), (2, 2): (1, 2), (2, 3): (1, 2)}
    assert [(cell.address, cell.value) for cell in sheet.filled_cells] == [("B1", "Realisatie")]


def filled_xlsx() -> bytes:
    return xlsx(lambda book, sheet: sheet.write_blank("A1", None, book.add_format({"bg_color": "#FF0000"})))


def filled_xls() -> bytes:
    return xls(lambda _, sheet: sheet.write(0, 0, "", xlwt.easyxf("pattern: pattern solid, fore_colour red")))


@pytest.mark.parametrize("content", [filled_xlsx(), filled_xls()])
def test_a_coloured_cell_keeps_its_fill_though_it_is_blank(content: bytes) -> None:
    cell = cell_at(content, "A1")
    assert (cell.is_blank, cell.fill) == (True, "FFFF0000")


def test_repeated_rows_and_columns_of_an_ods_stand_at_every_place() -> None:
    table = (
        row("<table:table-cell/>", more='table:number-rows-repeated="2"')
        + row(number_cell("7", "7", more='table:number-columns-repeated="2"'), more='table:number-rows-repeated="2"')
        + row("<table:table-cell/>", number_cell("8", "8"))
    )
    found = {cell.address: cell.value for cell in only_sheet(ods(table)).filled_cells}
    assert found == {"A3": 7, "B3": 7, "A4": 7, "B4": 7, "B5": 8}


# -- files that are refused --------------------------------------------------------------------------------------------


def compound_file_without_workbook() -> bytes:
    """What a password-protected .xlsx looks like from outside: an OLE file whose stream is no workbook."""
    return bytes.fromhex("D0CF11E0A1B11AE1") + table_xls()[8:].replace(
        "Workbook".encode("utf-16-le"), "Encrypte".encode("utf-16-le")
    )


def broken(content: bytes, at: int, more: bytes = b"\xff\xff\xff\xff") -> bytes:
    return content[:at] + more + content[at + len(more) :]


def central_directory(content: bytes) -> int:
    return content.index(b"PK\x01\x02")


def xls_with_a_style_that_is_not_there() -> bytes:
    text_record = bytes.fromhex("FD000A00")  # a text: row, column, style, text
    return broken(table_xls(), table_xls().index(text_record) + 8, b"\xff\x0f")


def zip_with_a_damaged_mimetype() -> bytes:
    content = ods(row(text_cell("a")))
    return broken(content, content.index(b"application/vnd.oasis"))


UNREADABLE: dict[str, Callable[[], bytes]] = {
    "an_xlsx_with_a_broken_directory": lambda: broken(table_xlsx(), central_directory(table_xlsx())),
    "an_ole_file_that_is_no_workbook": compound_file_without_workbook,
    "an_xls_with_a_style_that_is_not_there": xls_with_a_style_that_is_not_there,
    "an_ods_with_broken_xml": lambda: with_member(table_ods(), "content.xml", lambda xml: xml[:-20]),
    "an_ods_without_content": lambda: zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
    "an_ods_with_a_damaged_mimetype": zip_with_a_damaged_mimetype,
    "an_ods_number_without_value": lambda: ods(row('<table:table-cell office:value-type="float"/>')),
    "an_ods_number_that_is_none": lambda: ods(row(number_cell("twaalf", "twaalf"))),
    "an_ods_row_repeated_many_times": lambda: ods(row(text_cell("a"), more='table:number-rows-repeated="vaak"')),
    "an_ods_row_repeated_too_often": lambda: ods(row(text_cell("a"), more='table:number-rows-repeated="9000000"')),
}


TOLD_APART = {"an_ods_row_repeated_too_often": Problem.TOO_LARGE}


@pytest.mark.parametrize("wrong", UNREADABLE)
def test_an_unreadable_file_is_refused_in_dutch(wrong: str) -> None:
    with pytest.raises(WorkbookError) as refused:
        open_workbook(UNREADABLE[wrong]())
    assert re.search(r"werkmap|blad", str(refused.value), re.IGNORECASE)
    assert re.search(r"stuur|verwijder", str(refused.value), re.IGNORECASE), "it says what the sender can do"


@pytest.mark.parametrize("wrong", UNREADABLE)
def test_reading_an_unreadable_file_raises_nothing(wrong: str) -> None:
    reading = read(UNREADABLE[wrong]())
    assert reading.identity is None
    assert [place.problem for place in reading.places] == [TOLD_APART.get(wrong, Problem.UNREADABLE)]


def stray_cell_at_the_far_end() -> bytes:
    return xlsx(lambda _, sheet: (sheet.write("A1", 1), sheet.write("XFD1048576", "x")))


def test_a_stray_cell_at_the_far_end_is_refused_by_its_address() -> None:
    with pytest.raises(WorkbookError, match="XFD1048576"):
        open_workbook(stray_cell_at_the_far_end())


@pytest.mark.parametrize("number", [1e27, 1e30, 1e300])
@pytest.mark.parametrize("make", ["xlsx", "xls", "ods"])
def test_a_preposterous_number_does_not_make_the_workbook_unreadable(make: str, number: float) -> None:
    made = {
        "xlsx": lambda: xlsx(lambda _, sheet: sheet.write(0, 0, number)),
        "xls": lambda: xls(lambda _, sheet: sheet.write(0, 0, number)),
        "ods": lambda: ods(row(number_cell(repr(number), "1E+30"))),
    }[make]()
    assert cell_at(made, "A1").value == Decimal(repr(number))


@pytest.mark.parametrize("make", [xlsx, xls])
def test_a_date_beyond_the_calendar_is_an_error_cell(make: Callable[[Write], bytes]) -> None:
    def write(book: Any, sheet: Any) -> None:
        is_xls = isinstance(book, xlwt.Workbook)
        date_format = "yyyy-mm-dd"
        style = xlwt.easyxf(num_format_str=date_format) if is_xls else book.add_format({"num_format": date_format})
        sheet.write(0, 0, 3_000_000, style)

    assert cell_at(make(write), "A1").kind is CellKind.ERROR


def workbooks_to_damage() -> list[bytes]:
    plain = [table_xlsx(), table_xls(), table_ods()]
    with zipfile.ZipFile(io.BytesIO(table_xlsx())) as archive:  # not compressed, so that damage reaches the XML
        return [*plain, zipped({name: archive.read(name).decode() for name in archive.namelist()})]


@settings(deadline=None, derandomize=True, max_examples=150)
@given(
    content=st.sampled_from(workbooks_to_damage()),
    where=st.floats(0, 1, exclude_max=True),
    damage=st.binary(min_size=1, max_size=8),
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(content: bytes, where: float, damage: bytes) -> None:
    """Whatever else it raises would stop the run of everyone else."""
    with contextlib.suppress(WorkbookError):
        open_workbook(broken(content, int(where * len(content)), damage))
