"""Published figures: every figure that was ever published, when, and until when it stood.

Comparing the marts with what was published before, and the macros that show a mart as it was at a moment, belong here;
putting a file where analysts read it is `publish.py`, remembering a publication for good is the ledger's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import yaml

from warehouse.queries import ask
from warehouse.records import Publication, PublishedFigure
from warehouse.tables import checkpoint, in_one_go, insert

_MARTS_PATH = Path(__file__).parent / "published.yaml"
_SCHEMA_PATH = Path(__file__).parent / "schema" / "03_published.sql"


@dataclass(frozen=True, slots=True)
class PublishedMart:
    """A mart whose figures are published: the columns that name a row, and whether it is given out as open data.

    `withheld` are the columns left out of the open data, because a figure in them can be that of one employer.
    """

    name: str
    key: tuple[str, ...]
    open_data: bool
    withheld: tuple[str, ...] = ()


@cache
def published_marts() -> tuple[PublishedMart, ...]:
    """The marts of `published.yaml`."""
    content = yaml.safe_load(_MARTS_PATH.read_text(encoding="utf-8"))
    return tuple(
        PublishedMart(name, tuple(entry["key"]), entry["open_data"], tuple(entry.get("withheld", ())))
        for name, entry in content.items()
    )


def add_published_figures(database: Path, earlier: Sequence[Publication]) -> list[PublishedFigure]:
    """Add to a built file all figures published before it, and those it changes itself; returns the latter.

    Also makes the table macros `mart.<name>_as_of(ts)`.
    """
    with duckdb.connect(str(database)) as connection:
        with in_one_go(connection):
            changes = _add(connection, earlier)
        checkpoint(connection)
    return changes


def _add(connection: duckdb.DuckDBPyConnection, earlier: Sequence[Publication]) -> list[PublishedFigure]:
    connection.execute(_SCHEMA_PATH.read_text(encoding="utf-8"))
    _load_earlier(connection, earlier)
    columns = _columns(connection)
    cells = " UNION ALL ".join(_cells(mart, columns[mart.name]) for mart in published_marts())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE current_figure AS {cells}")
    changes = [PublishedFigure(**row) for row in ask(connection, "changed_figures")]
    _insert_changes(connection, [(len(earlier) + 1, changes)])
    ask(connection, "add_published_figures")
    for mart in published_marts():
        connection.execute(_as_of_macro(mart, columns[mart.name]))
        connection.execute(
            f"COMMENT ON MACRO TABLE mart.{mart.name}_as_of IS "
            f"'mart.{mart.name} as it stood published at a moment, UTC, or at the end of a day; only in the file "
            "that was opened, not in one that was attached to it (zoals gepubliceerd op)'"
        )
    return changes


def _load_earlier(connection: duckdb.DuckDBPyConnection, earlier: Sequence[Publication]) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE figure_change "
        "(publication INTEGER, mart VARCHAR, row_key VARCHAR, column_name VARCHAR, value VARCHAR)"
    )
    columns = "publication snapshot_id published_at input_hash"
    rows = [(n, one.snapshot_id, one.published_at, one.input_hash) for n, one in enumerate(earlier, start=1)]
    insert(connection, "audit.publication", columns, rows)
    _insert_changes(connection, ((number, one.changes) for number, one in enumerate(earlier, start=1)))
    connection.execute(
        "INSERT INTO audit.publication SELECT ?, snapshot_id, published_at, input_hash FROM audit.snapshot",
        [len(earlier) + 1],
    )


def _insert_changes(
    connection: duckdb.DuckDBPyConnection, changes: Iterable[tuple[int, Sequence[PublishedFigure]]]
) -> None:
    """Insert the changes that publications made, each after its number."""
    rows = ((number, *change) for number, of_publication in changes for change in of_publication)
    insert(connection, "figure_change", "publication mart row_key column_name value", rows)


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """The columns of every mart and their types."""
    found = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE schema_name = 'mart' "
        "ORDER BY table_name, column_index"
    ).fetchall()
    columns: dict[str, list[tuple[str, str]]] = {}
    for mart, name, data_type in found:
        columns.setdefault(mart, []).append((name, data_type))
    return columns


def _cells(mart: PublishedMart, columns: Sequence[tuple[str, str]]) -> str:
    """A query for every cell of a mart as text."""
    row_key = " || '|' || ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in mart.key)
    texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name, _ in columns)
    return (
        f"SELECT '{mart.name}' AS mart, row_key, column_name, value FROM "
        f"(UNPIVOT (SELECT {row_key} AS row_key, {texts} FROM mart.{mart.name}) "
        "ON COLUMNS(* EXCLUDE (row_key)) INTO NAME column_name VALUE value)"
    )


def _as_of_macro(mart: PublishedMart, columns: Sequence[tuple[str, str]]) -> str:
    """The macro that shows a mart as it was published at a moment, in the columns it has now."""
    shown = ",\n".join(
        f"    CAST(max(value) FILTER (column_name = '{name}') AS {data_type}) AS {name}" for name, data_type in columns
    )
    return (
        f"CREATE OR REPLACE MACRO mart.{mart.name}_as_of(ts) AS TABLE\nSELECT\n{shown}\n"
        "FROM audit.published_figure\n"
        f"WHERE mart = '{mart.name}' AND published_at <= audit.moment(ts)\n"
        "    AND (replaced_at IS NULL OR replaced_at > audit.moment(ts))\n"
        "GROUP BY row_key\nHAVING count(value) > 0\nORDER BY row_key"
    )
