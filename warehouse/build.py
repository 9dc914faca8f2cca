"""Build the warehouse aside: a new DuckDB file from the ledger, the observations and the reference data.

Loading tables and running the SQL of `schema/`, `load/`, `marts/` and `checks/` belongs here; putting the file where
analysts read it is `publish.py`.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache, lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import duckdb

from warehouse.loaded import ComparedFiles, ObservationFile, add_observations, open_with_loaded
from warehouse.periods import Period
from warehouse.records import Finding, RuleResult, Scope, SubmissionStatus
from warehouse.reference import Reference
from warehouse.revisions import VersionPair
from warehouse.storage import PROJECT, Storage, quoted, remove_building
from warehouse.tables import checkpoint, insert, insert_columns, run_sql

_HERE = Path(__file__).parent
_ROOMS = ("assets", "expectations", "pipelines", "warehouse")
MART_NAMES = tuple(path.stem.split("_", 1)[1] for path in sorted((_HERE / "marts").glob("*.sql")))
PUBLICATION_CHECKS = tuple(sorted(path.stem for path in (_HERE / "checks").glob("*.sql")))


@dataclass(frozen=True, slots=True)
class SubmissionRow:
    """A row of `core.submission`."""

    submission_id: str
    sender_code: str
    sector_code: str
    period: str
    version: int
    file_name: str
    file_sha256: str
    received_at: datetime
    status: str
    layout_id: str
    layout_hash: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of `audit.file`."""

    file_sha256: str
    file_name: str
    other_names: str | None
    size_bytes: int
    received_at: datetime
    sender_code: str | None
    sector_code: str | None
    period: str | None
    employer_code: str | None
    outcome: str
    submission_id: str | None
    duplicate_of: str | None
    quarantined: bool
    purged_at: datetime | None
    purged_by: str | None
    purged_because: str | None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of `audit.rule`."""

    rule: str
    title: str
    severity: str
    scope: str
    action: str
    source: str


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A row of `audit.waiver`."""

    waiver: str
    rule: str
    sector_code: str
    period: str
    sheet: str | None
    cell: str | None
    expect: str
    requested_by: str
    approved_by: str
    reason: str
    granted_on: date
    expires_on: date
    state: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A row of `audit.decision`."""

    submission_id: str
    decision: str
    decided_by: str
    reason: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """The row of `audit.snapshot`."""

    snapshot_id: str
    published_at: datetime
    input_hash: str
    ledger_head: str
    ledger_lines: int


@dataclass(frozen=True, slots=True)
class BuildInput:
    """Everything the core of a build is made from, besides the observation files and the reference data.

    `version_pairs` say which versions are set against which in `audit.revision`.
    """

    snapshot: SnapshotRow
    submissions: Sequence[SubmissionRow]
    files: Sequence[FileRow]
    rules: Sequence[RuleRow]
    decisions: Sequence[DecisionRow]
    version_pairs: Sequence[VersionPair]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules came to, and the waivers."""

    findings: Sequence[tuple[Scope, Finding]]
    rule_results: Sequence[tuple[Scope, RuleResult]]
    waivers: Sequence[WaiverRow]


def input_hash(ledger_head: str, waivers: str, rules: Path, reference: Reference) -> str:
    """A hash of all that decides what a build holds: ledger, waivers, reference data, rules, and our own program."""
    digest = hashlib.sha256((ledger_head + waivers).encode())
    for path in [*sorted(rules.rglob("*")), *sorted(reference.folder.iterdir())]:
        if path.suffix in {".csv", ".yaml", ".j2", ".css"}:
            digest.update(path.name.encode() + path.read_bytes())
    digest.update(code_hash().encode())
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """A hash of our own program, SQL and layouts: its version, also of a tree that was changed by hand."""
    digest = hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((PROJECT / room).rglob("*")):
            if path.suffix in {".py", ".sql", ".yaml"}:
                digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()


def build_core(storage: Storage, build: BuildInput, reference: Reference) -> dict[str, int]:
    """Build the core and audit schemas into a new file aside; returns the number of rows of each table."""
    remove_building(storage)
    version = f"{code_hash()[:12]}-{duckdb.__version__}"
    with open_with_loaded(storage, version, _in_force(storage, build), _compared(storage, build)) as connection:
        _load_reference(connection, reference)
        _load_submissions(connection, sorted(build.submissions, key=lambda s: s.submission_id))
        _load_audit(connection, build)
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        checkpoint(connection)
        return {name: _count(connection, name) for (name,) in sorted(tables)}


def _in_force(storage: Storage, build: BuildInput) -> list[ObservationFile]:
    return [
        ObservationFile(s.submission_id, s.file_sha256, _path(storage, s))
        for s in build.submissions
        if SubmissionStatus(s.status).in_force
    ]


def _compared(storage: Storage, build: BuildInput) -> list[ComparedFiles]:
    """The versions that are set against each other; one whose observations can't be made again today is left out."""
    paths = {s.submission_id: path for s in build.submissions if (path := _path(storage, s)).exists()}
    return [
        ComparedFiles(pair, paths[pair.submission_id], paths[pair.before_id])
        for pair in build.version_pairs
        if pair.submission_id in paths and pair.before_id in paths
    ]


def _path(storage: Storage, submission: SubmissionRow) -> Path:
    return storage.observations(submission.sector_code, submission.period, submission.submission_id)


class BuildError(Exception):
    """There is no file aside to go on with."""


def open_building(storage: Storage) -> duckdb.DuckDBPyConnection:
    """Open the file aside; raises BuildError when there is none: opening would make an empty one.

    What opens it while it is open has it at once; opening it anew takes some 20 ms.
    """
    if not storage.building.exists():
        raise BuildError(f"There is no built warehouse at {storage.building}. Materialise the warehouse first.")
    return duckdb.connect(str(storage.building))


def has_marts(storage: Storage) -> bool:
    """Whether the file aside has marts already."""
    with open_building(storage) as connection:
        return bool(connection.execute("FROM duckdb_tables() WHERE schema_name = 'mart'").fetchall())


def question_of(mart: str) -> str:
    """The question that a mart answers: the first lines of its SQL."""
    (path,) = (_HERE / "marts").glob(f"[0-9][0-9]_{mart}.sql")
    lines = itertools.takewhile(lambda line: line.startswith("-- "), path.read_text(encoding="utf-8").splitlines())
    return " ".join(line.removeprefix("-- ") for line in lines)


def columns_of(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, str, str]]:
    """Name, type and meaning of the columns of a table such as `mart.coverage`."""
    return connection.execute(
        "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE schema_name || '.' || table_name = ? "
        "ORDER BY column_index",
        [table],
    ).fetchall()


def build_marts(storage: Storage) -> dict[str, int]:
    """Add the marts to the file aside; returns the number of rows of each."""
    with open_building(storage) as connection:
        connection.execute("DROP SCHEMA mart CASCADE; CREATE SCHEMA mart")
        names = run_sql(connection, _HERE / "marts")
        checkpoint(connection)
        return {name: _count(connection, f"mart.{name}") for name in names}


def core_with(
    connection: duckdb.DuckDBPyConnection, snapshot: Path, candidate: SubmissionRow, observations: Path
) -> None:
    """Make a core schema in a connection: that of a snapshot, with one return in place of the one in force.

    `observations` is the Parquet file of the candidate.
    """
    connection.execute(f"ATTACH {quoted(snapshot)} AS published (READ_ONLY)")
    run_sql(connection, _HERE / "schema")
    for table in ("sector", "period", "measure", "employer", "quota", "target_path"):
        connection.execute(f"INSERT INTO core.{table} BY NAME FROM published.core.{table}")
    connection.execute(
        "INSERT INTO core.submission BY NAME FROM published.core.submission "
        "WHERE status IN ('accepted', 'accepted_with_findings') AND (sector_code, period) <> (?, ?)",
        [candidate.sector_code, candidate.period],
    )
    connection.execute(
        "INSERT INTO core.observation BY NAME FROM published.core.observation "
        "WHERE submission_id IN (SELECT submission_id FROM core.submission)"
    )
    add_observations(connection, [ObservationFile(candidate.submission_id, candidate.file_sha256, observations)])
    _load_submissions(connection, [candidate])


def publication_problems(storage: Storage) -> dict[str, list[str]]:
    """What each publication check finds wrong with the file aside: nothing, when it may be published.

    Asked when the marts were made and again before they are published: of one and the same file it is found out once.
    """
    with open_building(storage) as connection:
        checkpoint(connection)  # what is written beside the file is not seen by its size and time
        at = storage.building.stat()
        return _problems(storage.building, at.st_ino, at.st_size, at.st_mtime_ns)


@lru_cache(maxsize=1)
def _problems(building: Path, *_which: int) -> dict[str, list[str]]:
    with duckdb.connect(str(building)) as connection:
        connection.execute("SET threads = 1")  # joins of DuckDB 1.5 crash now and then with more: duckdb issue 23575
        queries = {
            check: (_HERE / "checks" / f"{check}.sql").read_text(encoding="utf-8") for check in PUBLICATION_CHECKS
        }
        found = {check: connection.execute(query).fetchall() for check, query in queries.items()}
        connection.execute("RESET threads")
    return {check: [str(problem) for (problem,) in rows] for check, rows in found.items()}


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _load_reference(connection: duckdb.DuckDBPyConnection, reference: Reference) -> None:
    connection.execute("SET VARIABLE reference_folder = ?", [str(reference.folder)])
    connection.execute((_HERE / "load" / "01_reference.sql").read_text(encoding="utf-8"))


def _load_submissions(connection: duckdb.DuckDBPyConnection, submissions: Sequence[SubmissionRow]) -> None:
    """Load submissions, and the periods and employers that they and the observations bring."""
    spoken_of = {period for (period,) in connection.execute("SELECT DISTINCT period FROM core.observation").fetchall()}
    known = {period for (period,) in connection.execute("SELECT period FROM core.period").fetchall()}
    periods = [Period.parse(period) for period in sorted(spoken_of.union(s.period for s in submissions) - known)]
    rows = [(p, p.kind.value, p.year, p.start, p.end) for p in periods]
    insert(connection, "core.period", "period kind year starts_on reference_date", rows)
    _insert_rows(connection, "core.submission", SubmissionRow, submissions)
    connection.execute((_HERE / "load" / "03_employers.sql").read_text(encoding="utf-8"))


def _load_audit(connection: duckdb.DuckDBPyConnection, build: BuildInput) -> None:
    _insert_rows(connection, "audit.snapshot", SnapshotRow, [build.snapshot])
    _insert_rows(connection, "audit.file", FileRow, build.files)
    _insert_rows(connection, "audit.rule", RuleRow, build.rules)
    _insert_rows(connection, "audit.decision", DecisionRow, build.decisions)


def _insert_rows(connection: duckdb.DuckDBPyConnection, table: str, row_type: type, rows: Sequence[Any]) -> None:
    names = [field.name for field in fields(row_type)]
    insert(connection, table, " ".join(names), [[getattr(row, name) for name in names] for row in rows])


def add_judgement(storage: Storage, judgement: Judgement) -> None:
    """Add findings, rule results and waivers to the file aside: some of them are made from the file itself."""
    with duckdb.connect(str(storage.building)) as connection:
        _insert_rows(connection, "audit.waiver", WaiverRow, judgement.waivers)
        for table, row_type, rows in (
            ("audit.finding", Finding, judgement.findings),
            ("audit.rule_result", RuleResult, judgement.rule_results),
        ):
            scopes, told = [scope for scope, _ in rows], [row for _, row in rows]
            about = [field.name for field in fields(Scope) if table == "audit.finding" or field.name != "file_name"]
            columns = {name: map(attrgetter(name), scopes) for name in about}
            columns |= {field.name: map(attrgetter(field.name), told) for field in fields(row_type)}
            insert_columns(connection, table, columns)
        checkpoint(connection)
