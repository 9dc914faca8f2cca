"""Revisions: a version that changes figures waits for a person, and what it changes is there to be seen.

Which versions are set against which, and when a figure is a restatement, is asked here of the published tables.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from tests.pipelines.runs import DataFolders, banenafspraak, corrected, files, once, put, wrong
from tests.returns.workbooks import IPO, MBO, POLITIE, book_of, edited, first_sheet, saved, with_cells

IPO_2023 = "IPO jaaropgave banenafspraak 2023.xlsx"
POLICE, PROVINCES = ("politie", "2024"), ("provincies", "2023")
# One value up, one down, one unknown that is now nothing, and one nothing that is now unknown.
FOUR: dict[str, object] = {"D5": 38.18, "D13": 12.24, "D23": 0, "D14": None}
BEFORE = {"D5": Decimal("37.68"), "D13": Decimal("12.74"), "D14": Decimal(0), "D23": None}
AFTER = {"D5": Decimal("38.18"), "D13": Decimal("12.24"), "D14": None, "D23": Decimal(0)}
# The return of 2024 states half a job more over 2023, in one province and in the total.
RESTATED: dict[str, object] = {"D6": 54.2, "D18": 396.0}
POLITIE_491: dict[str, object] = {"D11": 11, "P11": 251, "D14": 21, "P14": 491, "D15": "52,5%", "P15": "68,9%"}


@pytest.fixture(scope="session")
def mbo_once(tmp_path_factory: pytest.TempPathFactory, apart: None) -> DataFolders:
    """Data folders in which the mbo return of 2024 and that of the provinces of 2023 are in. Look, don't change."""
    return once(tmp_path_factory, "mbo", lambda data: data.take(files(MBO, IPO_2023)))


@pytest.fixture
def mbo(data: DataFolders, mbo_once: DataFolders) -> DataFolders:
    mbo_once.copy_to(data)
    return data


@pytest.fixture(scope="session")
def revised_once(mbo_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The same, with a resubmission that waits and a return that restates the year before. Look, don't change."""

    def make(data: DataFolders) -> None:
        mbo_once.copy_to(data)
        data.take({"mbo verbeterd.xlsx": with_cells(MBO, FOUR), "ipo 2024.xlsx": with_cells(IPO, RESTATED)})

    return once(tmp_path_factory, "revised", make)


@pytest.fixture
def revised(data: DataFolders, revised_once: DataFolders) -> DataFolders:
    revised_once.copy_to(data)
    return data


@pytest.fixture(scope="session")
def queue_once(police_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The police return, and behind it: 490 jobs, the same saved anew, 491 jobs, and one that is wrong."""

    def make(data: DataFolders) -> None:
        police_once.copy_to(data)
        again = book_of(POLITIE)
        for cell, value in {"D11": 10, "P11": 250, "D14": 20, "P14": 490, "D15": "50,0%", "P15": "68,7%"}.items():
            first_sheet(again)[cell].value = value
        again.properties.title = "nog eens"
        names = ("1 naar 490.xlsx", "2 hetzelfde.xlsx", "3 naar 491.xlsx", "4 fout.xlsx")
        contents = (corrected(), saved(again), with_cells(POLITIE, POLITIE_491), wrong())
        data.take(dict(zip(names, contents, strict=True)))

    return once(tmp_path_factory, "queue", make)


@pytest.fixture
def queue(data: DataFolders, queue_once: DataFolders) -> DataFolders:
    queue_once.copy_to(data)
    return data


def _versions(data: DataFolders) -> list[tuple[object, ...]]:
    return data.query(
        "SELECT submission_id, before_id, employer_name, measure, cell_before, cell_after, value_before, value_after, "
        "difference, change FROM mart.revisions WHERE kind = 'version' ORDER BY length(cell_after), cell_after"
    )


def _schools(data: DataFolders) -> dict[str, Decimal | None]:
    """What is published of the four schools."""
    rows = data.query(
        "SELECT cell, value FROM core.observation WHERE sector_code = 'mbo' AND measure = 'realised_jobs' "
        "AND cell IN ('D5', 'D13', 'D14', 'D23')"
    )
    return dict(rows)


# -- what is revised ---------------------------------------------------------------------------------------------------


def test_a_resubmission_is_exactly_its_four_changes_up_down_to_zero_and_from_zero(revised_once: DataFolders) -> None:
    two = ("mbo-2024-v2", "mbo-2024-v1")
    assert _versions(revised_once) == [
        (*two, "Voorbeeldcollege 01", "realised_jobs", "D5", "D5",
         Decimal("37.68"), Decimal("38.18"), Decimal("0.5"), "up"),
        (*two, "Voorbeeldcollege 09", "realised_jobs", "D13", "D13",
         Decimal("12.74"), Decimal("12.24"), Decimal("-0.5"), "down"),
        (*two, "Voorbeeldcollege 10", "realised_jobs", "D14", "D14", 0, None, None, "zero_to_missing"),
        (*two, "Voorbeeldcollege 19", "realised_jobs", "D23", "D23", None, 0, None, "missing_to_zero"),
    ]  # fmt: skip


def test_a_restated_year_is_told_and_the_published_figure_of_that_year_stands(revised_once: DataFolders) -> None:
    found = revised_once.query(
        "SELECT submission_id, before_id, period, coalesce(employer_name, level), measure, value_before, value_after, "
        "difference, change, cell_before, cell_after FROM mart.revisions WHERE kind = 'restatement' ORDER BY level"
    )
    two = ("provincies-2024-v1", "provincies-2023-v1", "2023")
    assert found == [
        (*two, "Voorbeeldprovincie 01", "realised_jobs", Decimal("53.7"), Decimal("54.2"), Decimal("0.5"), "up", "G6",
         "D6"),
        (*two, "sector", "realised_jobs", Decimal("395.5"), Decimal("396.0"), Decimal("0.5"), "up", "G18", "D18"),
    ]  # fmt: skip
    assert revised_once.realised()[PROVINCES] == Decimal("395.5")
    assert revised_once.submissions()["provincies-2024-v1"].startswith("accepted")


def test_check_sets_a_return_beside_those_that_are_published(revised_once: DataFolders, tmp_path: Path) -> None:
    before = revised_once.on_disk()
    given = put(tmp_path / "given", {"ipo.xlsx": with_cells(IPO, {"D7": 19.06, "D18": 397.5})})
    folders = ("--raw-dir", revised_once.raw, "--warehouse-dir", revised_once.warehouse)
    (file,) = banenafspraak("check", "--json", given / "ipo.xlsx", *folders).json["files"]
    places = {(f["cell"], f["found"]) for f in file["findings"] if f["rule"] == "repeated_equals_source"}
    assert places == {("D7", "19,06"), ("D18", "397,5")}
    assert revised_once.on_disk() == before


def test_a_text_or_the_looks_of_a_cell_are_no_revision_of_figures(mbo: DataFolders) -> None:
    def looks(sheet: Worksheet) -> None:
        sheet["F5"].value = "nee"
        for row in sheet["A5:F12"]:
            for cell in row:
                cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFFF00")

    mbo.take({"tekst.xlsx": with_cells(MBO, {"F5": "nee"})})
    assert _versions(mbo) == [
        ("mbo-2024-v2", "mbo-2024-v1", "Voorbeeldcollege 01", "in_annual_report", "F5", "F5", None, None, None, "text")
    ]
    assert mbo.submissions()["mbo-2024-v1"] == "superseded"
    assert mbo.submissions()["mbo-2024-v2"] == "accepted_with_findings"
    (file,) = mbo.take({"opmaak.xlsx": edited(MBO, looks)}).files
    assert (file.status, file.duplicate_of) == ("duplicate", "mbo-2024-v2")


# -- a person accepts --------------------------------------------------------------------------------------------------


def test_figures_stand_until_a_named_person_accepts_and_come_back_when_one_withdraws(revised: DataFolders) -> None:
    assert _schools(revised) == BEFORE
    assert revised.submissions()["mbo-2024-v2"] == "awaiting_acceptance"
    began = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    said = banenafspraak("accept", "mbo-2024-v2", "--name", " C. de  Boer", "--reason", "nagebeld met [de] school")
    assert said.code == 0, said.err
    assert _schools(revised) == AFTER
    submissions = revised.submissions()
    assert (submissions["mbo-2024-v1"], submissions["mbo-2024-v2"]) == ("superseded", "accepted_with_findings")
    by_whom = revised.query(
        "SELECT DISTINCT kind, accepted_by, accepted_because, accepted_at FROM mart.revisions ORDER BY kind"
    )
    assert by_whom[0] == ("restatement", None, None, None)
    assert [row[:3] for row in by_whom[1:]] == [("version", "C. de Boer", "nagebeld met [de] school")]
    assert began <= by_whom[1][3] <= began + timedelta(minutes=10)
    said = banenafspraak("withdraw", "mbo-2024-v2", "--name", "D. Bos", "--reason", "toch niet")
    assert said.code == 0, said.err
    assert _schools(revised) == BEFORE
    submissions = revised.submissions()
    assert (submissions["mbo-2024-v1"], submissions["mbo-2024-v2"]) == ("accepted_with_findings", "withdrawn")
    decisions = revised.query("SELECT submission_id, decision, decided_by, reason FROM audit.decision ORDER BY 2")
    assert decisions == [
        ("mbo-2024-v2", "accepted", "C. de Boer", "nagebeld met [de] school"),
        ("mbo-2024-v2", "withdrawn", "D. Bos", "toch niet"),
    ]


def test_versions_wait_behind_the_one_in_force_and_a_rejected_one_displaces_none(queue_once: DataFolders) -> None:
    assert queue_once.submissions() == {
        "politie-2024-v1": "accepted_with_findings",
        "politie-2024-v2": "awaiting_acceptance",
        "politie-2024-v3": "awaiting_acceptance",
        "politie-2024-v4": "rejected",
    }
    assert queue_once.realised() == {POLICE: 489}
    same = queue_once.query("SELECT outcome, duplicate_of FROM audit.file WHERE file_name = '2 hetzelfde.xlsx'")
    assert same == [("duplicate", "politie-2024-v2")]
    total = queue_once.query(
        "SELECT submission_id, before_id, value_before, value_after, difference FROM mart.revisions "
        "WHERE level = 'sector' AND measure = 'realised_jobs' ORDER BY submission_id"
    )
    assert total == [
        ("politie-2024-v2", "politie-2024-v1", 489, 490, 1),
        ("politie-2024-v3", "politie-2024-v1", 489, 491, 2),
    ]


def test_accepting_the_third_version_supersedes_the_second_which_waited(queue: DataFolders) -> None:
    queue.accept("politie-2024-v3")
    assert queue.realised() == {POLICE: 491}
    assert queue.submissions()["politie-2024-v2"] == "superseded"
    ledger = queue.storage.ledger.read_bytes()
    said = banenafspraak("accept", "politie-2024-v2", "--name", "E", "--reason", "alsnog")
    assert (said.code, "superseded" in said.err) == (2, True)
    assert queue.storage.ledger.read_bytes() == ledger


def test_a_later_version_is_set_against_the_one_that_was_accepted_meanwhile(queue: DataFolders) -> None:
    queue.accept("politie-2024-v2")
    assert queue.realised() == {POLICE: 490}
    assert queue.submissions()["politie-2024-v3"] == "awaiting_acceptance"
    total = queue.query(
        "SELECT before_id, value_before, difference FROM mart.revisions "
        "WHERE submission_id = 'politie-2024-v3' AND level = 'sector' AND measure = 'realised_jobs'"
    )
    assert total == [("politie-2024-v2", 490, 1)]
    queue.accept("politie-2024-v3")
    queue.withdraw("politie-2024-v3")
    assert queue.realised() == {POLICE: 490}


def test_what_waits_is_shown_with_how_to_accept_it(queue: DataFolders) -> None:
    said = banenafspraak("run")
    assert said.code == 0
    for text in ("politie-2024-v2", "Overzicht!P14", "+2", "banenafspraak accept politie-2024-v3 --name"):
        assert text in said.out
    waiting = banenafspraak("run", "--json").json["awaiting_acceptance"]
    totals = {(row["submission_id"], row["difference"]) for row in waiting if row["cell_after"] == "P14"}
    assert totals == {("politie-2024-v2", "1"), ("politie-2024-v3", "2")}
    partitions = banenafspraak("status", "--json").json["partitions"]
    (entry,) = (entry for entry in partitions if (entry["sector_code"], entry["period"]) == POLICE)
    assert (entry["submission_id"], entry["awaiting"]) == ("politie-2024-v1", ["politie-2024-v2", "politie-2024-v3"])


REFUSED = {
    "unknown": ("accept", "politie-2024-v9", "A", "b", "politie-2024-v2"),
    "in force": ("accept", "politie-2024-v1", "A", "b", "politie-2024-v2"),
    "rejected": ("accept", "politie-2024-v4", "A", "b", "rejected"),
    "nobody": ("accept", "politie-2024-v2", "  ", "b", "name"),
    "no reason": ("accept", "politie-2024-v2", "A", " ", "reason"),
    "withdraw unknown": ("withdraw", "mbo-2024-v1", "A", "b", "mbo-2024-v1"),
    "withdraw rejected": ("withdraw", "politie-2024-v4", "A", "b", "rejected"),
    "withdraw by nobody": ("withdraw", "politie-2024-v1", "", "b", "name"),
}


@pytest.mark.parametrize(("command", "submission", "name", "reason", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_decision_that_cannot_be_taken_is_refused_and_nothing_is_written(
    queue: DataFolders, command: str, submission: str, name: str, reason: str, told: str
) -> None:
    before = queue.on_disk()
    said = banenafspraak(command, submission, "--name", name, "--reason", reason)
    assert (said.code, told in said.err, "Traceback" in said.err) == (2, True, False)
    assert queue.on_disk() == before


def test_withdrawing_the_only_return_there_is_publishes_nothing_and_says_so(police: DataFolders) -> None:
    said = banenafspraak("withdraw", "politie-2024-v1", "--name", "F", "--reason", "van een ander jaar")
    assert (said.code, "Not published" in said.err, "still stands" in said.err) == (3, True, True)
    assert police.realised() == {POLICE: 489}
    police.take({"opnieuw.xlsx": corrected()})
    assert police.submissions() == {"politie-2024-v1": "withdrawn", "politie-2024-v2": "accepted"}
    assert police.realised() == {POLICE: 490}
