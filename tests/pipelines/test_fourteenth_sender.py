"""A fourteenth sender is added to a copy of the project with a YAML layout and reference rows, and no Python."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import xlsxwriter  # type: ignore[import-untyped]  # has no stubs

from tests.conftest import PROJECT
from tests.pipelines.runs import environment, put

LAYOUT = """\
sender: koepel_veiligheid
name: Koepel veiligheidsregio's
sector: veiligheidsregios
period: year
recognise:
  marks: ["Banenafspraak veiligheidsregio's"]
  period: ["Banenafspraak veiligheidsregio's (?P<year>\\\\d{4})"]
tables:
  regions:
    sheet: 'Regio''s'
    anchor: code
    fields:
      code: {header: 'Nr', part: code}
      name: {header: 'Regio', part: name}
      target: {header: 'Doel', measure: target_jobs}
      hours: {header: 'Uren per week', measure: weekly_hours, converts_to: realised_jobs}
      procurement: {header: 'Via inkoop', measure: procurement_jobs}
    default_level: employer
    records:
      - {label: 'Alle regio''s', level: sector, required: true}
texts:
  - "Banenafspraak veiligheidsregio's \\\\d{4}"
"""
SECTOR = "veiligheidsregios,Veiligheidsregio's,sector,3,verzonnen\n"
EMPLOYERS = "".join(
    f"veiligheidsregios,0{number},Voorbeeldregio 0{number},employer,,,,,verzonnen\n" for number in (1, 2, 3)
)


def _workbook() -> bytes:
    """Three regions: 20.4, 10 and an unknown number of jobs. 775.2 hours ÷ 25.5 = 30.4 jobs of 41."""
    rows: list[tuple[object, ...]] = [
        ("Banenafspraak veiligheidsregio's 2024",),
        (),
        ("Nr", "Regio", "Doel", "Uren per week", "Via inkoop"),
        ("01", "Voorbeeldregio 01", 15, "520,2", 2),
        ("02", "Voorbeeldregio 02", 14, 255, 0),
        ("03", "Voorbeeldregio 03", 12, "n.b.", "nvt"),
        (None, "Alle regio's", 41, "775,2", 2),
    ]
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Regio's")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return stream.getvalue()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's code and reference data."""
    project = tmp_path / "project"
    data = shutil.ignore_patterns("*.duckdb", "*.wal", "observations", "findings", "reports", "__pycache__")
    for room in ("assets", "expectations", "warehouse", "pipelines"):
        shutil.copytree(PROJECT / room, project / room, ignore=data)
    return project


def _add_sender(project: Path) -> None:
    (project / "assets" / "returns" / "layouts" / "veiligheidsregios.yaml").write_text(LAYOUT, encoding="utf-8")
    for name, lines in {"sectors": SECTOR, "employers": EMPLOYERS}.items():
        with (project / "warehouse" / "reference" / f"{name}.csv").open("a", encoding="utf-8") as file:
            file.write(lines)


def _banenafspraak(project: Path, data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    folders = {"BANENAFSPRAAK_RAW_DIR": str(data / "raw"), "BANENAFSPRAAK_WAREHOUSE_DIR": str(data / "warehouse")}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *words, "--json"],
        cwd=project,
        env=environment(PYTHONPATH=str(project), **folders),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_a_fourteenth_sender_needs_no_python(copy: Path, tmp_path: Path) -> None:
    folder = put(tmp_path / "given", {"regio's.xlsx": _workbook()})
    before = _banenafspraak(copy, tmp_path, "run", str(folder))
    assert (before.returncode, json.loads(before.stdout)["files"][0]["outcome"]) == (1, "rejected")
    _add_sender(copy)
    done = _banenafspraak(copy, tmp_path, "reread")
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    (file,) = said["files"]
    assert (file["sector_code"], file["period"]) == ("veiligheidsregios", "2024")
    assert [(f["rule"], f["cell"]) for f in file["findings"]] == [
        ("numbers_are_numbers", "D4"),
        ("numbers_are_numbers", "D7"),
        ("employers_returned", "D6"),
    ]
    (sector,) = said["sectors"]
    figures = ("target_jobs", "realised_jobs", "realised_pct", "procurement_jobs", "rows_difference")
    assert [sector[name] for name in figures] == ["41", "30.4", "74.1463", "2", "0"]
    assert (sector["employers_returned"], sector["employers_expected"]) == (2, 3)
    (national,) = (row for row in said["national"] if (row["period"], row["basis"]) == ("2024", "sector_returns"))
    assert (national["sectors_returned"], national["sectors_expected"]) == (1, 14)
