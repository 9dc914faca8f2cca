"""What is kept of employers' own returns: of one sector and period in three Parquet files, and not in one each.

There can be thousands. Writing and reading these files, and what they add up to for the sector, belongs here; which of
them take part in a collection is decided by the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from warehouse.in_memory import in_memory
from warehouse.observations import frame_of_texts, give_observations, write_parquet
from warehouse.queries import ask
from warehouse.records import Finding, Level, Observation, Outcome, Role, RuleResult, Severity, Status
from warehouse.storage import quoted
from warehouse.texts import Texts

_SEVERITIES, _OUTCOMES = {one.value: one for one in Severity}, {one.value: one for one in Outcome}
_TABLES = ("observation", "finding", "rule_result")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One employer's own return, as it was read and judged; one that was rejected has no observations here."""

    file_sha256: str
    observations: Texts
    findings: Sequence[Finding]
    rule_results: Sequence[RuleResult]


def keep_contributions(folder: Path, contributions: Sequence[Contribution]) -> None:
    """Keep these, each in place of what was kept of the same file."""
    with in_memory() as connection:
        give_observations(connection, ((one.file_sha256, one.observations) for one in contributions))
        _load(connection, "finding", Finding, ((one.file_sha256, f) for one in contributions for f in one.findings))
        _load(
            connection, "rule_result", RuleResult,
            ((one.file_sha256, r) for one in contributions for r in one.rule_results),
        )  # fmt: skip
        connection.execute("CREATE TEMP TABLE replaced AS SELECT DISTINCT file_sha256 FROM rule_result")
        for table in _TABLES:
            kept = _path(folder, table)
            others = f"FROM read_parquet({quoted(kept)}) ANTI JOIN replaced USING (file_sha256)"
            rows = f"{others} UNION ALL BY NAME FROM {table}" if kept.exists() else f"FROM {table}"
            write_parquet(connection, rows, kept)


def forget_contribution(folder: Path, file_sha256: str) -> None:
    """Keep nothing any more of one employer's own return."""
    with in_memory() as connection:
        _load_members(connection, [file_sha256])
        for table in _TABLES:
            kept = _path(folder, table)
            if kept.exists():
                rows = f"FROM read_parquet({quoted(kept)}) ANTI JOIN member USING (file_sha256)"
                write_parquet(connection, rows, kept)


def kept_files(folder: Path) -> set[str]:
    """The sha256 of the files of which something is kept."""
    rows = _rows(folder, "rule_result", "SELECT DISTINCT file_sha256")
    return {sha256 for (sha256,) in rows}


def contribution_findings(folder: Path) -> list[tuple[str, Finding]]:
    """What was found in each file, with its sha256, in order of finding."""
    rows = _rows(folder, "finding", f"SELECT file_sha256, {', '.join(field.name for field in fields(Finding))}")
    return [
        (sha256, Finding(rule, _SEVERITIES[severity], _OUTCOMES[outcome], *rest))
        for sha256, rule, severity, outcome, *rest in rows
    ]


def rule_results_together(folder: Path, files: Iterable[str]) -> list[RuleResult]:
    """What each rule came to over these files together."""
    rows = _asked(folder, "rule_results_together", files)
    return [RuleResult(**{**row, "outcome": Outcome(row["outcome"])}) for row in rows]


def figures_of_employers(folder: Path, files: Iterable[str], period: str) -> list[Observation]:
    """The goal and realisation of each employer, from these files."""
    enums = {"level": Level, "role": Role, "status": Status}
    found = []
    for row in _asked(folder, "figures_of_employers", files, period=period):
        value = row["value"]
        exact = {"value": None if value is None else _shortest(value)}
        found.append(Observation(**{**row, **exact, **{name: kind(row[name]) for name, kind in enums.items()}}))
    return found


def sums_over_employers(folder: Path, files: Iterable[str], period: str) -> list[dict[str, Any]]:
    """What these files add up to, by measure: value, decimals, status, and how many employers gave it."""
    return _asked(folder, "sums_over_employers", files, period=period)


def write_collection(folder: Path, files: Iterable[str], own: tuple[str, Texts], path: Path) -> None:
    """Write the observations of a collection: those of these files, and its own, with the sha256 of its list."""
    with in_memory() as connection:
        give_observations(connection, [own])
        _load_members(connection, files)
        rows = f"FROM read_parquet({quoted(_path(folder, 'observation'))}) SEMI JOIN member USING (file_sha256)"
        write_parquet(connection, f"{rows} UNION ALL BY NAME FROM observation", path)


def _shortest(value: Decimal) -> Decimal:
    return Decimal(f"{value.normalize():f}")


def _path(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


def _rows(folder: Path, table: str, select: str) -> list[tuple[Any, ...]]:
    path = _path(folder, table)
    if not path.exists():
        return []
    with in_memory() as connection:
        return connection.execute(f"{select} FROM read_parquet({quoted(path)})").fetchall()


def _asked(folder: Path, question: str, files: Iterable[str], **parameters: str) -> list[dict[str, Any]]:
    with in_memory() as connection:
        _load_members(connection, files)
        for table in _TABLES:
            connection.execute(f"CREATE TEMP VIEW {table} AS FROM read_parquet({quoted(_path(folder, table))})")
        return ask(connection, question, **parameters)


def _load_members(connection: duckdb.DuckDBPyConnection, files: Iterable[str]) -> None:
    frame = pd.DataFrame({"file_sha256": list(files)}, dtype="str")
    connection.register("frame", frame)
    connection.execute("CREATE TEMP TABLE member AS FROM frame")
    connection.unregister("frame")


def _load(
    connection: duckdb.DuckDBPyConnection, table: str, row_type: type, rows: Iterable[tuple[str, Finding | RuleResult]]
) -> None:
    frame = frame_of_texts((field.name for field in fields(row_type)), rows)
    types = {str(name): "INTEGER" if str(name).startswith("places_") else "VARCHAR" for name in frame}
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
    connection.register("frame", frame)
    connection.execute(f"CREATE TEMP TABLE {table} AS SELECT {columns} FROM frame")
    connection.unregister("frame")
