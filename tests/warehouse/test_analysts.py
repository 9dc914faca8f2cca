"""What analysts are told to ask: every query of the docs runs on the published snapshot, and its answers are right.

`analysts_answers.csv` is typed by hand from the letters, with the place where each figure stands.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from tests.conftest import PROJECT, letter_figures
from tests.pipelines.runs import SamplesRun

DOCS = ("docs/analysts.md", "README.md", "docs/auditors.md")


class Query(NamedTuple):
    """A query of a page; the heading it stands under and the answer printed below it, empty when there is none."""

    page: str
    heading: str
    sql: str
    answer: str


class Answer(NamedTuple):
    """A cell of the answer to one of the ten questions, as a letter gives it."""

    question: int
    row: str
    column: str
    value: str
    place: str


@cache
def _queries() -> list[Query]:
    found = []
    for page in DOCS:
        for section in re.split(r"^##+ ", (PROJECT / page).read_text(encoding="utf-8"), flags=re.MULTILINE):
            for sql, answer in re.findall(
                r"^```sql\n(.*?)^```\n\n?((?:^\|[^\n]*\n)*)", section, re.DOTALL | re.MULTILINE
            ):
                found.append(Query(page, section.split("\n", 1)[0], sql, answer))
    return found


def _ten_questions() -> dict[int, Query]:
    numbered = [(re.match(r"(\d+)\. ", query.heading), query) for query in _queries()]
    return {int(number.group(1)): query for number, query in numbered if number}


def _answers() -> list[Answer]:
    with Path(__file__).with_name("analysts_answers.csv").open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return [Answer(int(question), row, column, value, place) for question, row, column, value, place in rows]


QUERIES, QUESTIONS, ANSWERS = _queries(), _ten_questions(), _answers()


@pytest.fixture(scope="module")
def snapshot(samples_run: SamplesRun) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to the snapshot of the samples."""
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        yield connection


def _ask(snapshot: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    cursor = snapshot.execute(sql)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# -- the pages ---------------------------------------------------------------------------------------------------------


def test_no_query_of_a_page_is_overlooked() -> None:
    for page in DOCS:
        written = (PROJECT / page).read_text(encoding="utf-8").count("```sql")
        assert written == sum(query.page == page for query in QUERIES) > 0


def test_there_are_ten_questions_each_with_a_short_query_and_its_answer() -> None:
    assert list(QUESTIONS) == list(range(1, 11))
    assert [number for number, query in QUESTIONS.items() if not query.answer] == []
    assert [number for number, query in QUESTIONS.items() if len(query.sql.splitlines()) > 5] == []
    assert [number for number, query in QUESTIONS.items() if "FROM mart." not in query.sql] == []


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: f"{query.page}: {query.heading}")
def test_a_query_of_a_page_answers(snapshot: duckdb.DuckDBPyConnection, query: Query) -> None:
    rows = _ask(snapshot, query.sql)
    # Nothing was published as of a day in the past, and of the samples nothing was revised or kept apart.
    assert rows or any(about in query.sql for about in ("_as_of(", "mart.revisions", "WHERE quarantined"))


@pytest.mark.parametrize("query", [q for q in QUERIES if q.answer], ids=lambda query: query.heading)
def test_the_answer_on_a_page_is_what_the_query_gives(snapshot: duckdb.DuckDBPyConnection, query: Query) -> None:
    rows = _ask(snapshot, query.sql)
    cells = [list(rows[0]), *([_printed(value) for value in row.values()] for row in rows)]
    printed = [[cell.strip() for cell in line.strip("|").split("|")] for line in query.answer.splitlines()]
    assert [printed[0], *printed[2:]] == cells


def _printed(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


# -- the ten questions, by the letters ---------------------------------------------------------------------------------


def test_every_question_has_an_answer_typed_by_hand() -> None:
    assert {answer.question for answer in ANSWERS} == set(QUESTIONS)
    assert all(answer.place for answer in ANSWERS)


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: f"{answer.question} {answer.row} {answer.column}")
def test_an_answer_is_what_the_letter_says(snapshot: duckdb.DuckDBPyConnection, answer: Answer) -> None:
    """To the decimals that the letter prints, and no row stands for it twice."""
    rows = _ask(snapshot, QUESTIONS[answer.question].sql)
    (row,) = [row for row in rows if str(next(iter(row.values()))) == answer.row]
    value = row[answer.column]
    if isinstance(value, Decimal):
        assert value.quantize(Decimal(answer.value), ROUND_HALF_UP) == Decimal(answer.value)
    else:
        assert _printed(value) == answer.value


def test_the_total_of_question_1_is_the_sum_of_the_thirteen_tables(snapshot: duckdb.DuckDBPyConnection) -> None:
    (row,) = _ask(snapshot, QUESTIONS[1].sql)
    tables = [figure for figure in letter_figures() if figure.period == "2024"]
    assert len(tables) == row["sectors_returned"] == 13
    assert row["target_jobs"] == sum(figure.target_jobs for figure in tables)
    assert row["realised_jobs"] == sum(figure.realised_jobs for figure in tables)


def test_the_changes_of_question_2_are_the_differences_of_the_tables(snapshot: duckdb.DuckDBPyConnection) -> None:
    realised = {(figure.sector_code, figure.period): figure.realised_jobs for figure in letter_figures()}
    changes = {row["sector_code"]: row["change_jobs"] for row in _ask(snapshot, QUESTIONS[2].sql)}
    assert changes.pop("umc") is None
    assert len(changes) == 12
    assert changes == {sector: realised[sector, "2024"] - realised[sector, "2023"] for sector in changes}


def test_the_ministries_of_question_8_add_up_to_the_rijk_of_the_letter(snapshot: duckdb.DuckDBPyConnection) -> None:
    rows = _ask(snapshot, QUESTIONS[8].sql)
    totals = [sum(row[column] for row in rows) for column in ("target_jobs", "realised_jobs")]
    assert totals == [Decimal(5994), Decimal(5078)]
    assert [row["employer_name"] for row in rows if row["realised_pct"] != row["realised_pct_without_units"]] == [
        "JenV"
    ]


# -- what stood published ----------------------------------------------------------------------------------------------


def test_a_query_as_of_now_gives_what_the_mart_gives(snapshot: duckdb.DuckDBPyConnection) -> None:
    (query,) = [query.sql for query in QUERIES if "_as_of(" in query.sql]
    (latest,) = _ask(snapshot, "SELECT max(published_at) AS published_at FROM audit.publication")
    as_of, count = re.subn(r"_as_of\('[^']*'\)", f"_as_of('{latest['published_at']}')", query)
    mart = re.sub(r"_as_of\('[^']*'\)", "", query)
    assert count == 1
    assert _ask(snapshot, as_of) == _ask(snapshot, mart) != []
