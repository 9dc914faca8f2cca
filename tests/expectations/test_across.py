"""Rules across returns, across periods and about the nation, on a warehouse made by the main job.

One run holds all cases: sample returns in which some cells were changed by hand, as `_workbooks` says. What the rule
about waivers comes to is `test_waivers.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from assets.returns.read import ReturnReader
from assets.workspace import Workspace
from expectations.across import validate_across
from expectations.catalogue import rule, rules_across
from expectations.validate import Validation
from pipelines.main_job import run
from tests.conftest import sample_files
from tests.expectations.readings import changed_reference, result
from tests.pipelines.runs import wrong
from tests.returns.workbooks import POLITIE, book_of, first_sheet, saved, with_cells
from warehouse.records import Finding, Outcome, Scope, Severity, SubmissionStatus
from warehouse.reference import Reference

HOLDS, FAILS, UNSURE = Outcome.HOLDS, Outcome.FAILS, Outcome.NOT_EVALUABLE
REPEATED, YEAR_END, CHANGE = "repeated_equals_source", "last_part_equals_year", "change_within_band"
VANISHED, SECTORS, TARGET = "employers_not_vanished", "sectors_complete", "official_target_on_path"
MONITOR = "SZW Landelijke monitor banenafspraak 2015-2024.xlsx"
QUARTER = "Kwartaalrapportage banenafspraak Rijk 2024-Q{}.xlsx"
UNCHANGED = (
    "IPO jaaropgave banenafspraak 2023.xlsx", "IPO jaaropgave banenafspraak 2024.xlsx", "Rijk_banenafspraak_2024.xlsx",
    QUARTER.format(2), QUARTER.format(4),
)  # fmt: skip
HALF_YEAR = "IPO_stoplicht_2024H{}.xlsx"

# The positions of the second half-year are 40.11, 28.24, 28.89, 25.56 and 23.45; the band is 50% and 10 jobs.
FIRST_HALF: Mapping[str, object] = {
    "C7": 18.00,  # PV03: +10.24, 57%
    "C8": 26.74,  # PV04: +13.37, 50% exactly
    "C11": 60.00,  # PV07: -31.11, 52%
    "C13": 15.56,  # PV09: +10.00 exactly, 64%
    "C15": "n.b.",  # PV11
    "C16": 0,  # PV12: from nothing
}
# The total of the second quarter is 4,801 and that of the fourth 5,078; the band is 20% up and 10% down.
THIRD_QUARTER: Mapping[str, object] = {
    "C6": 14.9,  # AZ in the second quarter: 13.9
    "C7": "n.b.",  # BZ in the second quarter
    "D22": 5762,  # +961, 20.02%; then -684, 11.9%
}
PATH: Mapping[str, object] = {
    "D10": 15001,  # the path says 15,000 in 2019
    "D11": "n.b.",  # 17,500 in 2020
    "B15": 90000,  # 2024, of which the path is not verified
}


class OtherReference(Workspace):
    """A workspace with other reference data."""

    reference_dir: str

    @cached_property
    def reader(self) -> ReturnReader:
        """The reader with that reference data."""
        return ReturnReader(reference=Reference(Path(self.reference_dir)))


def _second_half() -> bytes:
    """Provinces 02 and 05 left out, the totals made to fit, the goal of 01 not known and 06 one job up from 32.10."""
    book = book_of(HALF_YEAR.format(2))
    sheet = first_sheet(book)
    assert [sheet[cell].value for cell in ("A6", "A9", "C10", "B17", "C17")] == [
        "Voorbeeldprovincie 02", "Voorbeeldprovincie 05", 32.1, 470.6, 420.7,
    ]  # fmt: skip
    # 470.6 - 26.02 - 39.30 = 405.28 and 420.7 - 20.26 - 40.01 = 360.43
    for cell, value in {"B5": "n.b.", "C10": 33.1, "B17": 405.3, "C17": 360.4}.items():
        sheet[cell].value = value
    sheet.delete_rows(9)
    sheet.delete_rows(6)
    return saved(book)


def _workbooks() -> dict[str, bytes]:
    paths = {path.name: path for path in sample_files()}
    return {
        **{name: paths[name].read_bytes() for name in UNCHANGED},
        HALF_YEAR.format(1): with_cells(HALF_YEAR.format(1), dict(FIRST_HALF)),
        HALF_YEAR.format(2): _second_half(),
        QUARTER.format(3): with_cells(QUARTER.format(3), dict(THIRD_QUARTER)),
        MONITOR: with_cells(MONITOR, dict(PATH)),
        POLITIE: wrong(),
    }


class Built(NamedTuple):
    """What the rules across returns came to on a snapshot, and what became of every file."""

    snapshot: Path
    validations: dict[Scope, Validation]
    statuses: dict[str, str]

    def of(self, submission_id: str | None, sector: str | None = None, period: str | None = None) -> Validation:
        """What they came to over one submission or, without one, over a sector and period."""
        [found] = [
            validation
            for scope, validation in self.validations.items()
            if scope.submission_id == submission_id
            and (submission_id or (scope.sector_code, scope.period) == (sector, period))
        ]
        return found

    def found(self, submission_id: str, rule_id: str, outcome: Outcome = FAILS) -> dict[str | None, Finding]:
        """The findings of a rule in one submission, by cell."""
        found = [one for one in self.of(submission_id).findings if (one.rule, one.outcome) == (rule_id, outcome)]
        assert len({one.cell for one in found}) == len(found)
        return {one.cell: one for one in found}

    def outcome(self, submission_id: str, rule_id: str) -> Outcome:
        return result(self.of(submission_id), rule_id).outcome


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The run of all these returns; the list of employers says that province 05 merged into 06 in 2024."""
    folder = tmp_path_factory.mktemp("across")
    merged = {
        "employers": {
            "PV05,Voorbeeldprovincie 05,employer,,,,,": "PV05,Voorbeeldprovincie 05,employer,,,2024-09-30,PV06,"
        }
    }
    reference = changed_reference(folder / "reference", merged)
    (folder / "in").mkdir()
    for name, content in _workbooks().items():
        (folder / "in" / name).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("BANENAFSPRAAK_WAIVERS_FILE", str(folder / "no-waivers.csv"))
        workspace = OtherReference(
            raw_dir=str(folder / "raw"), warehouse_dir=str(folder / "warehouse"), reference_dir=str(reference.folder)
        )
        done = run(workspace, folder / "in")
    assert not done.not_published_because
    with duckdb.connect(str(workspace.storage.snapshot), read_only=True) as connection:
        validations = validate_across(connection, reference)
    assert len(dict(validations)) == len(validations)
    return Built(workspace.storage.snapshot, dict(validations), {file.file_name: file.status for file in done.files})


def test_these_rules_have_their_cases_here() -> None:
    assert {one.id for one in rules_across()} == {
        REPEATED, YEAR_END, CHANGE, VANISHED, SECTORS, TARGET, "waivers_hold",
    }  # fmt: skip


def test_whatever_they_find_the_returns_are_accepted_but_for_the_wrong_one(built: Built) -> None:
    assert set(built.statuses) == set(_workbooks())
    rejected = {name for name, status in built.statuses.items() if status == SubmissionStatus.REJECTED}
    assert rejected == {POLITIE}
    assert {rule(one.id).severity for one in rules_across()} == {Severity.WARNING}


def test_every_return_in_force_is_judged_by_every_rule_that_has_a_query(built: Built) -> None:
    judged = {scope.submission_id for scope in built.validations if scope.file_sha256}
    assert judged == {
        "provincies-2023-v1", "provincies-2024-v1", "provincies-2024H1-v1", "provincies-2024H2-v1", "rijk-2024-v1",
        "rijk-2024Q2-v1", "rijk-2024Q3-v1", "rijk-2024Q4-v1", "landelijk-2024-v1",
    }  # fmt: skip
    for validation in built.validations.values():
        assert {one.rule for one in validation.rule_results} == {one.id for one in rules_across()} - {"waivers_hold"}


# -- a repeated figure -------------------------------------------------------------------------------------------------


def test_a_repeated_figure_that_agrees_with_its_source_holds(built: Built) -> None:
    counts = result(built.of("provincies-2024-v1"), REPEATED)
    assert counts.outcome is HOLDS
    assert counts.places_checked >= 3 * 13  # goal, realisation and percentage of twelve provinces and their total


def test_one_that_differs_names_its_cell_and_that_of_the_source(built: Built) -> None:
    found = built.found("rijk-2024Q3-v1", REPEATED)
    assert set(found) == {"C6"}
    assert (found["C6"].sheet, found["C6"].found, found["C6"].expected) == ("Q3-2024", "14,9", "13,9")
    assert found["C6"].message == ("AZ: realisatie is hier 14,9, in de eigen opgave 13,9 (rijk-2024Q2-v1 Q2-2024!D6).")


def test_one_that_is_not_known_cannot_be_evaluated(built: Built) -> None:
    assert set(built.found("rijk-2024Q3-v1", REPEATED, UNSURE)) == {"C7"}
    counts = result(built.of("rijk-2024Q3-v1"), REPEATED)
    assert (counts.outcome, counts.places_failed, counts.places_not_evaluable) == (FAILS, 1, 1)


def test_a_return_that_repeats_nothing_cannot_be_evaluated(built: Built) -> None:
    counts = result(built.of("rijk-2024Q2-v1"), REPEATED)
    assert (counts.outcome, counts.places_checked) == (UNSURE, 0)


# -- the fourth quarter and the second half-year against the year ------------------------------------------------------


def test_the_fourth_quarter_equals_the_year(built: Built) -> None:
    counts = result(built.of("rijk-2024Q4-v1"), YEAR_END)
    assert counts.outcome is HOLDS
    assert counts.places_checked == 3 * 17  # goal, realisation and Binnenwerk of fourteen departments, two units, all


def test_a_second_half_year_that_differs_from_the_year_names_both_cells(built: Built) -> None:
    found = built.found("provincies-2024H2-v1", YEAR_END)
    # the rows under province 02 moved up by one, and those under 05 by two
    assert {cell: (one.found, one.expected) for cell, one in found.items()} == {
        "C8": ("33,1", "32,1"), "B15": ("405,3", "470,6"), "C15": ("360,4", "420,7"),
    }  # fmt: skip
    assert found["C8"].message == (
        "Voorbeeldprovincie 06: realisatie is hier 33,1, in de jaaropgave 32,1 (provincies-2024-v1 Provincies!G11)."
    )


def test_a_position_that_is_not_known_cannot_be_compared_with_the_year(built: Built) -> None:
    found = built.found("provincies-2024H2-v1", YEAR_END, UNSURE)
    assert {cell: (one.found, one.expected) for cell, one in found.items()} == {"B5": ("n.b.", "49,65")}


@pytest.mark.parametrize("submission_id", ["provincies-2024H1-v1", "rijk-2024Q3-v1", "rijk-2024-v1"])
def test_another_part_of_the_year_is_not_compared_with_the_year(built: Built, submission_id: str) -> None:
    counts = result(built.of(submission_id), YEAR_END)
    assert (counts.outcome, counts.places_checked) == (UNSURE, 0)


# -- change since the previous period ----------------------------------------------------------------------------------


def test_a_sector_total_that_rises_or_falls_out_of_its_band_is_told(built: Built) -> None:
    up, down = (built.found(f"rijk-2024Q{quarter}-v1", CHANGE) for quarter in (3, 4))
    assert set(up) == set(down) == {"D22"}
    assert up["D22"].message == (
        "Sectortotaal: realisatie gaat van 4.801 (rijk-2024Q2-v1 Q2-2024!D22) naar 5.762: "
        "meer dan 20% is ongebruikelijk."
    )
    assert down["D22"].message == (
        "Sectortotaal: realisatie gaat van 5.762 (rijk-2024Q3-v1 Q3-2024!D22) naar 5.078: "
        "meer dan 10% is ongebruikelijk."
    )


def test_an_employer_must_exceed_both_the_percentage_and_the_number_of_jobs(built: Built) -> None:
    found = built.found("provincies-2024H2-v1", CHANGE)
    assert {cell: (one.expected, one.found) for cell, one in found.items()} == {
        "C6": ("18", "28,24"), "C9": ("60", "28,89"),
    }  # fmt: skip
    assert found["C9"].message == (
        "Voorbeeldprovincie 07: realisatie gaat van 60 (provincies-2024H1-v1 Stoplicht 2024-H1!C11) naar 28,89: "
        "meer dan 50% en 10 banen is ongebruikelijk."
    )


def test_a_change_from_nothing_cannot_be_evaluated_and_one_from_unknown_is_no_change(built: Built) -> None:
    assert {cell: one.found for cell, one in built.found("provincies-2024H2-v1", CHANGE, UNSURE).items()} == {
        "C14": "23,45"
    }
    counts = result(built.of("provincies-2024H2-v1"), CHANGE)
    # ten provinces and the total, each a goal and a realisation, but for the goal of 01 and the realisation of 11
    assert (counts.places_checked, counts.places_failed, counts.places_not_evaluable) == (2 * 11 - 2, 2, 1)


def test_changes_within_the_band_hold(built: Built) -> None:
    counts = result(built.of("provincies-2024-v1"), CHANGE)
    assert (counts.outcome, counts.places_checked) == (HOLDS, 2 * 13)


@pytest.mark.parametrize("submission_id", ["provincies-2023-v1", "provincies-2024H1-v1", "rijk-2024Q2-v1"])
def test_without_a_previous_period_of_that_length_there_is_nothing_to_compare(built: Built, submission_id: str) -> None:
    for rule_id in (CHANGE, VANISHED):
        assert result(built.of(submission_id), rule_id).places_checked == 0
        assert built.outcome(submission_id, rule_id) is UNSURE


# -- vanished employers ------------------------------------------------------------------------------------------------


def test_an_employer_that_vanished_is_missed_and_one_that_merged_is_not(built: Built) -> None:
    [finding] = built.found("provincies-2024H2-v1", VANISHED).values()
    assert (finding.sheet, finding.cell, finding.found) == (None, None, "geen rij voor PV02")
    assert finding.message == (
        "Voorbeeldprovincie 02 stond in de vorige opgave (provincies-2024H1-v1) en staat nergens in deze."
    )
    # eleven, because one of the twelve had no realisation before
    assert result(built.of("provincies-2024H2-v1"), VANISHED).places_checked == 11


def test_nobody_vanished(built: Built) -> None:
    counts = result(built.of("rijk-2024Q4-v1"), VANISHED)
    assert (counts.outcome, counts.places_checked) == (HOLDS, 14)
    assert built.outcome("provincies-2024-v1", VANISHED) is HOLDS


# -- the nation --------------------------------------------------------------------------------------------------------


def test_a_sector_that_returned_is_there(built: Built) -> None:
    for submission_id in ("provincies-2023-v1", "provincies-2024-v1", "rijk-2024-v1"):
        assert built.outcome(submission_id, SECTORS) is HOLDS


def test_a_sector_without_a_return_in_force_is_missed_in_each_year_that_others_reported_on(built: Built) -> None:
    missing = {
        (scope.sector_code, scope.period)
        for scope, validation in built.validations.items()
        if result(validation, SECTORS).outcome is FAILS
    }
    sectors = {code for code, sector in Reference().sectors.items() if sector.kind == "sector"}
    assert len(sectors) == 13
    assert missing == {(code, "2023") for code in sectors - {"provincies"}} | {
        (code, "2024") for code in sectors - {"provincies", "rijk"}
    }


def test_a_rejected_return_is_no_return(built: Built) -> None:
    [finding] = [one for one in built.of(None, "politie", "2024").findings if one.rule == SECTORS]
    assert (finding.outcome, finding.sheet, finding.cell) == (FAILS, None, None)
    assert finding.message == "Politie: geen aanvaarde opgave over 2024; het landelijke totaal mist deze sector."


@pytest.mark.parametrize("submission_id", ["rijk-2024Q4-v1", "provincies-2024H2-v1", "landelijk-2024-v1"])
def test_a_part_of_a_year_or_a_national_series_is_not_a_return_of_a_sector_over_a_year(
    built: Built, submission_id: str
) -> None:
    assert built.outcome(submission_id, SECTORS) is UNSURE


def test_a_target_that_is_off_the_path_is_told_and_no_other_is(built: Built) -> None:
    found = built.found("landelijk-2024-v1", TARGET)
    assert set(found) == {"D10"}
    assert found["D10"].message == (
        "Overheid (landelijke monitor) 2019: doel extra banen is 15.001, volgens het ingroeipad 15.000 "
        "(ingroeipad banenafspraak: stated)."
    )
    # ten years of three series, of which 2024 of markt and landelijk can't be evaluated, nor one that is not known
    counts = result(built.of("landelijk-2024-v1"), TARGET)
    assert (counts.places_checked, counts.places_failed, counts.places_not_evaluable) == (30, 1, 3)


def test_a_target_on_an_unverified_path_or_that_is_not_known_cannot_be_evaluated(built: Built) -> None:
    assert set(built.found("landelijk-2024-v1", TARGET, UNSURE)) == {"D11", "B15", "F15"}


def test_only_the_monitor_states_official_targets(built: Built) -> None:
    assert built.outcome("rijk-2024-v1", TARGET) is UNSURE


def test_a_monitor_on_the_path_holds(built: Built, tmp_path: Path) -> None:
    """The same warehouse, in which the path of 2019 is what the monitor says."""
    copied = tmp_path / "warehouse.duckdb"
    shutil.copy(built.snapshot, copied)
    with duckdb.connect(str(copied)) as connection:
        connection.execute("UPDATE core.target_path SET target_jobs = 15001 WHERE target_jobs = 15000 AND year = 2019")
        validations = validate_across(connection, Reference())
    [judged] = [validation for scope, validation in validations if scope.submission_id == "landelijk-2024-v1"]
    assert result(judged, TARGET).outcome is HOLDS
