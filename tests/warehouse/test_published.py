"""What was ever published: the table of all published figures, and a mart as it stood published at a moment.

The difference between two publications is `tests/pipelines/test_analysis.py`; files and manifests are
`test_publication.py`.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipelines.runs import FEBRUARY, JANUARY, MARCH, MARCH_AFTER, DataFolders, SamplesRun
from warehouse import published
from warehouse.published import PublishedMart, add_published_figures, published_marts
from warehouse.records import Publication

BEFORE_MARCH = "2026-03-15 11:59:59"


@pytest.fixture(scope="module")
def latest(history_once: DataFolders) -> Iterator[duckdb.DuckDBPyConnection]:
    """The last of the four publications of police returns."""
    with duckdb.connect(str(history_once.storage.snapshot), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def samples(samples_run: SamplesRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """The snapshot of the samples, in which every published mart has rows."""
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        yield connection


# -- as of a moment ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "sectors", "national"),
    [
        ("2026-01-15 11:59:59", {}, {}),
        (JANUARY, {"2024": 489}, {"2024": 489}),
        ("2026-02-15 11:59:59", {"2024": 489}, {"2024": 489}),
        (FEBRUARY, {"2023": 387, "2024": 489}, {"2023": 387, "2024": 489}),
        (BEFORE_MARCH, {"2023": 387, "2024": 489}, {"2023": 387, "2024": 489}),
        (MARCH, {"2023": 387, "2024": 490}, {"2023": 387, "2024": 490}),
        (MARCH_AFTER, {"2024": 490}, {"2024": 490}),
        ("2099-01-01", {"2024": 490}, {"2024": 490}),
    ],
)
def test_a_mart_as_of_a_moment_is_what_stood_published_then(
    latest: duckdb.DuckDBPyConnection, moment: str, sectors: dict[str, int], national: dict[str, int]
) -> None:
    """Two publications were asked for in one second in March: the last is of the second after."""
    found = latest.execute("SELECT period, realised_jobs FROM mart.sector_progress_as_of(?)", [moment]).fetchall()
    assert dict(found) == sectors
    found = latest.execute(
        "SELECT period, realised_jobs FROM mart.national_progress_as_of(?) WHERE basis = 'sector_returns'", [moment]
    ).fetchall()
    assert dict(found) == national


def test_a_moment_is_asked_in_any_way_that_sql_knows(latest: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT realised_jobs FROM mart.sector_progress_as_of({}) WHERE period = '2024'"
    for moment in ("DATE '2026-03-14'", "TIMESTAMP '2026-03-15 11:59:59'", "'2026-02-16'", "'2026-03-15T11:59:59'"):
        assert latest.execute(query.format(moment)).fetchall() == [(Decimal(489),)], moment
    for moment in ("now()", "DATE '2026-03-15'", "'2026-03-15'"):  # a day is its end, as it is to `diff`
        assert latest.execute(query.format(moment)).fetchall() == [(Decimal(490),)], moment


@pytest.mark.parametrize("zone", ["UTC", "Europe/Amsterdam", "America/New_York"])
def test_a_moment_with_a_zone_is_the_same_moment_whatever_the_zone_of_the_analyst(
    latest: duckdb.DuckDBPyConnection, zone: str
) -> None:
    query = "SELECT realised_jobs FROM mart.sector_progress_as_of({}) WHERE period = '2024'"
    at = datetime.fromisoformat(MARCH).replace(tzinfo=UTC)
    cursor = latest.cursor()
    cursor.execute(f"SET TimeZone = '{zone}'")
    try:
        for moment, jobs in ((at - timedelta(seconds=1), 489), (at, 490)):
            assert cursor.execute(query.format("?"), [moment]).fetchall() == [(Decimal(jobs),)]
    finally:
        cursor.execute("RESET TimeZone")


def test_a_text_with_a_zone_is_that_moment(latest: duckdb.DuckDBPyConnection) -> None:
    """One o'clock in March in Amsterdam, when the clocks there are an hour ahead, is noon."""
    query = "SELECT realised_jobs FROM mart.sector_progress_as_of(?) WHERE period = '2024'"
    for moment, jobs in (("2026-03-15T12:59:59+01:00", 489), ("2026-03-15T13:00:00+01:00", 490)):
        assert latest.execute(query, [moment]).fetchall() == [(Decimal(jobs),)], moment


@pytest.mark.parametrize("mart", [mart.name for mart in published_marts()])
def test_a_mart_as_of_its_own_publication_is_that_mart_in_columns_types_and_rows(
    samples: duckdb.DuckDBPyConnection, mart: str
) -> None:
    (at,) = samples.execute("SELECT published_at FROM audit.snapshot").fetchone() or ()
    as_of = f"mart.{mart}_as_of(TIMESTAMP '{at}')"
    assert _shape(samples, as_of) == _shape(samples, f"mart.{mart}")
    assert _rows(samples, as_of) == _rows(samples, f"mart.{mart}") != []


def test_the_newest_file_shows_every_earlier_one_as_it_was_published(
    latest: duckdb.DuckDBPyConnection, history_once: DataFolders
) -> None:
    publications = history_once.publications()
    last_of_moment = {one.published_at: one for one in publications}
    assert (len(publications), len(last_of_moment)) == (4, 4)
    for publication in last_of_moment.values():
        with duckdb.connect(str(history_once.storage.kept_snapshot(publication.snapshot_id)), read_only=True) as then:
            for mart in published_marts():
                as_of = f"mart.{mart.name}_as_of(TIMESTAMP '{publication.published_at}')"
                assert _rows(latest, as_of) == _rows(then, f"mart.{mart.name}"), publication.snapshot_id


def _shape(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[Any, ...]]:
    return [row[:2] for row in connection.execute(f"DESCRIBE FROM {relation}").fetchall()]


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> list[str]:
    return sorted(map(repr, connection.execute(f"FROM {relation}").fetchall()))


# -- the table of all published figures --------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["latest", "samples"])
def test_every_figure_of_every_published_mart_stands_exactly_once_as_current(
    which: str, request: pytest.FixtureRequest
) -> None:
    connection: duckdb.DuckDBPyConnection = request.getfixturevalue(which)
    for mart in published_marts():
        found = connection.execute(
            "SELECT row_key, column_name, value FROM audit.published_figure "
            "WHERE mart = ? AND replaced_at IS NULL AND replaced_by IS NULL AND value IS NOT NULL",
            [mart.name],
        ).fetchall()
        assert sorted(found) == sorted(_figures(connection, mart)), mart.name
    marts = connection.execute("SELECT DISTINCT mart FROM audit.published_figure").fetchall()
    assert {name for (name,) in marts} <= {mart.name for mart in published_marts()}


def _figures(connection: duckdb.DuckDBPyConnection, mart: PublishedMart) -> list[tuple[str, str, str]]:
    """Every figure of a mart, read from its rows."""
    cursor = connection.execute(f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM mart.{mart.name}")
    names = [column[0] for column in cursor.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    keys = ["|".join(row[column] or "" for column in mart.key) for row in rows]
    assert len(keys) == len(set(keys)), f"{mart.name} has two rows of one key"
    return [
        (key, name, row[name]) for key, row in zip(keys, rows, strict=True) for name in names if row[name] is not None
    ]


def test_a_figure_says_from_when_until_when_it_stood(latest: duckdb.DuckDBPyConnection) -> None:
    moments = (JANUARY, FEBRUARY, MARCH, MARCH_AFTER)
    january, february, march, after = (datetime.fromisoformat(moment) for moment in moments)
    found = latest.execute(
        "SELECT row_key, CAST(value AS DECIMAL(28, 0)), publication, published_at, replaced_by, replaced_at "
        "FROM audit.published_figure WHERE (mart, column_name) = ('sector_progress', 'realised_jobs') "
        "ORDER BY row_key, publication"
    ).fetchall()
    assert found == [
        ("politie|2023", 387, 2, february, 4, after),
        ("politie|2023", None, 4, after, None, None),
        ("politie|2024", 489, 1, january, 3, march),
        ("politie|2024", 490, 3, march, None, None),
    ]


def test_the_intervals_of_a_figure_follow_each_other_without_gap_or_overlap(latest: duckdb.DuckDBPyConnection) -> None:
    rows = latest.execute(
        "SELECT (mart, row_key, column_name), publication, replaced_by, published_at, replaced_at, value "
        "FROM audit.published_figure ORDER BY mart, row_key, column_name, publication"
    ).fetchall()
    moments = dict(latest.execute("SELECT publication, published_at FROM audit.publication").fetchall())
    assert len(moments) == 4
    for row in rows:
        assert (row[3], row[4]) == (moments[row[1]], moments.get(row[2]))
    for one, other in pairwise(rows):
        if one[0] == other[0]:
            assert one[2] == other[1]
            assert one[5] != other[5], "an unchanged figure was published anew"
        else:
            assert one[2] is None


def test_publications_are_numbered_in_order(latest: duckdb.DuckDBPyConnection, history_once: DataFolders) -> None:
    found = latest.execute("FROM audit.publication ORDER BY publication").fetchall()
    known = history_once.publications()
    assert found == [(n, p.snapshot_id, p.published_at, p.input_hash) for n, p in enumerate(known, start=1)]
    assert latest.execute("SELECT snapshot_id, published_at, input_hash FROM audit.snapshot").fetchall() == [
        (known[-1].snapshot_id, known[-1].published_at, known[-1].input_hash)
    ]


# -- any history -------------------------------------------------------------------------------------------------------

MARTS = (PublishedMart("one", ("name",), True), PublishedMart("two", ("name", "number"), False))
NOON = datetime.fromisoformat(JANUARY)

Row = tuple[Decimal | None, str | None, bool | None]
Content = tuple[Mapping[str, Row], Mapping[tuple[str, int | None], Decimal | None]]
AMOUNTS = st.none() | st.sampled_from([Decimal(0), Decimal(1), Decimal("0.1")])
ROWS = st.tuples(AMOUNTS, st.sampled_from([None, "", "n.b.", "'"]), st.none() | st.booleans())
CONTENTS = st.tuples(
    st.dictionaries(st.sampled_from(["", "a", "b%"]), ROWS),
    st.dictionaries(st.tuples(st.sampled_from(["a", "b"]), st.sampled_from([None, 1, 2])), AMOUNTS, max_size=3),
)


@settings(deadline=None, max_examples=12)
@given(history=st.lists(st.tuples(CONTENTS, st.integers(0, 1)), min_size=2, max_size=4))
def test_whatever_was_published_can_be_shown_again(history: list[tuple[Content, int]]) -> None:
    """Each publication some seconds after the one before, or in the same second."""
    earlier: list[Publication] = []
    moment = NOON
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(published, "published_marts", lambda: MARTS)
        for number, (content, seconds) in enumerate(history, start=1):
            moment += timedelta(seconds=seconds)
            database = Path(folder) / f"{number}.duckdb"
            with duckdb.connect(str(database)) as connection:
                _make(connection, f"snapshot {number}", moment, content)
            changes = add_published_figures(database, earlier)
            earlier.append(Publication(f"snapshot {number}", moment, "hash", changes))
        standing = {one.published_at: content for one, (content, _) in zip(earlier, history, strict=True)}
        with duckdb.connect(str(database), read_only=True) as connection:
            for at, content in standing.items():
                assert _shown(connection, at) == content
            assert _shown(connection, NOON - timedelta(seconds=1)) == ({}, {})


def _make(connection: duckdb.DuckDBPyConnection, snapshot_id: str, at: datetime, content: Content) -> None:
    """A built file with two small marts."""
    one, two = content
    connection.execute("CREATE SCHEMA audit; CREATE SCHEMA mart")
    connection.execute(
        "CREATE TABLE audit.snapshot AS SELECT ? AS snapshot_id, ? AS published_at, 'hash' AS input_hash",
        [snapshot_id, at],
    )
    connection.execute("CREATE TABLE mart.one (name VARCHAR, jobs DECIMAL(28, 10), told VARCHAR, holds BOOLEAN)")
    connection.execute("CREATE TABLE mart.two (name VARCHAR, number INTEGER, jobs DECIMAL(28, 10))")
    for name, row in one.items():
        connection.execute("INSERT INTO mart.one VALUES (?, ?, ?, ?)", [name, *row])
    for key, jobs in two.items():
        connection.execute("INSERT INTO mart.two VALUES (?, ?, ?)", [*key, jobs])


def _shown(connection: duckdb.DuckDBPyConnection, at: datetime) -> Content:
    one = connection.execute("FROM mart.one_as_of(?)", [at]).fetchall()
    two = connection.execute("FROM mart.two_as_of(?)", [at]).fetchall()
    assert len(one) == len({row[0] for row in one})
    assert len(two) == len({row[:2] for row in two})
    return {row[0]: row[1:] for row in one}, {row[:2]: row[2] for row in two}
