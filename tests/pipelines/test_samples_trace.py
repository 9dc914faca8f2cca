"""Traces over all samples: every published figure leads back to the cells it is made of.

Only what needs all thirty-five files belongs here; they are run once.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.pipelines.runs import Said, SamplesRun, banenafspraak


def _trace(samples_run: SamplesRun, *words: str) -> Any:
    said = _said(samples_run, *words, "--json")
    assert said.code == 0, said.err
    return said.json


def _said(samples_run: SamplesRun, *words: str) -> Said:
    return banenafspraak("trace", *words, "--warehouse-dir", samples_run.data.warehouse)


def test_the_national_realisation_is_the_sum_of_thirteen_cells(samples_run: SamplesRun) -> None:
    trace = _trace(samples_run, "national", "2024", "sector_returns", "realised_jobs")
    assert trace["value"] == "17933"
    assert len({source["sector_code"] for source in trace["sources"]}) == len(trace["sources"]) == 13
    assert sum(Decimal(source["value"]) for source in trace["sources"]) == Decimal("17933.0")
    assert all(source["file_name"] and source["sheet"] and source["cell"] for source in trace["sources"])


def test_the_national_gap_is_twenty_six_cells(samples_run: SamplesRun) -> None:
    trace = _trace(samples_run, "national", "2024", "sector_returns", "gap_jobs")
    totals = {
        measure: sum(Decimal(s["value"]) for s in trace["sources"] if s["measure"] == measure)
        for measure in ("target_jobs", "realised_jobs")
    }
    assert len(trace["sources"]) == 26
    assert Decimal(trace["value"]) == totals["target_jobs"] - totals["realised_jobs"] == Decimal("14987.3")


def test_the_official_realisation_is_one_cell_of_the_monitor(samples_run: SamplesRun) -> None:
    trace = _trace(samples_run, "national", "2023", "official_monitor", "realised_jobs")
    (source,) = trace["sources"]
    assert (trace["value"], source["value"]) == ("11634", "11634")
    assert source["file_name"] == "SZW Landelijke monitor banenafspraak 2015-2024.xlsx"


def test_the_official_target_is_a_row_of_the_path(samples_run: SamplesRun) -> None:
    trace = _trace(samples_run, "national", "2019", "official_monitor", "target_jobs")
    assert (trace["value"], trace["sources"]) == ("15000", [])
    assert len(trace["reference"]) == 1
    assert "15000" in trace["reference"][0]


def test_an_unknown_official_year_has_no_value(samples_run: SamplesRun) -> None:
    assert _trace(samples_run, "national", "2024", "official_monitor", "realised_jobs")["value"] is None


def test_the_realisation_of_mbo_leads_to_its_cell_and_its_rows(samples_run: SamplesRun) -> None:
    trace = _trace(samples_run, "sector", "mbo", "2024", "realised_jobs")
    (source,) = trace["sources"]
    assert (source["cell"], source["literal"], source["status"], trace["value"]) == (
        "D57",
        "+/- 706",
        "approximate",
        "706",
    )
    assert len(trace["rows"]) == 51
    known = [row for row in trace["rows"] if row["value"] is not None]
    assert len(known) == 37
    assert all(row["cell"].startswith("D") for row in trace["rows"])


def test_a_person_sees_the_cell_too(samples_run: SamplesRun) -> None:
    said = _said(samples_run, "sector", "mbo", "2024", "realised_jobs")
    assert (said.code, "D57" in said.out, "+/- 706" in said.out) == (0, True, True)


@pytest.mark.parametrize("basis", ["sector_returns", "official_monitor"])
def test_every_national_figure_leads_somewhere_or_is_refused(samples_run: SamplesRun, basis: str) -> None:
    columns = samples_run.data.query("SELECT column_name FROM (DESCRIBE mart.national_progress)")
    led = {}
    for (column,) in columns:
        said = _said(samples_run, "national", "2023", basis, column, "--json")
        assert said.code in {0, 2}, said.err
        if said.code == 0 and said.json["value"] is not None:
            led[column] = bool(said.json["sources"] or said.json["reference"])
    assert {column for column, somewhere in led.items() if not somewhere} == set()
    assert {"target_jobs", "realised_jobs", "gap_jobs", "realised_pct", "pct_of_final_target"} <= set(led)


def test_every_figure_of_every_sector_leads_to_a_cell(samples_run: SamplesRun) -> None:
    figures = samples_run.data.query(
        "SELECT sector_code, period, measure, value FROM (UNPIVOT mart.sector_progress "
        "ON target_jobs, realised_jobs, gap_jobs, procurement_jobs INTO NAME measure VALUE value)"
    )
    assert len(figures) >= 3 * 33
    for sector, period, measure, value in figures[::7]:
        trace = _trace(samples_run, "sector", sector, period, measure)
        assert Decimal(trace["value"]) == value
        assert trace["sources"]
