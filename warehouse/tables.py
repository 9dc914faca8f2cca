"""Tables of a DuckDB file: running folders of SQL on it, inserting rows, and having them written to the file.

Which SQL and which rows belongs to who builds the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd


def run_sql(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Run the SQL files of a folder in the order of their numbers; returns their names without these."""
    paths = sorted(folder.glob("*.sql"))
    with in_one_go(connection):
        for path in paths:
            connection.execute(path.read_text(encoding="utf-8"))
    return [path.stem.split("_", 1)[1] for path in paths]


@contextmanager
def in_one_go(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Make what is done within this one transaction: else each statement is written to the file by itself.

    When something in it fails, who opened the connection closes it, which takes it all back.
    """
    connection.begin()
    yield
    connection.commit()


def checkpoint(connection: duckdb.DuckDBPyConnection) -> None:
    """Have all that was written in the file itself; closing it does so too, but says nothing when there is no room."""
    connection.execute("CHECKPOINT")


def insert(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows into the columns named, by way of text, which DuckDB casts to the types of the table."""
    given = list(rows)
    if given:
        insert_columns(connection, table, dict(zip(columns.split(), zip(*given, strict=True), strict=True)))


def insert_columns(connection: duckdb.DuckDBPyConnection, table: str, columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert rows that are given by column, as `insert` does."""
    texts = {name: [None if one is None else str(one) for one in values] for name, values in columns.items()}
    connection.register("incoming", pd.DataFrame(texts, dtype="str"))
    names = ", ".join(texts)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming")
    connection.unregister("incoming")
