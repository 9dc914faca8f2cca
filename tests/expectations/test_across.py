"""Rules across returns, on a warehouse made by the main job: a repeated figure is compared with its source."""

from __future__ import annotations

import shutil
from typing import NamedTuple

import openpyxl
import pytest

from assets.workspace import Workspace
from expectations.across import validate_across
from expectations.catalogue import rules_across
from expectations.validate import Validation
from pipelines.main_job import run
from tests.conftest import SAMPLES
from tests.expectations.readings import REFERENCE, result
from warehouse.records import Outcome, Severity, SubmissionStatus

RULE = "repeated_equals_source"
SECOND = "Kwartaalrapportage banenafspraak Rijk 2024-Q2.xlsx"
THIRD = "Kwartaalrapportage banenafspraak Rijk 2024-Q3.xlsx"
PROVINCES = "IPO jaaropgave banenafspraak {year}.xlsx"


class Built(NamedTuple):
    """What the rules across returns came to, by submission, and what became of every file."""

    validations: dict[str, Validation]
    statuses: dict[str, str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Provinces of two years that agree, and a third quarter that contradicts the second.

    Its column "Stand Q2" says 14.9 for AZ, where the second quarter says 13.9, and n.b. for BZ.
    """
    folder = tmp_path_factory.mktemp("across")
    (folder / "in").mkdir()
    for year in ("2023", "2024"):
        shutil.copy(SAMPLES / year / PROVINCES.format(year=year), folder / "in")
    shutil.copy(SAMPLES / "2024" / SECOND, folder / "in")
    workbook = openpyxl.load_workbook(SAMPLES / "2024" / THIRD)
    sheet = workbook["Q3-2024"]
    assert (sheet["A6"].value, sheet["C6"].value, sheet["A7"].value) == ("AZ", 13.9, "BZ")
    sheet["C6"], sheet["C7"] = 14.9, "n.b."
    workbook.save(folder / "in" / THIRD)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        workspace = Workspace(raw_dir=str(folder / "raw"), warehouse_dir=str(folder / "warehouse"))
        done = run(workspace, folder / "in")
    assert not done.not_published_because
    validations = validate_across(workspace.storage.snapshot, REFERENCE)
    return Built(
        {submission: validation for (_, submission), validation in validations.items()},
        {file.file_name: file.status for file in done.files},
    )


def test_these_rules_have_their_cases_here() -> None:
    assert {rule.id for rule in rules_across()} == {RULE}


def test_a_repeated_figure_that_agrees_with_its_source_holds(built: Built) -> None:
    counts = result(built.validations["provincies-2024-v1"], RULE)
    assert counts.outcome is Outcome.HOLDS
    assert counts.places_checked >= 3 * 13  # goal, realisation and percentage of twelve provinces and their total
    assert not built.validations["provincies-2024-v1"].findings


def test_one_that_differs_names_its_cell_and_that_of_the_source(built: Built) -> None:
    [finding] = built.validations["rijk-2024Q3-v1"].failures
    assert (finding.rule, finding.severity) == (RULE, Severity.WARNING)
    assert (finding.sheet, finding.cell, finding.found) == ("Q3-2024", "C6", "14,9")
    assert finding.expected == "13,9 (rijk-2024Q2-v1 Q2-2024!D6)"
    assert finding.message == "AZ: realisatie is hier 14,9, in de eigen opgave 13,9 (rijk-2024Q2-v1 Q2-2024!D6)."


def test_one_that_is_not_known_cannot_be_evaluated(built: Built) -> None:
    counts = result(built.validations["rijk-2024Q3-v1"], RULE)
    assert (counts.outcome, counts.places_failed, counts.places_not_evaluable) == (Outcome.FAILS, 1, 1)
    unsure = [one for one in built.validations["rijk-2024Q3-v1"].findings if one.outcome is Outcome.NOT_EVALUABLE]
    assert [(one.sheet, one.cell) for one in unsure] == [("Q3-2024", "C7")]


def test_a_return_that_repeats_nothing_is_not_judged(built: Built) -> None:
    assert set(built.validations) == {"provincies-2024-v1", "rijk-2024Q3-v1"}


def test_two_returns_that_disagree_are_both_still_accepted(built: Built) -> None:
    assert set(built.statuses) == {SECOND, THIRD, PROVINCES.format(year=2023), PROVINCES.format(year=2024)}
    assert SubmissionStatus.REJECTED not in built.statuses.values()
