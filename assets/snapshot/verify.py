"""Audit of the machine itself: archive, ledger and published figures against each other.

Everything published is made again from the archived bytes, in a folder of its own, and compared row by row. Nothing is
written anywhere else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from assets.intake.archive import ArchiveError, check
from assets.intake.ledger import Ledger, LedgerError, LedgerFile, LedgerSubmission, State
from assets.returns.collection import is_collection
from assets.returns.judge import JudgedFile, judge_collections, judge_files, rules_hash
from assets.returns.kept import keep, keep_judged_contributions
from assets.returns.read import ReturnReader
from assets.snapshot.inputs import build_warehouse, current_input_hash
from assets.snapshot.publication import check_continuity, publications_before
from expectations.waivers import Waivers
from warehouse.build import build_marts
from warehouse.observations import kept_observations
from warehouse.publish import PublicationError, input_hash_of, is_intact, snapshot_id_of
from warehouse.published import add_published_figures
from warehouse.records import Publication, PublishedFigure
from warehouse.storage import Storage, quoted

_SHOWN_ROWS = 20


@dataclass(slots=True)
class Verification:
    """What was checked, and everything that is not as it should be; of what was purged there is nothing to check."""

    files: int = 0
    purged: int = 0
    ledger_lines: int = 0
    tables: int = 0
    rows: int = 0
    problems: list[str] = field(default_factory=list)


def verify(storage: Storage, reader: ReturnReader, waivers: Waivers, moment: datetime) -> Verification:
    """Check the archive against its checksums, the ledger's chain, and the snapshot against the archived bytes."""
    found = Verification()
    try:
        state = Ledger(storage.ledger).state()
    except LedgerError as error:
        found.problems = [str(error), *_damaged(storage, dict.fromkeys(_names_in(storage.archive), False))]
        return found
    found.purged = sum(file.purge is not None for file in state.files.values())
    found.files, found.ledger_lines = len(state.files) - found.purged, len(state.heads)
    found.problems = [*_archive_problems(storage, state), *_snapshot_problems(storage, state, reader, waivers, moment)]
    if not found.problems and storage.snapshot.exists():
        _recompute(found, storage, state, reader, waivers, moment)
        found.problems += _file_problems(storage, state)
    return found


def _names_in(folder: Path) -> list[str]:
    """The names in archive or quarantine, without sidecars and what an interrupted writing left aside."""
    names = [path.name for path in folder.iterdir()] if folder.exists() else []
    return sorted(name for name in names if not name.endswith(".json") and not name.startswith("."))


def _damaged(storage: Storage, files: Mapping[str, bool]) -> Iterator[str]:
    """What is wrong with the bytes of files, given by sha256 with whether they are in quarantine."""
    for sha256, in_quarantine in files.items():
        try:
            check(storage, sha256, in_quarantine=in_quarantine)
        except ArchiveError as error:
            yield str(error)


def _archive_problems(storage: Storage, state: State) -> Iterator[str]:
    kept = [file for file in state.files.values() if file.purge is None]
    yield from _damaged(storage, {file.sha256: file.is_in_quarantine for file in kept})
    for folder in (storage.archive, storage.quarantine):
        for path in (folder / name for name in _names_in(folder)):
            file = state.files.get(path.name)
            if file is None:
                yield (
                    f"{path} is in the {folder.name} but not in the ledger: a line of the ledger is gone, or "
                    "the file was put there by hand. Restore the ledger from a backup, or take the file in again."
                )
            elif file.is_in_quarantine is not (folder == storage.quarantine):
                yield (
                    f"{path} is not where the ledger says it is: {_whereabouts(file)}. `banenafspraak run` brings "
                    "everything to its place."
                )


def _whereabouts(file: LedgerFile) -> str:
    return "it was purged" if file.purge else "in quarantine" if file.quarantined else "in the archive"


def _snapshot_problems(
    storage: Storage, state: State, reader: ReturnReader, waivers: Waivers, moment: datetime
) -> Iterator[str]:
    """Whether the snapshot was made from this ledger, and from all that holds now."""
    if not storage.snapshot.exists():
        if state.current():
            yield f"Returns are accepted, but there is no snapshot at {storage.snapshot}. Run `banenafspraak run`."
        return
    published = snapshot_id_of(storage.snapshot)
    if published is None:
        yield f"The snapshot {storage.snapshot} can't be read. Run `banenafspraak run` to build it again."
        return
    try:
        check_continuity(storage, state)
    except PublicationError as error:
        yield str(error)
        return
    if published != state.publications[-1].snapshot_id:
        yield (
            f"The ledger says that {state.publications[-1].snapshot_id} was published last, but analysts read "
            f"{published}. Run `banenafspraak run` to put it in place."
        )
    elif input_hash_of(storage.snapshot) != current_input_hash(state, reader.reference, waivers, moment.date()):
        yield (
            "The snapshot was not built from what holds now (ledger, reference data, rules, waivers and their expiry): "
            "its figures can't be compared. Run `banenafspraak run` to bring it up to date, then verify again."
        )


def _file_problems(storage: Storage, state: State) -> Iterator[str]:
    """Whether the published file and the kept ones are, byte for byte, those in their manifests."""
    last = state.publications[-1].snapshot_id
    if not storage.manifest(last).exists():
        yield f"{storage.manifest(last)} is gone: what the snapshot was made from is no longer told. Restore a backup."
    elif not is_intact(storage.snapshot, storage.manifest(last)):
        yield (
            f"{storage.snapshot} is not the file that was published: its checksum is not that of "
            f"{storage.manifest(last)}. Move it away and run `banenafspraak run`."
        )
    for snapshot_id in (publication.snapshot_id for publication in state.publications):
        kept = storage.kept_snapshot(snapshot_id)
        if kept.exists() and not is_intact(kept, storage.manifest(snapshot_id)):
            yield f"{kept} is not the file that was published: its checksum is not that of its manifest."


def _recompute(
    found: Verification, storage: Storage, state: State, reader: ReturnReader, waivers: Waivers, moment: datetime
) -> None:
    """Make everything again from the archived bytes and compare it with what is kept and published."""
    with tempfile.TemporaryDirectory(prefix="banenafspraak-verify-") as folder:
        again = Storage(storage.raw, Path(folder), storage.waivers)
        files = [file for file in state.files.values() if file.can_be_reread]
        lists = [file for file in files if is_collection(file.identity)]
        returns = [file for file in files if not is_collection(file.identity)]
        for read in judge_files(storage, reader, waivers, returns):
            own = [judged for judged in read if judged.is_contribution]
            keep_judged_contributions(again, own)
            found.problems.extend(problem for judged in own for problem in _contribution_problems(judged))
            found.problems += _keep_again(again, state, [judged for judged in read if not judged.is_contribution])
        found.problems += _keep_again(again, state, judge_collections(again, state, reader, waivers, lists))
        if found.problems:
            return
        build_warehouse(again, state, reader.reference, waivers, moment)
        build_marts(again)
        last = state.publications[-1]
        changes = add_published_figures(again.building, publications_before(state, last.snapshot_id))
        found.problems += _ledger_problems(last, changes)
        _compare(found, storage.snapshot, again.building)
        found.problems += _kept_problems(storage, again)


def _keep_again(again: Storage, state: State, judged: Iterable[JudgedFile]) -> list[str]:
    """Keep what was read and judged anew; returns where it is not what the ledger says."""
    problems: list[str] = []
    for one in judged:
        submission = state.submissions.get(one.file.submission_id or "")
        problems += _reading_problems(submission, one)
        keep(again, one, submission.submission_id if submission and submission.passed else None)
    return problems


def _ledger_problems(last: Publication, changes: Sequence[PublishedFigure]) -> Iterator[str]:
    """Whether the last line of the ledger, which no later one vouches for, says what was published."""
    told = {change[:3]: change.value for change in last.changes}
    found = {change[:3]: change.value for change in changes}
    for figure in [one for one in {**told, **found} if told.get(one) != found.get(one)][:_SHOWN_ROWS]:
        yield (
            f"The last line of the ledger says that {' '.join(figure)} was published as {told.get(figure)}; by the "
            f"archive it is {found.get(figure)}. Restore the ledger from a backup."
        )


def _kept_problems(storage: Storage, again: Storage) -> Iterator[str]:
    """Whether the observations and findings that are kept for the next build are what the archive gives."""
    for path in sorted(again.warehouse.rglob("*")):
        kept = storage.warehouse / path.relative_to(again.warehouse)
        name = str(path.relative_to(again.warehouse))
        if path.parent == again.observation_folder and path.suffix == ".duckdb" and kept.exists():
            yield from _loaded_problems(name, kept, path)
        elif path.suffix == ".parquet" and kept.exists():
            with duckdb.connect() as connection:
                yield from _differences(connection, name, _kept(kept), _kept(path))
        elif path.suffix == ".json" and kept.exists() and kept.read_bytes() != path.read_bytes():
            yield f"{name} does not hold what the archive gives: remove it and run `banenafspraak run`."


def _loaded_problems(name: str, kept: Path, again: Path) -> Iterator[str]:
    """Whether what the next build starts from is what was loaded now."""
    tables = ("core.observation", "audit.revision")
    try:
        with duckdb.connect() as connection:
            connection.execute(
                f"ATTACH {quoted(kept)} AS kept (READ_ONLY); ATTACH {quoted(again)} AS again (READ_ONLY)"
            )
            is_the_same = not any(_differences(connection, one, f"kept.{one}", f"again.{one}") for one in tables)
    except duckdb.Error:
        is_the_same = False
    if not is_the_same:
        yield f"{name} does not hold what the archive gives: remove it and run `banenafspraak run`."


def _reading_problems(submission: LedgerSubmission | None, judged: JudgedFile) -> Iterator[str]:
    """Whether the archived bytes still say what the ledger says they said, by the same layout and rules."""
    name = submission.submission_id if submission else judged.file.file_name
    if judged.file.rules_hash != rules_hash():
        yield (
            f"{name} was judged by another version of the rules ({judged.file.rules_hash}, now {rules_hash()}): what "
            "was found can't be made again. Run `banenafspraak reread`."
        )
    elif submission is not None and submission.layout_hash != judged.reading.layout_hash:
        yield (
            f"{name} was read with another version of its layout ({submission.layout_hash}, now "
            f"{judged.reading.layout_hash}): its figures can't be made again. Run `banenafspraak reread`."
        )
    elif submission is not None and submission.values_hash != judged.reading.values_hash:
        yield f"{name}: the archived bytes now say something else than the ledger says they said."


def _contribution_problems(judged: JudgedFile) -> Iterator[str]:
    """Whether the archived bytes of an employer's own return still say what the ledger says they said."""
    if judged.file.rules_hash == rules_hash() and judged.file.values_hash != judged.reading.values_hash:
        yield f"{judged.file.file_name}: the archived bytes now say something else than the ledger says they said."


_MACROS = "(SELECT schema_name, function_name, macro_definition FROM duckdb_functions() WHERE database_name = '{}')"


def _compare(found: Verification, snapshot: Path, again: Path) -> None:
    """Every row of every table and view of the snapshot, and its macros, against what the archive gives."""
    with duckdb.connect() as connection:
        for name, path in (("snapshot", snapshot), ("again", again)):
            connection.execute(f"ATTACH {quoted(path)} AS {name} (READ_ONLY)")
        published, expected = _columns(connection, "snapshot"), _columns(connection, "again")
        for name in sorted(published | expected):
            if published.get(name) != expected.get(name):
                found.problems.append(
                    f"{name} has the columns {published.get(name)} in the snapshot, and {expected.get(name)} when it "
                    "is built again: it was changed by hand. Run `banenafspraak run` after moving the snapshot away."
                )
                continue
            found.tables += 1
            found.rows += _count(connection, f"snapshot.{name}")
            found.problems += _differences(connection, name, f"snapshot.{name}", f"again.{name}")
        found.problems += _differences(connection, "macros", _MACROS.format("snapshot"), _MACROS.format("again"))


def _kept(path: Path) -> str:
    """What a Parquet file holds: of a submission, or of what is kept of employers' own returns."""
    is_of_employers = path.parent.name == "contributions"
    return f"read_parquet({quoted(path)})" if is_of_employers else f"({kept_observations([path])})"


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """The columns, in order, of every table and view of a database."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, "
        "string_agg(column_name || ' ' || data_type, ', ' ORDER BY column_index) FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal GROUP BY ALL",
        [database],
    ).fetchall()
    return dict(rows)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _differences(connection: duckdb.DuckDBPyConnection, name: str, published: str, again: str) -> list[str]:
    """The rows of one table that are not the same, each told by the columns that differ."""
    wrong = _rows(connection, published, again)
    right = _rows(connection, again, published)
    told = []
    for row in wrong:
        twin = max(right, key=lambda other: _alike(row, other), default=None)
        if twin is None or _alike(row, twin) * 2 < len(row):
            told.append(f"{name}: a row that the archive does not give: {_told(row)}")
            continue
        right.remove(twin)
        differing = {column for column in row if row[column] != twin[column]}
        same = {column: value for column, value in row.items() if column not in differing}
        changes = "; ".join(f"{c} is {row[c]}, by the archive {twin[c]}" for c in row if c in differing)
        told.append(f"{name} ({_told(same)}): {changes}")
    return told + [f"{name}: a row is gone: {_told(row)}" for row in right]


def _rows(connection: duckdb.DuckDBPyConnection, table: str, other: str) -> list[dict[str, Any]]:
    """The first rows of a table that another does not have."""
    cursor = connection.execute(f"FROM (FROM {table} EXCEPT ALL FROM {other}) LIMIT {_SHOWN_ROWS}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _alike(row: dict[str, Any], other: dict[str, Any]) -> int:
    return sum(row[column] == other[column] for column in row)


def _told(row: dict[str, Any]) -> str:
    """The first columns of a row that hold something: enough to find it by."""
    return ", ".join([f"{column} {value}" for column, value in row.items() if value is not None][:6])
