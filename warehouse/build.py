"""Build the warehouse aside: a new DuckDB file from the ledger, the observations and the reference data.

Loading tables and running the SQL of `schema/`, `load/`, `marts/` and `checks/` belongs here; putting the file where
analysts read it is `publish.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from warehouse.periods import Period
from warehouse.records import Finding, RuleResult
from warehouse.reference import Reference
from warehouse.storage import Storage

_HERE = Path(__file__).parent
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
    outcome: str
    submission_id: str | None
    duplicate_of: str | None


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
class BuildInput:
    """Everything a build is made from, besides the observation files and the reference data."""

    submissions: Sequence[SubmissionRow]
    files: Sequence[FileRow]
    rules: Sequence[RuleRow]
    findings: Sequence[tuple[FileRow, Finding]]
    rule_results: Sequence[tuple[FileRow, RuleResult]]
    input_hash: str


def input_hash(ledger_head: str, rules: Path, reference: Reference) -> str:
    """A hash of all that decides what a build holds: the ledger, reference data, SQL and the folder of rules."""
    digest = hashlib.sha256(ledger_head.encode())
    folders = (reference.folder, *(_HERE / name for name in ("schema", "load", "marts", "checks")))
    paths = [*sorted(rules.rglob("*")), *(path for folder in folders for path in sorted(folder.iterdir()))]
    for path in (path for path in paths if path.suffix in {".csv", ".sql", ".yaml", ".j2"}):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def build_core(storage: Storage, build: BuildInput, reference: Reference) -> dict[str, int]:
    """Build the core and audit schemas into a new file aside; returns the number of rows of each table."""
    storage.building.parent.mkdir(parents=True, exist_ok=True)
    for leftover in (storage.building, storage.building.with_name(storage.building.name + ".wal")):
        leftover.unlink(missing_ok=True)
    with duckdb.connect(str(storage.building)) as connection:
        _run_sql(connection, _HERE / "schema")
        _load_reference(connection, reference)
        _load_observations(connection, storage, build)
        _load_audit(connection, build)
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
        return {name: _count(connection, name) for (name,) in sorted(tables)}


def build_marts(storage: Storage) -> dict[str, int]:
    """Add the marts to the file aside; returns the number of rows of each."""
    with duckdb.connect(str(storage.building)) as connection:
        connection.execute("DROP SCHEMA mart CASCADE; CREATE SCHEMA mart")
        names = _run_sql(connection, _HERE / "marts")
        return {name: _count(connection, f"mart.{name}") for name in names}


def publication_problems(storage: Storage, check: str) -> list[str]:
    """What a publication check finds wrong with the file aside; empty when it may be published."""
    with duckdb.connect(str(storage.building)) as connection:
        rows = connection.execute((_HERE / "checks" / f"{check}.sql").read_text(encoding="utf-8")).fetchall()
    return [str(problem) for (problem,) in rows]


def _run_sql(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    paths = sorted(folder.glob("*.sql"))
    for path in paths:
        connection.execute(path.read_text(encoding="utf-8"))
    return [path.stem.split("_", 1)[1] for path in paths]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def _insert(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows by way of text, which DuckDB casts to the types of the table."""
    names = columns.split()
    text = [[None if value is None else str(value) for value in row] for row in rows]
    if text:
        frame = pd.DataFrame(text, columns=names, dtype="str")
        connection.register("incoming", frame)
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} FROM incoming")
        connection.unregister("incoming")


def _load_reference(connection: duckdb.DuckDBPyConnection, reference: Reference) -> None:
    connection.execute("SET VARIABLE reference_folder = ?", [str(reference.folder)])
    connection.execute((_HERE / "load" / "01_reference.sql").read_text(encoding="utf-8"))


def _load_observations(connection: duckdb.DuckDBPyConnection, storage: Storage, build: BuildInput) -> None:
    in_force = [s for s in build.submissions if s.status in {"accepted", "accepted_with_findings"}]
    paths = [str(storage.observations(s.sector_code, s.period, s.submission_id)) for s in in_force]
    periods = {Period.parse(s.period) for s in build.submissions}
    if paths:
        connection.execute("CREATE TEMP TABLE incoming_observation AS FROM read_parquet(?)", [paths])
        found = connection.execute("SELECT DISTINCT period FROM incoming_observation").fetchall()
        periods |= {Period.parse(period) for (period,) in found}
    rows = [(p, p.kind.value, p.year, p.start, p.end) for p in sorted(periods, key=str)]
    _insert(connection, "core.period", "period kind year starts_on reference_date", rows)
    submissions = [list(asdict(s).values()) for s in sorted(build.submissions, key=lambda s: s.submission_id)]
    _insert(connection, "core.submission", " ".join(SubmissionRow.__dataclass_fields__), submissions)
    if paths:
        connection.execute((_HERE / "load" / "02_observations.sql").read_text(encoding="utf-8"))


def _load_audit(connection: duckdb.DuckDBPyConnection, build: BuildInput) -> None:
    _insert(connection, "audit.snapshot", "input_hash", [[build.input_hash]])
    files = [list(asdict(file).values()) for file in build.files]
    _insert(connection, "audit.file", " ".join(FileRow.__dataclass_fields__), files)
    rules = [list(asdict(rule).values()) for rule in build.rules]
    _insert(connection, "audit.rule", " ".join(RuleRow.__dataclass_fields__), rules)
    _insert_findings(connection, build.findings, build.rule_results)


def add_findings(
    storage: Storage,
    findings: Sequence[tuple[FileRow, Finding]],
    rule_results: Sequence[tuple[FileRow, RuleResult]],
) -> None:
    """Add findings to the file aside: those across returns, which are made from the file itself."""
    with duckdb.connect(str(storage.building)) as connection:
        _insert_findings(connection, findings, rule_results)


def _insert_findings(
    connection: duckdb.DuckDBPyConnection,
    findings: Sequence[tuple[FileRow, Finding]],
    rule_results: Sequence[tuple[FileRow, RuleResult]],
) -> None:
    told = ("rule", "severity", "outcome", "sheet", "cell", "found", "expected", "message")
    finding_rows = [
        (f.submission_id, f.file_sha256, f.file_name, *(getattr(x, name) for name in told)) for f, x in findings
    ]
    columns = " ".join(("submission_id", "file_sha256", "file_name", *told))
    _insert(connection, "audit.finding", columns, finding_rows)
    results = [
        (f.file_sha256, f.submission_id, r.rule, r.outcome, r.places_checked, r.places_failed, r.places_not_evaluable)
        for f, r in rule_results
    ]
    columns = "file_sha256 submission_id rule outcome places_checked places_failed places_not_evaluable"
    _insert(connection, "audit.rule_result", columns, results)
