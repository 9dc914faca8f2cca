"""The machine refuses: no room, no leave to write, a wrong clock. Said in words, and nothing is harmed.

Being killed is `test_faults.py`, two at once `test_at_once.py`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.pipelines.runs import POLITIE_2023, DataFolders, Said, banenafspraak, clock, environment, files, put
from tests.pipelines.trouble import disk, exit_code, forked, free, read_only, unreadable
from warehouse.storage import leftovers

# Kilobytes of room: too little for the lock, an archived file, the build; with `make faults` also for a Parquet file, a
# later moment of the build, and the copy that analysts read.
_ROOMS = (0, 8, 400, *((40, 4_000, 17_000, 24_000) if "FAULTS" in os.environ else ()))
_BOTH_YEARS = {("politie", "2023"): 387, ("politie", "2024"): 489}


def _assert_refused(said: Said, *words: str) -> None:
    """Our own failure, said in words: what is wrong, and what to do."""
    told = " ".join(said.err.split())
    assert (said.code, "Traceback" in told, "Stack Trace" in told) == (3, False, False), told
    for word in words:
        assert word in told


def _assert_goes_on(data: DataFolders) -> None:
    """Once the machine no longer refuses, a run does all that was to be done."""
    said = banenafspraak("run", *data.options)
    assert said.code == 0, said.err
    assert data.realised() == _BOTH_YEARS
    assert list(data.storage.inbox.iterdir()) == []
    assert leftovers(data.storage) == []
    assert sorted(data.submissions()) == ["politie-2023-v1", "politie-2024-v1"]


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
@pytest.mark.parametrize("kilobytes", _ROOMS)
def test_a_full_disk_is_told_and_harms_nothing(police_once: DataFolders, tmp_path: Path, kilobytes: int) -> None:
    with disk(tmp_path / "disk", "128m"):
        data = DataFolders(tmp_path / "disk" / "raw", tmp_path / "disk" / "warehouse")
        police_once.copy_to(data)
        data.drop(files(POLITIE_2023))
        before = data.storage.snapshot.read_bytes()
        with free(tmp_path / "disk", kilobytes):
            said = banenafspraak("run", *data.options)
            _assert_refused(said, "No space left on device", str(tmp_path / "disk"), "Make room on that disk")
            assert data.storage.snapshot.read_bytes() == before
            assert leftovers(data.storage) == []
            data.workspace.ledger.state()
        _assert_goes_on(data)


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_no_room_for_temporary_files_is_told_and_held_against_no_sender(police: DataFolders) -> None:
    police.drop(files(POLITIE_2023))
    command = [sys.executable, "-m", "pipelines.cli", "run", *map(str, police.options)]
    with tempfile.TemporaryDirectory() as name, disk(folder := Path(name, "disk"), "16k"), free(folder, 4):
        known = environment(TMPDIR=str(folder))
        done = subprocess.run(command, capture_output=True, text=True, env=known, cwd=PROJECT, check=False)
    _assert_refused(
        Said(done.returncode, done.stdout, done.stderr), "No space left on device", "Make room on that disk"
    )
    _assert_goes_on(police)


def test_a_file_that_may_not_grow_is_told_and_harms_nothing(police: DataFolders, tmp_path: Path) -> None:
    """What a quota does, as an ordinary user can have it: the snapshot is larger than any file may be."""
    police.drop(files(POLITIE_2023))
    before = police.storage.snapshot.read_bytes()

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, resource.RLIM_INFINITY))
        said = banenafspraak("run")
        (tmp_path / "said").write_text(said.err, encoding="utf-8")
        os._exit(said.code)

    said = Said(exit_code(forked(limited)), "", (tmp_path / "said").read_text(encoding="utf-8"))
    _assert_refused(said, "File too large", "Make room on that disk")
    assert police.storage.snapshot.read_bytes() == before
    _assert_goes_on(police)


@pytest.mark.parametrize("folder", ["raw", "warehouse"])
def test_a_folder_nobody_may_write_in_is_told_and_harms_nothing(police: DataFolders, folder: str) -> None:
    police.drop(files(POLITIE_2023))
    before = police.storage.snapshot.read_bytes()
    path = {"raw": police.raw, "warehouse": police.warehouse}[folder]
    with read_only(path):
        _assert_refused(banenafspraak("run"), str(path), "leave to write there")
        assert police.storage.snapshot.read_bytes() == before
    _assert_goes_on(police)


def test_a_file_that_nobody_can_read_is_told_and_the_others_go_on(police: DataFolders) -> None:
    police.drop({"a 111222333.xlsx": b"?", **files(POLITIE_2023)})
    file = police.storage.inbox / "a 111222333.xlsx"
    with unreadable(file):
        said, again = banenafspraak("run"), banenafspraak("run", "--json")
    told = " ".join(said.err.split())
    assert (said.code, again.code) == (1, 1)
    assert "a nummer-weggelaten.xlsx can't be read: it is left where it is" in told
    assert again.json["unread"] == ["a nummer-weggelaten.xlsx"]
    assert police.realised() == _BOTH_YEARS
    file.unlink()
    _assert_goes_on(police)


def test_a_link_is_told_and_left_where_it_is_and_the_others_go_on(police: DataFolders, tmp_path: Path) -> None:
    """What it leads to may be a file that only we can read; `check` reads it for who names it by hand."""
    put(tmp_path / "elders", files(POLITIE_2023))
    police.drop({})
    link = police.storage.inbox / "a 111222333.xlsx"
    link.symlink_to(tmp_path / "elders" / POLITIE_2023)
    before = sorted(police.storage.archive.iterdir())
    said, again = banenafspraak("run"), banenafspraak("run", police.storage.inbox, "--json")
    assert (said.code, again.code) == (1, 1)
    assert "a nummer-weggelaten.xlsx is a link: it is left where it is" in " ".join(said.err.split())
    assert (again.json["unread"], again.json["files"]) == (["a nummer-weggelaten.xlsx"], [])
    assert sorted(police.storage.archive.iterdir()) == before
    assert link.is_symlink()
    assert banenafspraak("check", link, "--json").json["files"][0]["period"] == "2023"
    police.drop(files(POLITIE_2023))
    assert banenafspraak("run").code == 1
    assert police.realised() == _BOTH_YEARS
    link.unlink()
    _assert_goes_on(police)


def test_a_clock_that_was_set_back_is_told_before_anything_is_taken_in(history: DataFolders) -> None:
    history.drop(files("IPO_stoplicht_2024H1.xlsx"))
    before = history.on_disk()
    with clock("2020-01-01 00:00:00"):
        said = banenafspraak("run")
    _assert_refused(said, "clock of this machine says 2020-01-01", "written at 2026-03-15", "Set the clock right")
    assert history.on_disk() == before
    with clock("2026-04-01 09:00:00"):
        assert banenafspraak("run").code == 0
    assert history.submissions()["provincies-2024H1-v1"] == "accepted"


def test_a_start_after_a_crash_says_what_it_found_and_did(police: DataFolders) -> None:
    whole = police.storage.ledger.read_bytes()
    police.storage.ledger.write_bytes(whole + b'{"event": "rece')
    police.storage.lock.write_text("process 4711 of user jan on server (banenafspraak run)", encoding="utf-8")
    aside = police.storage.archive / f".{'a' * 64}.4711"
    aside.write_bytes(b"half a workb")
    police.storage.building.write_bytes(b"half a database")
    police.storage.to_publish.mkdir()
    police.storage.snapshot.unlink()
    apart = police.storage.quarantine / f".{'0' * 64}.4711"
    police.storage.quarantine.mkdir(exist_ok=True)
    apart.write_bytes(b"half a workbook")
    exchanged = police.storage.warehouse / ".open-data.before"
    exchanged.mkdir()
    said = banenafspraak("run")
    told = " ".join(said.err.split())
    for words in (
        "A run was broken off; what it had to do is done now. It was process 4711 of user jan on server",
        "Half-written files were removed: 2.",
        "Open data that were not in their place were removed.",
        "A warehouse that was not built to its end was removed.",
        "The last line of the ledger was not written to its end: it is now in ledger.torn.",
        "A snapshot that was not in the ledger yet was let go",
        "was not where analysts read: it is now.",
    ):
        assert words in told
    assert said.code == 0
    assert police.storage.ledger.read_bytes() == whole
    assert not aside.exists()
    assert not apart.exists()
    assert not exchanged.exists()
    assert not police.storage.building.exists()
    assert banenafspraak("run").err == ""
