"""The lineage of mart columns: the file is what the SQL says, leaves none out, and names columns that are there."""

from __future__ import annotations

from functools import cache

import duckdb
import pytest

from warehouse.dictionary import run_schema
from warehouse.lineage import lineage_of_marts, load_lineage

# Typed over from the SQL by hand: a plain column, a macro, marts under a mart, a union by name, one without sources.
BY_HAND = {
    "sector_progress.sector_code": {"core.submission.sector_code"},
    "sector_progress.break_in_series": {"core.series_break.measure", "core.series_break.note_nl"},
    "register.working_pct": {"core.observation.measure", "core.observation.value"},
    "traffic_light.agrees": {
        "core.own_observation.text_value",
        "core.traffic_light_threshold.colour",
        "core.traffic_light_threshold.from_pct",
        "core.traffic_light_threshold.valid_from",
    },
    "letter_table.realised_jobs": {
        "mart.sector_progress.realised_jobs",
        "mart.national_progress.realised_jobs",
        "mart.national_progress.sectors_returned",
        "mart.national_progress.sectors_expected",
    },
    "revisions.cell_after": {"audit.revision.cell_after", "core.restatement.cell"},
    "national_progress.basis": set(),
}
# Constants, and counts of rows: their SQL names no column.
WITHOUT_SOURCES = {
    "ministry_quarters.position",
    "ministry_quarters.trend_quarters",
    "national_progress.basis",
    "national_progress.comparability_note",
    "national_progress.sectors_expected",
}


@cache
def columns() -> set[str]:
    """All columns of an empty database with our schema and marts, such as `core.observation.value`."""
    with duckdb.connect() as connection:
        run_schema(connection)
        rows = connection.execute(
            "SELECT concat_ws('.', schema_name, table_name, column_name) FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    return {name for (name,) in rows}


def sources() -> dict[str, list[str]]:
    """The file, by mart and column, such as `coverage.period`."""
    return {f"{mart}.{column}": found for mart, of_mart in load_lineage().items() for column, found in of_mart.items()}


def test_the_file_is_what_the_sql_says() -> None:
    assert lineage_of_marts() == load_lineage(), "warehouse/lineage.yaml is not what the SQL says: run `make docs`"


def test_every_column_of_a_mart_is_in_the_file() -> None:
    assert {f"mart.{column}" for column in sources()} == {name for name in columns() if name.startswith("mart.")}


def test_every_source_is_a_column_that_is_there() -> None:
    assert {source for found in sources().values() for source in found} - columns() == set()


def test_only_what_names_no_column_has_no_sources() -> None:
    assert {column for column, found in sources().items() if not found} == WITHOUT_SOURCES


@pytest.mark.parametrize("column", BY_HAND)
def test_a_column_has_the_sources_that_a_person_finds(column: str) -> None:
    assert set(sources()[column]) == BY_HAND[column]
