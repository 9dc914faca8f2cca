"""Employers and ministries: goal, realisation, change and rank, and the units inside that never count twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipelines.runs import SamplesRun
from tests.warehouse.marts import Row, ask, numbers, remade

JENV_2024 = "FROM mart.department_progress WHERE (employer_code, period) = ('JENV', '2024')"


def test_the_ministries_make_the_figure_of_rijk(samples_run: SamplesRun) -> None:
    """5,078 of 5,994 in the letter; the units are in JenV already."""
    found = samples_run.data.query(
        "SELECT count(*), sum(target_jobs), sum(realised_jobs) FROM mart.department_progress WHERE period = '2024'"
    )
    assert found == [(14, *numbers("5994", "5078"))]


def test_the_jobs_of_binnenwerk_are_those_of_the_letter(samples_run: SamplesRun) -> None:
    """From 870 to 1,085 in 2024: appendix 1 of the letter."""
    found = samples_run.data.query(
        "SELECT period, sum(binnenwerk_jobs) FROM mart.department_progress WHERE period_kind = 'year' "
        "GROUP BY period ORDER BY period"
    )
    assert found == [("2023", Decimal(870)), ("2024", Decimal(1085))]


def test_a_ministry_with_and_without_its_units(samples_run: SamplesRun) -> None:
    """JenV in the workbook: 936.0 of 1,488.1; DJI 290.1 of 654.8 and Rechtspraak 159.2 of 297.6 are in it."""
    found = samples_run.data.query(
        "SELECT units, units_target_jobs, units_realised_jobs, target_without_units, realised_without_units, "
        f"realised_pct_without_units, realised_pct {JENV_2024}"
    )
    assert found == [("DJI; Rechtspraak", *numbers("952.4", "449.3", "535.7", "486.7", "90.8531", "62.8990"))]


def test_a_ministry_without_units_is_the_same_without_them(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT DISTINCT target_without_units = target_jobs, realised_without_units = realised_jobs, "
        "units_target_jobs FROM mart.department_progress WHERE units IS NULL"
    )
    assert found == [(True, True, None)]


@pytest.mark.parametrize("gone", ["'JENV-DJI'", "'JENV-DJI', 'JENV-RECHTSPRAAK'"])
def test_a_return_without_the_rows_of_units_does_not_say_what_is_left_without_them(
    samples_run: SamplesRun, tmp_path: Path, gone: str
) -> None:
    codes = samples_run.data.query("SELECT employer_code FROM core.employer WHERE parent_code = 'JENV'")
    assert set(gone.replace("'", "").split(", ")) <= {code for (code,) in codes}
    storage = remade(
        samples_run,
        tmp_path,
        f"DELETE FROM core.observation WHERE submission_id = 'rijk-2024-v1' AND employer_code IN ({gone})",
    )
    found = ask(storage, f"SELECT units, realised_jobs, target_without_units, realised_without_units {JENV_2024}")
    assert found == [("DJI; Rechtspraak", Decimal(936), None, None)]


def test_a_unit_that_is_not_known_makes_the_rest_unknown(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "UPDATE core.observation SET value = NULL, status = 'missing' WHERE submission_id = 'rijk-2024-v1' "
        "AND employer_code = 'JENV-DJI' AND measure = 'realised_jobs'",
    )
    found = ask(
        storage,
        "SELECT units, realised_jobs, units_realised_jobs, realised_without_units, realised_pct_without_units, "
        f"target_without_units {JENV_2024}",
    )
    assert found == [("DJI; Rechtspraak", Decimal(936), None, None, None, Decimal("535.7"))]


QUARTERS = [
    ("2023", None, None, False),
    ("2024", "2023", "80.4", False),  # 936.0 - 855.6
    ("2023Q4", None, None, True),
    ("2024Q1", "2023Q4", "30.1", True),  # 885.7 - 855.6
    ("2024Q4", "2024Q3", "27.9", True),  # 936.0 - 908.1
]


@pytest.mark.parametrize(("period", "previous", "jobs", "indicative"), QUARTERS)
def test_a_ministry_against_the_period_just_before(
    samples_run: SamplesRun, period: str, previous: str | None, jobs: str | None, indicative: bool
) -> None:
    found = samples_run.data.query(
        "SELECT previous_period, change_jobs, indicative FROM mart.department_progress "
        f"WHERE (employer_code, period) = ('JENV', '{period}')"
    )
    assert found == [(previous, *numbers(jobs), indicative)]


def test_units_are_shown_with_their_parent_and_never_ranked(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT DISTINCT employer_code, employer_name, parent_code, rank_in_sector FROM mart.employer_progress "
        "WHERE level = 'unit' ORDER BY employer_code"
    )
    assert found == [("JENV-DJI", "DJI", "JENV", None), ("JENV-RECHTSPRAAK", "Rechtspraak", "JENV", None)]


def _umc(samples_run: SamplesRun, period: str) -> dict[str, Row]:
    rows = samples_run.data.query(
        "SELECT right(employer_code, 1), realised_jobs, realised_status, change_jobs, rank_in_sector, cell "
        f"FROM mart.employer_progress WHERE (sector_code, period) = ('umc', '{period}')"
    )
    return {row[0]: row[1:] for row in rows}


def test_umcs_are_ranked_by_percentage(samples_run: SamplesRun) -> None:
    """By hand: G 142 of 376 is 37.8 %, B 29.0, C 23.8, E 20.5, F 16.3, A 16.1, D 14.5."""
    ranks = {code: row[3] for code, row in _umc(samples_run, "2024").items()}
    assert sorted(ranks, key=lambda code: int(ranks[code])) == list("GBCEFAD")
    assert sorted(ranks.values()) == [1, 2, 3, 4, 5, 6, 7]


def test_an_employer_that_did_not_return_keeps_its_row_its_reason_and_its_cell(samples_run: SamplesRun) -> None:
    assert _umc(samples_run, "2023")["E"] == (None, "not_supplied", None, None, "E9")
    assert _umc(samples_run, "2024")["E"] == (Decimal(76), "reported", None, 4, "E9")
    assert _umc(samples_run, "2024")["B"][2] == -1  # 117 - 118


def test_only_what_is_reported_is_ranked(samples_run: SamplesRun) -> None:
    """In 2024, 31 mbo schools report a number, three of them zero; 6 are approximate and 14 are not known."""
    found = samples_run.data.query(
        "SELECT realised_status, count(*), count(rank_in_sector) FROM mart.employer_progress "
        "WHERE (sector_code, period) = ('mbo', '2024') GROUP BY ALL ORDER BY ALL"
    )
    assert found == [("approximate", 6, 0), ("missing", 11, 0), ("not_applicable", 1, 0), ("not_supplied", 2, 0),
                     ("reported", 31, 31)]  # fmt: skip
    zeros = samples_run.data.query(
        "SELECT DISTINCT rank_in_sector, count(*) OVER () FROM mart.employer_progress "
        "WHERE (sector_code, period) = ('mbo', '2024') AND realised_jobs = 0"
    )
    assert zeros == [(29, 3)]


def test_survey_answers_are_unweighted_and_not_ranked(samples_run: SamplesRun) -> None:
    """The answers of 423 school boards are 793.58 jobs, which were raised to the 1,372 of the letter."""
    found = samples_run.data.query(
        "SELECT survey, count(*), sum(realised_jobs), count(rank_in_sector), count(target_jobs) "
        "FROM mart.employer_progress WHERE (sector_code, period) = ('po', '2024') GROUP BY survey"
    )
    assert found == [(True, 423, Decimal("793.58"), 0, 0)]


def test_a_goal_of_zero_gives_no_percentage_and_no_rank(samples_run: SamplesRun, tmp_path: Path) -> None:
    police = "submission_id = 'politie-2024-v1' AND level = 'employer' AND measure = 'target_jobs'"
    storage = remade(
        samples_run,
        tmp_path,
        f"UPDATE core.observation SET value = 0 WHERE {police} AND cell = "
        f"(SELECT min(cell) FROM core.observation WHERE {police})",
    )
    found = ask(
        storage,
        "SELECT realised_pct, rank_in_sector, gap_jobs = -realised_jobs FROM mart.employer_progress "
        "WHERE (sector_code, period) = ('politie', '2024') AND target_jobs = 0",
    )
    assert found == [(None, None, True)]


def test_equal_percentages_share_a_rank(samples_run: SamplesRun, tmp_path: Path) -> None:
    goal = "submission_id = 'umc-2024-v1' AND level = 'employer'"
    storage = remade(
        samples_run,
        tmp_path,
        f"UPDATE core.observation SET value = 100 WHERE {goal} AND measure = 'target_jobs'",
        f"UPDATE core.observation SET value = 50 WHERE {goal} AND measure = 'realised_jobs' "
        "AND employer_code IN ('UMC-B', 'UMC-C', 'UMC-G')",
    )
    found = ask(
        storage,
        "SELECT right(employer_code, 1) FROM mart.employer_progress "
        "WHERE (sector_code, period, rank_in_sector) = ('umc', '2024', 5)",
    )
    assert sorted(code for (code,) in found) == ["B", "C", "G"]  # 50 %, after E 76, F 59, D 52 and A 51
