"""What one cell says: numbers as the Dutch write them, qualifiers, units, footnotes, tokens, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assets.returns.numbers import Locale, ReadValue, load_tokens, read_number
from assets.returns.workbook import Cell, CellKind
from tests.conftest import PROJECT
from warehouse.records import Problem, Status

TOKENS = load_tokens(PROJECT / "assets" / "returns" / "tokens.yaml")


def said(text: str, unit: str = "job", locale: Locale = "nl", remark: str | None = None) -> ReadValue:
    return read_number(Cell(1, 1, CellKind.TEXT, text), unit, locale, TOKENS, remark)


def stored(number: str, unit: str = "job", *, is_percentage: bool = False, decimals: int = 0) -> ReadValue:
    return read_number(Cell(1, 1, CellKind.NUMBER, Decimal(number), decimals, is_percentage), unit, "nl", TOKENS)


@pytest.mark.parametrize(
    ("text", "unit", "value", "decimals"),
    [
        ("508,5", "job", "508.5", 1),
        ("1.207", "job", "1207", 0),
        ("1.024 fta", "job", "1024", 0),
        ("1207 fta", "job", "1207", 0),
        ("46,5 fta", "job", "46.5", 1),
        ("1.234.567,89", "job", "1234567.89", 2),
        ("652 pers.", "person", "652", 0),
        ("15,5 uur", "hour_per_week", "15.5", 1),
        ("1.331 uur", "hour_per_year", "1331", 0),
        ("1.777 fte", "fte", "1777", 0),
        ("-1,6", "job", "-1.6", 1),
        ("61,9%", "percent", "61.9", 1),
        ("61,90 %", "percent", "61.9", 2),
        (" \N{NO-BREAK SPACE}12,4  ", "job", "12.4", 1),
        ("0", "job", "0", 0),
    ],
)
def test_a_dutch_number_reads_as_it_is_meant(text: str, unit: str, value: str, decimals: int) -> None:
    read = said(text, unit)
    assert (read.status, read.value, read.decimals) == (Status.REPORTED, Decimal(value), decimals)
    assert read.problem is Problem.NONE


@pytest.mark.parametrize(
    ("text", "unit", "value", "qualifier"),
    [
        ("+/- 1.900", "job", "1900", "+/-"),
        ("+/- 37%", "percent", "37", "+/-"),
        ("±13", "job", "13", "±"),
        ("ca. 10", "job", "10", "ca."),
        ("Ca. 25", "job", "25", "ca."),
        ("bijna 90.000", "job", "90000", "bijna"),
    ],
)
def test_a_qualified_number_is_approximate(text: str, unit: str, value: str, qualifier: str) -> None:
    read = said(text, unit)
    assert (read.status, read.value, read.qualifier) == (Status.APPROXIMATE, Decimal(value), qualifier)


def test_a_footnote_digit_is_kept_apart_from_the_percentage() -> None:
    read = said("20%.9", "percent")
    assert (read.value, read.decimals, read.footnote) == (Decimal(20), 0, "9")


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("n.b.", "n.n.b.", "?", "-", "onbekend", "niet bekend", "niet geregistreerd"), Status.MISSING),
        (("geen opgave", "niet aangeleverd", "wordt niet verstrekt"), Status.NOT_SUPPLIED),
        (("nvt",), Status.NOT_APPLICABLE),
    ],
)
def test_a_token_is_a_status_and_never_zero(words: tuple[str, ...], status: Status) -> None:
    for word in words:
        for text in (word, word.upper(), f"  {word.replace(' ', '  ')}\N{NO-BREAK SPACE}"):
            assert said(text) == ReadValue(status), text


def test_a_blank_cell_is_missing_unless_its_remark_says_not_supplied() -> None:
    blank = Cell(1, 1, CellKind.BLANK)
    assert read_number(blank, "job", "nl", TOKENS) == ReadValue(Status.MISSING)
    assert read_number(blank, "job", "nl", TOKENS, "splitsing niet bekend") == ReadValue(Status.MISSING)
    assert read_number(blank, "job", "nl", TOKENS, "Opgave  niet ontvangen") == ReadValue(Status.NOT_SUPPLIED)


def test_a_remark_does_not_take_a_number_away() -> None:
    assert said("12", remark="opgave niet ontvangen").value == Decimal(12)


@pytest.mark.parametrize(
    ("text", "unit", "problem"),
    [
        ("weet niet", "job", Problem.VALUE_UNKNOWN),
        ("12 stuks", "job", Problem.VALUE_UNKNOWN),
        ("10 à 12", "job", Problem.VALUE_UNKNOWN),
        ("12.5", "job", Problem.VALUE_AMBIGUOUS),
        ("0.123", "job", Problem.VALUE_AMBIGUOUS),
        ("12.34.567", "job", Problem.VALUE_AMBIGUOUS),
        ("1,207.5", "job", Problem.VALUE_AMBIGUOUS),
        ("5 fte", "job", Problem.UNIT_CONTRADICTED),
        ("5 pers.", "job", Problem.UNIT_CONTRADICTED),
        ("5 fta", "person", Problem.UNIT_CONTRADICTED),
        ("5 fta", "fte", Problem.UNIT_CONTRADICTED),
        ("61,9%", "job", Problem.UNIT_CONTRADICTED),
        ("61,9 fta", "percent", Problem.UNIT_CONTRADICTED),
    ],
)
def test_what_is_not_sure_is_refused(text: str, unit: str, problem: Problem) -> None:
    assert said(text, unit) == ReadValue(Status.MISSING, problem=problem)


def test_the_other_reading_of_a_grouped_number_is_kept_beside_it() -> None:
    assert said("1.207").alternative == Decimal("1.207")
    assert said("508,5").alternative is None
    assert said("1207").alternative is None


def test_english_numbers_read_by_an_english_locale() -> None:
    assert said("1,207.5", locale="en").value == Decimal("1207.5")
    assert said("1,207", locale="en").value == Decimal(1207)
    assert said("12.5", locale="en").value == Decimal("12.5")
    assert said("12,5", locale="en").problem is Problem.VALUE_AMBIGUOUS


def test_a_stored_zero_is_zero_and_reported() -> None:
    assert stored("0").status is Status.REPORTED
    assert stored("0").value == Decimal(0)


def test_a_percentage_cell_comes_out_in_percents() -> None:
    assert stored("0.85", "percent", is_percentage=True).value == Decimal(85)
    assert stored("0.609", "percent", is_percentage=True, decimals=1) == ReadValue(
        Status.REPORTED, Decimal("60.9"), decimals=1
    )


def test_a_bare_number_may_be_a_share_or_a_percentage() -> None:
    assert stored("0.85", "percent") == ReadValue(Status.MISSING, problem=Problem.VALUE_AMBIGUOUS)


def test_a_percentage_among_jobs_is_refused() -> None:
    assert stored("0.85", "job", is_percentage=True) == ReadValue(Status.MISSING, problem=Problem.UNIT_CONTRADICTED)


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (Cell(1, 1, CellKind.ERROR, "#DIV/0!"), Problem.ERROR_CELL),
        (Cell(1, 1, CellKind.FORMULA_WITHOUT_VALUE, "=A1+A2"), Problem.FORMULA_WITHOUT_VALUE),
        (Cell(1, 1, CellKind.DATE, "2024-12-31"), Problem.VALUE_UNKNOWN),
        (Cell(1, 1, CellKind.BOOLEAN, value=True), Problem.VALUE_UNKNOWN),
    ],
)
def test_a_cell_that_holds_no_number_is_a_problem(cell: Cell, problem: Problem) -> None:
    assert read_number(cell, "job", "nl", TOKENS) == ReadValue(Status.MISSING, problem=problem)


numbers = st.integers(0, 4).flatmap(lambda places: st.decimals(-999_999, 999_999, places=places))


def dutch(number: Decimal, *, grouped: bool) -> str:
    english = f"{number:,f}" if grouped else f"{number:f}"
    return english.translate(str.maketrans(",.", ".,"))


@settings(deadline=None)
@given(number=numbers, grouped=st.booleans())
def test_every_number_written_the_dutch_way_reads_back(number: Decimal, grouped: bool) -> None:
    read = said(dutch(number, grouped=grouped))
    assert read.value == number
    assert read.decimals == len(dutch(number, grouped=grouped).partition(",")[2])


texts = st.text() | st.text("0123456789.,+-±/% fta") | st.from_regex(r"\A(\+/- ?)?[\d.,]{1,40} ?(%|fta|fte)?\Z")


@settings(deadline=None)
@given(text=texts, unit=st.sampled_from(["job", "percent", "person", "hour_per_week"]))
@example(text="9" * 18 + "," + "9" * 40, unit="job")
def test_any_text_gives_a_value_or_a_reason(text: str, unit: str) -> None:
    read = said(text, unit)
    assert (read.value is not None) == read.status.has_value
    if read.problem is not Problem.NONE:
        assert read.value is None


@settings(deadline=None)
@given(number=st.floats(allow_nan=False, allow_infinity=False), is_percentage=st.booleans())
@example(number=5e17, is_percentage=True)
def test_any_stored_number_gives_a_value_or_a_reason(number: float, is_percentage: bool) -> None:
    for unit in ("job", "percent"):
        read = stored(repr(number), unit, is_percentage=is_percentage)
        assert (read.value is None) == (read.problem is not Problem.NONE)
