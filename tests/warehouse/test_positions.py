"""Provisional and final: what keeps the sum of a year from being final, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipelines.runs import SamplesRun
from tests.warehouse.marts import ask, remade, without

POSITIONS = (
    "SELECT period, position, provisional_because FROM mart.national_progress "
    "WHERE basis = 'sector_returns' ORDER BY period"
)
WAIVE = (
    "INSERT INTO audit.waiver SELECT 'W001', '{rule}', 'mbo', '2024', NULL, NULL, '', 'A', 'B', 'bekend', "
    "DATE '2025-01-01', DATE '2099-01-01', 'active'",
    "UPDATE audit.finding SET waiver = 'W001' WHERE rule = '{rule}' AND period = '2024' AND outcome = 'fails'",
)


def test_employers_without_a_figure_keep_a_year_provisional(samples_run: SamplesRun) -> None:
    """Of 2023: 10 municipalities, a umc and 16 schools. Of 2024: 12 municipalities and 14 schools."""
    assert samples_run.data.query(POSITIONS) == [
        ("2023", "provisional", "27 werkgevers zonder realisatie"),
        ("2024", "provisional", "26 werkgevers zonder realisatie"),
    ]


def test_a_year_is_final_when_what_is_missing_is_waived(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(samples_run, tmp_path, *(sql.format(rule="employers_returned") for sql in WAIVE))
    assert ask(storage, POSITIONS)[1] == ("2024", "final", None)
    assert ask(storage, POSITIONS)[0][1] == "provisional"


def test_a_sector_that_is_missing_is_told_apart(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(samples_run, tmp_path, *without("wo-2024-v1"))
    assert ask(storage, POSITIONS)[1] == (
        "2024", "provisional", "1 sector zonder realisatie; 26 werkgevers zonder realisatie"
    )  # fmt: skip


def test_an_employer_nobody_knows_does_not_stand_in_for_one_that_is_missing(
    samples_run: SamplesRun, tmp_path: Path
) -> None:
    """As many employers with a figure as are expected, one of them a stranger: the finding still stands."""
    change = (
        "INSERT INTO core.observation SELECT * REPLACE ('VREEMD' AS employer_code, 'vreemd-' || cell AS cell) "
        "FROM core.observation WHERE submission_id = 'umc-2023-v1' AND employer_code = ("
        "SELECT min(employer_code) FROM core.observation WHERE submission_id = 'umc-2023-v1' AND level = 'employer')"
    )
    stranger = (
        "INSERT INTO core.employer SELECT * REPLACE ('VREEMD' AS employer_code) FROM core.employer "
        "WHERE sector_code = 'umc' LIMIT 1"
    )
    storage = remade(samples_run, tmp_path, stranger, change)
    returned = "SELECT employers_returned FROM mart.sector_progress WHERE (sector_code, period) = ('umc', '2023')"
    assert ask(storage, returned) == [(7,)]
    assert ask(storage, POSITIONS)[0] == ("2023", "provisional", "27 werkgevers zonder realisatie")


def test_the_table_of_the_letter_says_that_its_total_is_provisional(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT period, note FROM mart.letter_table WHERE sector_code IS NULL ORDER BY period"
    )
    assert [note.partition(";")[0] for _, note in found] == [
        "voorlopig: 27 werkgevers zonder realisatie",
        "voorlopig: 26 werkgevers zonder realisatie",
    ]


@pytest.mark.parametrize(("year", "position"), [("2019", "final"), ("2020", None), ("2024", None)])
def test_the_official_monitor_is_final_where_its_figure_is_known(
    samples_run: SamplesRun, year: str, position: str | None
) -> None:
    assert samples_run.data.query(
        "SELECT position, provisional_because FROM mart.national_progress "
        f"WHERE (basis, period) = ('official_monitor', '{year}')"
    ) == [(position, None)]
