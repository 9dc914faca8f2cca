"""The corpus of faulty workbooks, through the function behind `check`: each comes to what its row of the table says.

`faulty_workbooks.csv` was written by hand from what the rules of the catalogue and the house say; its findings are all
that a person is told, each with its cell. How a workbook is made faulty is `faulty_workbooks.py`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest

from pipelines.check import FileOutcome, check_files
from tests.returns.faulty_workbooks import FAULTS
from tests.returns.workbooks import MBO, POLITIE, READER, sample
from warehouse.storage import Storage

TABLE = Path(__file__).with_name("faulty_workbooks.csv")
BASES = {"police": sample(POLITIE), "schools": sample(MBO)}


class Expected(NamedTuple):
    """A row of the table.

    Findings are `rule@cell`, or the rule alone where there is no cell: those that the workbook it is based on does not
    have; with a minus before it, one that only that workbook has.
    """

    fault: str
    based_on: str
    outcome: str
    findings: str


def _expected() -> dict[str, Expected]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["fault"]: Expected(**row) for row in csv.DictReader(file)}


def _told(outcome: FileOutcome) -> set[str]:
    return {f"{finding.rule}@{finding.cell}" if finding.cell else finding.rule for finding in outcome.findings}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, FileOutcome]:
    """What every faulty workbook comes to; all are checked together, none is in the way of another."""
    folder = tmp_path_factory.mktemp("faulty")
    made = {**BASES, **{name: make() for name, make in FAULTS.items()}}
    paths = [folder / f"{name}.xlsx" for name in made]
    for path, content in zip(paths, made.values(), strict=True):
        path.write_bytes(content)
    found = check_files(paths, READER, Storage(folder / "raw", folder / "warehouse"))
    return dict(zip(made, found, strict=True))


def test_every_fault_has_its_row_and_every_row_its_fault() -> None:
    assert len(FAULTS) > 60
    assert list(_expected()) == list(FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_workbook_comes_to_exactly_what_the_table_says(name: str, outcomes: dict[str, FileOutcome]) -> None:
    expected, told = _expected()[name], _told(outcomes[name])
    base = _told(outcomes[expected.based_on]) if expected.based_on else set()
    changed = [*sorted(told - base), *(f"-{finding}" for finding in sorted(base - told))]
    assert (str(outcomes[name].outcome), " ".join(changed)) == (expected.outcome, expected.findings)
