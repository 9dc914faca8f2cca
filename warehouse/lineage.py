"""From which columns each column of a mart is made: `lineage.yaml`, made from the SQL by `python -m warehouse.lineage`.

The way from a figure to its cells is `trace.py`; here it is only about columns of tables.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import yaml

from warehouse.dictionary import run_schema

if TYPE_CHECKING:
    from sqlglot import exp

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


def lineage_of_marts() -> dict[str, dict[str, list[str]]]:
    """The same, worked out of the SQL; needs sqlglot, which is there for development only."""
    import sqlglot
    from sqlglot import exp

    with duckdb.connect() as connection:
        run_schema(connection)
        tables: dict[str, dict[str, dict[str, str]]] = {}
        for schema, table, column, data_type in connection.execute(_COLUMNS).fetchall():
            tables.setdefault(schema, {}).setdefault(table, {})[column] = data_type
    found = {}
    for path in sorted((_HERE / "marts").glob("*.sql")):
        statements = sqlglot.parse(path.read_text(encoding="utf-8"), dialect="duckdb")
        (create,) = (statement for statement in statements if isinstance(statement, exp.Create))
        name = create.this.name
        found[name] = {column: sorted(_sources(column, create.expression, tables)) for column in tables["mart"][name]}
    return found


def _sources(column: str, query: exp.Expression, tables: dict[str, dict[str, dict[str, str]]]) -> Iterator[str]:
    """The columns of tables that a column of a query goes back to, each once."""
    from sqlglot import exp
    from sqlglot.lineage import lineage

    nodes = lineage(column, query, schema=tables, dialect="duckdb").walk()
    leaves = {
        f"{node.source.db}.{node.source.name}.{node.name.split('.')[-1]}"
        for node in nodes
        if not node.downstream and isinstance(node.source, exp.Table)
    }
    yield from leaves


if __name__ == "__main__":
    sys.stdout.write(_HEADER + yaml.safe_dump(lineage_of_marts(), sort_keys=False, width=110))
