"""The marts of the products of the cadence: what the ICBR and the JBR are told, beside the cells of the quarters."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from tests.conftest import SAMPLES
from tests.pipelines.runs import SamplesRun
from tests.warehouse.marts import Row, ask, numbers, remade, without

QUARTERS = ("2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4")
MINISTRIES = 14


def _cells(period: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Goal and realisation in the sender's workbook per first cell of the row, the units left out."""
    year, quarter = period[:4], period[4:]
    path = SAMPLES / year / f"Kwartaalrapportage banenafspraak Rijk {year}-{quarter}.xlsx"
    rows = openpyxl.load_workbook(path, data_only=True).worksheets[0].iter_rows(6, 22, 1, 4, values_only=True)
    return {str(row[0]): (Decimal(str(row[1])), Decimal(str(row[3]))) for row in rows if "waarvan" not in str(row[0])}


@pytest.mark.parametrize("period", QUARTERS)
def test_figures_are_those_of_the_cells_and_the_total_that_of_the_sender(samples_run: SamplesRun, period: str) -> None:
    found = samples_run.data.query(
        "SELECT coalesce(employer_code, 'TOTAAL'), target_jobs, realised_jobs, gap_jobs, submission_id, position "
        f"FROM mart.ministry_quarters WHERE period = '{period}'"
    )
    cells = {name.upper(): figures for name, figures in _cells(period).items()}
    assert len(cells) == MINISTRIES + 1
    assert {row[0]: row[1:3] for row in found} == cells
    assert all(row[3] == row[1] - row[2] for row in found)
    assert {row[4:] for row in found} == {(f"rijk-{period}-v1", "provisional")}


# Worked out by hand from column D of the five workbooks. JenV: 855.6, 885.7, 886.9, 908.1, 936.0; goal of 2024 1488.1.
COURSE = [
    # period, ministry, previous, change, trend over, trend, quarters left, needed, on course
    ("2023Q4", "JENV", None, None, None, None, 0, None, None),
    ("2024Q1", "JENV", "2023Q4", "30.1", 1, "30.1", 3, "200.8", False),  # (1488.1 - 885.7) / 3
    ("2024Q2", "JENV", "2024Q1", "1.2", 2, "15.65", 2, "300.6", False),  # 31.3 / 2; 601.2 / 2
    ("2024Q3", "JENV", "2024Q2", "21.2", 3, "17.5", 1, "580", False),  # 52.5 / 3
    ("2024Q4", "JENV", "2024Q3", "27.9", 4, "20.1", 0, None, None),  # 80.4 / 4
    ("2024Q1", "OCW", "2023Q4", "0.5", 1, "0.5", 3, "1.2667", False),  # (220.0 - 216.2) / 3
    ("2024Q3", "OCW", "2024Q2", "-5.0", 3, "-1.8333", 1, "9.8", False),  # (210.2 - 215.7) / 3
    ("2024Q2", "SZW", "2024Q1", "13.2", 2, "9.05", 2, "0", True),  # 276.8 of 260
    ("2024Q3", "RIJK", "2024Q2", "129", 3, "137.6667", 1, "1064", False),  # (4930 - 4517) / 3; 5994 - 4930
    ("2024Q4", "RIJK", "2024Q3", "148", 4, "140.25", 0, None, None),  # (5078 - 4517) / 4
]


@pytest.mark.parametrize("expected", COURSE, ids=lambda row: f"{row[0]}-{row[1]}")
def test_course_of_a_ministry(samples_run: SamplesRun, expected: Row) -> None:
    period, ministry, previous, change, quarters, trend, left, needed, on_course = expected
    found = samples_run.data.query(
        "SELECT previous_period, change_jobs, trend_quarters, trend_jobs_per_quarter, quarters_left, "
        f"needed_per_quarter, on_course FROM mart.ministry_quarters WHERE period = '{period}' "
        f"AND coalesce(employer_code, 'RIJK') = '{ministry}'"
    )
    assert found == [(previous, *numbers(change), quarters, *numbers(trend), left, *numbers(needed), on_course)]


def test_units_are_told_beside_their_ministry(samples_run: SamplesRun) -> None:
    """2024Q4: DJI 290.2 of 654.8 and Rechtspraak 159.1 of 297.6."""
    found = samples_run.data.query(
        "SELECT employer_code, units, units_target_jobs, units_realised_jobs FROM mart.ministry_quarters "
        "WHERE period = '2024Q4' AND units IS NOT NULL"
    )
    assert found == [("JENV", "DJI; Rechtspraak", *numbers("952.4", "449.3"))]


COURSE_OF_JENV = (
    "SELECT period, realised_jobs, previous_period, change_jobs, trend_quarters, trend_jobs_per_quarter, on_course "
    "FROM mart.ministry_quarters WHERE employer_code = 'JENV' ORDER BY period"
)


def test_a_quarter_that_is_not_there_breaks_the_run(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(samples_run, tmp_path, *without("rijk-2024Q2-v1"))
    found = {row[0]: row[1:] for row in ask(storage, COURSE_OF_JENV)}
    assert "2024Q2" not in found
    assert found["2024Q3"] == (Decimal("908.1"), None, None, None, None, None)
    assert found["2024Q4"] == (Decimal("936.0"), "2024Q3", Decimal("27.9"), 1, Decimal("27.9"), None)


def test_an_unknown_figure_breaks_the_run_and_stays_unknown(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "UPDATE core.observation SET value = NULL, status = 'missing' "
        "WHERE (submission_id, employer_code, measure) = ('rijk-2024Q2-v1', 'JENV', 'realised_jobs')",
    )
    found = {row[0]: row[1:] for row in ask(storage, COURSE_OF_JENV)}
    assert found["2024Q2"] == (None, "2024Q1", None, None, None, None)
    assert found["2024Q3"] == (Decimal("908.1"), "2024Q2", None, None, None, None)
    unknown = "SELECT needed_per_quarter FROM mart.ministry_quarters WHERE period = '2024Q2' AND gap_jobs IS NULL"
    assert ask(storage, unknown) == [(None,)]


@pytest.mark.parametrize(("first", "second", "on_course"), [("265", "263.4", True), ("265", "263.3", False)])
def test_a_reached_goal_asks_nothing_and_is_on_course_while_the_trend_leaves_it_reached(
    samples_run: SamplesRun, tmp_path: Path, first: str, second: str, on_course: bool
) -> None:
    """SZW owes 260. From 265.0 to 263.4 it loses 1.6 a quarter: 260.2 after two more; to 263.3, 1.7: 259.9."""
    changes = [
        f"UPDATE core.observation SET value = {jobs} WHERE (submission_id, employer_code, measure) "
        f"= ('rijk-{period}-v1', 'SZW', 'realised_jobs')"
        for period, jobs in (("2024Q1", first), ("2024Q2", second))
    ]
    storage = remade(samples_run, tmp_path, *without("rijk-2023Q4-v1"), *changes)
    found = ask(
        storage,
        "SELECT needed_per_quarter, on_course FROM mart.ministry_quarters "
        "WHERE (employer_code, period) = ('SZW', '2024Q2')",
    )
    assert found == [(Decimal(0), on_course)]


JBR_OF_JENV = (
    "SELECT period, q3_target_jobs, q3_realised_jobs, q4_target_jobs, q4_realised_jobs, year_target_jobs, "
    "year_realised_jobs, q4_less_q3_jobs, submission_ids FROM mart.jbr_position WHERE employer_code = 'JENV' "
    "ORDER BY period"
)


def test_the_third_quarter_stands_beside_the_fourth_and_the_year(samples_run: SamplesRun) -> None:
    """The third quarter of 2023 has no return: the repeated figure in that of the fourth does not stand in for it."""
    assert samples_run.data.query(JBR_OF_JENV) == [
        ("2023", None, None, *numbers("1387.1", "855.6", "1387.1", "855.6", None), "rijk-2023-v1; rijk-2023Q4-v1"),
        (
            "2024",
            *numbers("1488.1", "908.1", "1488.1", "936.0", "1488.1", "936.0", "27.9"),
            "rijk-2024-v1; rijk-2024Q3-v1; rijk-2024Q4-v1",
        ),
    ]


def test_the_whole_of_rijk_in_the_jbr_is_the_total_of_the_sender(samples_run: SamplesRun) -> None:
    """4930 of 5994 is 82.2489 %, 5078 of 5994 is 84.7181 %."""
    found = samples_run.data.query(
        "SELECT employer_name, q3_realised_jobs, q3_realised_pct, q4_realised_jobs, q4_realised_pct, q4_less_q3_jobs "
        "FROM mart.jbr_position WHERE period = '2024' AND employer_code IS NULL"
    )
    assert found == [("Rijk", *numbers("4930", "82.2489", "5078", "84.7181", "148"))]


def test_a_fourth_quarter_that_is_not_there_is_not_taken_from_the_year(samples_run: SamplesRun, tmp_path: Path) -> None:
    found = ask(remade(samples_run, tmp_path, *without("rijk-2024Q4-v1")), JBR_OF_JENV)
    assert found[1][1:8] == numbers("1488.1", "908.1", None, None, "1488.1", "936.0", None)


def test_a_year_of_which_only_the_first_half_came_in_has_no_position(samples_run: SamplesRun, tmp_path: Path) -> None:
    taken = [*without("rijk-2024Q3-v1"), *without("rijk-2024Q4-v1"), *without("rijk-2024-v1")]
    assert [row[0] for row in ask(remade(samples_run, tmp_path, *taken), JBR_OF_JENV)] == ["2023"]
