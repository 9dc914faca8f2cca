"""Sectors and the nation against the year before, known breaks in the series, and the regimes.

Expected figures are those of the letter (Kamerstuk 34352 nr. 348), or reckoned by hand from them.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipelines.runs import DataFolders, SamplesRun
from tests.warehouse.marts import Row, ask, numbers, remade, without

CHANGES = [
    ("rijk", "561", "4.5868"),  # 5,994 and 5,637: 84.7181 - 80.1313
    ("defensie", "86.9", "4.3678"),
    ("gemeenten", "-269", None),  # another concept of goal
    ("provincies", "25.2", "3.0993"),
    ("waterschappen", "1.5", "-4.7739"),
    ("politie", "102", "14.3058"),
    ("umc", None, None),  # one umc is not in the realisation of 2023
    ("hbo", "-19", "-0.8379"),
]


@pytest.mark.parametrize(("sector", "jobs", "points"), CHANGES)
def test_a_sector_against_the_year_before(
    samples_run: SamplesRun, sector: str, jobs: str | None, points: str | None
) -> None:
    found = samples_run.data.query(
        "SELECT previous_period, change_jobs, change_pct_points FROM mart.sector_progress "
        f"WHERE (sector_code, period) = ('{sector}', '2024')"
    )
    assert found == [("2023", *numbers(jobs, points))]


def test_a_quarter_is_compared_with_that_quarter_a_year_before(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT period, previous_period, change_jobs FROM mart.sector_progress "
        "WHERE sector_code = 'rijk' AND period_kind = 'quarter' ORDER BY period"
    )
    nothing = [(period, None, None) for period in ("2023Q4", "2024Q1", "2024Q2", "2024Q3")]
    assert found == [*nothing, ("2024Q4", "2023Q4", Decimal(561))]


def test_a_break_is_told_in_dutch_and_only_where_it_is(samples_run: SamplesRun) -> None:
    found = dict(
        samples_run.data.query(
            "SELECT sector_code || ' ' || period, break_in_series FROM mart.sector_progress "
            "WHERE break_in_series IS NOT NULL"
        )
    )
    assert set(found) == {"gemeenten 2024", "umc 2024"}
    assert "informele verdeling" in found["gemeenten 2024"]
    assert "ontbreken de cijfers van een umc" in found["umc 2024"]


def test_without_a_year_before_there_is_no_change(police: DataFolders) -> None:
    found = police.query(
        "SELECT previous_period, change_jobs, change_pct_points, break_in_series FROM mart.sector_progress"
    )
    assert found == [(None, None, None, None)]
    assert police.query(
        "SELECT change_jobs, change_pct_points, submission_ids FROM mart.national_progress "
        "WHERE basis = 'sector_returns'"
    ) == [(None, None, "politie-2024-v1")]


def test_the_nation_against_the_year_before(samples_run: SamplesRun) -> None:
    """The 553 jobs and -0.2 points between the sums are not development: a umc was missing, a goal was another one."""
    found = samples_run.data.query(
        "SELECT change_jobs, change_pct_points, break_in_series, submission_ids FROM mart.national_progress "
        "WHERE (basis, period) = ('sector_returns', '2024')"
    )
    ((jobs, points, broken, submissions),) = found
    assert (jobs, points) == (None, None)
    assert broken.startswith("Gemeenten: ")
    assert "Universitair medische centra: " in broken
    ids = submissions.split("; ")
    assert (len(ids), ids) == (13, sorted(ids))


def test_a_sum_of_other_sectors_is_not_compared(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(samples_run, tmp_path, *without("waterschappen-2023-v1"))
    assert ask(
        storage,
        "SELECT sectors_returned, change_jobs, change_pct_points FROM mart.national_progress "
        "WHERE (basis, period) = ('sector_returns', '2024')",
    ) == [(13, None, None)]


OFFICIAL = {
    "2016": numbers("-1856"),  # 3,597 - 5,453
    "2020": (None,),
    "2021": (None,),  # 2020 is not known
    "2022": numbers("-1838"),  # 10,004 - 11,842
    "2023": numbers("1630"),  # 11,634 - 10,004
    "2024": (None,),
}


@pytest.mark.parametrize("year", OFFICIAL)
def test_the_official_series_against_the_year_before(samples_run: SamplesRun, year: str) -> None:
    found = samples_run.data.query(
        f"SELECT change_jobs FROM mart.national_progress WHERE (basis, period) = ('official_monitor', '{year}')"
    )
    assert found == [OFFICIAL[year]]


BREAKS: list[Row] = [
    ("gemeenten", "target_jobs", Decimal(5250), Decimal(5540), Decimal(290), "goal_concept"),
    ("umc", "realised_jobs", Decimal(506), Decimal(586), Decimal(80), "coverage"),
]
FIGURES_OF_BREAKS = "SELECT sector_code, measure, value_before, value_after, difference, kind FROM mart.series_breaks"


def test_the_breaks_the_letter_states_with_the_figures_on_both_sides(samples_run: SamplesRun) -> None:
    assert samples_run.data.query(FIGURES_OF_BREAKS) == BREAKS
    sources = samples_run.data.query("SELECT DISTINCT left(source, 24), submission_ids FROM mart.series_breaks")
    assert set(sources) == {
        ("Kamerstuk 34352 nr. 348 ", "gemeenten-2023-v1; gemeenten-2024-v1"),
        ("Kamerstuk 34352 nr. 348 ", "umc-2023-v1; umc-2024-v1"),
    }


def test_a_break_is_known_before_its_returns_are_in(police: DataFolders) -> None:
    nothing = (None, None, None)
    assert police.query(FIGURES_OF_BREAKS) == [(*row[:2], *nothing, row[5]) for row in BREAKS]


def test_the_new_law_has_no_date_yet(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT regime, valid_from IS NULL, valid_to, status FROM core.regime ORDER BY regime"
    )
    assert found == [("wba", True, None, "not_in_force"), ("wfsv", False, None, "in_force")]
