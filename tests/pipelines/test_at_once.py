"""Two at once in the same data folders: one waits for the other, and says for whom."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets import start
from pipelines.definitions import defs
from tests.conftest import PROJECT
from tests.pipelines.runs import DataFolders, banenafspraak, environment, put, without_moments
from tests.pipelines.test_daemon import SMALL, burst
from warehouse.lock import exclusive

_FILES = 200
_WAIVER = ("--requested-by", "A", "--approved-by", "B", "--reason", "c", "--expires", "2099-12-31")
_DECISION = ("politie-2024-v1", "--name", "A", "--reason", "b")


@contextmanager
def _somebody_at_work(data: DataFolders) -> Iterator[None]:
    """Another thread is, to the lock, another run."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(data.storage.lock):
            is_held.set()
            is_over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another run."""
    monkeypatch.setattr(start, "PATIENCE", timedelta(0))


@pytest.mark.usefixtures("impatient")
def test_every_command_that_writes_says_who_is_at_work_and_writes_nothing(police: DataFolders, tmp_path: Path) -> None:
    before = police.on_disk()
    commands: list[tuple[str | Path, ...]] = [
        ("run",),
        ("reread",),
        ("collect", tmp_path, "--sector", "po", "--period", "2024"),
        ("accept", *_DECISION),
        ("withdraw", *_DECISION),
        ("waive", "stated_percentage", "politie", "2024", *_WAIVER),
        ("open-data",),
        ("product", "icbr", "2024Q4"),
        ("report", "validation"),
    ]
    with _somebody_at_work(police):
        for words in commands:
            said = banenafspraak(*words)
            told = " ".join(said.err.split())
            assert (said.code, "Traceback" in told) == (3, False), told
            assert f"process {os.getpid()} of user " in told
            assert "Wait until it is done and try again" in told
    assert police.on_disk() == before


@pytest.mark.usefixtures("impatient")
def test_a_run_that_dagster_starts_is_kept_out_too(police: DataFolders) -> None:
    before = police.on_disk()
    with _somebody_at_work(police), dg.DagsterInstance.ephemeral() as instance:
        result = defs.resolve_job_def("publish_snapshot").execute_in_process(instance=instance, raise_on_error=False)
        told = "".join(str(event.event_specific_data) for event in result.all_events if event.is_failure)
    assert not result.success
    assert f"process {os.getpid()} of user " in told
    assert police.on_disk() == before


def test_two_processes_take_in_the_same_two_hundred_files(data: DataFolders, tmp_path: Path) -> None:
    """The one that comes second waits, finds all of it known, and says the same of every file."""
    returns = dict(list(burst().items())[:_FILES])
    folder = put(tmp_path / "returns", returns)
    words = [sys.executable, "-m", "pipelines.cli", "run", str(folder), "--json", *map(str, data.options)]
    both = [
        subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT, env=environment())
        for _ in range(2)
    ]
    said = [process.communicate(timeout=600) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    (first, second) = (json.loads(out) for out, _ in said)
    assert first == second
    assert [b"Waiting for another run: process " in err for _, err in said].count(True) == 1
    events = Counter(json.loads(line)["event"] for line in data.storage.ledger.read_bytes().splitlines())
    expected = {"received": _FILES, "read": len(SMALL), "duplicate": _FILES - len(SMALL), "published": 1}
    assert events == expected
    alone = DataFolders(tmp_path / "alone" / "raw", tmp_path / "alone" / "warehouse")
    alone.run(folder)
    assert without_moments(data) == without_moments(alone)
    assert banenafspraak("verify", *data.options).code == 0
