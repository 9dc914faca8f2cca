"""What Dagster's user interface shows of an asset, in its own terms. Wiring only: `shown.py` makes plots and rows."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import dagster as dg

from assets.shown import bar_plot


def plot(rows: Sequence[tuple[str, Decimal | None, Decimal | None]], title: str) -> dg.MarkdownMetadataValue:
    """A plot of goal and realisation per label."""
    image = base64.b64encode(bar_plot(rows, title)).decode()
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{image})")


def table(rows: Sequence[Mapping[str, str]]) -> dg.TableMetadataValue:
    """Rows of text as a table; of no rows, an empty one."""
    columns = [dg.TableColumn(name, "string") for name in (rows[0] if rows else {})]
    return dg.MetadataValue.table([dg.TableRecord(dict(row)) for row in rows], dg.TableSchema(columns))


def column_schema(columns: Iterable[tuple[str, str, str]]) -> dict[str, dg.TableSchema]:
    """The columns of a table: name, type, and what it is."""
    schema = [dg.TableColumn(name, data_type, description=comment) for name, data_type, comment in columns]
    return {"dagster/column_schema": dg.TableSchema(schema)}


def column_lineage(sources: Mapping[str, Sequence[str]]) -> dict[str, dg.TableColumnLineage]:
    """From which columns of other assets each column is made; `sources` are such as `core.observation.value`."""
    deps = {name: [_column_of_asset(source) for source in found] for name, found in sources.items()}
    return {"dagster/column_lineage": dg.TableColumnLineage(deps_by_column=deps)}


def _column_of_asset(source: str) -> dg.TableColumnDep:
    """The asset that holds a table and the column in it: all tables of core and audit are in `warehouse`."""
    schema, table_name, column = source.split(".")
    if schema == "mart":
        return dg.TableColumnDep(dg.AssetKey([schema, table_name]), column)
    return dg.TableColumnDep(dg.AssetKey("warehouse"), f"{schema}.{table_name}.{column}")
