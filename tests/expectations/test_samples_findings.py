"""What the catalogue finds in the thirty-five sample returns: no more and no less than a person finds in the cells.

What is expected is typed over by hand, or looked up in the workbooks without our reader.
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain, product
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pytest
import xlrd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from assets.returns.read import ReturnReader
from expectations.validate import Validation, validate
from tests.conftest import SAMPLES, sample_files
from tests.expectations.readings import REFERENCE, failures, result
from warehouse.records import Finding, Outcome, Severity, SubmissionStatus

VNG = "Opgave banenafspraak VNG {year} def.xlsx"
MBO_2023, MBO_2024 = "MBO Raad - banenafspraak 2023.xlsx", "MBO Raad - banenafspraak 2024 (v2).xlsx"
NFU_2023 = "NFU uitvraag banenafspraak umc 2023.xls"

# What a sender writes before a number that is not exact.
APPROXIMATE = re.compile(r"\s*(\+/-|±|ca\.|circa|bijna|ongeveer)", re.IGNORECASE)
NUMBER = re.compile(r"\s*(\+/-|±|ca\.)?\s*\d[\d.,]*\s*")
BARE_NUMBER = re.compile(r"\d[\d.,]*")
# Where a text of digits is a code of an employer or a region; and a year is a heading.
CODES = re.compile(r"A\d+|B\d+(?= Respons)")
YEAR = re.compile(r"20\d\d")


class Where(NamedTuple):
    """A cell of a sample."""

    file: str
    sheet: str | None
    cell: str | None


@pytest.fixture(scope="module")
def validations() -> dict[str, Validation]:
    """All samples, read and judged in one go, by file name."""
    files, reader, today = sample_files(), ReturnReader(), date(2026, 1, 1)
    judged = validate([reader.read(path.read_bytes(), today) for path in files], REFERENCE)
    return dict(zip([path.name for path in files], judged, strict=True))


def _found(validations: dict[str, Validation], *rules: str) -> dict[Where, Finding]:
    return {
        Where(name, finding.sheet, finding.cell): finding
        for name, validation in validations.items()
        for finding in failures(validation, *rules)
    }


def _cells(path: Path) -> Iterator[tuple[Where, object]]:
    """All cells of a workbook, read without our reader; those of an .ods without their address."""
    if path.suffix == ".xls":
        for sheet in xlrd.open_workbook(str(path)).sheets():
            for row, column in product(range(sheet.nrows), range(sheet.ncols)):
                yield (
                    Where(path.name, sheet.name, f"{get_column_letter(column + 1)}{row + 1}"),
                    sheet.cell_value(row, column),
                )
    elif path.suffix == ".ods":
        content = zipfile.ZipFile(path).read("content.xml").decode()
        yield from ((Where(path.name, None, None), text) for text in re.findall(r"<text:p[^>]*>([^<]*)", content))
    else:
        for worksheet in openpyxl.load_workbook(path, data_only=True):
            for cell in chain.from_iterable(worksheet.iter_rows()):
                yield Where(path.name, worksheet.title, cell.coordinate), cell.value


def _without_a_number(worksheet: Worksheet, code_pattern: str, column: str) -> Iterator[str]:
    """The cells of a column, in the rows that begin with a code, that hold no number."""
    for row in range(1, worksheet.max_row + 1):
        cell = worksheet[f"{column}{row}"]
        if re.fullmatch(code_pattern, str(worksheet[f"A{row}"].value)) and not NUMBER.fullmatch(str(cell.value)):
            yield cell.coordinate


def test_there_are_thirty_five_samples(validations: dict[str, Validation]) -> None:
    assert len(validations) == 35


def test_no_sample_is_rejected(validations: dict[str, Validation]) -> None:
    rejected = {name: v.failures for name, v in validations.items() if v.status is SubmissionStatus.REJECTED}
    assert not rejected


def test_the_percentages_that_do_not_follow_are_these_two(validations: dict[str, Validation]) -> None:
    found = _found(validations, "stated_percentage_follows")
    assert {where: (finding.found, finding.expected) for where, finding in found.items()} == {
        Where("UvW banenafspraak 2023.xlsx", "Waterschappen 2023", "H31"): ("56,6%", "59,6%"),
        Where("Politie - Blauwe Baan stand 31-12-2024.xlsx", "Overzicht", "P15"): ("68,4%", "68,6%"),
    }


def test_every_approximate_value_is_told_with_its_cell_and_no_other_is(validations: dict[str, Validation]) -> None:
    cells = [cell for path in sample_files() for cell in _cells(path)]
    texts = {where: value for where, value in cells if isinstance(value, str) and APPROXIMATE.match(value)}
    found = _found(validations, "values_exact")
    assert {where: finding.found for where, finding in found.items()} == texts
    by_file = Counter(where.file for where in texts)
    assert by_file == {
        MBO_2023: 9, MBO_2024: 9, "NFU uitvraag banenafspraak umc 2024.xlsx": 1,
        "SZW Landelijke monitor banenafspraak 2015-2024.xlsx": 1,
    }  # fmt: skip


def test_every_number_that_stands_as_text_is_told_with_its_cell_and_no_other_is(
    validations: dict[str, Validation],
) -> None:
    cells = [cell for path in sample_files() if path.suffix != ".ods" for cell in _cells(path)]
    texts = {
        where: value
        for where, value in cells
        if isinstance(value, str)
        and BARE_NUMBER.fullmatch(value)
        and not YEAR.fullmatch(value)
        and not CODES.match(f"{where.cell} {where.sheet}")
    }
    found = _found(validations, "numbers_are_numbers")
    assert {where: finding.found for where, finding in found.items()} == texts
    by_file = Counter(where.file for where in texts)
    assert by_file == {
        VNG.format(year=2023): 220, VNG.format(year=2024): 218,
        "Opgave Banenafspraak Defensie 2023.xlsx": 5, "Opgave Banenafspraak Defensie 2024.xlsx": 5,
        "UNL banenafspraak universiteiten 2023.xlsx": 3, "UNL banenafspraak universiteiten 2024.xlsx": 3,
        "VO-raad monitor banenafspraak 2023.xlsx": 9, "VO-raad monitor banenafspraak 2024.xlsx": 9,
    }  # fmt: skip


def test_every_missing_employer_is_told_and_no_other_is(validations: dict[str, Validation]) -> None:
    found = _found(validations, "employers_returned")
    assert Counter(where.file for where in found) == {
        VNG.format(year=2023): 10, VNG.format(year=2024): 12, MBO_2023: 16, MBO_2024: 14, NFU_2023: 1,
    }  # fmt: skip


def test_missing_employers_are_told_at_the_cell_that_holds_no_number(validations: dict[str, Validation]) -> None:
    expected = {Where(NFU_2023, "umc's 2023", "E9")}
    for year, mbo, realised in ((2023, MBO_2023, "G"), (2024, MBO_2024, "H")):
        schools = openpyxl.load_workbook(SAMPLES / str(year) / mbo)["mbo-scholen"]
        expected |= {Where(mbo, schools.title, cell) for cell in _without_a_number(schools, r"\d\d[A-Z]\d", "D")}
        vng = VNG.format(year=year)
        for province in openpyxl.load_workbook(SAMPLES / str(year) / vng, data_only=True):
            if province.title.startswith("Provincie"):
                expected |= {
                    Where(vng, province.title, cell) for cell in _without_a_number(province, r"\d{5}", realised)
                }
    assert set(_found(validations, "employers_returned")) == expected


def test_everything_adds_up_in_every_sample(validations: dict[str, Validation]) -> None:
    sums = ("rows_equal_total", "parts_equal_total", "survey_raised", "survey_sums", "jobs_follow_hours")
    assert not _found(validations, *sums, "repeated_in_return")


@pytest.mark.parametrize(
    ("rule", "returns"),
    [
        ("rows_equal_total", 30),  # all but the two surveys, twice, and the monitor
        ("parts_equal_total", 18),  # nine sectors split their realisation, twice
        ("survey_raised", 2),  # po
        ("survey_sums", 4),  # po and vo
        ("jobs_follow_hours", 2),  # vo
        (
            "realised_within_workforce",
            7,
        ),  # gemeenten 2024; po, vo and onderzoeksinstellingen, twice; defensie says n.b.
        ("goal_follows_workforce", 2),  # gemeenten and onderzoeksinstellingen 2024; of 2023 no quota was published
        ("shares_sum_to_100", 1),  # hbo 2024; those of 2023 were not published
        ("coverage_at_least", 33),  # all but the monitor and the register
        ("coverage_at_most", 33),
        ("employer_valid", 33),
        ("no_personal_data", 35),
        ("stated_percentage_follows", 32),  # all but the traffic light, twice, and the monitor
    ],
)
def test_sums_and_percentages_were_really_looked_at(
    validations: dict[str, Validation], rule: str, returns: int
) -> None:
    counts = [result(validation, rule) for validation in validations.values()]
    assert sum(one.places_checked > one.places_not_evaluable for one in counts) == returns


def test_nothing_else_is_found_than_what_senders_should_hear(validations: dict[str, Validation]) -> None:
    findings = [finding for validation in validations.values() for finding in validation.findings]
    wrong = [finding for finding in findings if finding.outcome is Outcome.FAILS]
    assert {finding.rule for finding in wrong} == {
        "stated_percentage_follows", "values_exact", "employers_returned", "values_counted", "numbers_are_numbers",
    }  # fmt: skip
    assert not [finding for finding in wrong if finding.severity is Severity.ERROR]
    assert not [finding for finding in findings if finding.cell is None]


def test_raised_totals_of_the_two_surveys_are_told_as_estimates(validations: dict[str, Validation]) -> None:
    found = _found(validations, "values_counted")
    # po: five size classes, their total and the sector, each of jobs and of procurement; vo: hours, jobs, procurement
    assert Counter(where.file for where in found) == {
        "PO-Raad_rapportage_banenafspraak_2023.xlsx": 14,
        "PO-Raad_rapportage_banenafspraak_2024.xlsx": 14,
        "VO-raad monitor banenafspraak 2023.xlsx": 3,
        "VO-raad monitor banenafspraak 2024.xlsx": 3,
    }
