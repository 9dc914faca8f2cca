"""The published DuckDB: its columns, keys and comments, its exact arithmetic and its marts.

Only what an analyst or auditor meets in the file belongs here; which figures a run gives is `tests/pipelines/`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import PROJECT
from tests.pipelines.runs import SamplesRun


@pytest.fixture(scope="module")
def snapshot(samples_run: SamplesRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the snapshot of the samples."""
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        yield connection


# -- columns, comments, types ------------------------------------------------------------------------------------------

TABLES = (
    "core.observation", "core.submission", "core.sector", "core.employer", "core.period", "core.quota",
    "core.target_path", "mart.sector_progress", "mart.national_progress", "audit.file", "audit.finding",
)  # fmt: skip


def _typed(**types: str) -> dict[str, str]:
    """Columns and their types, from the names of columns per type."""
    by_type = {"text": "VARCHAR", "amount": "DECIMAL(28,10)", "pct": "DECIMAL(9,4)", "number": "INTEGER"}
    return {column: by_type.get(name, name.upper()) for name, columns in types.items() for column in columns.split()}


COLUMNS = {
    "core.observation": _typed(
        text="submission_id sector_code level employer_code employer_name period role measure text_value unit status "
        "sheet cell literal",
        amount="value",
        boolean="counts",
    ),
    "core.submission": _typed(
        text="submission_id sender_code sector_code period employer_code file_name file_sha256 status",
        number="version",
        timestamp="received_at",
    ),
    "mart.sector_progress": _typed(
        text="sector_code period submission_id",
        amount="target_jobs realised_jobs procurement_jobs",
        pct="realised_pct stated_pct realised_incl_procurement_pct",
        number="employers_expected employers_returned",
        boolean="approximate",
    ),
    "mart.national_progress": _typed(
        text="period basis comparability_note",
        amount="target_jobs realised_jobs gap_jobs final_target_jobs",
        pct="realised_pct pct_of_final_target approximate_share",
        number="sectors_expected sectors_returned",
    ),
    "audit.finding": _typed(
        text="submission_id file_name rule severity outcome sheet cell found expected message",
    ),
}


def test_the_agreed_tables_are_there(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    assert set(TABLES) <= {name for (name,) in found}


@pytest.mark.parametrize("table", COLUMNS)
def test_the_agreed_columns_have_their_types(snapshot: duckdb.DuckDBPyConnection, table: str) -> None:
    found = dict(
        snapshot.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name || '.' || table_name = ?", [table]
        ).fetchall()
    )
    assert COLUMNS[table].items() <= found.items()


def test_no_column_of_core_or_mart_is_a_float(snapshot: duckdb.DuckDBPyConnection) -> None:
    types = snapshot.execute(
        "SELECT data_type, count(*) FROM duckdb_columns() WHERE schema_name IN ('core', 'mart') GROUP BY data_type"
    ).fetchall()
    assert "DECIMAL(28,10)" in dict(types)
    assert not {"DOUBLE", "FLOAT"} & set(dict(types))


def test_every_table_view_and_column_has_a_comment_with_the_dutch_term(snapshot: duckdb.DuckDBPyConnection) -> None:
    comments = snapshot.execute(
        "SELECT schema_name, table_name, '', comment FROM duckdb_tables() "
        "UNION ALL SELECT schema_name, view_name, '', comment FROM duckdb_views() WHERE NOT internal "
        "UNION ALL SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
    ).fetchall()
    ours = [comment for comment in comments if comment[0] in {"core", "mart", "audit"}]
    assert len(ours) > 100
    assert [row for row in ours if not re.fullmatch(r".+\(.+\)", row[3] or "")] == []


def test_analysts_cannot_write(snapshot: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match="read-only"):
        snapshot.execute("DELETE FROM core.sector")


# -- keys --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def copy(samples_run: SamplesRun, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A copy of the snapshot that may be written in."""
    path = shutil.copy(samples_run.data.storage.snapshot, tmp_path / "copy.duckdb")
    with duckdb.connect(str(path)) as connection:
        yield connection


OUTSIDE = {"level": "'galaxy'", "status": "'perhaps'", "sector_code": "NULL"}


@pytest.mark.parametrize("column", OUTSIDE)
def test_an_observation_outside_the_vocabulary_is_refused(copy: duckdb.DuckDBPyConnection, column: str) -> None:
    one = "(FROM core.observation WHERE level = 'employer' LIMIT 1)"
    copy.execute(f"INSERT INTO core.observation SELECT * REPLACE ('A9999' AS cell) FROM {one}")
    with pytest.raises(duckdb.ConstraintException):
        copy.execute(
            f"INSERT INTO core.observation SELECT * REPLACE ('A9998' AS cell, {OUTSIDE[column]} AS {column}) FROM {one}"
        )


@pytest.mark.parametrize("table", ["core.submission", "core.employer", "core.target_path"])
def test_a_row_cannot_be_there_twice(copy: duckdb.DuckDBPyConnection, table: str) -> None:
    with pytest.raises(duckdb.ConstraintException):
        copy.execute(f"INSERT INTO {table} FROM (FROM {table} LIMIT 1)")


def test_an_employer_level_observation_has_a_code_and_a_higher_one_has_none(
    snapshot: duckdb.DuckDBPyConnection,
) -> None:
    found = snapshot.execute("SELECT DISTINCT level, employer_code IS NULL FROM core.observation").fetchall()
    assert set(found) == {("sector", True), ("group", True), ("employer", False), ("unit", False)}


def test_what_counts_is_employer_rows_of_the_own_period_in_jobs(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute(
        "SELECT DISTINCT o.level, o.role, o.unit, o.survey, o.period = s.period, m.additive "
        "FROM core.observation AS o JOIN core.submission AS s USING (submission_id) "
        "JOIN core.measure AS m USING (measure) "
        "WHERE o.counts AND o.measure <> 'workforce_fte'"
    ).fetchall()
    assert found == [("employer", "own", "job", False, True, True)]


# -- exact arithmetic --------------------------------------------------------------------------------------------------

AMOUNT = st.decimals(min_value=0, max_value=10**9, places=10)


def _percentage(connection: duckdb.DuckDBPyConnection, part: Decimal | None, whole: Decimal | None) -> Decimal | None:
    row = connection.execute(
        "SELECT core.percentage(CAST(? AS DECIMAL(28, 10)), CAST(? AS DECIMAL(28, 10)))",
        [None if amount is None else str(amount) for amount in (part, whole)],
    ).fetchone()
    assert row is not None
    value: Decimal | None = row[0]
    return value


@settings(deadline=None, max_examples=200)
@given(part=AMOUNT, whole=st.decimals(min_value=Decimal("0.01"), max_value=10**9, places=10))
def test_a_percentage_is_rounded_half_up_at_four_decimals(
    snapshot: duckdb.DuckDBPyConnection, part: Decimal, whole: Decimal
) -> None:
    exact = (part.scaleb(10) * 100, whole.scaleb(10))  # whole numbers, so that nothing is rounded before
    units, rest = divmod(int(exact[0]) * 10**4, int(exact[1]))
    expected = Decimal(units + (2 * rest >= int(exact[1]))).scaleb(-4)
    assert _percentage(snapshot, part, whole) == expected


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ("1", "3", "33.3333"),
        ("2", "3", "66.6667"),
        ("1", "80000", "0.0013"),
        ("489", "713", "68.5835"),
        ("0", "7", "0"),
    ],
)
def test_percentages_by_hand(snapshot: duckdb.DuckDBPyConnection, part: str, whole: str, expected: str) -> None:
    """1 ÷ 80,000 is 0.00125 %: exactly half, so up."""
    assert _percentage(snapshot, Decimal(part), Decimal(whole)) == Decimal(expected)
    assert (Decimal(100) * Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP) == Decimal(
        expected
    )


@pytest.mark.parametrize(("part", "whole"), [("1", "0"), ("1", None), (None, "1"), (None, None)])
def test_a_percentage_of_nothing_is_not_known(
    snapshot: duckdb.DuckDBPyConnection, part: str | None, whole: str | None
) -> None:
    amounts = [None if text is None else Decimal(text) for text in (part, whole)]
    assert _percentage(snapshot, *amounts) is None


# -- marts -------------------------------------------------------------------------------------------------------------


def test_both_series_are_set_against_the_25_000(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute("SELECT DISTINCT basis, final_target_jobs FROM mart.national_progress").fetchall()
    assert set(found) == {("sector_returns", Decimal(25000)), ("official_monitor", Decimal(25000))}


def test_there_is_one_row_per_year_and_series(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute("SELECT period, basis FROM mart.national_progress").fetchall()
    assert len(found) == len(set(found))
    assert {period for period, basis in found if basis == "official_monitor"} >= {str(y) for y in range(2015, 2025)}
    assert {period for period, basis in found if basis == "sector_returns"} == {"2023", "2024"}


def test_official_years_that_are_not_known_keep_their_row_without_a_figure(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute(
        "SELECT target_jobs, realised_jobs, gap_jobs, realised_pct, pct_of_final_target, approximate_share "
        "FROM mart.national_progress WHERE basis = 'official_monitor' AND period IN ('2020', '2024') ORDER BY period"
    ).fetchall()
    nothing = (None,) * 5
    assert found == [(Decimal(17500), *nothing), (Decimal(25000), *nothing)]


def test_sector_returns_always_say_why_they_are_not_like_for_like(snapshot: duckdb.DuckDBPyConnection) -> None:
    notes = snapshot.execute(
        "SELECT comparability_note FROM mart.national_progress WHERE basis = 'sector_returns'"
    ).fetchall()
    assert all("2013" in note and "25.000" in note for (note,) in notes)


def test_gap_is_target_less_realisation_everywhere(snapshot: duckdb.DuckDBPyConnection) -> None:
    for mart in ("sector_progress", "national_progress"):
        found = snapshot.execute(
            f"SELECT DISTINCT gap_jobs IS NOT DISTINCT FROM target_jobs - realised_jobs FROM mart.{mart}"
        ).fetchall()
        assert found == [(True,)]


def test_a_sector_total_that_its_rows_do_not_make_says_so(snapshot: duckdb.DuckDBPyConnection) -> None:
    found = snapshot.execute(
        "SELECT realised_jobs - rows_total IS NOT DISTINCT FROM rows_difference, count(*) "
        "FROM mart.sector_progress GROUP BY ALL"
    ).fetchall()
    assert [agrees for agrees, _ in found] == [True]


def test_procurement_is_never_in_a_realisation(snapshot: duckdb.DuckDBPyConnection) -> None:
    """Defensie 2024, by the letter: 595.4 of 899, and 230.9 through procurement, which makes 91.9 %."""
    found = snapshot.execute(
        "SELECT realised_jobs, procurement_jobs, realised_incl_procurement_pct FROM mart.sector_progress "
        "WHERE (sector_code, period) = ('defensie', '2024')"
    ).fetchone()
    assert found == (Decimal("595.4"), Decimal("230.9"), Decimal("91.9132"))


# -- the README --------------------------------------------------------------------------------------------------------


def _readme_queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", (PROJECT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_queries_of_the_readme_answer(snapshot: duckdb.DuckDBPyConnection) -> None:
    """Those of `docs/analysts.md` are in `test_analysts.py`."""
    assert len(_readme_queries()) == 2
    for query in _readme_queries():
        assert snapshot.execute(query).fetchall(), query
