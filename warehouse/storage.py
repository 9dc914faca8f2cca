"""Where things are stored: the one module that knows the names of files and folders, and how a file gets there whole.

A folder layout, and writing so that it survives a crash, belong here; what is in the files does not.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
WAIVERS_PATH = PROJECT / "expectations" / "waivers.csv"
_NOT_IN_NAMES = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
_SEPARATORS = '<>:"/\\|?*'
_LONGEST_NAME = 150  # bytes: file systems take 255, and things are put behind a name
_LONGEST_ENDING = 10
_LOADED = "loaded-"
_FLUSHED_TOGETHER = 4
_ASIDE = re.compile(r"\..+\.\d+")


@dataclass(frozen=True, slots=True)
class Storage:
    """The two data folders and what lies where in them, and the tracked file of waivers."""

    raw: Path
    warehouse: Path
    waivers: Path = WAIVERS_PATH

    @classmethod
    def from_environment(
        cls, raw: Path | None = None, warehouse: Path | None = None, environment: Mapping[str, str] = os.environ
    ) -> Storage:
        """The folders given, else those that `BANENAFSPRAAK_…` in the environment name, else the project's own."""
        return cls(
            (raw or Path(environment.get("BANENAFSPRAAK_RAW_DIR") or PROJECT / "raw")).resolve(),
            (warehouse or Path(environment.get("BANENAFSPRAAK_WAREHOUSE_DIR") or PROJECT / "warehouse")).resolve(),
            Path(environment.get("BANENAFSPRAAK_WAIVERS_FILE") or WAIVERS_PATH).resolve(),
        )

    @property
    def inbox(self) -> Path:
        """Where senders' files are dropped."""
        return self.raw / "inbox"

    @property
    def ledger(self) -> Path:
        """The append-only ledger."""
        return self.raw / "ledger.jsonl"

    @property
    def lock(self) -> Path:
        """The lock that a run holds."""
        return self.raw / ".lock"

    @property
    def archive(self) -> Path:
        """The folder of everything ever received."""
        return self.raw / "archive"

    def archived(self, sha256: str) -> Path:
        """The archived bytes of a file."""
        return self.archive / sha256

    def sidecar(self, sha256: str) -> Path:
        """What is known of an archived file: name, sender, time, size."""
        return self.archive / f"{sha256}.json"

    @property
    def quarantine(self) -> Path:
        """The folder of received files with personal data, until a named person has them removed."""
        return self.raw / "quarantine"

    def quarantined(self, sha256: str) -> Path:
        """The bytes of a file in quarantine."""
        return self.quarantine / sha256

    @property
    def observation_folder(self) -> Path:
        """The folder of all accepted observations."""
        return self.warehouse / "observations"

    def observations(self, sector_code: str, period: str, submission_id: str) -> Path:
        """The observations of one submission."""
        return self.observation_folder / sector_code / period / f"{submission_id}.parquet"

    def loaded_observations(self, version: str) -> Path:
        """The observations in force as a version of the program loaded them: each build starts from a copy of it."""
        return self.observation_folder / f"{_LOADED}{version}.duckdb"

    def loaded_checksum(self, version: str) -> Path:
        """The sha256 of that file as it was left."""
        return self.observation_folder / f"{_LOADED}{version}.sha256"

    def forget_loaded(self) -> None:
        """Remove what was loaded, by whatever version: it is loaded again from the observations of each submission."""
        for path in self.observation_folder.glob(f"{_LOADED}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def contributions(self, sector_code: str, period: str) -> Path:
        """The folder of what is kept of employers' own returns of one sector and period."""
        return self.observation_folder / sector_code / period / "contributions"

    def findings(self, sha256: str) -> Path:
        """What was found in one file."""
        return self.warehouse / "findings" / f"{sha256}.json"

    @property
    def snapshot(self) -> Path:
        """The latest published DuckDB file, always at the same path."""
        return self.warehouse / "banenafspraak.duckdb"

    @property
    def snapshots(self) -> Path:
        """The folder of all published snapshots."""
        return self.warehouse / "snapshots"

    @property
    def to_publish(self) -> Path:
        """The folder of the snapshot that is being published: kept as soon as the ledger knows it."""
        return self.warehouse / ".to-publish"

    def kept_snapshot(self, snapshot_id: str) -> Path:
        """A published DuckDB file, kept under its own name; its manifest lies beside it."""
        return self.snapshots / snapshot_id / self.snapshot.name

    def manifest(self, snapshot_id: str) -> Path:
        """What a published file was made from, and its checksums."""
        return manifest_of(self.kept_snapshot(snapshot_id))

    @property
    def building(self) -> Path:
        """The DuckDB file being built aside."""
        return self.warehouse / "building.duckdb"

    @property
    def open_data(self) -> Path:
        """The folder of the open data of the latest snapshot."""
        return self.warehouse / "open-data"

    @property
    def products(self) -> Path:
        """The folder of the products of the cadence."""
        return self.warehouse / "products"

    def response_list(self, sector_code: str, period: str) -> Path:
        """The workbook that says which employers of a sector returned, and which are missing."""
        return self.warehouse / "responses" / f"respons-{sector_code}-{period}.xlsx"

    @property
    def templates(self) -> Path:
        """The folder of empty workbooks for senders to fill in."""
        return self.warehouse / "templates"

    def report(self, name: str) -> Path:
        """The folder of a validation report for auditors."""
        return self.warehouse / "reports" / name


def manifest_of(snapshot: Path) -> Path:
    """The manifest that lies beside a kept DuckDB file."""
    return snapshot.with_name("manifest.json")


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a path beside a file to write to; what was written there is flushed to disk and then moved into place.

    So a half-written file is never seen, and nothing is left aside when writing fails.
    """
    make_folder(path.parent)
    with _moved_into_place(path) as aside:
        yield Path(aside)
        flush(Path(aside))
    flush(path.parent)


@contextmanager
def _moved_into_place(path: Path) -> Iterator[str]:
    """Give a path beside a file; what is there at the end is moved into place, and removed when anything fails."""
    aside = f"{path.parent}{os.sep}.{path.name}.{os.getpid()}"
    try:
        with naming(path):
            yield aside
            os.replace(aside, path)  # noqa: PTH105 - a path is made of two strings for each of thousands of files
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have an error of the system say which file it is about; when writing fails, it does not by itself."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def write_atomically(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Write a file whole, or not at all; `mode` is who may do what with it, less what the umask takes away."""
    make_folder(path.parent)
    write_whole(path, (content,), mode)
    flush(path.parent)


def write_whole(path: Path, parts: Iterable[bytes], mode: int) -> None:
    """Write a file in a folder that is there, whole or not at all; who writes many flushes their folder once for all.

    Until then the file is on disk, and that it has this name may not be.
    """
    with _moved_into_place(path) as aside:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(descriptor)


def write_each_atomically(folder: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write files into a folder, each whole or not at all; their names are flushed to disk together.

    While the disk is waited for, the next are made: a flush is some milliseconds, and there can be hundreds of them.
    """
    make_folder(folder)
    with ThreadPoolExecutor(_FLUSHED_TOGETHER) as pool:
        written = [pool.submit(write_whole, folder / name, (content,), 0o666) for name, content in contents]
    for one in written:
        one.result()
    flush(folder)


def make_folder(folder: Path) -> None:
    """Make a folder and those it lies in, flushed to disk; one that is there stays as it is."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        flush(folder.parent)


def flush(path: Path) -> None:
    """Have the system write a file, or the names in a folder, to disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of_file(path: Path) -> str:
    """The sha256 of a file; it is never held in memory whole."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def remove_building(storage: Storage) -> None:
    """Remove a DuckDB file that was not built to its end, with what DuckDB keeps beside it."""
    for ending in ("", ".wal"):
        storage.building.with_name(storage.building.name + ending).unlink(missing_ok=True)
    shutil.rmtree(storage.building.with_name(storage.building.name + ".tmp"), ignore_errors=True)


def leftovers(storage: Storage) -> list[Path]:
    """What processes that were killed left written aside; to be asked by who is alone in the folders."""
    folders = ("findings", "observations", "products", "reports", "responses")
    hidden = [path for folder in (storage.raw, storage.warehouse) for path in folder.glob(".*")]
    hidden += [
        path
        for folder in (storage.archive, storage.quarantine, *map(storage.warehouse.joinpath, folders))
        for path in folder.rglob(".*")
    ]
    return [path for path in hidden if _ASIDE.fullmatch(path.name) and path.is_file()]


def safe_name(name: str) -> str:
    """A sender's name of a file as it may be given to a file system: no path, nothing that steers, not too long."""
    shown = "".join("_" if unicodedata.category(one) in _NOT_IN_NAMES or one in _SEPARATORS else one for one in name)
    text = shown.strip(". ")
    ending = Path(text).suffix if len(Path(text).suffix) <= _LONGEST_ENDING else ""
    stem = text.removesuffix(ending).encode()[:_LONGEST_NAME].decode(errors="ignore").strip(". ")
    return f"{stem or 'naamloos'}{ending}"


def quoted(path: Path) -> str:
    """A path as a text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def make_private(folder: Path) -> None:
    """Make a folder that only its owner may enter, whatever the umask; one that is there stays as it is."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        flush(folder.parent)
