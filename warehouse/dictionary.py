"""The data dictionary for people, `docs/data-dictionary.md`, made from the schema: `python -m warehouse.dictionary`.

What a table or column is stands in its COMMENT in `schema/` and `marts/`; only the layout of the page belongs here.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import duckdb

from warehouse.published import published_marts

_HERE = Path(__file__).parent
_SCHEMAS = {
    "mart": "One per question: start here. They declare no keys; *row* marks what names a row of a published mart.",
    "core": "What was said, by whom and where it stands, and the reference data it is read against.",
    "audit": "What was received, checked, found, decided and published.",
}
_INTRODUCTION = """# Data dictionary

Made from the comments in `warehouse/schema/` and `warehouse/marts/` by `make docs`; a test compares them. The Dutch
term is in brackets. [analysts.md](analysts.md) shows how to use it, [glossary.md](glossary.md) explains the terms.

A *key* names a row and an arrow says which table a column refers to. What is not a key may be NULL, which means not
known or not applicable, unless it says *required*. `DECIMAL` is exact: nothing in `core` or `mart` is a float.
"""
_MACROS = """## Macros

`mart.<name>_as_of(ts)` shows a mart as it stood published at a moment, in UTC, in the columns it has now; no rows when
nothing was published yet: `FROM mart.national_progress_as_of('2026-11-22 12:00')`. Marts that have one:
"""
_TABLES_QUERY = """
SELECT schema_name, table_name, comment, 'table' AS kind FROM duckdb_tables() WHERE NOT internal AND NOT temporary
UNION ALL
SELECT schema_name, view_name, comment, 'view' FROM duckdb_views() WHERE NOT internal
ORDER BY schema_name, table_name
"""
_COLUMNS_QUERY = """
SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal
ORDER BY schema_name, table_name, column_index
"""
_CONSTRAINTS_QUERY = """
SELECT schema_name, table_name, constraint_type, constraint_column_names, constraint_text FROM duckdb_constraints()
ORDER BY schema_name, table_name, constraint_index
"""
_DOCUMENTED_MACRO = re.compile(r"((?:^-- .*\n)+)CREATE (?:OR REPLACE )?MACRO ([\w.]+\([^)]*\))", re.MULTILINE)


def dictionary_page() -> str:
    """The page, in Markdown."""
    with duckdb.connect() as connection:
        run_schema(connection)
        tables = connection.execute(_TABLES_QUERY).fetchall()
        columns, constraints = _by_table(connection, _COLUMNS_QUERY), _by_table(connection, _CONSTRAINTS_QUERY)
    parts = [_INTRODUCTION]
    for schema, explanation in _SCHEMAS.items():
        parts.append(f"## {schema}\n\n{explanation}\n")
        for schema_name, name, comment, kind in tables:
            if schema_name == schema:
                notes = _notes(constraints[schema, name]) if schema != "mart" else _published_key(name)
                rows = "\n".join(_row(column, notes[column[0]]) for column in columns[schema, name])
                heading = f"### {schema}.{name}" + (" (view)" if kind == "view" else "")
                parts.append(f"{heading}\n\n{comment}\n\n| column | type | | what it is |\n|---|---|---|---|\n{rows}\n")
    return "\n".join((*parts, _macros()))


def run_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all tables, views and marts in an empty database, without a row in them."""
    for path in (*_sql("schema"), *_sql("marts")):
        connection.execute(path.read_text(encoding="utf-8"))


def _sql(folder: str) -> list[Path]:
    return sorted((_HERE / folder).glob("*.sql"))


def _by_table(connection: duckdb.DuckDBPyConnection, query: str) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """The rows of a query by their first two columns, schema and table."""
    found: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for schema, table, *rest in connection.execute(query).fetchall():
        found[schema, table].append(tuple(rest))
    return found


def _notes(constraints: list[tuple[Any, ...]]) -> dict[str, list[str]]:
    """What must hold for each column: key, required, where it refers to, the values it can have."""
    keys = {column for kind, columns, _ in constraints if kind == "PRIMARY KEY" for column in columns}
    notes: dict[str, list[str]] = defaultdict(list)
    for column in keys:
        notes[column].append("key")
    for kind, columns, text in constraints:
        for column in columns:
            if kind == "NOT NULL" and column not in keys:
                notes[column].append("required")
            elif kind == "FOREIGN KEY":
                notes[column].append("→ " + re.sub(r".* REFERENCES (.*)\(.*", r"\1", text).replace('"', ""))
            elif kind == "CHECK" and len(columns) == 1 and " IN (" in text:
                notes[column].append("one of " + ", ".join(f"`{value}`" for value in re.findall(r"'([^']*)'", text)))
    return notes


def _published_key(name: str) -> dict[str, list[str]]:
    """The columns that name a row of a mart, as `published.yaml` says."""
    keys = {mart.name: mart.key for mart in published_marts()}
    return defaultdict(list, {column: ["row"] for column in keys.get(name, ())})


def _row(column: tuple[Any, ...], notes: list[str]) -> str:
    name, data_type, comment = column
    cells = (f"`{name}`", f"`{data_type}`", "; ".join(dict.fromkeys(notes)), str(comment).replace("|", "\\|"))
    return "| " + " | ".join(cells) + " |"


def _macros() -> str:
    """The macros, with what the lines above them in the schema say."""
    as_of = ", ".join(f"`{mart.name}`" for mart in sorted(published_marts(), key=lambda mart: mart.name))
    rows = [
        f"| `{signature}` | {' '.join(line.removeprefix('-- ') for line in lines.splitlines())} |"
        for path in _sql("schema")
        for lines, signature in _DOCUMENTED_MACRO.findall(path.read_text(encoding="utf-8"))
    ]
    return "\n".join((f"{_MACROS}{as_of}.\n", "| macro | what it gives |", "|---|---|", *rows, ""))


if __name__ == "__main__":
    sys.stdout.write(dictionary_page())
