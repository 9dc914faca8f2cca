"""The observations of one submission as a Parquet file, and what was found in one file as JSON.

Writing and reading these two kinds of files belongs here; what is kept of employers' own returns is `contributions.py`,
the DuckDB that is built from all of it `build.py`.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import fields
from decimal import Decimal
from operator import attrgetter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from warehouse.in_memory import in_memory
from warehouse.records import Finding, Observation, Outcome, RuleResult, Severity
from warehouse.storage import quoted, written_aside
from warehouse.texts import Texts

_SEVERITIES, _OUTCOMES = {one.value: one for one in Severity}, {one.value: one for one in Outcome}
_TYPES = {"value": "DECIMAL(28,10)", "counts": "BOOLEAN", "survey": "BOOLEAN", "decimals": "SMALLINT"}


def parquet_of(file_sha256: str, observations: Texts) -> bytes:
    """The Parquet file of the observations of a submission, made in the file with this sha256.

    Raises OSError when the disk of temporary files refuses, and MemoryError when there is too little memory: the
    machine's doing, and never that of what was returned.
    """
    with tempfile.TemporaryDirectory(prefix="banenafspraak-") as folder, in_memory() as connection:
        path = Path(folder) / "observations.parquet"
        give_observations(connection, [(file_sha256, observations)])
        try:
            connection.execute(f"COPY observation TO {quoted(path)} (FORMAT parquet)")
        except duckdb.IOException as error:
            raise OSError(str(error)) from error
        except duckdb.OutOfMemoryException as error:
            raise MemoryError(str(error)) from error
        return path.read_bytes()


def kept_observations(paths: Iterable[Path]) -> str:
    """A query for all observations in these Parquet files, with their submission: the name of their file.

    They are looked at where they are, not copied. Files written before a submission could be a collection don't say
    which workbook holds a cell.
    """
    files = ", ".join(map(quoted, paths))
    return (
        "SELECT * EXCLUDE (filename) REPLACE (parse_filename(filename, true) AS submission_id) FROM ("
        "SELECT CAST(NULL AS VARCHAR) AS submission_id, CAST(NULL AS VARCHAR) AS file_sha256 WHERE false "
        f"UNION ALL BY NAME FROM read_parquet([{files}], union_by_name = true, filename = true))"
    )


def show_kept_observations(connection: duckdb.DuckDBPyConnection, paths: Iterable[Path]) -> None:
    """Make the temporary view `kept_observation`, of the observations in these Parquet files."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW kept_observation AS {kept_observations(paths)}")


def give_observations(connection: duckdb.DuckDBPyConnection, observations: Iterable[tuple[str, Texts]]) -> None:
    """Make the temporary view `observation`, of observations and the sha256 of the file that they were made in.

    Values go as text and are cast, so that no float ever touches them.
    """
    columns_of: dict[str, list[str | None]] = {name: [] for name in ("file_sha256", *Observation._fields)}
    for sha256, texts in observations:
        columns_of["file_sha256"] += [sha256] * len(texts["cell"])
        for name in Observation._fields:
            columns_of[name] += texts[name]
    frame = pd.DataFrame(columns_of, dtype="str")
    columns = ", ".join(f"CAST({name} AS {_TYPES.get(name, 'VARCHAR')}) AS {name}" for name in frame.columns)
    connection.register("observation_texts", frame)
    connection.execute(f"CREATE OR REPLACE TEMP VIEW observation AS SELECT {columns} FROM observation_texts")


def frame_of_texts(names: Iterable[str], rows: Iterable[tuple[str, object]]) -> pd.DataFrame:
    """These fields of rows, with the sha256 of the file that each was made in, as a frame of which all is text."""
    given = list(rows)
    columns: dict[str, list[str | None]] = {"file_sha256": [sha256 for sha256, _ in given]}
    for name in names:
        of_row = attrgetter(name)
        columns[name] = [None if (value := of_row(row)) is None else str(value) for _, row in given]
    return pd.DataFrame(columns, dtype="str")


def write_parquet(connection: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write what a query gives as a Parquet file, whole or not at all."""
    with written_aside(path) as aside:
        connection.execute(f"COPY ({query}) TO {quoted(aside)} (FORMAT parquet)")


def observation_columns() -> list[tuple[str, str, str]]:
    """Name, type and meaning of the columns of such a Parquet file; meaning as `core.observation` gives it."""
    names = ["file_sha256", *Observation._fields]
    return [(name, _TYPES.get(name, "VARCHAR"), f"As core.observation.{name}.") for name in names]


def count_observations(path: Path) -> int:
    """How many observations a submission has."""
    with in_memory() as connection:
        row = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
    return int(row[0]) if row else 0


def largest_employers(path: Path) -> list[tuple[str, Decimal | None, Decimal | None]]:
    """Name, goal and realisation (jobs, None: not known) of the employers of a submission with the highest goals."""
    query = (Path(__file__).parent / "queries" / "largest_employers.sql").read_text(encoding="utf-8")
    with in_memory() as connection:
        return connection.execute(query, {"observations": str(path)}).fetchall()


def findings_json(findings: Sequence[Finding], rule_results: Sequence[RuleResult]) -> bytes:
    """Findings and rule results of one file, as JSON with a line for each."""
    return f'{{"findings": {_listed(findings)},\n"rule_results": {_listed(rule_results)}}}\n'.encode()


def _listed(rows: Sequence[Finding | RuleResult]) -> str:
    return "[\n" + ",\n".join(json.dumps(_plain(row), ensure_ascii=False) for row in rows) + "\n]"


def _plain(row: Finding | RuleResult) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def read_findings(path: Path) -> tuple[list[Finding], list[RuleResult]]:
    """What `findings_json` wrote."""
    content = json.loads(path.read_bytes())
    findings, results = content["findings"], content["rule_results"]
    for entry in findings:
        entry["severity"] = _SEVERITIES[entry["severity"]]
    for entry in (*findings, *results):
        entry["outcome"] = _OUTCOMES[entry["outcome"]]
    return [Finding(**entry) for entry in findings], [RuleResult(**entry) for entry in results]
