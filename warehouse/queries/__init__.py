"""Questions to a warehouse file, one SQL file each, and the way to ask them.

A question that the command line or a trace asks belongs here; a figure that is published is a mart.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

_FOLDER = Path(__file__).parent


def run_query(connection: duckdb.DuckDBPyConnection, path: Path, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of a SQL file, each as column name to value; `$name` in the SQL takes the parameter of that name."""
    return list(rows_of(connection, path.read_text(encoding="utf-8"), **parameters))


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str, **parameters: Any) -> Iterator[dict[str, Any]]:
    """The rows of a query one by one, as `run_query` gives those of a file."""
    cursor = connection.execute(sql, parameters or None)
    names = [column[0] for column in cursor.description or []]
    for row in cursor.fetchall():
        yield dict(zip(names, row, strict=True))


class QueryError(Exception):
    """A query that somebody wrote can't be answered; the message is DuckDB's."""


def answer(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """The names of the columns and the rows of one query that somebody wrote.

    It reaches nothing outside the file. Raises QueryError when it is no good.
    """
    try:
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            raise QueryError(f"Ask one thing at a time: these are {len(statements)} statements.")
        connection.execute("SET enable_external_access = false")
        cursor = connection.execute(statements[0])
        return [column[0] for column in cursor.description or []], cursor.fetchall()
    except duckdb.Error as error:
        raise QueryError(str(error)) from error


def ask(connection: duckdb.DuckDBPyConnection, question: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of one of the questions in this folder, named without its ending."""
    return run_query(connection, _FOLDER / f"{question}.sql", **parameters)
