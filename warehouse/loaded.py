"""What is loaded of the observations, in a DuckDB file from which each build starts: only what changed is loaded again.

That file has all tables of the schema, of which the observations in force and the revisions have rows. It can be made
again at any time from the Parquet files of the submissions; what else a warehouse holds is `build.py`.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import duckdb

from warehouse.observations import show_kept_observations
from warehouse.revisions import VersionPair, load_versions
from warehouse.storage import Storage, sha256_of_file, write_atomically
from warehouse.tables import checkpoint, in_one_go, insert, run_sql

_HERE = Path(__file__).parent
_MEMORY = "600MB"
"""What DuckDB may hold while it loads; more goes to files beside the one it makes: ten years of all sectors do."""
_log = logging.getLogger(__name__)


class ObservationFile(NamedTuple):
    """The Parquet file of a submission's observations, and the sha256 of the file that was returned."""

    submission_id: str
    file_sha256: str
    path: Path


class ComparedFiles(NamedTuple):
    """Two versions that are set against each other, and the Parquet files of their observations."""

    pair: VersionPair
    after: Path
    before: Path


_Key = tuple[str, ...]
"""What something is loaded from: who it is about, and checksums of files."""


def open_with_loaded(
    storage: Storage, version: str, in_force: Iterable[ObservationFile], compared: Iterable[ComparedFiles]
) -> duckdb.DuckDBPyConnection:
    """Open a new file aside, with all tables, the observations in force and the revisions of the versions compared.

    `version` is that of the program: what another one loaded is not used. Raises duckdb.Error when there is no room.
    """
    loaded, checksum = storage.loaded_observations(version), storage.loaded_checksum(version)
    checksum_of = cache(sha256_of_file)
    files: dict[_Key, ObservationFile] = {
        (file.submission_id, file.file_sha256, checksum_of(file.path)): file for file in in_force
    }
    pairs: dict[_Key, ComparedFiles] = {
        (c.pair.submission_id, c.pair.before_id, checksum_of(c.after), checksum_of(c.before)): c for c in compared
    }
    if not checksum.exists() or not loaded.exists() or checksum.read_text() != sha256_of_file(loaded):
        if loaded.exists():
            _log.warning("All observations are loaded anew: %s is not as it was left.", loaded)
        storage.forget_loaded()
    _load(loaded, files, pairs)
    write_atomically(checksum, sha256_of_file(loaded).encode())
    shutil.copyfile(loaded, storage.building)
    connection = duckdb.connect(str(storage.building))
    connection.execute("DROP SCHEMA loaded CASCADE")
    return connection


def add_observations(connection: duckdb.DuckDBPyConnection, files: Sequence[ObservationFile]) -> None:
    """Add the observations of these submissions to `core.observation`."""
    if files:
        connection.execute("CREATE OR REPLACE TEMP TABLE returned_file (submission_id VARCHAR, file_sha256 VARCHAR)")
        insert(connection, "returned_file", "submission_id file_sha256", [file[:2] for file in files])
        show_kept_observations(connection, (file.path for file in files))
        connection.execute((_HERE / "load" / "02_observations.sql").read_text(encoding="utf-8"))


def _load(loaded: Path, files: Mapping[_Key, ObservationFile], pairs: Mapping[_Key, ComparedFiles]) -> None:
    """Bring what is loaded up to date: what was loaded from the same files, byte for byte, stays as it is."""
    loaded.parent.mkdir(parents=True, exist_ok=True)
    is_new = not loaded.exists()
    with duckdb.connect(str(loaded)) as connection:
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        if is_new:
            run_sql(connection, _HERE / "schema")
            connection.execute((_HERE / "load" / "00_loaded.sql").read_text(encoding="utf-8"))
        with in_one_go(connection):
            gone, new = _changed(connection, "loaded.observation_file", files)
            for submission_id, *_ in gone:
                connection.execute("DELETE FROM core.observation WHERE submission_id = ?", [submission_id])
            add_observations(connection, [files[key] for key in new])
            gone, new = _changed(connection, "loaded.compared_files", pairs)
            for submission_id, before_id, *_ in gone:
                which = [submission_id, before_id]
                connection.execute("DELETE FROM audit.revision WHERE submission_id = ? AND before_id = ?", which)
            _add_revisions(connection, [pairs[key] for key in new])
        checkpoint(connection)


def _changed(
    connection: duckdb.DuckDBPyConnection, table: str, wanted: Mapping[_Key, object]
) -> tuple[list[_Key], list[_Key]]:
    """What is loaded and no longer wanted, and what is to be loaded; from now on the table says what is wanted."""
    cursor = connection.execute(f"FROM {table}")
    columns = " ".join(name for name, *_ in cursor.description or ())
    known = set(cursor.fetchall())
    connection.execute(f"DELETE FROM {table}")
    insert(connection, table, columns, wanted)
    return sorted(known - wanted.keys()), sorted(wanted.keys() - known)


def _add_revisions(connection: duckdb.DuckDBPyConnection, compared: Sequence[ComparedFiles]) -> None:
    """Set versions against each other, and add the revisions to `audit.revision`."""
    if compared:
        paths = dict.fromkeys(path for one in compared for path in (one.after, one.before))
        load_versions(connection, list(paths), [one.pair for one in compared])
        query = (_HERE / "queries" / "revisions.sql").read_text(encoding="utf-8")
        connection.execute(f"INSERT INTO audit.revision BY NAME {query}")
