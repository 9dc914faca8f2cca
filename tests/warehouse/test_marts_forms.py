"""Contract forms, procurement and coverage: what of the realisation is known, and what is beside it.

Expected figures are those of the letter (Kamerstuk 34352 nr. 348), or counted by hand in the sample returns.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipelines.runs import POLITIE_2023, DataFolders, SamplesRun
from tests.returns.workbooks import with_cells
from tests.warehouse.marts import ask, numbers, remade

# -- contract forms ----------------------------------------------------------------------------------------------------

FORMS = [
    # sector, permanent, temporary, hired, unspecified, source
    ("politie", "249", "179", "61", "0", "sector"),
    ("waterschappen", "174.8", "75.4", "80.3", "0", "sector"),
    ("rijk", None, None, "972.2", "0", "sector"),
    ("umc", None, None, "54", "0", "sector"),
    ("onderzoeksinstellingen", "29.1", "15.9", "6.4", "0", "employer"),
    ("gemeenten", "3910.6", "1164.5", "796.5", "179.4", "sector"),
    ("hbo", None, None, None, None, None),
    ("po", None, None, None, None, None),
]


@pytest.mark.parametrize(("sector", "permanent", "temporary", "hired", "unspecified", "source"), FORMS)
def test_the_jobs_of_a_sector_by_form(
    samples_run: SamplesRun,
    sector: str,
    permanent: str | None,
    temporary: str | None,
    hired: str | None,
    unspecified: str | None,
    source: str | None,
) -> None:
    found = samples_run.data.query(
        "SELECT permanent_jobs, temporary_jobs, hired_jobs, unspecified_jobs, source_level FROM mart.contract_forms "
        f"WHERE (sector_code, period) = ('{sector}', '2024')"
    )
    assert found == [(*numbers(permanent, temporary, hired, unspecified), source)]


def test_the_shares_of_the_water_boards_are_those_of_the_letter(samples_run: SamplesRun) -> None:
    """52.9, 22.8 and 24.3 %."""
    found = samples_run.data.query(
        "SELECT round(permanent_pct, 1), round(temporary_pct, 1), round(hired_pct, 1) FROM mart.contract_forms "
        "WHERE (sector_code, period) = ('waterschappen', '2024')"
    )
    assert found == [numbers("52.9", "22.8", "24.3")]


def test_own_employment_is_stated_or_permanent_and_temporary(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT sector_code, employed_jobs FROM mart.contract_forms "
        "WHERE period = '2024' AND sector_code IN ('rijk', 'politie', 'wo') ORDER BY sector_code"
    )
    assert found == [("politie", Decimal(428)), ("rijk", Decimal("4105.8")), ("wo", None)]


def test_the_shares_of_hbo_are_of_another_whole_and_kept_apart(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT period, stated_permanent_pct, stated_temporary_pct, stated_hired_pct, stated_basis, permanent_pct "
        "FROM mart.contract_forms WHERE sector_code = 'hbo' ORDER BY period"
    )
    assert found == [
        ("2023", None, None, None, None, None),  # n.b.
        ("2024", *numbers("67.3", "14.7", "17.9"), "van de realisatie en de inkoop samen", None),
    ]


def test_rows_that_give_only_a_total_are_counted(samples_run: SamplesRun) -> None:
    """330 municipalities give a realisation over 2024 and 316 of them its forms; parts of Defensie give no forms."""
    found = samples_run.data.query(
        "SELECT sector_code, rows_without_split FROM mart.contract_forms "
        "WHERE period = '2024' AND sector_code IN ('gemeenten', 'politie', 'defensie', 'po') ORDER BY sector_code"
    )
    assert found == [("defensie", None), ("gemeenten", 14), ("po", None), ("politie", 0)]


def test_a_form_that_is_not_known_is_not_zero(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "UPDATE core.observation SET value = NULL, status = 'missing' "
        "WHERE submission_id = 'politie-2024-v1' AND level = 'sector' AND measure = 'realised_hired'",
    )
    found = ask(
        storage,
        "SELECT permanent_jobs, hired_jobs, hired_pct, unspecified_jobs, source_level FROM mart.contract_forms "
        "WHERE (sector_code, period) = ('politie', '2024')",
    )
    assert found == [(Decimal(249), None, None, None, "sector")]


# -- procurement -------------------------------------------------------------------------------------------------------

PROCUREMENT = [
    # sector, period, jobs, status, percentage of the letter that includes it
    ("defensie", "2023", "235.8", "reported", None),
    ("defensie", "2024", "230.9", "reported", "91.9"),
    ("po", "2023", "130", "estimated", "24"),
    ("po", "2024", "184", "estimated", "27"),
    ("vo", "2024", "668", "estimated", "37"),
    ("hbo", "2024", "126", "reported", "36"),  # 605 - 479
    ("wo", "2024", "183", "reported", "44"),  # 1,207 - 1,024
    ("mbo", "2024", None, "missing", None),
    ("provincies", "2024", None, "missing", None),
    ("gemeenten", "2024", None, "not_asked", None),
]


@pytest.mark.parametrize(("sector", "period", "jobs", "status", "percentage"), PROCUREMENT)
def test_procurement_of_a_sector(
    samples_run: SamplesRun, sector: str, period: str, jobs: str | None, status: str, percentage: str | None
) -> None:
    found = samples_run.data.query(
        "SELECT procurement_jobs, procurement_status, stated_pct_incl_procurement FROM mart.procurement "
        f"WHERE (sector_code, period) = ('{sector}', '{period}')"
    )
    assert found == [(*numbers(jobs), status, *numbers(percentage))]


def test_without_a_total_the_employers_that_know_it_are_shown(samples_run: SamplesRun) -> None:
    """The umcs in the letter: 27 at one and an estimate of 25 at another; nobody knew in 2023."""
    columns = "procurement_jobs, known_rows_jobs, known_rows, known_rows_approximate, realised_incl_procurement_pct"
    query = f"SELECT period, {columns} FROM mart.procurement WHERE sector_code = 'umc' ORDER BY period"
    assert samples_run.data.query(query) == [
        ("2023", None, None, 0, None, None),
        ("2024", None, Decimal(52), 2, True, None),
    ]


def test_procurement_is_in_no_realisation(samples_run: SamplesRun) -> None:
    """Universities 2024: 1,024 of 2,716 is 37.7 %, and 1,207 with procurement is 44.4 %."""
    found = samples_run.data.query(
        "SELECT realised_jobs, realised_pct, realised_incl_procurement_pct FROM mart.procurement "
        "WHERE (sector_code, period) = ('wo', '2024')"
    )
    assert found == [numbers("1024", "37.7025", "44.4404")]


def test_shares_are_not_given_when_an_employer_does_not_split_its_jobs(samples_run: SamplesRun, tmp_path: Path) -> None:
    """The police without its totals: 249 of 489 is 50.9 %, but less of what is left when one unit is not split."""
    split = (
        "submission_id = 'politie-2024-v1' "
        "AND measure IN ('realised_permanent', 'realised_temporary', 'realised_hired')"
    )
    unknown = "UPDATE core.observation SET value = NULL, status = 'missing' WHERE"
    query = (
        "SELECT source_level, rows_without_split, permanent_pct, hired_pct FROM mart.contract_forms "
        "WHERE (sector_code, period) = ('politie', '2024')"
    )
    storage = remade(samples_run, tmp_path / "all", f"{unknown} {split} AND level = 'sector'")
    assert ask(storage, query) == [("employer", 0, *numbers("50.9202", "12.4744"))]
    storage = remade(
        samples_run,
        tmp_path / "one",
        f"{unknown} {split} AND level = 'sector'",
        f"{unknown} {split} AND measure = 'realised_hired' AND employer_code = (SELECT min(employer_code) "
        f"FROM core.observation WHERE {split} AND level = 'employer')",
    )
    assert ask(storage, query) == [("employer", 1, None, None)]


# -- coverage ----------------------------------------------------------------------------------------------------------

COVERAGE = "SELECT employers_returned, employers_expected, coverage_pct, missing_employers FROM mart.coverage"


@pytest.mark.parametrize(
    ("sector", "period", "returned", "expected", "percentage", "missing"),
    [
        ("rijk", "2024", 14, 14, "100", 0),
        ("gemeenten", "2024", 330, 342, "96.4912", 12),
        ("umc", "2023", 6, 7, "85.7143", 1),
        ("mbo", "2024", 37, 51, "72.5490", 14),  # of 14 schools nothing is known, says the letter
        ("po", "2024", 423, 880, "48.0682", None),  # a survey only holds who answered
        ("provincies", "2024H1", 12, 12, "100", 0),
    ],
)
def test_how_complete_a_return_is(
    samples_run: SamplesRun,
    sector: str,
    period: str,
    returned: int,
    expected: int,
    percentage: str,
    missing: int | None,
) -> None:
    found = samples_run.data.query(f"{COVERAGE} WHERE (sector_code, period) = ('{sector}', '{period}')")
    assert found == [(returned, expected, Decimal(percentage), missing)]


def test_a_survey_says_so_with_its_respondents(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT sector_code, survey, estimated, respondents, population, approximate_jobs FROM mart.coverage "
        "WHERE period = '2024' AND sector_code IN ('po', 'vo', 'wo') ORDER BY sector_code"
    )
    assert found == [
        ("po", True, True, 423, 880, None),
        ("vo", True, True, 183, 280, None),
        ("wo", False, False, None, None, 0),
    ]


def test_approximate_employers_are_counted_and_added_up(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT approximate_employers, approximate_jobs, approximate_share FROM mart.coverage "
        "WHERE (sector_code, period) = ('mbo', '2024')"
    )
    assert found == [(6, *numbers("105", "14.8725"))]  # of the 706


def test_every_sector_has_a_row_for_every_year_and_senders_for_their_own_quarters(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT period_kind, count(*), count(DISTINCT sector_code), bool_and(returned) FROM mart.coverage "
        "GROUP BY period_kind ORDER BY period_kind"
    )
    assert found == [("half_year", 2, 1, True), ("quarter", 5, 1, True), ("year", 26, 13, True)]


def test_a_sector_that_did_not_return_is_a_row_and_a_rejected_return_says_so(police: DataFolders) -> None:
    result = police.take({"politie 2023.xlsx": with_cells(POLITIE_2023, {"B6": "Streefgetal"})})
    assert [file.status for file in result.files] == ["rejected"]
    columns = "returned, submission_status, submission_id, employers_returned, employers_expected, coverage_pct, survey"
    found = {
        tuple(row[:2]): tuple(row[2:])
        for row in police.query(f"SELECT sector_code, period, {columns} FROM mart.coverage")
    }
    assert len(found) == 26
    assert found["politie", "2024"] == (
        True, "accepted_with_findings", "politie-2024-v1", 12, 12, Decimal(100), False,
    )  # fmt: skip
    assert found["politie", "2023"] == (False, "rejected", "politie-2023-v1", 0, 12, Decimal(0), None)
    assert found["gemeenten", "2024"] == (False, None, None, 0, 342, Decimal(0), None)
