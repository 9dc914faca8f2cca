"""From which columns each column of a mart is made: `lineage.yaml`, made from the SQL by `python -m warehouse.lineage`.

The way from a figure to its cells is `trace.py`; here it is only about columns of tables.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import yaml

from warehouse.dictionary import run_schema

if TYPE_CHECKING:
    from sqlglot.lineage import Node

_HERE = Path(__file__).parent
_HEADER = "# Made from the SQL of the marts by `make docs`; a test compares them. mart: {column: [table.column, ...]}\n"
_COLUMNS = """
SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal
ORDER BY schema_name, table_name, column_index
"""


@cache
def load_lineage() -> dict[str, dict[str, list[str]]]:
    """Of every mart, for each column the columns it is made from, such as `core.observation.value`.

    What filters or counts rows without naming a column leaves no trace here.
    """
    content: dict[str, dict[str, list[str]]] = yaml.safe_load((_HERE / "lineage.yaml").read_text(encoding="utf-8"))
    return content


class LineageError(Exception):
    """A column in the SQL of a mart could not be followed to a table."""


def lineage_of_marts() -> dict[str, dict[str, list[str]]]:
    """The same, worked out of the SQL; needs sqlglot, which is there for development only.

    Raises LineageError when a column can't be followed.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.lineage import lineage

    tables = _tables()
    found = {}
    for path in sorted((_HERE / "marts").glob("*.sql")):
        statements = sqlglot.parse(path.read_text(encoding="utf-8"), dialect="duckdb")
        (create,) = (statement for statement in statements if isinstance(statement, exp.Create))
        name = create.this.name
        columns = lineage(None, create.expression, schema=tables, dialect="duckdb")
        found[name] = {column: _sources(f"mart.{name}.{column}", columns[column]) for column in tables["mart"][name]}
    return found


def _tables() -> dict[str, dict[str, dict[str, str]]]:
    """The types of all columns by schema, table and column."""
    tables: dict[str, dict[str, dict[str, str]]] = {}
    with duckdb.connect() as connection:
        run_schema(connection)
        for schema, table, column, data_type in connection.execute(_COLUMNS).fetchall():
            tables.setdefault(schema, {}).setdefault(table, {})[column] = data_type
    return tables


def _sources(column: str, origin: Node) -> list[str]:
    """The columns of tables that a column goes back to, each once."""
    from sqlglot import exp

    leaves = [node for node in origin.walk() if not node.downstream]
    lost = [node.name for node in leaves if isinstance(node.source, exp.Placeholder)]
    if lost:
        raise LineageError(f"{column}: {', '.join(lost)} can't be followed to a table; write the table before it.")
    tables = ((node, node.source) for node in leaves)
    return sorted(
        {
            f"{table.db}.{table.name}.{exp.to_column(node.name).name}"
            for node, table in tables
            if isinstance(table, exp.Table)
        }
    )


if __name__ == "__main__":
    sys.stdout.write(_HEADER + yaml.safe_dump(lineage_of_marts(), sort_keys=False, width=110))
