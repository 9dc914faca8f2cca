"""The command line: exit codes, JSON, what is shown, and that bad input never ends in a traceback.

What a run does to figures is `test_main_job.py`; traces over all samples are `test_samples_trace.py`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.pipelines.runs import (
    POLITIE_2023,
    DataFolders,
    Said,
    banenafspraak,
    clock,
    corrected,
    environment,
    files,
    put,
    unlocked,
    wrong,
)
from tests.returns.workbooks import POLITIE, book_of, sample, saved, with_cells

FILE_KEYS = {"file", "sector_code", "period", "outcome", "findings"}
FINDING_KEYS = {"rule", "severity", "sheet", "cell", "found", "expected", "message"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the police returns of two years: one accepted, one with a finding."""
    return put(tmp_path / "given", files(POLITIE, POLITIE_2023))


def _program(*words: str | Path, **variables: str) -> Said:
    """The command line as a program of its own."""
    command = [sys.executable, "-m", "pipelines.cli", *map(str, words)]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment(**variables), capture_output=True, text=True, check=False, timeout=300
    )
    return Said(done.returncode, done.stdout, done.stderr)


def _outcomes(said: Said) -> list[tuple[str, str]]:
    return [(file["file"], file["outcome"]) for file in said.json["files"]]


# -- run ---------------------------------------------------------------------------------------------------------------


def test_the_program_runs_a_folder_into_the_folders_of_the_environment(folder: Path, tmp_path: Path) -> None:
    raw, warehouse = tmp_path / "raw", tmp_path / "warehouse"
    said = _program("run", folder, "--json", BANENAFSPRAAK_RAW_DIR=str(raw), BANENAFSPRAAK_WAREHOUSE_DIR=str(warehouse))
    assert said.code == 0, said.err
    assert _outcomes(said) == [(POLITIE_2023, "accepted"), (POLITIE, "accepted_with_findings")]
    assert (warehouse / "banenafspraak.duckdb").exists()
    assert (raw / "ledger.jsonl").exists()


def test_run_says_the_figures_as_decimals(data: DataFolders, folder: Path) -> None:
    said = banenafspraak("run", folder, "--json")
    assert said.code == 0
    (sector,) = (row for row in said.json["sectors"] if row["period"] == "2024")
    assert (sector["target_jobs"], sector["realised_jobs"], sector["stated_pct"]) == ("713", "489", "68.4")
    (national,) = (row for row in said.json["national"] if (row["period"], row["basis"]) == ("2024", "sector_returns"))
    assert (national["gap_jobs"], national["sectors_returned"], national["sectors_expected"]) == ("224", 1, 13)
    assert said.json["snapshot"] == str(data.storage.snapshot)
    assert Path(said.json["report"]).is_relative_to(data.warehouse)


def test_options_go_before_the_environment(data: DataFolders, folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    said = banenafspraak("run", folder, "--raw-dir", elsewhere / "raw", "--warehouse-dir", elsewhere / "warehouse")
    assert said.code == 0
    assert (elsewhere / "warehouse" / "banenafspraak.duckdb").exists()
    assert not data.raw.exists()
    assert not data.warehouse.exists()


def test_run_shows_a_person_each_return_the_table_the_totals_and_the_findings(data: DataFolders, folder: Path) -> None:
    said = banenafspraak("run", folder)
    assert POLITIE in said.err
    for text in ("politie", "713.0", "489.0", "sector_returns", "25,000", "12/12", "volgt uit realisatie en doel"):
        assert text in said.out
    assert str(data.storage.snapshot) in said.out


def test_something_rejected_is_exit_code_1_and_is_said(police: DataFolders) -> None:
    police.drop({"fout.xlsx": wrong()})
    said = banenafspraak("run")
    assert said.code == 1
    for text in ("fout.xlsx", "C10", "Streefgetal"):
        assert text in said.out
    assert "Traceback" not in said.err


def test_a_rejected_file_in_json_has_its_findings(police: DataFolders) -> None:
    police.drop({"fout.xlsx": wrong()})
    said = banenafspraak("run", "--json")
    assert said.code == 1
    (file,) = said.json["files"]
    assert (file["outcome"], file["sector_code"], file["period"]) == ("rejected", "politie", "2024")
    assert ("headers_known", "Overzicht", "C10") in [(f["rule"], f["sheet"], f["cell"]) for f in file["findings"]]


def test_reread_says_what_stands(police: DataFolders) -> None:
    said = banenafspraak("reread", "--json")
    assert (said.code, _outcomes(said)) == (0, [(POLITIE, "accepted_with_findings")])


# -- check -------------------------------------------------------------------------------------------------------------


def test_check_prints_exactly_the_agreed_json_and_writes_nothing(data: DataFolders, folder: Path) -> None:
    said = _program("check", "--json", folder / POLITIE, "--raw-dir", data.raw, "--warehouse-dir", data.warehouse)
    assert said.code == 0
    assert set(said.json) == {"files"}
    (file,) = said.json["files"]
    assert set(file) == FILE_KEYS
    (finding,) = file.pop("findings")
    assert file == {
        "file": POLITIE,
        "sector_code": "politie",
        "period": "2024",
        "outcome": "accepted_with_findings",
    }
    assert set(finding) == FINDING_KEYS
    assert (finding["rule"], finding["severity"], finding["sheet"], finding["cell"], finding["found"]) == (
        "stated_percentage_follows",
        "warning",
        "Overzicht",
        "P15",
        "68,4%",
    )
    assert not data.raw.exists()
    assert not data.warehouse.exists()


def test_check_looks_at_the_ledger_and_leaves_it_alone(police: DataFolders, folder: Path) -> None:
    before = police.on_disk()
    assert _outcomes(banenafspraak("check", "--json", folder / POLITIE)) == [(POLITIE, "duplicate")]
    assert police.on_disk() == before


OUTCOMES = {
    "accepted": (lambda: sample(POLITIE_2023), "accepted", 0),
    "duplicate by bytes": (lambda: sample(POLITIE), "duplicate", 0),
    "duplicate by values": (lambda: saved(book_of(POLITIE)), "duplicate", 0),
    "revision": (corrected, "revision", 0),
    "revision with findings": (lambda: with_cells(POLITIE, {"P15": "68,3%"}), "revision", 0),
    "rejected rather than revision": (wrong, "rejected", 1),
    "not recognised": (lambda: b"niets", "rejected", 1),
}


@pytest.mark.parametrize(("content", "outcome", "code"), OUTCOMES.values(), ids=OUTCOMES.keys())
def test_the_outcome_of_a_check_by_precedence(
    police: DataFolders, tmp_path: Path, content: Callable[[], bytes], outcome: str, code: int
) -> None:
    folder = put(tmp_path / "given", {"opgave.xlsx": content()})
    said = banenafspraak("check", "--json", folder / "opgave.xlsx")
    assert (said.code, _outcomes(said)) == (code, [("opgave.xlsx", outcome)])


def test_what_was_rejected_before_is_rejected_and_not_a_duplicate(police: DataFolders, tmp_path: Path) -> None:
    police.take({"fout.xlsx": wrong()})
    folder = put(tmp_path / "given", {"fout.xlsx": wrong()})
    assert _outcomes(banenafspraak("check", "--json", folder / "fout.xlsx")) == [("fout.xlsx", "rejected")]


def test_several_files_are_checked_in_the_order_given(data: DataFolders, folder: Path) -> None:
    put(folder, {"fout.xlsx": wrong()})
    said = banenafspraak("check", "--json", folder / POLITIE, folder / "fout.xlsx", folder / POLITIE_2023)
    assert said.code == 1
    assert _outcomes(said) == [
        (POLITIE, "accepted_with_findings"),
        ("fout.xlsx", "rejected"),
        (POLITIE_2023, "accepted"),
    ]


def test_check_tells_a_person_what_is_wrong_where_and_what_to_do(data: DataFolders, tmp_path: Path) -> None:
    folder = put(tmp_path / "given", {"fout [1].xlsx": wrong()})
    said = banenafspraak("check", folder / "fout [1].xlsx")
    for text in ("fout [1].xlsx", "politie 2024", "rejected", "C10", "Streefgetal", "afgesproken kop"):
        assert text in said.out


# -- status ------------------------------------------------------------------------------------------------------------


def test_status_of_nothing_says_how_to_begin(data: DataFolders) -> None:
    said = banenafspraak("status")
    assert said.code == 0
    assert "banenafspraak run" in said.out
    with clock("2025-07-01 12:00:00"):
        partitions = banenafspraak("status", "--json").json["partitions"]
    assert {entry["status"] for entry in partitions} == {"late", "missing"}


def test_status_says_what_is_in_missing_late_and_rejected(police: DataFolders) -> None:
    """On 1 August 2025: yearly returns were due on 30 June, that of the second quarter of Rijk is on 14 August."""
    police.take({"mbo.xlsx": _bad_mbo()})
    with clock("2025-08-01 12:00:00"):
        partitions = banenafspraak("status", "--json").json["partitions"]
    by_place = {(entry["sector_code"], entry["period"]): entry for entry in partitions}
    shown = ("status", "submission_id", "awaiting", "deadline", "is_in_force")
    assert [by_place["politie", "2024"][name] for name in shown] == [
        "accepted_with_findings", "politie-2024-v1", [], "2025-06-30", True
    ]  # fmt: skip
    assert [by_place["wo", "2024"][name] for name in shown] == ["late", None, [], "2025-06-30", False]
    assert by_place["mbo", "2024"]["status"] == "rejected"
    assert by_place["rijk", "2025Q2"]["status"] == "missing"
    assert ("wo", "2025") not in by_place


def test_status_keeps_an_accepted_version_when_a_later_one_is_rejected(police: DataFolders) -> None:
    police.take({"fout.xlsx": wrong()})
    partitions = banenafspraak("status", "--json").json["partitions"]
    (entry,) = (entry for entry in partitions if (entry["sector_code"], entry["period"]) == ("politie", "2024"))
    assert (entry["status"], entry["submission_id"]) == ("accepted_with_findings", "politie-2024-v1")


def test_status_shows_a_person_a_mark_for_each(police: DataFolders) -> None:
    with clock("2025-05-01 12:00:00"):
        said = banenafspraak("status")
    marks = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if len(line.split()) > 1}
    assert (marks["politie"], marks["mbo"]) == (["L", "!"], ["L", "–"])


# -- wrong usage and our own failures ----------------------------------------------------------------------------------


WRONG_USAGE = [
    ("nonsense",),
    ("run", "/there/is/no/such/folder"),
    ("run", "--colour"),
    ("check", "/there/is/no/such/file.xlsx"),
    ("check",),
    ("trace", "national", "2024"),
    ("trace", "sector", "mbo", "2024", "realised_jobs"),
    ("trace", "sector", "politie", "2024", "nonsense"),
    ("trace", "sector", "politie", "2023", "realised_jobs"),
    ("trace", "sector", "nobody", "2024", "realised_jobs"),
    ("trace", "national", "1999", "sector_returns", "realised_jobs"),
    ("trace", "national", "2024", "nonsense", "realised_jobs"),
    ("trace", "national", "2024", "sector_returns", "nonsense"),
    ("trace", "national", "2024", "sector_returns", "comparability_note"),
]


@pytest.mark.parametrize("words", WRONG_USAGE, ids=" ".join)
def test_wrong_usage_is_exit_code_2_without_a_traceback(police: DataFolders, words: tuple[str, ...]) -> None:
    said = banenafspraak(*words)
    assert said.code == 2
    assert said.err.strip()
    assert "Traceback" not in said.err


def test_a_figure_that_does_not_exist_is_answered_with_what_does(police: DataFolders) -> None:
    assert "politie 2024" in banenafspraak("trace", "sector", "mbo", "2024", "realised_jobs").err
    assert "realised_jobs" in banenafspraak("trace", "sector", "politie", "2024", "nonsense").err
    assert "2024 sector_returns" in banenafspraak("trace", "national", "1999", "sector_returns", "realised_jobs").err
    assert "realised_jobs" in banenafspraak("trace", "national", "2024", "sector_returns", "nonsense").err


def test_a_trace_without_a_snapshot_says_what_to_do(data: DataFolders) -> None:
    said = banenafspraak("trace", "sector", "mbo", "2024", "realised_jobs")
    assert said.code == 2
    assert "banenafspraak run" in said.err


@pytest.mark.parametrize("command", ["run", "reread", "status", "check"])
def test_a_damaged_ledger_is_our_own_failure_and_names_the_line(
    police: DataFolders, command: str, folder: Path
) -> None:
    lines = police.storage.ledger.read_text(encoding="utf-8").splitlines()
    police.storage.ledger.write_text("\n".join([lines[0], lines[1][:-9]]) + "\n", encoding="utf-8")
    said = banenafspraak(command, *([folder / POLITIE] if command == "check" else []))
    assert said.code == 3
    assert "ine 2 of" in said.err
    assert "ledger.jsonl" in said.err
    assert "Traceback" not in said.err


def test_a_changed_archived_file_is_our_own_failure_and_is_named(police: DataFolders) -> None:
    (file,) = police.workspace.ledger.state().files.values()
    archived = police.storage.archived(file.sha256)
    archived.chmod(0o644)
    archived.write_bytes(b"changed")
    said = banenafspraak("reread")
    assert said.code == 3
    assert file.sha256 in said.err
    assert "Traceback" not in said.err


def test_a_snapshot_that_is_no_database_is_our_own_failure(police: DataFolders) -> None:
    unlocked(police.storage.snapshot).write_bytes(b"this is no database")
    said = banenafspraak("trace", "sector", "politie", "2024", "realised_jobs")
    assert (said.code, "Traceback" in said.err) == (3, False)


def test_a_snapshot_that_is_no_database_is_built_again(police: DataFolders) -> None:
    unlocked(police.storage.snapshot).write_bytes(b"this is no database")
    assert banenafspraak("run").code == 0
    assert police.realised() == {("politie", "2024"): Decimal(489)}


def _bad_mbo() -> bytes:
    return with_cells("MBO Raad - banenafspraak 2024 (v2).xlsx", {"C4": "Streefgetal", "C5": "Streefgetal"})


def test_output_is_one_json_object_for_each_command(police: DataFolders, folder: Path) -> None:
    commands: list[tuple[str | Path, ...]] = [
        ("run",),
        ("reread",),
        ("status",),
        ("check", folder / POLITIE),
        ("trace", "sector", "politie", "2024", "realised_jobs"),
        ("trace", "national", "2024", "sector_returns", "realised_jobs"),
    ]
    for words in commands:
        said = banenafspraak(*words, "--json")
        assert said.code == 0, said.err
        assert isinstance(json.loads(said.out), dict)
