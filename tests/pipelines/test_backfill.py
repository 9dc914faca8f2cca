"""Synthetic years, of which a backfill is measured: they are taken for returns of their year, and are accepted."""

from __future__ import annotations

from pathlib import Path

import openpyxl

from benchmarks.synthetic_years import synthetic_years
from tests.conftest import letter_figures
from tests.pipelines.runs import DataFolders, banenafspraak


def test_every_sector_has_an_acceptable_return_over_a_synthetic_year(data: DataFolders, tmp_path: Path) -> None:
    made = synthetic_years(tmp_path, [2022])
    said = banenafspraak("check", *made, *data.options, "--json")
    assert said.code == 0
    assert sorted((file["sector_code"], file["period"]) for file in said.json["files"]) == sorted(
        (figure.sector_code, "2022") for figure in letter_figures() if figure.period == "2023"
    )
    assert {file["outcome"] for file in said.json["files"]} == {"accepted", "accepted_with_findings"}
    titles = [openpyxl.load_workbook(path, read_only=True).properties.title for path in made]
    assert [name for name in (*titles, *(path.name for path in made)) if not name.startswith("SYNTHETISCH ")] == []
