"""Workbooks in which a sender did something wrong, with a spreadsheet program or by hand.

Each function makes the file of the fault in `faults.yaml` that has its name. Cells that only hold another value need no
function: the table gives the value.
"""

from __future__ import annotations

from collections.abc import Callable

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tests.returns.packages import POLITIE, SHEET, replaced, with_parts
from tests.returns.workbooks import UNL, book_of, edited, first_sheet, saved

_CITIZEN_SERVICE_NUMBER = "111222333"  # passes the eleven-test; nobody's


def _with_sheet(name: str, fill: Callable[[Worksheet], object]) -> bytes:
    """The police's return with one more sheet."""
    book = book_of(POLITIE)
    fill(book.create_sheet(name))
    return saved(book)


# -- sheets ------------------------------------------------------------------------------------------------------------


def unknown_sheet() -> bytes:
    return _with_sheet("Extra", lambda sheet: sheet.append([12]))


def unknown_sheet_that_is_empty() -> bytes:
    return _with_sheet("Blad3", lambda _: None)


def unknown_sheet_that_is_hidden_from_menus() -> bytes:
    def fill(sheet: Worksheet) -> None:
        sheet.append([12])
        sheet.sheet_state = "veryHidden"

    return _with_sheet("Extra", fill)


def renamed_sheet() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet, "title", "Blad1"))


def sheet_name_that_turns_the_reading_direction() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet, "title", "Overzicht\u202e"))


def missing_sheet() -> bytes:
    book = book_of(UNL)
    del book["Samenvatting"]
    return saved(book)


def workbook_of_nobody() -> bytes:
    book = openpyxl.Workbook()
    first_sheet(book)["A1"] = "Begroting 2024"
    return saved(book)


def workbook_without_cells() -> bytes:
    return saved(openpyxl.Workbook())


def workbook_that_was_never_calculated() -> bytes:
    return saved(book_of("UvW banenafspraak 2024.xlsx"))


# -- hidden and merged -------------------------------------------------------------------------------------------------


def hidden_row() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet.row_dimensions[12], "hidden", True))


def hidden_column() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet.column_dimensions["O"], "hidden", True))


def hidden_sheet() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet, "sheet_state", "hidden"))


def hidden_row_that_holds_nothing() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet.row_dimensions[3], "hidden", True))


def merged_figures_of_two_employers() -> bytes:
    return edited(POLITIE, lambda sheet: sheet.merge_cells("C12:D12"))


def merged_figures_of_one_employer() -> bytes:
    return edited(POLITIE, lambda sheet: sheet.merge_cells("C11:C12"))


def merged_title() -> bytes:
    return edited(POLITIE, lambda sheet: sheet.merge_cells("B1:O1"))


# -- cells -------------------------------------------------------------------------------------------------------------


def figure_shown_as_a_date() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet["C12"], "number_format", "yyyy-mm-dd"))


def figure_shown_as_a_percentage() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet["C12"], "number_format", "0%"))


def text_that_looks_like_a_program_call() -> bytes:
    def fill(sheet: Worksheet) -> None:
        sheet["Q3"].value = "=cmd|'/c calc'!A0"
        sheet["Q3"].data_type = "s"

    return edited(POLITIE, fill)


def text_as_long_as_a_cell_can_hold() -> bytes:
    return edited(POLITIE, lambda sheet: setattr(sheet["Q3"], "value", "x" * 32_767))


def colour_that_nobody_listed() -> bytes:
    purple = PatternFill("solid", fgColor="FF7030A0")
    return edited("IPO_stoplicht_2024H1.xlsx", lambda sheet: setattr(sheet["E5"], "fill", purple))


def total_that_is_not_there() -> bytes:
    return edited(POLITIE, lambda sheet: sheet.delete_cols(15))


def record_that_is_not_there() -> bytes:
    return edited(POLITIE, lambda sheet: sheet.delete_cols(14))


# -- data of persons ---------------------------------------------------------------------------------------------------


def percentage_of_thirty_decimals() -> bytes:
    def fill(sheet: Worksheet) -> None:
        sheet["C11"].value = 0.375
        sheet["C11"].number_format = f"0.{'0' * 30}%"

    return edited(POLITIE, fill)


def number_of_a_person_as_an_error() -> bytes:
    def fill(sheet: Worksheet) -> None:
        sheet["Q3"].value = f"#{_CITIZEN_SERVICE_NUMBER}"
        sheet["Q3"].data_type = "e"

    return edited(POLITIE, fill)


def number_of_a_person_in_a_note() -> bytes:
    note = Comment(f"navragen bij {_CITIZEN_SERVICE_NUMBER}", "BZK")
    return edited(POLITIE, lambda sheet: setattr(sheet["C12"], "comment", note))


def number_of_a_person_on_a_hidden_sheet() -> bytes:
    def fill(sheet: Worksheet) -> None:
        sheet["A1"].value = int(_CITIZEN_SERVICE_NUMBER)
        sheet.sheet_state = "veryHidden"

    return _with_sheet("Toelichting 2", fill)


def number_of_a_person_as_the_name_of_a_sheet() -> bytes:
    return _with_sheet(_CITIZEN_SERVICE_NUMBER, lambda _: None)


def number_of_a_person_in_a_text_box() -> bytes:
    return with_parts({"xl/drawings/drawing1.xml": f"<a:p><a:t>{_CITIZEN_SERVICE_NUMBER}</a:t></a:p>".encode()})


def number_of_a_person_above_each_page() -> bytes:
    header = f"<headerFooter><oddHeader>&amp;C{_CITIZEN_SERVICE_NUMBER}</oddHeader></headerFooter></worksheet>"
    return replaced(SHEET, "</worksheet>", header)


def number_of_a_person_behind_a_pivot_table() -> bytes:
    records = f'<pivotCacheRecords><r><n v="{_CITIZEN_SERVICE_NUMBER}"/></r></pivotCacheRecords>'
    return with_parts({"xl/pivotCache/pivotCacheRecords1.xml": records.encode()})


def number_of_a_person_as_the_author() -> bytes:
    return replaced("docProps/core.xml", "</dc:creator>", f" {_CITIZEN_SERVICE_NUMBER}</dc:creator>")
