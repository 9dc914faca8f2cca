"""The whole sample folder through the main job: the figures of the letter, and what a second run does.

Only what needs all thirty-five files belongs here; they are run once.
"""

from __future__ import annotations

from decimal import Decimal
from html import unescape

import pytest

from tests.conftest import SAMPLES, LetterFigure, letter_figures, sample_files
from tests.pipelines.runs import SamplesRun, files_with_times


def test_all_samples_are_accepted(samples_run: SamplesRun) -> None:
    outcomes = {file.file_name: file.status for file in samples_run.result.files}
    assert set(outcomes) == {path.name for path in sample_files()}
    assert len(outcomes) == 35
    assert set(outcomes.values()) <= {"accepted", "accepted_with_findings"}
    assert samples_run.result.not_published_because == []


@pytest.mark.parametrize("figure", letter_figures(), ids=lambda figure: f"{figure.sector_code}-{figure.period}")
def test_a_sector_year_equals_the_letter(samples_run: SamplesRun, figure: LetterFigure) -> None:
    (found,) = samples_run.data.query(
        "SELECT target_jobs, realised_jobs, procurement_jobs FROM mart.sector_progress "
        f"WHERE sector_code = '{figure.sector_code}' AND period = '{figure.period}'"
    )
    assert found[:2] == (figure.target_jobs, figure.realised_jobs)
    if figure.procurement_jobs is not None:
        assert found[2] == figure.procurement_jobs


def test_there_are_no_other_sector_years(samples_run: SamplesRun) -> None:
    years = samples_run.data.query("SELECT sector_code, period FROM mart.sector_progress WHERE period_kind = 'year'")
    assert set(years) == {(figure.sector_code, figure.period) for figure in letter_figures()}


NATIONAL = [
    ("2024", "sector_returns", "32920.3", "17933.0", "14987.3", "54.47"),
    ("2023", "sector_returns", "31781.3", "17380.0", "14401.3", "54.69"),
    ("2023", "official_monitor", "25000", "11634", "13366", "46.54"),
    ("2022", "official_monitor", "22500", "10004", "12496", "44.46"),
    ("2019", "official_monitor", "15000", "9786", "5214", "65.24"),
]


@pytest.mark.parametrize(("period", "basis", "target", "realised", "gap", "pct"), NATIONAL)
def test_the_national_totals(
    samples_run: SamplesRun, period: str, basis: str, target: str, realised: str, gap: str, pct: str
) -> None:
    found = samples_run.data.query(
        "SELECT target_jobs, realised_jobs, gap_jobs, round(realised_pct, 2) FROM mart.national_progress "
        f"WHERE period = '{period}' AND basis = '{basis}'"
    )
    assert found == [tuple(map(Decimal, (target, realised, gap, pct)))]


def test_every_sector_has_returned_in_both_years(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT period, sectors_expected, sectors_returned FROM mart.national_progress "
        "WHERE basis = 'sector_returns' ORDER BY period"
    )
    assert found == [("2023", 13, 13), ("2024", 13, 13)]


def test_half_years_and_quarters_are_kept_apart_from_years(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT sector_code, period FROM mart.sector_progress WHERE period_kind <> 'year' ORDER BY ALL"
    )
    rijk = [("rijk", period) for period in ("2023Q4", "2024Q1", "2024Q2", "2024Q3", "2024Q4")]
    assert found == [("provincies", "2024H1"), ("provincies", "2024H2"), *rijk]


def test_the_monitor_is_one_submission_with_many_years(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT DISTINCT submission_id FROM core.observation "
        "WHERE measure = 'extra_jobs_official' AND role = 'own' AND value IS NOT NULL"
    )
    assert len(found) == 1


def test_stated_percentages_that_do_not_follow_are_found_with_their_cell(samples_run: SamplesRun) -> None:
    """By hand: 329 of 552 is 59.6 %, not 56.6 %; 489 of 713 is 68.6 %, not 68.4 %."""
    found = samples_run.data.query(
        "SELECT submission_id, cell, found, expected FROM audit.finding "
        "WHERE rule = 'stated_percentage_follows' AND outcome = 'fails' ORDER BY submission_id"
    )
    assert [(submission, said, right) for submission, _, said, right in found] == [
        ("politie-2024-v1", "68,4%", "68,6%"),
        ("waterschappen-2023-v1", "56,6%", "59,6%"),
    ]
    assert all(cell for _, cell, _, _ in found)


def test_the_given_folder_is_left_as_it_is(samples_run: SamplesRun) -> None:
    assert files_with_times(SAMPLES) == samples_run.samples_before


def test_running_the_samples_again_changes_nothing_on_disk(samples_run: SamplesRun) -> None:
    before = samples_run.data.on_disk()
    again = samples_run.data.run(SAMPLES)
    assert samples_run.data.on_disk() == before
    assert again == samples_run.result


def _pages(samples_run: SamplesRun) -> dict[str, str]:
    """Every page of the report, unescaped."""
    folder = samples_run.data.storage.report(samples_run.result.report_name)
    return {path.name: unescape(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


def test_the_report_names_every_file(samples_run: SamplesRun) -> None:
    pages = _pages(samples_run)
    assert "index.html" in pages
    assert [path.name for path in sample_files() if not any(path.name in page for page in pages.values())] == []


def test_the_report_needs_nothing_from_elsewhere(samples_run: SamplesRun) -> None:
    for name, page in _pages(samples_run).items():
        assert "src=" not in page, name
        assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), name
