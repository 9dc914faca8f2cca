"""The table of the letter: its lines and texts as the letter prints them, and what a line says of itself.

The texts are typed over from the letter (Kamerstuk 34352 nr. 348); it prints "+/-" where we print "ca.".
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pipelines.runs import DataFolders, SamplesRun
from tests.warehouse.marts import ask, numbers, remade, without
from warehouse.presentation import dutch_number

LETTER = [
    # sector, then goal, realisation and percentage of 2023 and of 2024
    ("rijk", "5.637 fta", "4.517 fta", "80%", "5.994 fta", "5.078 fta", "85%"),
    ("defensie", "822 fta", "508,5 fta", "61,9%", "899 fta", "595,4 fta", "66,2%"),
    ("gemeenten", "5.250 fta", "6.320 fta", "120,4%", "5.540 fta", "6.051 fta", "109,2%"),
    ("provincies", "458,3 fta", "395,5 fta", "86,3%", "470,6 fta", "420,7 fta", "89,4%"),
    ("waterschappen", "552 fta", "329 fta", "56,6%", "602,8 fta", "330,5 fta", "54,8%"),
    ("politie", "713 fta", "387 fta", "54,3%", "713 fta", "489 fta", "68,4%"),
    ("umc", "2.483 fta", "506 fta", "20%", "2.562 fta", "586 fta", "22,9%"),
    ("po", "5.845 fta", "1.290 fta", "22%", "5.858 fta", "1.372 fta", "23%"),
    ("vo", "3.809 fta", "840 fta", "22%", "3.842 fta", "750 fta", "20%"),
    ("mbo", "ca. 1.900 fta", "ca. 700 fta", "ca. 37%", "ca. 1.929 fta", "ca. 706 fta", "ca. 37%"),
    ("hbo", "1.685 fta", "498 fta", "30%", "1.668 fta", "479 fta", "29%"),
    ("wo", "2.514 fta", "1.040 fta", "41%", "2.716 fta", "1.024 fta", "38%"),
    ("onderzoeksinstellingen", "113 fta", "49 fta", "44%", "125,9 fta", "51,4 fta", "41%"),
]


@pytest.mark.parametrize("line", LETTER, ids=lambda line: line[0])
def test_a_line_is_printed_as_in_the_letter(samples_run: SamplesRun, line: tuple[str, ...]) -> None:
    found = samples_run.data.query(
        "SELECT period, target_text, realised_text, pct_text FROM mart.letter_table "
        f"WHERE sector_code = '{line[0]}' ORDER BY period"
    )
    assert found == [("2023", *line[1:4]), ("2024", *line[4:])]


def test_the_lines_come_in_the_order_of_the_letter_with_the_total_last(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT line, sector_code FROM mart.letter_table WHERE period = '2024' ORDER BY line"
    )
    assert found == [*enumerate((line[0] for line in LETTER), start=1), (14, None)]


def test_a_line_has_the_figures_of_the_year_before_too(samples_run: SamplesRun) -> None:
    previous = "previous_target_jobs, previous_realised_jobs, previous_stated_pct, previous_realised_pct"
    query = f"SELECT period, {previous}, submission_ids FROM mart.letter_table WHERE sector_code = 'wo' ORDER BY period"
    assert samples_run.data.query(query) == [
        ("2023", None, None, None, None, "wo-2023-v1"),
        ("2024", *numbers("2514", "1040", "41", "41.3683"), "wo-2023-v1; wo-2024-v1"),
    ]


def test_percentages_that_do_not_follow_are_marked_and_printed_as_stated(samples_run: SamplesRun) -> None:
    """By hand: 329 of 552 is 59.6 %, not 56.6 %; 489 of 713 is 68.6 %, not 68.4 %."""
    found = samples_run.data.query(
        "SELECT sector_code, period, note FROM mart.letter_table WHERE pct_differs ORDER BY sector_code"
    )
    assert [row[:2] for row in found] == [("politie", "2024"), ("waterschappen", "2023")]
    assert ["berekend: 68,6%" in found[0][2], "berekend: 59,6%" in found[1][2]] == [True, True]


PROCUREMENT = {
    "defensie": "230,9 fta",
    "po": "184 fta",
    "waterschappen": "niet bekend",
    "umc": "niet bekend",  # the sum of two would tell the one what the other has
    "rijk": "niet gevraagd",
}


@pytest.mark.parametrize("sector", PROCUREMENT)
def test_procurement_is_a_text_of_its_own(samples_run: SamplesRun, sector: str) -> None:
    found = samples_run.data.query(
        f"SELECT procurement_text FROM mart.letter_table WHERE (sector_code, period) = ('{sector}', '2024')"
    )
    assert found == [(PROCUREMENT[sector],)]


TOTAL = (
    "SELECT target_text, realised_text, pct_text, realised_jobs, previous_realised_jobs, note FROM mart.letter_table"
)


def test_the_total_is_the_sum_of_thirteen_sectors(samples_run: SamplesRun) -> None:
    """32,920.3 and 17,933, which is 54.47 %; 31,781.3 and 17,380, which is 54.69 %."""
    found = samples_run.data.query(f"{TOTAL} WHERE sector_code IS NULL ORDER BY period")
    assert [row[:3] for row in found] == [
        ("31.781,3 fta", "17.380 fta", "54,7%"),
        ("32.920,3 fta", "17.933 fta", "54,5%"),
    ]
    assert found[1][3:5] == numbers("17933", "17380")
    assert all("voor 2013" in row[5] for row in found)


def test_without_a_sector_there_is_no_total_and_its_line_says_so(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(samples_run, tmp_path, *without("wo-2024-v1"))
    assert ask(storage, f"{TOTAL} WHERE sector_code IS NULL AND period = '2024'") == [
        (None, None, None, None, Decimal(17380), "voorlopig: 12 van 13 sectoren; nog geen totaal")
    ]
    assert ask(storage, f"{TOTAL} WHERE sector_code = 'wo' AND period = '2024'") == [
        (None, None, None, None, Decimal(1040), "geen aanvaarde opgave")
    ]


def test_the_table_is_there_from_the_first_return_on(police: DataFolders) -> None:
    found = police.query(f"{TOTAL} WHERE period = '2024' ORDER BY line")
    assert len(found) == 14
    assert [row[1] for row in found if row[1]] == ["489 fta"]
    assert found[-1][-1] == "voorlopig: 1 van 13 sectoren; nog geen totaal"


def test_when_no_percentage_is_stated_the_recomputed_one_is_printed(samples_run: SamplesRun, tmp_path: Path) -> None:
    """1,024 of 2,716 is 37.7025 %; and 54.45 of 1,000 is 5.445 %, which is 5.4 and not 5.45 rounded again."""
    stated = "submission_id = '{}' AND level = 'sector' AND measure = '{}'"
    storage = remade(
        samples_run,
        tmp_path,
        f"DELETE FROM core.observation WHERE {stated.format('wo-2024-v1', 'stated_pct')}",
        f"DELETE FROM core.observation WHERE {stated.format('po-2024-v1', 'stated_pct')}",
        f"UPDATE core.observation SET value = 100000 WHERE {stated.format('po-2024-v1', 'target_jobs')}",
        f"UPDATE core.observation SET value = 5449.99 WHERE {stated.format('po-2024-v1', 'realised_jobs')}",
    )
    found = ask(
        storage,
        "SELECT sector_code, stated_pct, pct_text, pct_differs FROM mart.letter_table "
        "WHERE sector_code IN ('wo', 'po') AND period = '2024' ORDER BY sector_code",
    )
    assert found == [("po", None, "5,4%", None), ("wo", None, "37,7%", None)]


def test_a_goal_of_zero_gives_no_judgement_of_the_percentage(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "UPDATE core.observation SET value = 0 WHERE submission_id = 'wo-2024-v1' AND level = 'sector' "
        "AND measure = 'target_jobs'",
    )
    found = ask(
        storage,
        "SELECT target_text, pct_text, realised_pct, pct_differs FROM mart.letter_table "
        "WHERE (sector_code, period) = ('wo', '2024')",
    )
    assert found == [("0 fta", "38%", None, None)]


@settings(deadline=None, max_examples=200)
@given(value=st.decimals(min_value=0, max_value=10**9, places=10), decimals=st.integers(0, 2))
def test_a_number_is_printed_as_everywhere_else(samples_run: SamplesRun, value: Decimal, decimals: int) -> None:
    with duckdb.connect(str(samples_run.data.storage.snapshot), read_only=True) as connection:
        found = connection.execute(
            "SELECT core.dutch_number(CAST(? AS DECIMAL(28, 10)), ?)", [str(value), decimals]
        ).fetchone()
    assert found == (dutch_number(value, decimals),)


@pytest.mark.parametrize(
    ("value", "decimals", "printed"),
    [("552", 1, "552 fta"), ("552.05", 1, "552,1 fta"), ("1000", 0, "1.000 fta"), ("10.50", 2, "10,5 fta")],
)
def test_jobs_are_printed_without_trailing_zeros(
    samples_run: SamplesRun, value: str, decimals: int, printed: str
) -> None:
    found = samples_run.data.query(f"SELECT core.dutch_jobs(CAST('{value}' AS DECIMAL(28, 10)), {decimals})")
    assert found == [(printed,)]


def test_a_line_says_what_its_figure_lacks(samples_run: SamplesRun) -> None:
    """Six of seven umc's, 35 of 51 schools of mbo, a survey of 411 of 880 boards; and a break on both of its sides."""
    notes = dict(samples_run.data.query("SELECT sector_code, note FROM mart.letter_table WHERE period = '2023'"))
    assert notes["umc"].startswith("6 van 7 werkgevers; In de realisatie over 2023 ontbreken")
    assert notes["mbo"] == "bij benadering; 35 van 51 werkgevers"
    assert notes["po"] == "opgehoogd uit een enquête; 411 van 880 werkgevers"
    assert "informele verdeling uit 2015" in notes["gemeenten"]
    assert notes["rijk"] is None
    assert "1079 van 1679 werkgevers; bij benadering 4,0%, geschat 12,3%" in notes[None]


def test_a_total_that_its_rows_do_not_make_is_said(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "UPDATE core.observation SET value = 900 WHERE submission_id = 'politie-2024-v1' AND level = 'sector' "
        "AND measure = 'realised_jobs'",
    )
    ((note,),) = ask(storage, "SELECT note FROM mart.letter_table WHERE (sector_code, period) = ('politie', '2024')")
    assert "de werkgevers tellen op tot 489 fta" in note


def test_a_percentage_is_rounded_once(samples_run: SamplesRun, tmp_path: Path) -> None:
    """501 of 1,001 is 50.04995 %: rounded to four decimals first it would become 50.1."""
    police = "submission_id = 'politie-2024-v1' AND level = 'sector' AND measure ="
    storage = remade(
        samples_run,
        tmp_path,
        f"UPDATE core.observation SET value = 501 WHERE {police} 'realised_jobs'",
        f"UPDATE core.observation SET value = 1001 WHERE {police} 'target_jobs'",
        f"UPDATE core.observation SET value = NULL, status = 'missing' WHERE {police} 'stated_pct'",
    )
    query = "SELECT pct_text FROM mart.letter_table WHERE (sector_code, period) = ('politie', '2024')"
    assert ask(storage, query) == [("50,0%",)]
