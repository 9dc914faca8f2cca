"""The real daemon, with its own processes: arrivals while it works, and being killed in the middle.

`make bursts` repeats the killing; `BURSTS` says how often. A run that is killed is `test_faults.py`.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import pytest

from pipelines.work import must_publish
from tests.conftest import PROJECT
from tests.pipelines.runs import DataFolders, environment, files
from tests.returns.workbooks import DEFENSIE, IPO, NFU, POLITIE, UNL, sample

_REPETITIONS = int(os.environ.get("BURSTS", "0"))
_LONGEST_SECONDS = 600
_BURST = 300
_FIRST, _LATER = (POLITIE, UNL), (IPO, NFU, DEFENSIE)
SMALL = ("WVOI opgave onderzoeksinstellingen 2024.xlsx", "UvW banenafspraak 2024.xlsx", POLITIE, IPO, NFU)


@contextlib.contextmanager
def daemon(data: DataFolders, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon over these folders, with all its processes in a group of their own, which is killed in the end.

    Its database is made first: two processes that open an instance for the first time at once trip over one another.
    """
    home.mkdir(parents=True, exist_ok=True)
    shutil.copy(PROJECT / ".dagster" / "dagster.yaml", home)
    runs(home)
    known = environment(
        DAGSTER_HOME=str(home),
        BANENAFSPRAAK_RAW_DIR=str(data.raw),
        BANENAFSPRAAK_WAREHOUSE_DIR=str(data.warehouse),
    )
    program = [str(Path(sys.executable).with_name("dagster-daemon")), "run", "-w", str(PROJECT / "workspace.yaml")]
    with (home / "daemon.log").open("ab") as log:
        process = subprocess.Popen(program, env=known, stdout=log, stderr=log, start_new_session=True)
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the daemon, its code server and its runs, without a word of warning."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def wait_until(holds: Callable[[], bool], home: Path) -> None:
    """Look every half second until it holds."""
    until = time.monotonic() + _LONGEST_SECONDS
    while not holds():
        assert time.monotonic() < until, (home / "daemon.log").read_text(encoding="utf-8")[-5000:]
        time.sleep(0.5)


def is_done(data: DataFolders, number_of_files: int) -> bool:
    """Whether all files were taken in and read, and what holds now is published."""
    state = data.workspace.ledger.state()
    read = [file for file in state.files.values() if file.status != "received"]
    return len(read) == number_of_files and not must_publish(data.workspace, state)


def runs(home: Path) -> list[dg.DagsterRun]:
    """All runs of the instance, the latest first."""
    with dg.DagsterInstance.from_config(str(home)) as instance:
        return list(instance.get_runs())


def a_run_is_going(home: Path) -> bool:
    """Whether some run has started."""
    return any(run.status is dg.DagsterRunStatus.STARTED for run in runs(home))


def test_five_arrivals_while_the_daemon_runs(data: DataFolders, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with daemon(data, home):
        data.drop(files(*_FIRST))
        wait_until(lambda: a_run_is_going(home), home)
        data.drop(files(*_LATER))
        wait_until(lambda: is_done(data, 5), home)
    assert data.submissions().keys() == {
        "politie-2024-v1", "wo-2024-v1", "provincies-2024-v1", "umc-2024-v1", "defensie-2024-v1"
    }  # fmt: skip
    assert list(data.storage.inbox.iterdir()) == []
    failed = [run.job_name for run in runs(home) if run.status is dg.DagsterRunStatus.FAILURE]
    assert failed == []
    clean = DataFolders(tmp_path / "clean" / "raw", tmp_path / "clean" / "warehouse")
    clean.drop(files(*_FIRST, *_LATER))
    clean.run()
    assert _figures(data) == _figures(clean)


def _figures(data: DataFolders) -> dict[str, list[str]]:
    return {name: rows for name, rows in data.tables().items() if name.startswith(("mart.", "core."))} | {
        "core.submission": sorted(data.submissions())
    }


def burst() -> dict[str, bytes]:
    """Three hundred files with as many contents: five returns, each with a remark of its own in the zip file."""
    found = {}
    for number in range(_BURST):
        name = SMALL[number % len(SMALL)]
        stream = io.BytesIO(sample(name))
        with zipfile.ZipFile(stream, "a") as archive:
            archive.comment = str(number).encode()
        found[f"{number:03} {name}"] = stream.getvalue()
    return found


@pytest.mark.skipif(not _REPETITIONS, reason="takes minutes: `make bursts` runs it twenty times")
@pytest.mark.parametrize("seed", range(_REPETITIONS))
def test_a_burst_and_a_killed_daemon(data: DataFolders, tmp_path: Path, seed: int) -> None:
    """Three hundred files come at once while a run is going; the daemon is killed at some moment and started again."""
    home, arrived = tmp_path / "home", {**files(UNL), **burst()}
    with daemon(data, home) as first:
        data.drop(files(UNL))
        wait_until(lambda: a_run_is_going(home), home)
        data.drop(burst())
        time.sleep(random.Random(seed).uniform(5, 60))
        wait_until(lambda: a_run_is_going(home), home)
        kill(first)
    with daemon(data, home):
        wait_until(lambda: is_done(data, len(arrived)), home)
    state = data.workspace.ledger.state()
    assert len(state.files) == len(arrived)
    assert list(data.storage.inbox.iterdir()) == []
    assert Counter(file.status for file in state.files.values())["duplicate"] == _BURST - len(SMALL)
    assert len(state.submissions) == 1 + len(SMALL)
    events = Counter(line.partition(b'"event": "')[2].partition(b'"')[0] for line in _lines(data))
    assert (events[b"received"], events[b"read"], events[b"seen"]) == (len(arrived), len(state.submissions), 0)
    print(f"\n{seed}: {Counter(run.status.value for run in runs(home))}")  # noqa: T201 - `make bursts` shows it


def _lines(data: DataFolders) -> list[bytes]:
    return data.storage.ledger.read_bytes().splitlines()
