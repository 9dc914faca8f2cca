"""The traffic light of the provinces, the register of the target group, and the checks that guard every mart."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipelines.runs import SamplesRun
from tests.warehouse.marts import ask, numbers, remade
from warehouse.build import publication_problems

# -- traffic light -----------------------------------------------------------------------------------------------------

H1 = "submission_id = 'provincies-2024H1-v1' AND employer_code = '{}' AND measure = '{}'"


def test_the_thresholds_give_every_colour_of_the_samples(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT period, computed_colour, count(*), bool_and(agrees) FROM mart.traffic_light GROUP BY ALL ORDER BY ALL"
    )
    assert found == [
        ("2024H1", "groen", 4, True), ("2024H1", "oranje", 2, True), ("2024H1", "rood", 6, True),
        ("2024H2", "groen", 6, True), ("2024H2", "oranje", 1, True), ("2024H2", "rood", 5, True),
    ]  # fmt: skip


def test_a_colour_leads_to_its_cell(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT stated_colour, sheet, cell, submission_id FROM mart.traffic_light "
        "WHERE (period, employer_code) = ('2024H1', 'PV05')"
    )
    assert found == [("oranje", "Stoplicht 2024-H1", "E9", "provincies-2024H1-v1")]


def test_exactly_on_a_threshold_below_it_and_unknown(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        f"UPDATE core.observation SET value = 49.65 WHERE {H1.format('PV01', 'realised_jobs')}",  # of 49.65: 100 %
        f"UPDATE core.observation SET value = 26.68 WHERE {H1.format('PV03', 'realised_jobs')}",  # of 26.69
        f"UPDATE core.observation SET value = NULL, status = 'missing' WHERE {H1.format('PV04', 'realised_jobs')}",
        f"UPDATE core.observation SET value = 0 WHERE {H1.format('PV05', 'target_jobs')}",
        f"DELETE FROM core.observation WHERE {H1.format('PV06', 'stated_traffic_light')}",
    )
    found = ask(
        storage,
        "SELECT employer_code, computed_colour, stated_colour, agrees FROM mart.traffic_light "
        "WHERE period = '2024H1' AND employer_code BETWEEN 'PV01' AND 'PV06' AND employer_code <> 'PV02'",
    )
    assert found == [
        ("PV01", "groen", "groen", True),
        ("PV03", "oranje", "groen", False),
        ("PV04", None, "groen", None),
        ("PV05", None, "oranje", None),
        ("PV06", "rood", None, None),
    ]


# -- register ----------------------------------------------------------------------------------------------------------


def test_the_register_is_that_of_the_letter(samples_run: SamplesRun) -> None:
    """274,804 persons, 2,067 more; 142,421 of them work, 51.8 %, 454 more."""
    found = samples_run.data.query(
        "SELECT period, register_persons, register_working, round(working_pct, 1), stated_pct, change_persons, "
        "change_working, previous_role, sheet, cell FROM mart.register WHERE region IS NULL"
    )
    assert found == [
        ("2024Q4", *numbers("274804", "142421", "51.8", "51.8", "2067", "454"), "repeated", "Tabel 1", "C5")
    ]


def test_the_regions_add_up_and_have_no_quarter_before(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT count(*), sum(register_persons), sum(register_working), count(change_persons), count(stated_pct) "
        "FROM mart.register WHERE region IS NOT NULL"
    )
    assert found == [(35, *numbers("274804", "142421"), 0, 0)]


def test_the_own_report_of_the_quarter_before_goes_first(samples_run: SamplesRun, tmp_path: Path) -> None:
    own = "landelijk-2024Q3-v1"
    storage = remade(
        samples_run,
        tmp_path,
        f"INSERT INTO core.submission SELECT * REPLACE ('{own}' AS submission_id, '2024Q3' AS period) "
        "FROM core.submission WHERE submission_id = 'landelijk-2024Q4-v1'",
        "INSERT INTO core.observation "
        f"SELECT * REPLACE ('{own}' AS submission_id, '2024Q3' AS period, 274000 AS value) FROM core.observation "
        "WHERE submission_id = 'landelijk-2024Q4-v1' AND measure = 'register_persons' "
        "AND level = 'sector' AND role = 'own'",
    )
    found = ask(
        storage,
        "SELECT period, change_persons, change_working, previous_role FROM mart.register WHERE region IS NULL",
    )
    assert found == [("2024Q3", None, None, None), ("2024Q4", Decimal(804), None, "own")]


def test_a_quarter_without_the_one_before_has_no_change(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run, tmp_path, "DELETE FROM core.observation WHERE sector_code = 'landelijk' AND role = 'repeated'"
    )
    found = ask(storage, "SELECT change_persons, previous_role FROM mart.register WHERE region IS NULL")
    assert found == [(None, None)]


# -- checks ------------------------------------------------------------------------------------------------------------

TAMPERED = [
    ("sector_progress", "realised_jobs"),
    ("national_progress", "realised_jobs"),
    ("employer_progress", "target_jobs"),
    ("employer_progress", "realised_jobs"),
    ("department_progress", "realised_jobs"),
    ("ministry_quarters", "realised_jobs"),
    ("jbr_position", "q3_realised_jobs"),
    ("jbr_position", "year_target_jobs"),
    ("procurement", "procurement_jobs"),
    ("letter_table", "realised_jobs"),
    ("register", "register_persons"),
]


@pytest.mark.parametrize(("mart", "column"), TAMPERED)
def test_a_mart_that_says_otherwise_than_its_cells_is_not_published(
    samples_run: SamplesRun, tmp_path: Path, mart: str, column: str
) -> None:
    storage = remade(samples_run, tmp_path)
    assert publication_problems(storage)["marts_equal_observations"] == []
    ask(storage, f"UPDATE mart.{mart} SET {column} = {column} + 0.1 WHERE {column} IS NOT NULL")
    problems = publication_problems(storage)["marts_equal_observations"]
    assert any(problem.startswith(mart) for problem in problems), problems


def test_a_unit_of_nobody_is_not_published(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "INSERT INTO core.employer SELECT * REPLACE ('JENV-X' AS employer_code, 'NOBODY' AS parent_code) "
        "FROM core.employer WHERE employer_code = 'JENV-DJI'",
        "INSERT INTO core.employer SELECT * REPLACE ('JENV-Y' AS employer_code, 'GONE' AS successor_code) "
        "FROM core.employer WHERE employer_code = 'JENV-DJI'",
    )
    assert sorted(publication_problems(storage)["keys_hold"]) == [
        "rijk JENV-X refers to NOBODY, which does not exist",
        "rijk JENV-Y refers to GONE, which does not exist",
    ]


_FIRST = "FROM core.observation WHERE submission_id = 'rijk-2024Q4-v1' ORDER BY sheet, cell, measure LIMIT 1"


def test_a_cell_that_says_a_measure_twice_is_not_published(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(samples_run, tmp_path)
    ((sheet, cell, measure),) = ask(storage, f"SELECT sheet, cell, measure {_FIRST}")
    ask(storage, f"INSERT INTO core.observation {_FIRST}")
    expected = [f"{sheet}!{cell} of rijk-2024Q4-v1 says {measure} twice"]
    assert publication_problems(storage)["keys_hold"] == expected


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ("submission_id = 'rijk-2024Q4-v9'", "observations of rijk-2024Q4-v9"),
        ("sector_code = 'mars', employer_code = NULL, level = 'sector'", "observations of sector mars"),
        ("period = '2024Q9'", "observations of period 2024Q9"),
        ("measure = 'weight'", "observations of measure weight"),
        ("employer_code = 'NOBODY', level = 'employer'", "observations of employer rijk NOBODY"),
    ],
)
def test_observations_of_nothing_known_are_not_published(
    samples_run: SamplesRun, tmp_path: Path, change: str, unknown: str
) -> None:
    storage = remade(samples_run, tmp_path)
    ask(storage, f"UPDATE core.observation SET {change} WHERE rowid = (SELECT rowid {_FIRST})")
    assert publication_problems(storage)["keys_hold"] == [f"{unknown}, which does not exist"]


@pytest.mark.parametrize(
    ("change", "unknown"),
    [
        ("file_sha256 = 'no-file'", "findings in file no-file"),
        ("rule = 'no_rule'", "findings of rule no_rule"),
        ("waiver = 'W999'", "findings of waiver W999"),
    ],
)
def test_findings_of_nothing_known_are_not_published(
    samples_run: SamplesRun, tmp_path: Path, change: str, unknown: str
) -> None:
    storage = remade(samples_run, tmp_path)
    ask(storage, f"UPDATE audit.finding SET {change} WHERE rowid = (SELECT min(rowid) FROM audit.finding)")
    assert publication_problems(storage)["keys_hold"] == [f"{unknown}, which does not exist"]


_FIGURE = "INSERT INTO audit.published_figure VALUES ('sector_progress', 'mars|2024', 'target_jobs', '713', {})"
_MOMENT = "TIMESTAMP '2024-12-31 12:00:00'"


@pytest.mark.parametrize(
    ("figures", "problem"),
    [
        ([f"1, NULL, {_MOMENT}, NULL"] * 2, "publication 1 says sector_progress mars|2024 target_jobs twice"),
        ([f"9, NULL, {_MOMENT}, NULL"], "figures of publication 9, which does not exist"),
        ([f"1, 8, {_MOMENT}, {_MOMENT}"], "figures of publication 8, which does not exist"),
    ],
)
def test_figures_published_twice_or_never_are_not_published(
    samples_run: SamplesRun, tmp_path: Path, figures: list[str], problem: str
) -> None:
    storage = remade(samples_run, tmp_path)
    for figure in figures:
        ask(storage, _FIGURE.format(figure))
    assert publication_problems(storage)["keys_hold"] == [problem]
