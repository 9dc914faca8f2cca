"""The data dictionary: its page is what the schema says now, and nothing of ours is left out of it.

That every comment has its Dutch term is `test_warehouse.py`.
"""

from __future__ import annotations

import duckdb

from tests.conftest import PROJECT
from tests.pipelines.runs import SamplesRun
from warehouse.dictionary import dictionary_page
from warehouse.published import published_marts

PAGE = dictionary_page()
_COLUMNS = (
    "SELECT schema_name || '.' || table_name, column_name, data_type, comment FROM duckdb_columns() "
    "WHERE NOT internal AND schema_name IN ('core', 'mart', 'audit')"
)
_MACROS = (
    "SELECT schema_name || '.' || function_name FROM duckdb_functions() "
    "WHERE function_type LIKE '%macro' AND schema_name IN ('core', 'mart', 'audit')"
)


def _ask(samples_run: SamplesRun, query: str) -> list[tuple[str, ...]]:
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        return connection.execute(query).fetchall()


def _sections() -> dict[str, str]:
    """The section of each table and view."""
    sections = PAGE.split("\n### ")[1:]
    return {section.split(maxsplit=1)[0]: section for section in sections}


def test_the_page_in_docs_is_what_the_generator_makes() -> None:
    written = (PROJECT / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    assert written == PAGE, "docs/data-dictionary.md is not what the schema says: run `make docs`"


def test_every_column_of_the_snapshot_is_on_the_page_with_type_and_comment(samples_run: SamplesRun) -> None:
    sections, columns = _sections(), _ask(samples_run, _COLUMNS)
    assert set(sections) == {table for table, *_ in columns}
    missing = [
        (table, column)
        for table, column, data_type, comment in columns
        if f"| `{column}` | `{data_type}` |" not in sections[table]
        or comment.replace("|", "\\|") not in sections[table]
    ]
    assert missing == []


def test_every_macro_of_the_snapshot_is_on_the_page(samples_run: SamplesRun) -> None:
    macros = {name for (name,) in _ask(samples_run, _MACROS)}
    as_of = {f"mart.{mart.name}_as_of" for mart in published_marts()}
    assert as_of <= macros
    assert [name for name in macros - as_of if f"| `{name}(" not in PAGE] == []
    assert [mart.name for mart in published_marts() if f"`{mart.name}`" not in PAGE.split("\n## Macros\n")[1]] == []


def test_a_column_says_what_must_hold_for_it() -> None:
    observation = _sections()["core.observation"]
    assert "| `sector_code` | `VARCHAR` | key; → core.sector |" in _sections()["core.employer"]
    assert "| `role` | `VARCHAR` | required; one of `own`, `repeated` |" in observation
    assert "| `value` | `DECIMAL(28,10)` |  |" in observation
    assert "| `period` | `VARCHAR` | row |" in _sections()["mart.sector_progress"]
