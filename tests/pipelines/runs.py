"""Running the main job in a test: data folders, the whole sample folder once, and the command line in this process.

What must come out of a run does not belong here.
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from assets.intake import ledger
from assets.workspace import Workspace
from pipelines import cli, main_job
from pipelines.main_job import MainJobResult
from tests.conftest import SAMPLES
from tests.returns.workbooks import POLITIE, sample, with_cells
from warehouse.records import Publication
from warehouse.storage import Storage

WAIVERS_FILE = "BANENAFSPRAAK_WAIVERS_FILE"
POLITIE_2023 = "Politie - Blauwe Baan stand 31-12-2023.xlsx"
# One more permanent job in the first police unit, carried through to the totals: 490 instead of 489.
POLITIE_490: Mapping[str, object] = {"D11": 10, "P11": 250, "D14": 20, "P14": 490, "D15": "50,0%", "P15": "68,7%"}
# The same, but a header that nobody knows.
POLITIE_WRONG: Mapping[str, object] = {**POLITIE_490, "C10": "Streefgetal"}


@cache
def corrected() -> bytes:
    """The police return of 2024, corrected to 490 jobs and now with the right percentage."""
    return with_cells(POLITIE, dict(POLITIE_490))


@cache
def wrong() -> bytes:
    """The police return of 2024 with 490 jobs and an unknown header: an error."""
    return with_cells(POLITIE, dict(POLITIE_WRONG))


@dataclass(frozen=True)
class DataFolders:
    """The data folders of one test, and what a test does with them."""

    raw: Path
    warehouse: Path

    @property
    def storage(self) -> Storage:
        return Storage.from_environment(self.raw, self.warehouse)

    @property
    def workspace(self) -> Workspace:
        return Workspace(raw_dir=str(self.raw), warehouse_dir=str(self.warehouse))

    def run(self, folder: Path | None = None) -> MainJobResult:
        """Run the main job as a new program would: over a folder, or the inbox."""
        return main_job.run(self.workspace, folder)

    def reread(self) -> MainJobResult:
        return main_job.reread(self.workspace)

    def accept(self, submission_id: str, name: str = "A. Vermeer", reason: str = "nagebeld") -> MainJobResult:
        """Accept a version that waits, as a person with this name and reason."""
        return main_job.accept(self.workspace, submission_id, name, reason)

    def withdraw(self, submission_id: str, name: str = "A. Vermeer", reason: str = "te vroeg") -> MainJobResult:
        """Take a version back."""
        return main_job.withdraw(self.workspace, submission_id, name, reason)

    def drop(self, files: Mapping[str, bytes]) -> None:
        """Put files in the inbox."""
        put(self.storage.inbox, files)

    def take(self, files: Mapping[str, bytes]) -> MainJobResult:
        """Put files in the inbox and run."""
        self.drop(files)
        return self.run()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Ask the published snapshot."""
        with duckdb.connect(str(self.storage.snapshot), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def realised(self) -> dict[tuple[str, str], Decimal]:
        """The realisations of the published snapshot by sector and period."""
        rows = self.query("SELECT sector_code, period, realised_jobs FROM mart.sector_progress")
        return {(sector, period): value for sector, period, value in rows}

    def submissions(self) -> dict[str, str]:
        """Submissions and where they stand, by the published snapshot."""
        return dict(self.query("SELECT submission_id, status FROM core.submission"))

    def tables(self) -> dict[str, list[str]]:
        """Every row of every table of the published snapshot, in an order of its own."""
        with duckdb.connect(str(self.storage.snapshot), read_only=True) as connection:
            names = connection.execute(
                "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal"
            ).fetchall()
            return {name: sorted(map(repr, connection.execute(f"FROM {name}").fetchall())) for (name,) in names}

    def publications(self) -> list[Publication]:
        """Every publication that the ledger remembers."""
        return self.workspace.ledger.state().publications

    def manifest(self, snapshot_id: str | None = None) -> dict[str, Any]:
        """The manifest of a publication; of the last one when none is named."""
        path = self.storage.manifest(snapshot_id or self.publications()[-1].snapshot_id)
        content: dict[str, Any] = json.loads(path.read_bytes())
        return content

    def kept(self) -> dict[str, set[str]]:
        """The snapshots that have a folder, and the files in it."""
        folders = (self.warehouse / "snapshots").iterdir()
        return {folder.name: {path.name for path in folder.iterdir()} for folder in folders}

    @property
    def options(self) -> tuple[str | Path, ...]:
        """What a command is told to work in these folders."""
        return "--raw-dir", self.raw, "--warehouse-dir", self.warehouse

    def copy_to(self, other: DataFolders) -> None:
        """Copy everything to folders that do not exist yet."""
        shutil.copytree(self.raw, other.raw)
        shutil.copytree(self.warehouse, other.warehouse)

    def on_disk(self) -> dict[str, tuple[bytes, int]]:
        """Every file of both folders with its bytes and moment of writing."""
        return {**files_with_times(self.raw), **files_with_times(self.warehouse)}


def unlocked(path: Path) -> Path:
    """A published file, made a file of its own that an ordinary user can write in too; what was kept stays."""
    aside = path.with_name(f"{path.name}.unlocked")
    shutil.copyfile(path, aside)
    aside.replace(path)
    return path


@contextlib.contextmanager
def clock(moment: str) -> Iterator[None]:
    """Make all of our modules take this (UTC) for the present moment."""
    fixed = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    looking = [module for module in list(sys.modules.values()) if getattr(module, "now", None) is ledger.now]
    with pytest.MonkeyPatch.context() as patch:
        for module in looking:
            patch.setattr(module, "now", lambda: fixed)
        yield


def put(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def files_with_times(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Every file under a folder with its bytes and moment of writing, but for locks."""
    paths = (path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(".lock"))
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}


def files(*names: str) -> dict[str, bytes]:
    """Sample returns by name."""
    return {name: sample(name) for name in names}


@dataclass(frozen=True)
class SamplesRun:
    """The whole sample folder, run once: the folders, the result, and the samples as they were before."""

    data: DataFolders
    result: MainJobResult
    samples_before: dict[str, tuple[bytes, int]]


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[DataFolders], object]) -> DataFolders:
    """Data folders made once for all processes of a test session: the others wait, because a run takes seconds."""
    root = _shared(factory)
    data, done = DataFolders(root / name / "raw", root / name / "warehouse"), root / f"{name}.done"
    with _alone(root / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(root / name, ignore_errors=True)
            make(data)
            done.touch()
    return data


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of a test session share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process of a test session is inside."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(autouse=True, scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests leave the project's own Dagster instance and file of waivers alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv(WAIVERS_FILE, str(tmp_path_factory.getbasetemp() / "no-waivers.csv"))
        yield


@pytest.fixture(scope="session")
def samples_run(tmp_path_factory: pytest.TempPathFactory, apart: None) -> SamplesRun:
    """The whole sample folder, run once. Look, don't change."""
    before = files_with_times(SAMPLES)
    data = once(tmp_path_factory, "samples", lambda data: data.run(SAMPLES))
    with _alone(_shared(tmp_path_factory) / "samples.lock"):  # a run that meets another one is told to wait
        return SamplesRun(data, data.run(SAMPLES), before)


@pytest.fixture
def data(data_dirs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolders:
    """Empty data folders and a file of waivers that is not there yet, which the environment names too."""
    monkeypatch.setenv(WAIVERS_FILE, str(tmp_path / "waivers.csv"))
    return DataFolders(*data_dirs)


@pytest.fixture(scope="session")
def police_once(tmp_path_factory: pytest.TempPathFactory, apart: None) -> DataFolders:
    """Data folders in which the police return of 2024 is in. Only for `police`, which copies them."""
    return once(tmp_path_factory, "police", lambda data: data.take(files(POLITIE)))


@pytest.fixture
def police(data: DataFolders, police_once: DataFolders) -> DataFolders:
    """Data folders in which the police return of 2024 is in, as version 1."""
    police_once.copy_to(data)
    return data


JANUARY, FEBRUARY, MARCH = "2026-01-15 12:00:00", "2026-02-15 12:00:00", "2026-03-15 12:00:00"
MARCH_AFTER = "2026-03-15 12:00:01"


@pytest.fixture(scope="session")
def history_once(tmp_path_factory: pytest.TempPathFactory, apart: None) -> DataFolders:
    """Four publications of police returns. Look, don't change.

    January: 489 jobs over 2024. February: 387 over 2023, and 490 over 2024 that wait. March: the 490 are accepted; and
    in the same second, 2023 is withdrawn, which is published a second later: moments always go on.
    """

    def make(data: DataFolders) -> None:
        with clock(JANUARY):
            data.take(files(POLITIE))
        with clock(FEBRUARY):
            data.take({**files(POLITIE_2023), "verbeterd.xlsx": corrected()})
        with clock(MARCH):
            data.accept("politie-2024-v2")
            data.withdraw("politie-2023-v1")

    return once(tmp_path_factory, "history", make)


@pytest.fixture
def history(data: DataFolders, history_once: DataFolders) -> DataFolders:
    """The four publications of police returns, to change."""
    history_once.copy_to(data)
    return data


class Said(NamedTuple):
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON; a number with a decimal point in it is a fault."""
        return json.loads(self.out, parse_float=_no_float)


def _no_float(text: str) -> None:
    raise AssertionError(f"{text} is a float in JSON: decimals go as strings")


def banenafspraak(*words: str | Path) -> Said:
    """Run the command line in this process, through the same door as the program."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        patch.setattr(sys, "argv", ["banenafspraak", *map(str, words)])
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return Said(code, out.getvalue(), err.getvalue())


def environment(**extra: str) -> dict[str, str]:
    """The environment for a program of its own, without what names data folders or a Dagster instance."""
    ours = ("BANENAFSPRAAK_RAW_DIR", "BANENAFSPRAAK_WAREHOUSE_DIR", "DAGSTER_HOME")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | extra
