"""Fixtures every room's tests share: the samples, the letter's figures, and data folders of one test."""

from __future__ import annotations

import csv
import faulthandler
import os
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

os.environ["OPENPYXL_LXML"] = "False"  # lxml comes with a tool for developers; the pipeline runs without it

_CRASH_TRACES = "BANENAFSPRAAK_TESTS_CRASH_TRACES"
PROJECT = Path(__file__).parent.parent
SAMPLES = PROJECT / "raw" / "samples"


class LetterFigure(NamedTuple):
    """What the letter (Kamerstuk 34352 nr. 348) says of one sector and year."""

    sector_code: str
    period: str
    target_jobs: Decimal
    realised_jobs: Decimal
    procurement_jobs: Decimal | None


def letter_figures() -> list[LetterFigure]:
    """The table of the letter, typed over by hand."""
    with (Path(__file__).parent / "letter.csv").open(encoding="utf-8", newline="") as file:
        return [
            LetterFigure(
                row["sector_code"],
                row["period"],
                Decimal(row["target_jobs"]),
                Decimal(row["realised_jobs"]),
                Decimal(row["procurement_jobs"]) if row["procurement_jobs"] else None,
            )
            for row in csv.DictReader(file)
        ]


def sample_files() -> list[Path]:
    """The thirty-five sample returns."""
    return sorted(path for path in SAMPLES.rglob("*.*") if path.suffix in {".xlsx", ".xlsm", ".xls", ".ods"})


@pytest.fixture
def data_dirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Empty raw and warehouse folders, and an environment that names them."""
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    monkeypatch.setenv("BANENAFSPRAAK_RAW_DIR", str(raw))
    monkeypatch.setenv("BANENAFSPRAAK_WAREHOUSE_DIR", str(warehouse))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return raw, warehouse


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """A worker whose interpreter dies writes where it was to a file: its standard error is lost."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[_CRASH_TRACES] = tempfile.mkdtemp(prefix="crash-traces-")
    else:
        trace = Path(os.environ[_CRASH_TRACES]) / os.environ["PYTEST_XDIST_WORKER"]
        faulthandler.enable(trace.open("w", encoding="utf-8"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show where workers were when they died."""
    for trace in sorted(Path(os.environ[_CRASH_TRACES]).iterdir()):
        if trace.stat().st_size:
            terminalreporter.section(f"interpreter of {trace.name} died")
            terminalreporter.write(trace.read_text(encoding="utf-8"))
