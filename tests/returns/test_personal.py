"""Data of persons in a workbook: found wherever they stand, told by their place alone, and nothing else taken for them.

Numbers that pass or fail the eleven-test are made by its definition: weights 9 to 2, and the last digit subtracted.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from assets.returns.personal import without_numbers
from tests.conftest import sample_files
from tests.returns.filled import employer_workbooks, filled
from tests.returns.workbooks import (
    MBO,
    READER,
    book_of,
    first_sheet,
    observation,
    ods,
    problems,
    read,
    read_sample,
    saved,
    with_cells,
)
from warehouse.records import Problem, Reading

SCHOOLS = "mbo-scholen"
NUMBER = "123456782"  # 9·1 + 8·2 + 7·3 + 6·4 + 5·5 + 4·6 + 3·7 + 2·8 − 2 = 154 = 14 × 11


def personal(reading: Reading) -> list[tuple[str | None, str | None]]:
    """Where the reader saw data of persons."""
    return [(place.sheet, place.cell) for place in reading.places if place.problem is Problem.PERSONAL_DATA]


def holds(reading: Reading, digits: str) -> bool:
    """Whether a number is anywhere in what was read, however it is written."""
    return digits in re.sub(r"[\W_]|xa0", "", repr(reading))


def test_the_helper_sees_a_number_however_it_is_written() -> None:
    """Shown on numbers that are no one's: they must not be hidden."""
    for text in ("123456789", "123 456 789", "1234.56.789", "123\N{NO-BREAK SPACE}456\N{NO-BREAK SPACE}789"):
        assert holds(read(with_cells(MBO, {"J20": text})), "123456789")


# -- citizen service numbers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        123456782,
        "123456782",
        "123.456.782",
        "123 456 782",
        "1234.56.782",
        "1234 56 782",
        "123\N{NO-BREAK SPACE}456\N{NO-BREAK SPACE}782",
        "BSN: 123456782.",
        "bsn123456782",
        "Voor Jan (123 456 782) is niets opgegeven, zie bijlage 3.",
        "eerst 123456789, dan 123456782",
        "Jan\n123456782\n1-1-1990",
        "123\N{EN DASH}456\N{EN DASH}782",
        "123\N{NON-BREAKING HYPHEN}456\N{NON-BREAKING HYPHEN}782",
        "123\N{MINUS SIGN}456\N{MINUS SIGN}782",
        "1234\N{EN DASH}56\N{EN DASH}782",
        "123.456 782",
        "123 456.782",
        "123. 456. 782",
        "123 - 456 - 782",
        "123/456/782",
        "123456 782",
        "12.34.56.782",
        "12-34-56-782",
        "123\N{ZERO WIDTH SPACE}456782",
        "123\N{WORD JOINER}.456.782",
        "12\N{SOFT HYPHEN}34\N{ZERO WIDTH NO-BREAK SPACE}56782",
        "100 - 123 456 782",
        "120 130 123 456 782",
        "\N{ZERO WIDTH SPACE}123456782",
    ],
)
@pytest.mark.parametrize("cell", ["J20", "G5", "B5", "E5", "A70"])
def test_a_citizen_service_number_is_found_in_any_notation_and_never_passed_on(value: object, cell: str) -> None:
    """Beside the table, as a remark, a school's name and a word from a list, and below the table."""
    reading = read(with_cells(MBO, {cell: value}))
    assert personal(reading) == [(SCHOOLS, cell)]
    assert not holds(reading, NUMBER)


@pytest.mark.parametrize("text", ["Jansen,123456782", "123456782,111222333", "nr.123456782", '="123456782"'])
def test_a_citizen_service_number_is_found_in_a_list_and_in_a_formula_without_result(text: str) -> None:
    reading = read(with_cells(MBO, {"J20": text}))
    assert personal(reading) == [(SCHOOLS, "J20")]
    assert not holds(reading, NUMBER)


@pytest.mark.parametrize("text", ["+31 6 12345678 123456782", "+31612345678 123.456.782", "+31-6-12345678 - 123456782"])
def test_a_citizen_service_number_beside_a_telephone_number_is_found(text: str) -> None:
    reading = read(with_cells(MBO, {"J20": text}))
    assert personal(reading) == [(SCHOOLS, "J20")]
    assert not holds(reading, NUMBER)


def _book_with_note() -> bytes:
    book = book_of(MBO)
    first_sheet(book)["D5"].comment = Comment(f"nagevraagd bij {NUMBER}", "school")
    return saved(book)


def _ods_with_note() -> bytes:
    note = f"<office:annotation><text:p>nagevraagd bij {NUMBER}</text:p></office:annotation>"
    return ods(f'<table:table-row><table:table-cell office:value-type="string">{note}<text:p>x</text:p>'
               "</table:table-cell></table:table-row>")  # fmt: skip


@pytest.mark.parametrize(
    ("content", "cell"), [(_book_with_note(), "D5"), (_ods_with_note(), "A1")], ids=["xlsx", "ods"]
)
def test_a_citizen_service_number_in_a_note_is_found(content: bytes, cell: str) -> None:
    reading = read(content)
    assert [place for _, place in personal(reading)] == [cell]
    assert not holds(reading, NUMBER)


@pytest.mark.parametrize("title", ["Bevindingen", "Alle bevindingen"])
def test_a_citizen_service_number_on_a_sheet_that_has_the_name_of_ours_is_found(title: str) -> None:
    book = book_of(MBO)
    book.create_sheet(title)["B2"] = NUMBER
    assert personal(read(saved(book))) == [(title, "B2")]


def test_a_citizen_service_number_in_the_name_of_a_sheet_is_not_told_when_the_workbook_is_refused() -> None:
    book = book_of(MBO)
    book.create_sheet(f"BSN {NUMBER}")["XFD1048576"] = "x"
    reading = read(saved(book))
    assert problems(reading) == [(Problem.TOO_LARGE, None)]
    assert "nummer-weggelaten" in str(reading.places[0].found)
    assert not holds(reading, NUMBER)


def test_a_citizen_service_number_that_is_the_name_of_a_sheet_is_found_and_not_told() -> None:
    book = book_of(MBO)
    book.create_sheet(f"BSN {NUMBER}")["A1"] = "x"
    reading = read(saved(book))
    assert personal(reading) == [(None, None)]
    assert not holds(reading, NUMBER)


@pytest.mark.parametrize(
    "header",
    [
        "BSN:", "BSN nummer", "Geb. datum", "Geboortedatum medewerker", "Naam medewerker", "Roepnaam", "Achternamen",
        "Naam van de kandidaat", "Namen deelnemers", "Geboortedatum van de werknemer", "Naam persoon", "Namen personen",
        "Volledige naam", "Voornaam en achternaam", "Voor- en achternaam", "Geboorte datum", "Geboorte-datum",
        "Personeelsnr", "Personeelsnr.", "Personeels nummer", "Personeelsnummer:", "Voorletter(s)", "Voorletter",
        "Initialen", "Tussenvoegsel", "Naam cliënt", "Namen cliënten", "Naam client", "Naam clie\u0308nt",
        "Naam (medewerker)", "Namen (deelnemers)", "B\N{SOFT HYPHEN}SN",
    ],
)  # fmt: skip
def test_other_ways_to_write_a_header_above_persons_are_seen(header: str) -> None:
    assert personal(read(with_cells(MBO, {"J20": header}))) == [(SCHOOLS, "J20")]


@pytest.mark.parametrize(
    "text",
    [
        "Naam",
        "Naam:",
        "Naam van de school",
        "Deelnemers",
        "Vul geen BSN of geboortedatum in",
        "Nummer",
        "personeelsbestand",
        "Naam organisatie",
        "Volledige naam van de school",
        "Naam contactpersoon",
        "Persoon",
        "Personen",
        "Cliënten",
        "Personeel",
        "Aantal personeelsleden",
        "Naam (school)",
    ],
)
def test_ordinary_words_are_no_header_above_persons(text: str) -> None:
    assert personal(read(with_cells(MBO, {"J20": text}))) == []


def test_of_a_workbook_with_personal_data_only_their_places_are_told() -> None:
    """A header that nobody knows, and an error in a cell, are not told: the workbook is not read any further."""
    reading = read(with_cells(MBO, {"G5": NUMBER, "G9": 111222333, "H4": "Banen elders", "D5": "veel"}))
    assert reading.identity == read_sample(MBO).identity
    assert reading.observations == []
    assert problems(reading) == [(Problem.PERSONAL_DATA, "G5"), (Problem.PERSONAL_DATA, "G9")]
    assert {place.kind for place in reading.places} == {"personal"}


@pytest.mark.parametrize("state", ["hidden", "veryHidden", "visible"])
@pytest.mark.parametrize("title", ["Toelichting", "Extra"])
def test_every_sheet_is_looked_at(title: str, state: str) -> None:
    """`Toelichting` is ignored by the layout; `Extra` is nobody's."""
    book = book_of(MBO)
    sheet = book[title] if title in book.sheetnames else book.create_sheet(title)
    sheet["C9"], sheet.sheet_state = f"zie {NUMBER}", state
    reading = read(saved(book))
    assert personal(reading) == [(title, "C9")]
    assert not holds(reading, NUMBER)


def test_hidden_rows_and_columns_are_looked_at() -> None:
    book = book_of(MBO)
    sheet = first_sheet(book)
    sheet["J12"], sheet["K13"] = 123456782, 111222333
    sheet.row_dimensions[12].hidden = True
    sheet.column_dimensions["K"].hidden = True
    assert personal(read(saved(book))) == [(SCHOOLS, "J12"), (SCHOOLS, "K13")]


def test_the_stored_result_of_a_formula_is_looked_at() -> None:
    row = (
        '<table:table-row><table:table-cell table:formula="of:=[.B1]" office:value-type="float"'
        f' office:value="{NUMBER}"><text:p>{NUMBER}</text:p></table:table-cell></table:table-row>'
    )
    reading = read(ods(row))
    assert personal(reading) == [("Blad", "A1")]
    assert not holds(reading, NUMBER)


def test_a_workbook_that_nobody_recognises_is_looked_at() -> None:
    book = openpyxl.Workbook()
    first_sheet(book)["B2"] = 123456782
    reading = read(saved(book))
    assert reading.identity is None
    assert problems(reading) == [(Problem.PERSONAL_DATA, "B2")]
    assert not holds(reading, NUMBER)


# -- columns about persons ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header", ["Geboortedatum", "BSN", "bsn", " Burgerservicenummer ", "Voornaam", "Achternaam", "Naam\nmedewerker"]
)
def test_a_column_about_persons_is_found_by_its_header(header: str) -> None:
    reading = read(with_cells(MBO, {"H4": header, "H5": date(1990, 1, 1), "H6": "Jan de Vries"}))
    assert personal(reading) == [(SCHOOLS, "H4")]
    assert reading.observations == []
    assert "1990" not in repr(reading)
    assert "Vries" not in repr(reading)


@pytest.mark.parametrize("text", ["Vul geen BSN in.", "Naam", "School", "Personen", "Geboortedatum nooit vermelden"])
def test_a_text_about_persons_is_no_column_of_them(text: str) -> None:
    assert personal(read(with_cells(MBO, {"J20": text}))) == []


# -- what is no one's --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        123456789,
        "123456789",
        "123.456.789",
        "000000000",
        "06-12345678",
        "06-12345671",
        "0612345671",
        "06 12345671",
        "+31 6 12345678",
        "+31 6 12345671",
        "+31612345671",
        "1.234.567,82",
        "€ 1.234.567,82",
        "123.456.782,50",
        "1.123.456.782",
        1234567.82,
        123456782.5,
        0.123456782,
        1123456782,
        "91A1",
        "21QA00",
        12345678,
        "KvK 12345678",
        "NL91 ABNA 0123456782",
        "12-34-56782",
        "1234 567 82",
        "123456/782",
        "123.456782",
        "12.123456782",
        "12,123456782",
        "12 34 56 782",
        "2024/56/782",
        "123.456.782.100",
        "€ 12.123.456 / 782",
        "123.456 - 782.100",
        "(0123) 456 782",
        "+31\N{EN DASH}612\N{EN DASH}345\N{EN DASH}671",
        date(2024, 12, 31),
        "31-12-2024",
    ],
)
def test_other_numbers_are_no_citizen_service_numbers(value: object) -> None:
    """06-12345671 without its 0, the amount 1.234.567,82 and the account pass the eleven-test by their digits."""
    reading = read(with_cells(MBO, {"J20": value}))
    assert personal(reading) == []
    assert len(reading.observations) == len(read_sample(MBO).observations)


@pytest.mark.parametrize("text", ["+31 612345671", "+31 612 345 671", "+31 (0)612345671", "+31-612345671"])
def test_a_telephone_number_with_its_country_is_no_citizen_service_number(text: str) -> None:
    assert personal(read(with_cells(MBO, {"J20": text}))) == []


@pytest.mark.parametrize("value", [123456782, NUMBER, "123.456.782"])
def test_a_figure_is_never_a_person(value: object) -> None:
    """It stands where the layout expects a number of jobs."""
    reading = read(with_cells(MBO, {"C5": value}))
    assert personal(reading) == []
    assert observation(reading, SCHOOLS, "C5", "target_jobs").value == Decimal(NUMBER)


@pytest.mark.parametrize("name", [path.name for path in sample_files()])
def test_no_sample_holds_data_of_persons_and_every_sheet_was_looked_at(name: str) -> None:
    reading = read_sample(name)
    assert personal(reading) == []
    looked_at = [place.sheet for place in reading.places if place.kind == "personal"]
    assert sorted(looked_at, key=str) == sorted({place.sheet for place in reading.places if place.sheet}, key=str)


def _employers_workbook(code: str) -> bytes:
    (workbook,) = employer_workbooks("umc", "2025", {code: "Voorbeeld-umc"}).values()
    return filled(workbook, Decimal(51), 4)


def test_the_code_of_an_employer_on_our_list_is_no_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it passes the eleven-test, as one in eleven codes of nine digits does."""
    monkeypatch.setitem(READER.reference.__dict__, "employer_codes", frozenset({NUMBER}))
    reading = read(_employers_workbook(NUMBER))
    assert personal(reading) == []
    assert reading.identity is not None
    assert reading.identity.employer_code == NUMBER


def test_the_code_of_an_employer_that_nobody_listed_is_taken_for_a_person_and_told_nowhere() -> None:
    reading = read(_employers_workbook(NUMBER))
    assert ("Opgave", "A2") in personal(reading)
    assert reading.identity is None
    assert not holds(reading, NUMBER)


# -- texts that must be told -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("opgave 123456782.xlsx", "opgave nummer-weggelaten.xlsx"),
        ("123.456.782_1234 56 782.xlsx", "nummer-weggelaten_nummer-weggelaten.xlsx"),
        ("123\N{NO-BREAK SPACE}456\N{NO-BREAK SPACE}782.xlsx", "nummer-weggelaten.xlsx"),
        (
            "opgave 123\N{EN DASH}456\N{EN DASH}782, 123.456 782.xlsx",
            "opgave nummer-weggelaten, nummer-weggelaten.xlsx",
        ),
        ("120 123456\N{ZERO WIDTH SPACE}782.xlsx", "120 nummer-weggelaten.xlsx"),
        ("2023\N{EN DASH}2024 opgave.xlsx", "2023\N{EN DASH}2024 opgave.xlsx"),
        ("opgave-umc-2025-123456789.xlsx", "opgave-umc-2025-123456789.xlsx"),
        ("opgave-umc-2025-111222333.xlsx", "opgave-umc-2025-111222333.xlsx"),
        ("Banenafspraak MBO Raad stand 31-12-2024 v2.xlsx", "Banenafspraak MBO Raad stand 31-12-2024 v2.xlsx"),
    ],
)
def test_a_text_is_told_without_numbers_of_persons(text: str, told: str) -> None:
    """111222333 passes the eleven-test, but is the code of an employer here."""
    assert without_numbers(text, frozenset({"111222333"})) == told


# -- any number --------------------------------------------------------------------------------------------------------


def checked(digits: str) -> str | None:
    """Eight digits with the ninth that makes them pass the eleven-test; None when there is none."""
    last = sum(weight * int(digit) for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    return f"{digits}{last}" if last < 10 and int(digits) else None


NOTATIONS = (
    "{0}",
    "{1}.{2}.{3}",
    "{1} {2} {3}",
    "{4}.{5}.{3}",
    "{4} {5} {3}",
    "{1}\N{NO-BREAK SPACE}{2}\N{NO-BREAK SPACE}{3}",
    "BSN {0}",
    "het nummer ({0}), van 3 personen.",
    "Medewerker 12: {1}.{2}.{3}!",
    "{1}.{2} {3}",
    "{1}\N{EN DASH}{2}\N{EN DASH}{3}",
    "{1}/{2}/{3}",
    "{1}{2} {3}",
    "{1}\N{ZERO WIDTH SPACE}{2}{3}",
)
CASE = st.tuples(st.from_regex(r"\A[0-9]{8}\Z"), st.integers(0, 9), st.sampled_from(NOTATIONS), st.booleans())


@settings(deadline=None, max_examples=60)
@given(cases=st.lists(CASE, min_size=1, max_size=40))
@example(cases=[("99999001", 9, "{0}", False), ("00000001", 2, "{0}", False), ("10000000", 9, "{0}", True)])
def test_exactly_the_numbers_that_pass_the_eleven_test_are_found(cases: list[tuple[str, int, str, bool]]) -> None:
    """Each in a cell of its own, as text in some notation or as a number.

    A number in a cell has no leading zero, by which the eight digits that are left can't be told from other numbers.
    """
    book = openpyxl.Workbook()
    sheet, expected, found_digits = first_sheet(book), [], []
    for row, (eight, last, notation, as_number) in enumerate(cases, start=1):
        right = checked(eight)
        digits = right if right is not None and last else f"{eight}{last}"
        text = notation.format(digits, digits[:3], digits[3:6], digits[6:], digits[:4], digits[4:6])
        sheet.cell(row, 1, int(digits) if as_number and digits[0] != "0" else text)
        if digits == right:
            expected.append(f"A{row}")
            found_digits.append(digits)
    reading = read(saved(book))
    assert [cell for _, cell in personal(reading)] == expected
    assert not any(holds(reading, digits) for digits in found_digits)
