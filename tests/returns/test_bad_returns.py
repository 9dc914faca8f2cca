"""Returns with one thing wrong: every fault is a place with its cell, and nothing that is right is called wrong.

Which rules a fault breaks, and what becomes of the file, is the table of `test_faulty_workbooks.py`.

A sample is changed in one place and read; what the faults mean for acceptance is the expectations room's.
"""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from assets.returns.annotate import annotate
from assets.returns.findings_sheets import ALL_FINDINGS_SHEET, FINDINGS_SHEET
from expectations.validate import validate
from tests.returns.workbooks import (
    DEFENSIE,
    IPO,
    MBO,
    NFU,
    POLITIE,
    READER,
    UNL,
    book_of,
    edited,
    first_sheet,
    numbers_as_text,
    observation,
    problems,
    read,
    read_sample,
    sample,
    saved,
    with_cells,
)
from warehouse.records import Place, Problem, Reading, Status

SCHOOLS, UNITS = "mbo-scholen", "Overzicht"


def mbo(**cells: object) -> list[tuple[Problem, str | None]]:
    """What is wrong with the MBO sample when these cells are changed."""
    return problems(read(with_cells(MBO, dict(cells))))


def wrong_places(reading: Reading) -> list[Place]:
    return [place for place in reading.places if place.problem is not Problem.NONE]


def kinds(content: bytes) -> set[Problem]:
    return {problem for problem, _ in problems(read(content))}


def test_a_text_that_exceeds_its_total_is_not_used() -> None:
    """1.207 jobs at one school of a sector with 706; the rest of the rows don't add up by either reading."""
    assert (Problem.VALUE_AMBIGUOUS, "D5") in mbo(D5="1.207")


@pytest.mark.parametrize("name", [MBO, POLITIE, UNL, NFU, IPO])
def test_a_return_saved_anew_says_the_same(name: str) -> None:
    again = read(saved(book_of(name)))
    assert problems(again) == []
    assert again.values_hash == read_sample(name).values_hash


# -- headers, rows, sheets ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["A4", "C4", "D4"])
def test_a_header_that_was_wiped_is_missing(header: str) -> None:
    assert (Problem.HEADER_MISSING, None) in mbo(**{header: None})


def test_a_table_cut_in_two_by_a_blank_row_loses_no_cell_in_silence() -> None:
    reading = read(edited(NFU, lambda sheet: sheet.insert_rows(8)))
    found = problems(reading)
    assert (Problem.ROW_MISSING, None) in found
    rows_below = {f"{column}{row}" for column in "ABCDEF" for row in range(9, 14)}
    assert rows_below <= {cell for _, cell in found} | {o.cell for o in reading.observations}


def test_a_figure_on_a_heading_is_named() -> None:
    assert problems(read(with_cells(UNL, {"E10": "12 fta"}))) == [(Problem.TEXT_UNKNOWN, "E10")]


def test_a_figure_beside_the_one_a_row_is_for_is_named() -> None:
    assert mbo(C58=12) == [(Problem.NUMBER_UNMAPPED, "C58")]


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("weet niet", Problem.VALUE_UNKNOWN),
        ("10 tot 12", Problem.VALUE_UNKNOWN),
        (True, Problem.VALUE_UNKNOWN),
        (date(2024, 12, 31), Problem.VALUE_UNKNOWN),
        ("#DIV/0!", Problem.ERROR_CELL),
        ("=C5*0.5", Problem.FORMULA_WITHOUT_VALUE),
        ("12.5", Problem.VALUE_AMBIGUOUS),
        ("31 fte", Problem.UNIT_CONTRADICTED),
        ("31 pers.", Problem.UNIT_CONTRADICTED),
        ("61,9%", Problem.UNIT_CONTRADICTED),
    ],
)
def test_a_cell_that_gives_no_number_is_named_and_not_used(value: object, problem: Problem) -> None:
    reading = read(with_cells(MBO, {"D5": value}))
    assert problems(reading) == [(problem, "D5")]
    found = observation(reading, SCHOOLS, "D5", "realised_jobs")
    assert (found.value, found.status, found.counts) == (None, Status.MISSING, False)


@pytest.mark.parametrize("cell", ["A9", "B9", "G9"])
@pytest.mark.parametrize(("value", "problem"), [("#N/A", Problem.ERROR_CELL), ("=B8", Problem.FORMULA_WITHOUT_VALUE)])
def test_an_error_is_no_code_name_or_remark(cell: str, value: str, problem: Problem) -> None:
    assert (problem, cell) in mbo(**{cell: value})


@pytest.mark.parametrize("value", ["#N/A", "=B8"])
def test_an_error_is_no_text(value: str) -> None:
    content = with_cells("VH_Zestor_participatiebanen_hbo_2024.xlsx", {"C8": value})
    assert [cell for _, cell in problems(read(content))] == ["C8"]


def test_a_word_outside_the_list_is_unknown() -> None:
    assert mbo(F5="misschien") == [(Problem.VALUE_UNKNOWN, "F5")]


def test_a_text_that_should_hold_two_figures_is_named() -> None:
    book = book_of("VO-raad monitor banenafspraak 2024.xlsx")
    first_sheet(book)["B4"] = "183 besturen"
    assert problems(read(saved(book))) == [(Problem.VALUE_UNKNOWN, "B4")]


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("J20", 12, Problem.NUMBER_UNMAPPED),
        ("A70", 12, Problem.NUMBER_UNMAPPED),
        ("B2", 706, Problem.NUMBER_UNMAPPED),
        ("J2", "let op: voorlopig", Problem.TEXT_UNKNOWN),
        ("B70", "wordt nog aangevuld", Problem.TEXT_UNKNOWN),
    ],
)
def test_whatever_stands_outside_the_table_is_named(cell: str, value: object, problem: Problem) -> None:
    assert mbo(**{cell: value}) == [(problem, cell)]


# -- what is odd and can be used all the same --------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "value"), [("31", "31"), (" 37,68 ", "37.68"), ("1.207", "1207"), ("-3", "-3")])
def test_a_number_as_text_is_told_and_used(text: str, value: str) -> None:
    reading = read(with_cells(POLITIE, {"D16": text, "P16": None}))
    assert numbers_as_text(reading) == [(UNITS, "D16")]
    assert problems(reading) == []
    assert observation(reading, UNITS, "D16", "persons").value == Decimal(value)


@pytest.mark.parametrize("text", ["31 pers.", "ca. 31", "+/- 31", "n.b.", None])
def test_a_text_that_says_more_or_other_than_a_number_is_no_number_as_text(text: str | None) -> None:
    assert numbers_as_text(read(with_cells(POLITIE, {"D16": text}))) == []


def test_a_text_with_a_percent_sign_is_no_number_as_text() -> None:
    reading = read(with_cells(POLITIE, {"P15": "68,4%"}))
    assert numbers_as_text(reading) == []
    assert observation(reading, UNITS, "P15", "stated_pct").value == Decimal("68.4")


@pytest.mark.parametrize("zero", [0, "0", "0,0"])
@pytest.mark.parametrize("remark", ["opgave niet ontvangen", "School: Niet  aangeleverd.", "geen cijfers aangeleverd"])
def test_a_zero_of_which_the_remark_says_that_nothing_came_is_named(zero: object, remark: str) -> None:
    """Row 5 holds a target too, of 49: that is no zero."""
    reading = read(with_cells(MBO, {"D5": zero, "G5": remark}))
    assert problems(reading) == [(Problem.ZERO_CONTRADICTED, "D5")]
    found = observation(reading, SCHOOLS, "D5", "realised_jobs")
    assert (found.value, found.status, found.remark) == (Decimal(0), Status.REPORTED, " ".join(remark.split()))


@pytest.mark.parametrize(("value", "remark"), [(0, "bevestigd: geen banen"), (0, None), (3, "opgave niet ontvangen")])
def test_a_zero_that_is_meant_and_a_figure_with_a_remark_are_no_matter(value: int, remark: str | None) -> None:
    assert mbo(D5=value, G5=remark) == []


def test_data_cells_that_are_merged_are_named_with_where_they_begin() -> None:
    """A number over two schools says nothing of the second one, which is missing and not equal."""
    reading = read(edited(MBO, lambda sheet: sheet.merge_cells("D7:D8")))
    found = {place.cell: place.found for place in wrong_places(reading) if place.problem is Problem.MERGED_DATA}
    assert found == {"D7": "vanaf D7", "D8": "vanaf D7"}
    assert set(problems(reading)) == {(Problem.MERGED_DATA, "D7"), (Problem.MERGED_DATA, "D8")}
    below = observation(reading, SCHOOLS, "D8", "realised_jobs")
    assert (below.value, below.status) == (None, Status.MISSING)


def test_merged_cells_of_one_record_are_named_by_row_or_by_column() -> None:
    """In the police's workbook a record is a column."""
    assert problems(read(edited(POLITIE, lambda sheet: sheet.merge_cells("D11:D12")))) == [
        (Problem.MERGED_DATA, "D11"),
        (Problem.MERGED_DATA, "D12"),
    ]


@pytest.mark.parametrize("title", ["A1:G1", "A2:G2", "I5:K8"])
def test_merged_cells_outside_the_data_are_no_matter(title: str) -> None:
    assert problems(read(edited(MBO, lambda sheet: sheet.merge_cells(title)))) == []


# -- our own copy comes back -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [MBO, POLITIE])
def test_a_copy_with_our_sheets_in_it_says_what_the_return_says(name: str) -> None:
    (validation,) = validate([read_sample(name)], READER.reference)
    copy = annotate(sample(name), validation.findings)
    assert set(openpyxl.load_workbook(io.BytesIO(copy)).sheetnames) > {FINDINGS_SHEET, ALL_FINDINGS_SHEET}
    again = read(copy)
    assert again.identity == read_sample(name).identity
    assert problems(again) == []
    assert again.values_hash == read_sample(name).values_hash


def test_a_corrected_copy_is_read_as_the_corrected_return() -> None:
    """A copy in which a fault was explained and then mended, without our sheets being taken out."""
    faulty = with_cells(MBO, {"D5": "veel", "H4": "Banen elders"})
    (validation,) = validate([read(faulty)], READER.reference)
    copy = openpyxl.load_workbook(io.BytesIO(annotate(faulty, validation.findings)))
    copy[SCHOOLS]["D5"], copy[SCHOOLS]["H4"] = 38, None
    again = read(saved(copy))
    assert problems(again) == []
    assert observation(again, SCHOOLS, "D5", "realised_jobs").value == 38


def test_a_sheet_that_only_looks_like_ours_is_not_ignored() -> None:
    book = book_of(MBO)
    book.create_sheet("Bevindingen 2")["A1"] = "Extra"
    assert kinds(saved(book)) == {Problem.SHEET_UNKNOWN}


# -- sender and period -------------------------------------------------------------------------------------------------


def test_a_header_of_another_year_is_contradicted() -> None:
    content = with_cells("Kwartaalrapportage banenafspraak Rijk 2024-Q2.xlsx", {"B5": "Doel ultimo 2023"})
    assert problems(read(content)) == [(Problem.PERIOD_CONTRADICTED, "B5")]


@pytest.mark.parametrize(("cell", "value"), [("D6", 2023), ("D7", "30-06-2024")])
def test_a_form_about_another_period_than_its_title_says_is_contradicted(cell: str, value: object) -> None:
    found = problems(read(with_cells(DEFENSIE, {cell: value})))
    assert found
    assert {problem for problem, _ in found} == {Problem.PERIOD_CONTRADICTED}
    assert {place for _, place in found} == {cell}


def test_a_period_is_plausible_from_its_first_day() -> None:
    content = saved(book_of(MBO))
    assert problems(read(content, date(2024, 1, 1))) == []
    assert problems(read(content, date(2023, 12, 31))) == [(Problem.PERIOD_IMPLAUSIBLE, None)]


def test_nobodys_workbook_says_what_was_looked_for() -> None:
    book = openpyxl.Workbook()
    first_sheet(book)["A1"] = "Begroting 2024"
    reading = read(saved(book))
    assert reading.identity is None
    assert reading.observations == []
    (place,) = wrong_places(reading)
    assert place.problem is Problem.UNRECOGNISED
    for mark in ("Banenafspraak mbo", "De Blauwe Baan", "Unie van Waterschappen", "MINISTERIE VAN DEFENSIE"):
        assert mark in (place.expected or "")


def test_a_workbook_with_the_marks_of_two_senders_is_not_taken_for_either() -> None:
    reading = read(with_cells(MBO, {"J1": "De Blauwe Baan"}))
    assert reading.identity is None
    (place,) = wrong_places(reading)
    assert place.problem is Problem.UNRECOGNISED
    assert "De Blauwe Baan" in (place.expected or "")
    assert "Banenafspraak mbo" in (place.expected or "")


# -- text that can be read two ways: 1.207 is 1207, unless the sender's own figures say 1.207 --------------------------


def is_withheld(reading: Reading, sheet: str, cell: str, measure: str) -> bool:
    found = observation(reading, sheet, cell, measure)
    return (found.value, found.status, found.counts) == (None, Status.MISSING, False)


def test_text_that_its_parts_contradict_is_withheld() -> None:
    """Unit E01: 9 permanent, 6 temporary and 4 hired are 19."""
    reading = read(with_cells(POLITIE, {"D14": "19.000", "P14": None}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "D14")]
    assert is_withheld(reading, UNITS, "D14", "realised_jobs")


def test_a_part_that_the_total_of_its_row_contradicts_is_withheld() -> None:
    reading = read(with_cells(POLITIE, {"D11": "9.000", "P11": None}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "D11")]
    assert is_withheld(reading, UNITS, "D11", "realised_permanent")


def test_text_that_the_total_of_its_column_contradicts_is_withheld() -> None:
    """The target of unit E01 is 40; all targets are 713."""
    reading = read(with_cells(POLITIE, {"D10": "40.000"}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "D10")]
    assert is_withheld(reading, UNITS, "D10", "target_jobs")


def test_a_total_that_its_column_contradicts_is_withheld() -> None:
    """Two persons in the first unit and none elsewhere are 2, whatever 2.000 says."""
    none = {f"{column}16": 0 for column in "EFGHIJKLMNO"}
    reading = read(with_cells(POLITIE, {**none, "D16": 2, "P16": "2.000"}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "P16")]
    assert is_withheld(reading, UNITS, "P16", "persons")


def test_text_that_last_year_contradicts_is_withheld() -> None:
    """Province 01 had 53.70 jobs last year; province 02 is blank, so that the total can't tell."""
    reading = read(with_cells(IPO, {"G6": "59.540", "G7": None}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "G6")]
    assert is_withheld(reading, "Provincies", "G6", "realised_jobs")


def test_several_texts_that_the_total_contradicts_are_withheld_together() -> None:
    """The total of the universities is itself text with a dot: 1.024 fta."""
    reading = read(with_cells(UNL, {"F11": "24.100 fta", "F12": "46.500 fta"}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "F11"), (Problem.VALUE_AMBIGUOUS, "F12")]
    assert observation(reading, "Data", "F27", "realised_jobs").value == 1024


def test_a_row_larger_than_the_whole_sector_is_withheld_though_other_rows_are_unknown() -> None:
    """All schools together realised about 706, of which school 01 can't have 37,680."""
    reading = read(with_cells(MBO, {"D5": "37.680"}))
    assert problems(reading) == [(Problem.VALUE_AMBIGUOUS, "D5")]
    assert is_withheld(reading, SCHOOLS, "D5", "realised_jobs")


def test_the_same_text_is_read_by_its_locale_when_parts_and_total_agree() -> None:
    """1,197 + 6 + 4 = 1,207; the totals of permanent (249) and all (489) are 1,188 higher."""
    reading = read(with_cells(POLITIE, {"D11": "1.197", "D14": "1.207", "P11": 1437, "P14": "1.677"}))
    assert problems(reading) == []
    found = observation(reading, UNITS, "D14", "realised_jobs")
    assert (found.value, found.status, found.counts) == (Decimal(1207), Status.REPORTED, True)


def test_the_same_text_is_read_by_its_locale_when_nothing_can_contradict_it() -> None:
    reading = read(with_cells(POLITIE, {"D16": "1.207", "P16": None}))
    assert problems(reading) == []
    assert observation(reading, UNITS, "D16", "persons").value == 1207


# -- what makes no difference ------------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=8)
@given(rows=st.integers(0, 40), columns=st.integers(0, 30))
def test_a_table_may_stand_anywhere(rows: int, columns: int) -> None:
    moved = read(edited(POLITIE, lambda sheet: sheet.move_range("C8:P16", rows, columns)))
    assert problems(moved) == []
    assert moved.values_hash == read_sample(POLITIE).values_hash
    column = openpyxl.utils.get_column_letter(4 + columns)
    assert observation(moved, UNITS, f"{column}{14 + rows}", "realised_jobs").value == 19


@settings(deadline=None, max_examples=8)
@given(order=st.permutations(range(5, 56)))
def test_the_order_of_the_schools_makes_no_difference(order: list[int]) -> None:
    def shuffle(sheet: Worksheet) -> None:
        rows = [[cell.value for cell in sheet[number]] for number in order]
        for number, values in enumerate(rows, start=5):
            for cell, value in zip(sheet[number], values, strict=True):
                cell.value = value

    shuffled = read(edited(MBO, shuffle))
    assert shuffled.values_hash == read_sample(MBO).values_hash
    assert sum(o.value or 0 for o in shuffled.observations if o.counts and o.measure == "realised_jobs") == 706


@settings(deadline=None, max_examples=8)
@given(school=st.integers(5, 55), jobs=st.decimals(0, 99, places=1))
def test_another_figure_makes_another_return(school: int, jobs: Decimal) -> None:
    before = observation(read_sample(MBO), SCHOOLS, f"C{school}", "target_jobs").value
    reading = read(with_cells(MBO, {f"C{school}": str(jobs).replace(".", ",")}))
    assert problems(reading) == []
    assert (reading.values_hash == read_sample(MBO).values_hash) == (jobs == before)
    assert sum(o.value or 0 for o in reading.observations if o.counts and o.measure == "target_jobs") == (
        1929 - (before or 0) + jobs
    )
