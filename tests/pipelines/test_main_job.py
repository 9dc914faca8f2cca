"""The main job on small folders: what comes in, what it becomes, and what stands afterwards.

The whole sample folder is `test_samples_run.py`; exit codes and JSON are `test_cli.py`.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from assets.returns import reading_store, side_by_side
from assets.returns.apart import run_apart
from assets.returns.reading_store import ReadingStore
from tests.pipelines.runs import (
    POLITIE_2023,
    DataFolders,
    banenafspraak,
    corrected,
    files,
    files_with_times,
    once,
    put,
    wrong,
)
from tests.returns.workbooks import DEFENSIE, MBO, POLITIE, book_of, sample, saved, with_cells

STOPLIGHT = "IPO_stoplicht_2024H1.xlsx"
POLICE = ("politie", "2024")


def _resaved() -> bytes:
    """The police return of 2024 as another program saves it: other bytes, the same values."""
    content = saved(book_of(POLITIE))
    assert content != sample(POLITIE)
    return content


# -- the folder and the inbox ------------------------------------------------------------------------------------------


def test_a_given_folder_is_left_as_it_is(data: DataFolders, tmp_path: Path) -> None:
    folder = put(tmp_path / "given", {**files(POLITIE), "README.md": b"leesmij", "niets.pdf": b"%PDF"})
    before = files_with_times(folder)
    data.run(folder)
    assert files_with_times(folder) == before


def test_a_given_folder_inside_the_inbox_is_left_as_it_is_too(data: DataFolders) -> None:
    folder = put(data.storage.inbox / "van de politie", files(POLITIE))
    data.run(folder)
    assert (folder / POLITIE).exists()


def test_an_inbox_file_goes_once_it_is_archived_and_in_the_ledger(data: DataFolders) -> None:
    result = data.take(files(POLITIE))
    assert list(data.storage.inbox.iterdir()) == []
    (file,) = result.files
    assert (file.file_name, file.submission_id) == (POLITIE, "politie-2024-v1")
    assert data.storage.archived(file.sha256).read_bytes() == sample(POLITIE)


def test_files_in_folders_of_the_inbox_are_taken_in_too(data: DataFolders) -> None:
    put(data.storage.inbox / "2024" / "politie", files(POLITIE))
    data.run()
    assert data.realised() == {POLICE: Decimal(489)}


def test_a_file_that_is_no_workbook_is_kept_and_rejected_and_a_readme_is_ignored(police: DataFolders) -> None:
    result = police.take({"brief.pdf": b"%PDF-1.7 een brief", "README.md": b"leesmij", **files(STOPLIGHT)})
    outcomes = {file.file_name: file.status for file in result.files}
    assert outcomes == {"brief.pdf": "rejected", STOPLIGHT: "accepted"}
    (letter,) = (file for file in result.files if file.file_name == "brief.pdf")
    assert police.storage.archived(letter.sha256).read_bytes() == b"%PDF-1.7 een brief"
    assert [path.name for path in police.storage.inbox.iterdir()] == ["README.md"]


def test_of_two_files_at_once_about_the_same_the_first_is_in_force_and_the_second_waits(data: DataFolders) -> None:
    data.take({"1 eerst.xlsx": sample(POLITIE), "2 daarna.xlsx": corrected()})
    assert data.submissions() == {
        "politie-2024-v1": "accepted_with_findings",
        "politie-2024-v2": "awaiting_acceptance",
    }
    assert data.realised() == {POLICE: Decimal(489)}


# -- nothing changes that need not -------------------------------------------------------------------------------------


def test_running_again_changes_nothing_on_disk(police: DataFolders, tmp_path: Path) -> None:
    folder = put(tmp_path / "given", files(POLITIE))
    before = police.on_disk()
    result = police.run(folder)
    assert police.on_disk() == before
    assert [file.submission_id for file in result.files] == ["politie-2024-v1"]


def test_no_file_is_read_twice_however_many_there_are(data: DataFolders, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read at intake is judged; also what finds no room in memory meanwhile."""
    asked: list[Path] = []

    def counted(function: Any, tasks: Sequence[Any]) -> Any:
        asked.extend(document.path for document, _ in tasks)
        return run_apart(function, tasks)

    monkeypatch.setattr(reading_store, "_IN_MEMORY", 0)
    monkeypatch.setattr(data.workspace.reader, "read_before", ReadingStore())
    monkeypatch.setattr(side_by_side, "run_apart", counted)
    data.take({name: sample(name) for name in (DEFENSIE, MBO, POLITIE)})
    assert (len(asked), len(data.submissions())) == (3, 3)


def test_an_empty_inbox_changes_nothing(police: DataFolders) -> None:
    before = police.on_disk()
    assert police.run().files == []
    assert police.on_disk() == before


def test_rereading_with_the_same_layouts_and_rules_changes_no_figure_and_no_ledger(police: DataFolders) -> None:
    ledger, tables = police.storage.ledger.read_bytes(), police.tables()
    snapshot = files_with_times(police.warehouse)[str(police.storage.snapshot)]
    police.reread()
    assert police.storage.ledger.read_bytes() == ledger
    assert police.tables() == tables
    assert files_with_times(police.warehouse)[str(police.storage.snapshot)] == snapshot


def test_the_same_bytes_under_another_name_are_recognised(police: DataFolders) -> None:
    result = police.take({"kopie van politie.xlsx": sample(POLITIE)})
    (file,) = result.files
    assert (file.file_name, file.other_names) == (POLITIE, ["kopie van politie.xlsx"])
    assert police.submissions() == {"politie-2024-v1": "accepted_with_findings"}
    assert police.query("SELECT file_name, other_names FROM audit.file") == [(POLITIE, "kopie van politie.xlsx")]


def test_the_same_values_in_other_bytes_are_a_duplicate_and_no_version(police: DataFolders) -> None:
    result = police.take({"opnieuw opgeslagen.xlsx": _resaved()})
    (file,) = result.files
    assert (file.status, file.duplicate_of, file.submission_id) == ("duplicate", "politie-2024-v1", None)
    assert police.submissions() == {"politie-2024-v1": "accepted_with_findings"}
    assert police.realised() == {POLICE: Decimal(489)}
    outcomes = police.query("SELECT file_name, outcome, duplicate_of FROM audit.file ORDER BY outcome DESC")
    assert outcomes == [
        ("opnieuw opgeslagen.xlsx", "duplicate", "politie-2024-v1"),
        (POLITIE, "accepted_with_findings", None),
    ]


# -- corrections -------------------------------------------------------------------------------------------------------


def test_a_corrected_return_is_in_force_once_it_is_accepted_and_the_figures_follow(police: DataFolders) -> None:
    police.take({"verbeterd.xlsx": corrected()})
    police.accept("politie-2024-v2")
    assert police.submissions() == {"politie-2024-v1": "superseded", "politie-2024-v2": "accepted"}
    assert police.realised() == {POLICE: Decimal(490)}
    national = police.query("SELECT realised_jobs FROM mart.national_progress WHERE basis = 'sector_returns'")
    assert national == [(Decimal(490),)]
    assert police.query("SELECT DISTINCT submission_id FROM core.observation") == [("politie-2024-v2",)]


def test_a_later_version_may_be_lower(police: DataFolders) -> None:
    police.take({"verbeterd.xlsx": corrected()})
    police.accept("politie-2024-v2")
    down = with_cells(POLITIE, {"D11": 8, "P11": 248, "D14": 18, "P14": 488, "D15": "45,0%"})
    police.take({"nog eens.xlsx": down})
    police.accept("politie-2024-v3")
    assert police.realised() == {POLICE: Decimal(488)}
    assert police.submissions()["politie-2024-v2"] == "superseded"


def test_a_correction_with_an_error_is_rejected_and_the_version_before_stands(police: DataFolders) -> None:
    result = police.take({"verbeterd.xlsx": wrong()})
    assert police.submissions() == {"politie-2024-v1": "accepted_with_findings", "politie-2024-v2": "rejected"}
    assert police.realised() == {POLICE: Decimal(489)}
    assert police.query("SELECT DISTINCT submission_id FROM core.observation") == [("politie-2024-v1",)]
    (file,) = result.files
    assert police.storage.archived(file.sha256).read_bytes() == wrong()
    (finding,) = police.query(
        "SELECT submission_id, severity, sheet, cell, found FROM audit.finding "
        "WHERE file_name = 'verbeterd.xlsx' AND rule = 'headers_known' AND outcome = 'fails'"
    )
    assert finding == ("politie-2024-v2", "error", "Overzicht", "C10", "Streefgetal")


def test_a_good_version_after_a_rejected_one_counts(police: DataFolders) -> None:
    police.take({"fout.xlsx": wrong()})
    police.take({"goed.xlsx": corrected()})
    police.accept("politie-2024-v3")
    assert police.submissions() == {
        "politie-2024-v1": "superseded",
        "politie-2024-v2": "rejected",
        "politie-2024-v3": "accepted",
    }
    assert police.realised() == {POLICE: Decimal(490)}


def test_rereading_does_not_bring_back_what_a_duplicate_said_before_the_correction(police: DataFolders) -> None:
    police.take({"opnieuw opgeslagen.xlsx": _resaved()})
    police.take({"verbeterd.xlsx": corrected()})
    police.accept("politie-2024-v2")
    submissions = police.submissions()
    police.reread()
    assert police.realised() == {POLICE: Decimal(490)}
    assert police.submissions() == submissions


# -- files that are no good --------------------------------------------------------------------------------------------


BAD = {
    "unknown": (with_cells(POLITIE, {"C5": "De Groene Baan"}), "sender_recognised"),
    "corrupt": (sample(POLITIE)[:3000], "file_readable"),
    "empty": (b"", "file_is_a_workbook"),
    "text": (b"doel;realisatie\n713;489\n", "file_is_a_workbook"),
}


@pytest.mark.parametrize(("content", "rule"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_among_good_ones_is_rejected_and_the_others_go_on(
    police: DataFolders, content: bytes, rule: str
) -> None:
    result = police.take({"slecht.xlsx": content, **files(STOPLIGHT)})
    assert {file.file_name: file.status for file in result.files} == {"slecht.xlsx": "rejected", STOPLIGHT: "accepted"}
    assert police.realised() == {POLICE: Decimal(489), ("provincies", "2024H1"): Decimal("408.6")}
    found = police.query(
        "SELECT rule, submission_id FROM audit.finding WHERE file_name = 'slecht.xlsx' AND outcome = 'fails'"
    )
    assert found == [(rule, None)]


def test_a_period_that_has_yet_to_begin_is_rejected(police: DataFolders) -> None:
    police.take({"toekomst.xlsx": with_cells(POLITIE, {"C6": "Peildatum: 31 december 2099"})})
    assert police.submissions() == {"politie-2024-v1": "accepted_with_findings", "politie-2099-v1": "rejected"}
    found = police.query(
        "SELECT rule FROM audit.finding WHERE submission_id = 'politie-2099-v1' AND severity = 'error'"
    )
    assert found == [("period_consistent",)]
    assert POLICE in police.realised()


def test_an_absurd_goal_of_one_sector_stops_nobody_elses_figures(data: DataFolders) -> None:
    """A goal of a tenth of a job makes 489 thousand percent: the sender's mistake, not our failure."""
    absurd = with_cells(POLITIE, {**{f"{column}10": 0.1 for column in "DEFGHIJKLMNO"}, "P10": 0.1})
    result = data.take({"absurd.xlsx": absurd, **files(STOPLIGHT)})
    assert result.not_published_because == []
    assert data.realised()["provincies", "2024H1"] == Decimal("408.6")


def test_a_first_run_with_nothing_good_publishes_nothing_but_reports(data: DataFolders) -> None:
    data.drop({"slecht.xlsx": b"niets"})
    said = banenafspraak("run", "--json")
    assert said.code != 0
    assert not data.storage.snapshot.exists()
    assert "slecht.xlsx" in Path(said.json["report"]).read_text(encoding="utf-8")
    assert said.json["not_published_because"] != []


def test_what_was_published_stands_when_the_next_build_fails_its_checks(police: DataFolders) -> None:
    """The only return there is was withdrawn."""
    snapshot = files_with_times(police.warehouse)[str(police.storage.snapshot)]
    result = police.withdraw("politie-2024-v1")
    assert any("something_accepted" in problem for problem in result.not_published_because)
    assert files_with_times(police.warehouse)[str(police.storage.snapshot)] == snapshot
    assert len(police.publications()) == 1


# -- what can be made again --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def eventful_once(police_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    def make(data: DataFolders) -> None:
        police_once.copy_to(data)
        data.take({"1 verbeterd.xlsx": corrected(), "2 opnieuw.xlsx": _resaved_correction(), "zomaar.xlsx": b"niets"})
        data.accept("politie-2024-v2")
        data.take({"fout.xlsx": wrong(), "3 hoger.xlsx": _higher(), **files(MBO, DEFENSIE, STOPLIGHT)})
        data.take({"4 mbo.xlsx": with_cells(MBO, {"D5": 38.18}), "5 stoplicht.xlsx": _stoplight_up()})
        data.accept("provincies-2024H1-v2")
        data.withdraw("provincies-2024H1-v2")
        data.withdraw("defensie-2024-v1")

    return once(tmp_path_factory, "eventful", make)


@pytest.fixture
def eventful(data: DataFolders, eventful_once: DataFolders) -> DataFolders:
    """Folders with four senders: versions accepted by a person, superseded, rejected, waiting and withdrawn, more."""
    eventful_once.copy_to(data)
    return data


def _resaved_correction() -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(corrected()))
    book.properties.title = "nog eens"
    return saved(book)


def _higher() -> bytes:
    return with_cells(POLITIE, {"D11": 11, "P11": 251, "D14": 21, "P14": 491, "D15": "52,5%", "P15": "68,9%"})


def _stoplight_up() -> bytes:
    return with_cells(STOPLIGHT, {"C5": 59.82, "D5": 10.17, "C17": 409.6, "D17": -61})


def test_what_happened_is_in_the_audit(eventful: DataFolders) -> None:
    outcomes = eventful.query("SELECT file_name, outcome FROM audit.file ORDER BY file_name")
    assert outcomes == [
        ("1 verbeterd.xlsx", "accepted"),
        ("2 opnieuw.xlsx", "duplicate"),
        ("3 hoger.xlsx", "awaiting_acceptance"),
        ("4 mbo.xlsx", "awaiting_acceptance"),
        ("5 stoplicht.xlsx", "withdrawn"),
        (STOPLIGHT, "accepted"),
        (MBO, "accepted_with_findings"),
        (DEFENSIE, "withdrawn"),
        (POLITIE, "superseded"),
        ("fout.xlsx", "rejected"),
        ("zomaar.xlsx", "rejected"),
    ]
    assert eventful.realised() == {
        POLICE: Decimal(490),
        ("mbo", "2024"): Decimal(706),
        ("provincies", "2024H1"): Decimal("408.6"),
    }


@pytest.mark.parametrize("again", [DataFolders.reread, DataFolders.run])
def test_everything_but_archive_ledger_and_waivers_can_be_made_again(
    eventful: DataFolders, again: Callable[[DataFolders], object]
) -> None:
    ledger, tables, manifest = eventful.storage.ledger.read_bytes(), eventful.tables(), eventful.manifest()
    shutil.rmtree(eventful.warehouse)
    again(eventful)
    assert eventful.storage.ledger.read_bytes() == ledger
    assert eventful.tables() == tables
    assert eventful.manifest()["tables"] == manifest["tables"]


def test_observations_that_were_lost_are_read_again_when_something_new_comes(eventful: DataFolders) -> None:
    before = eventful.realised()
    shutil.rmtree(eventful.storage.observation_folder)
    eventful.take(files(POLITIE_2023))
    assert eventful.realised() == {**before, ("politie", "2023"): Decimal(387)}


def test_the_same_archive_and_ledger_make_the_same_tables_elsewhere(eventful: DataFolders, tmp_path: Path) -> None:
    elsewhere = DataFolders(tmp_path / "elsewhere" / "raw", tmp_path / "elsewhere" / "warehouse")
    shutil.copytree(eventful.raw, elsewhere.raw)
    elsewhere.run()
    assert elsewhere.tables() == eventful.tables()
    assert elsewhere.manifest() == {**eventful.manifest(), "file": elsewhere.manifest()["file"]}
