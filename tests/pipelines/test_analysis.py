"""The commands of analysts: `diff`, `sql` and `open-data`.

What stood published at a moment is `tests/warehouse/test_published.py`; what is in the open data is `tests/open_data/`.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.pipelines.runs import DataFolders, Said, banenafspraak
from warehouse.published import published_marts

JANUARY, FEBRUARY, MARCH = "20260115", "20260215", "2026-03-15"


# -- diff --------------------------------------------------------------------------------------------------------------


def _diff(data: DataFolders, *words: str) -> dict[str, Any]:
    said = banenafspraak("diff", *words, "--json", *data.options)
    assert said.code == 0, said.err
    content: dict[str, Any] = said.json
    return content


def _changes(found: dict[str, Any], mart: str, row_key: str) -> dict[str, tuple[str | None, str | None, str | None]]:
    """The changes of one row: before, after and difference of each column."""
    rows = [one for one in found["changes"] if (one["mart"], one["row_key"]) == (mart, row_key)]
    by_column = {one["column_name"]: (one["before"], one["after"], one["difference"]) for one in rows}
    assert len(by_column) == len(rows)
    return by_column


@pytest.fixture(scope="module")
def accepted(history_once: DataFolders) -> dict[str, Any]:
    """From February to the first publication of March: the correction to 490 jobs was accepted."""
    accepted_in = history_once.publications()[2].snapshot_id
    return _diff(history_once, FEBRUARY, accepted_in)


SECTOR = {
    "realised_jobs": ("489.0000000000", "490.0000000000", "1"),
    "gap_jobs": ("224.0000000000", "223.0000000000", "-1"),  # of 713
    "rows_total": ("489.0000000000", "490.0000000000", "1"),
    "realised_pct": ("68.5835", "68.7237", "0.1402"),  # 489 and 490 / 713
    "stated_pct": ("68.4000", "68.7000", "0.3"),
    "change_jobs": ("102.0000000000", "103.0000000000", "1"),  # less 387
    "change_pct_points": ("14.3058", "14.4460", "0.1402"),  # less 54.2777
}
NATIONAL = {
    "realised_jobs": ("489.0000000000", "490.0000000000", "1"),
    "gap_jobs": ("224.0000000000", "223.0000000000", "-1"),
    "realised_pct": ("68.5835", "68.7237", "0.1402"),
    "pct_of_final_target": ("1.9560", "1.9600", "0.004"),  # of 25,000
    "change_jobs": ("102.0000000000", "103.0000000000", "1"),
    "change_pct_points": ("14.3058", "14.4460", "0.1402"),
    "provisional_because": (
        "12 sectoren zonder realisatie; 1 nieuwe versie wacht op aanvaarding",
        "12 sectoren zonder realisatie",
        None,
    ),
}
LETTER = {
    "realised_jobs": ("489.0000000000", "490.0000000000", "1"),
    "realised_pct": ("68.5835", "68.7237", "0.1402"),
    "stated_pct": ("68.4000", "68.7000", "0.3"),
    "realised_text": ("489 fta", "490 fta", None),
    "pct_text": ("68,4%", "68,7%", None),
    "pct_differs": ("true", "false", None),
    "note": ("het opgegeven percentage volgt niet uit doel en realisatie (berekend: 68,6%)", None, None),
}
FORMS = {
    "realised_jobs": ("489.0000000000", "490.0000000000", "1"),
    "employed_jobs": ("428.0000000000", "429.0000000000", "1"),
    "permanent_jobs": ("249.0000000000", "250.0000000000", "1"),
    "permanent_pct": ("50.9202", "51.0204", "0.1002"),  # 249 / 489 and 250 / 490
    "temporary_pct": ("36.6053", "36.5306", "-0.0747"),  # 179 / 489 and 179 / 490
    "hired_pct": ("12.4744", "12.4490", "-0.0254"),  # 61 / 489 and 61 / 490
}


@pytest.mark.parametrize(
    ("mart", "row_key", "expected"),
    [
        ("sector_progress", "politie|2024", SECTOR),
        ("national_progress", "2024|sector_returns", NATIONAL),
        ("letter_table", "2024|6", LETTER),
        ("contract_forms", "politie|2024", FORMS),
    ],
)
def test_an_accepted_correction_changes_these_figures(
    accepted: dict[str, Any], mart: str, row_key: str, expected: dict[str, tuple[str | None, str | None, str | None]]
) -> None:
    assert _changes(accepted, mart, row_key) == expected


def test_every_change_comes_from_the_correction_and_none_is_left_out(
    accepted: dict[str, Any], history_once: DataFolders
) -> None:
    causes = {(one["came_in_force"], one["went_out"]) for one in accepted["changes"]}
    assert causes == {("politie-2024-v2", "politie-2024-v1")}
    _, before, after, _ = history_once.publications()
    assert (accepted["first"], accepted["second"]) == (before.snapshot_id, after.snapshot_id)
    one, other = (_cells(history_once, name) for name in (before.snapshot_id, after.snapshot_id))
    differing = {cell for cell in one.keys() | other.keys() if one.get(cell) != other.get(cell)}
    ours = {cell for cell in differing if cell[2] not in {"submission_id", "submission_ids"}}
    assert {(c["mart"], c["row_key"], c["column_name"]) for c in accepted["changes"]} == ours


def _cells(data: DataFolders, snapshot_id: str) -> dict[tuple[str, str, str], object]:
    """Every cell of the published marts of a kept file."""
    cells = {}
    with duckdb.connect(str(data.storage.kept_snapshot(snapshot_id)), read_only=True) as connection:
        for mart in published_marts():
            cursor = connection.execute(f"FROM mart.{mart.name}")
            names = [column[0] for column in cursor.description or []]
            for values in cursor.fetchall():
                row = dict(zip(names, values, strict=True))
                key = "|".join(str(row[column]) for column in mart.key)
                cells.update({(mart.name, key, name): value for name, value in row.items() if value is not None})
    return cells


def test_the_other_way_round_is_the_other_sign(accepted: dict[str, Any], history_once: DataFolders) -> None:
    back = _diff(history_once, accepted["second"], accepted["first"])
    assert {(one["came_in_force"], one["went_out"]) for one in back["changes"]} == {
        ("politie-2024-v1", "politie-2024-v2")
    }
    assert _changes(back, "sector_progress", "politie|2024") == {
        column: (after, before, str(-Decimal(difference))) for column, (before, after, difference) in SECTOR.items()
    }


def test_a_withdrawn_return_takes_its_rows_with_it(history_once: DataFolders) -> None:
    accepted_in, withdrawn_in = history_once.publications()[2:]
    found = _diff(history_once, accepted_in.snapshot_id, withdrawn_in.snapshot_id)
    gone = _changes(found, "sector_progress", "politie|2023")
    assert gone["realised_jobs"] == ("387.0000000000", None, None)
    assert {after for _, after, _ in gone.values()} == {None}
    kept = _changes(found, "sector_progress", "politie|2024")
    assert kept == {
        "change_jobs": ("103.0000000000", None, None),
        "change_pct_points": ("14.4460", None, None),
    }


def test_whatever_goes_with_a_withdrawn_return_says_so(history_once: DataFolders) -> None:
    """Also the lines of sectors without a return in the letter of 2023: without the police there is no such letter."""
    accepted_in, withdrawn_in = history_once.publications()[2:]
    changes = _diff(history_once, accepted_in.snapshot_id, withdrawn_in.snapshot_id)["changes"]
    assert ("letter_table", "2023|1") in {(one["mart"], one["row_key"]) for one in changes}
    causes = {(one["came_in_force"], one["went_out"]) for one in changes}
    assert causes == {(None, "politie-2023-v1")}


def test_a_new_return_says_that_it_came(history_once: DataFolders) -> None:
    changes = _diff(history_once, JANUARY, FEBRUARY)["changes"]
    rows = [one for one in changes if one["row_key"] == "politie|2023"]
    assert {(one["before"], one["came_in_force"], one["went_out"]) for one in rows} == {(None, "politie-2023-v1", None)}


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (("latest",), (3, 3)),
        ((JANUARY, "latest"), (0, 3)),
        ((JANUARY,), (0, 3)),
        (("20260115T120000Z", FEBRUARY), (0, 1)),
        (("2026-01-15", "2026-02-14"), (0, 0)),  # a day is its end
        (("2026-01-20", "2026-02-15"), (0, 1)),
        (("2026-01-15T12:00:00", "2026-02-15 11:59:59"), (0, 0)),
        (("2026-02-15T12:00:00Z", "2026-02-15T13:00:00+01:00"), (1, 1)),
        (("2026-02-15T12:59:59+01:00", MARCH), (0, 3)),
        (("2026-03-15T07:59:59-04:00", "2026-03-15T08:00:00-04:00"), (1, 2)),
        (("2026-03-15T07:59:59-04:00", "2026-03-15T08:00:01-04:00"), (1, 3)),
    ],
    ids=str,
)
def test_a_publication_is_named_by_its_beginning_a_day_or_a_moment(
    history_once: DataFolders, words: tuple[str, ...], numbers: tuple[int, int]
) -> None:
    published = [one.snapshot_id for one in history_once.publications()]
    found = _diff(history_once, *words)
    assert (found["first"], found["second"]) == (published[numbers[0]], published[numbers[1]])
    if numbers[0] == numbers[1]:
        assert found["changes"] == []


@pytest.mark.parametrize(
    "name",
    ["2026-01-14", "20260315", "2026", "nonsense", "", "2026-01-15T11:59:59Z", "2026-13-01", "0001-01-01T00:00+14:00"],
)
def test_a_publication_that_is_not_there_is_answered_with_those_that_are(history_once: DataFolders, name: str) -> None:
    said = banenafspraak("diff", name, *history_once.options)
    assert (said.code, "Traceback" in said.err) == (2, False)
    assert [one for one in history_once.publications() if one.snapshot_id not in said.err] == []


def test_a_person_sees_each_mart_with_signs_and_the_cause(history_once: DataFolders) -> None:
    said = banenafspraak("diff", FEBRUARY, history_once.publications()[2].snapshot_id, *history_once.options)
    told = " ".join(said.out.split())
    assert said.code == 0
    for text in (
        "30 published figures changed",
        "mart.sector_progress",
        "politie|2024 realised_jobs 489 490 +1",
        "gap_jobs 224 223 -1",
        "realised_text 489 fta 490 fta",
        "politie-2024-v2 for",
    ):
        assert text in told, text


def test_a_waiver_makes_a_publication_in_which_no_figure_changes(history: DataFolders) -> None:
    history.storage.waivers.write_text(
        "waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on\n"
        "W001,values_exact,politie,2024,,,x,A,B,c,2026-01-01,2099-12-31\n",
        encoding="utf-8",
    )
    history.run()
    assert len(history.publications()) == 5
    assert history.publications()[-1].changes == []
    found = _diff(history, MARCH)
    assert (found["first"], found["second"]) == tuple(one.snapshot_id for one in history.publications()[3:])
    assert found["changes"] == []
    assert "0 published figures changed" in banenafspraak("diff", MARCH, *history.options).out


# -- sql ---------------------------------------------------------------------------------------------------------------

JOBS = "SELECT period, target_jobs, realised_jobs, procurement_jobs FROM mart.sector_progress"


def _sql(data: DataFolders, *words: str) -> Said:
    return banenafspraak("sql", *words, *data.options)


def test_sql_shows_a_person_a_table(history_once: DataFolders) -> None:
    said = _sql(history_once, JOBS)
    assert said.code == 0
    lines = [line.split() for line in said.out.splitlines() if line.split()]
    assert lines[0] == ["period", "target_jobs", "realised_jobs", "procurement_jobs"]
    assert lines[2:] == [["2024", "713", "490"], ["1", "row"]]


def test_sql_shows_all_rows_and_texts_as_they_are(history_once: DataFolders) -> None:
    said = _sql(history_once, "SELECT '[red]' || range || '[/red]' AS text, CAST(0.1 AS DECIMAL(9, 4)) FROM range(300)")
    assert "300 rows" in said.out
    assert all(f"[red]{number}[/red]" in said.out for number in range(300))


def test_the_name_of_a_column_is_text(history_once: DataFolders) -> None:
    assert "[/b]" in banenafspraak("sql", 'SELECT 1 AS "[/b]"', *history_once.options).out
    said = banenafspraak("sql", 'SELECT 1 AS "=1+1"', "--csv", *history_once.options)
    assert said.out == "'=1+1\n1\n"


def test_sql_as_csv_is_exact_and_nothing_else(history_once: DataFolders) -> None:
    said = _sql(history_once, "--csv", f"{JOBS} UNION ALL SELECT 'a,\"b\"\nc', 0, 0.1, NULL ORDER BY period")
    assert (said.code, said.err) == (0, "")
    assert "\r" not in said.out
    header, *rows = csv.reader(io.StringIO(said.out))
    assert header == ["period", "target_jobs", "realised_jobs", "procurement_jobs"]
    assert [row[0] for row in rows] == ["2024", 'a,"b"\nc']
    assert [[Decimal(cell) for cell in row[1:3]] for row in rows] == [[713, 490], [0, Decimal("0.1")]]
    assert [row[3] for row in rows] == ["", ""]
    assert "E" not in said.out, "a zero of ten decimals is no 0E-10"


def test_sql_as_json_has_decimals_as_strings(history_once: DataFolders) -> None:
    said = _sql(history_once, "--json", f"{JOBS} UNION ALL SELECT 'nul', 0, 0.10, NULL ORDER BY period")
    assert said.json == {
        "rows": [
            {"period": "2024", "target_jobs": "713", "realised_jobs": "490", "procurement_jobs": None},
            {"period": "nul", "target_jobs": "0", "realised_jobs": "0.1", "procurement_jobs": None},
        ]
    }


def test_sql_as_json_has_moments_and_dates_as_text(history_once: DataFolders) -> None:
    query = "SELECT published_at, CAST(published_at AS DATE) AS day FROM audit.snapshot"
    said = _sql(history_once, "--json", query)
    assert (said.code, "Traceback" in said.err) == (0, False)
    (row,) = said.json["rows"]
    assert row["published_at"].replace("T", " ") == "2026-03-15 12:00:01"
    assert row["day"] == "2026-03-15"


def test_sql_as_json_loses_no_column_that_is_called_like_another(history_once: DataFolders) -> None:
    """A join gives two columns of one name soon enough."""
    said = _sql(history_once, "--json", "SELECT 1 AS period, 2 AS period")
    assert said.code == 2 or sorted(said.json["rows"][0].values()) == [1, 2]


def test_sql_as_json_is_json(history_once: DataFolders) -> None:
    said = _sql(history_once, "--json", "SELECT CAST('nan' AS DOUBLE) AS a, CAST('inf' AS DOUBLE) AS b")

    def no_constant(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    assert said.code == 2 or json.loads(said.out, parse_constant=no_constant)


def test_sql_from_standard_input(history_once: DataFolders, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("-- hoeveel?\nSELECT realised_jobs\nFROM mart.sector_progress;\n"))
    assert _sql(history_once, "-", "--json").json == {"rows": [{"realised_jobs": "490"}]}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nonsense FROM mart.sector_progress", "nonsense"),
        ("FROM mart.nothing", "nothing"),
        ("SELECT CAST('a' AS INTEGER)", "a"),
        ("SELECT 1; SELEC 2", "syntax error"),
        ("", ""),
        (" ;", ""),
        ("INSERT INTO core.sector FROM core.sector", "read-only"),
        ("CREATE TABLE mart.mine AS SELECT 1", "read-only"),
        ("DROP TABLE mart.sector_progress", "read-only"),
        ("UPDATE mart.sector_progress SET realised_jobs = 500", "read-only"),
    ],
)
def test_sql_that_is_wrong_or_writes_is_refused_in_the_words_of_duckdb(
    history_once: DataFolders, query: str, told: str
) -> None:
    before = history_once.storage.snapshot.read_bytes()
    said = _sql(history_once, query)
    assert (said.code, "Traceback" in said.err) == (2, False)
    assert told in said.err
    assert said.err.startswith("Error: ")
    assert history_once.storage.snapshot.read_bytes() == before


@pytest.mark.parametrize("words", [("sql", "SELECT 1"), ("diff", "latest")])
def test_before_anything_was_published_a_question_is_answered_with_what_to_do(
    data: DataFolders, words: tuple[str, ...]
) -> None:
    said = banenafspraak(*words)
    assert (said.code, "banenafspraak run" in said.err) == (2, True)
    assert not data.warehouse.exists()


# -- open-data ---------------------------------------------------------------------------------------------------------


def test_open_data_writes_the_package_of_the_published_snapshot_again(history: DataFolders) -> None:
    folder = history.storage.open_data
    before = (folder / "datapackage.json").read_bytes()
    shutil.rmtree(folder)
    said = banenafspraak("open-data")
    assert (said.code, str(folder) in said.out) == (0, True)
    assert (folder / "datapackage.json").read_bytes() == before


def test_open_data_of_nothing_says_what_to_do(data: DataFolders) -> None:
    said = banenafspraak("open-data")
    assert said.code in {2, 3}
    assert "banenafspraak run" in said.err
    assert "Traceback" not in said.err
    assert not data.warehouse.exists()
