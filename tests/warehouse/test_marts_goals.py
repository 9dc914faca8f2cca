"""Which formula reproduces a goal: by the letter's figures, by hand, and the same verdict as the rule about goals."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from expectations.arithmetic import Figures, goals
from tests.pipelines.runs import SamplesRun
from tests.returns.workbooks import read_sample
from tests.warehouse.marts import Row, ask, numbers, remade
from warehouse.records import Level, Observation
from warehouse.reference import Reference

VNG = "Opgave banenafspraak VNG 2024 def.xlsx"


def _goal(samples_run: SamplesRun, sector: str, period: str) -> Row:
    (row,) = samples_run.data.query(
        "SELECT formula, goal_by_fte, goal_by_hours_36, goal_by_hours_40, not_evaluable_because FROM mart.goal_check "
        f"WHERE (sector_code, period, level) = ('{sector}', '{period}', 'sector')"
    )
    return row


def test_the_goal_of_the_municipalities_is_fte_times_quota(samples_run: SamplesRun) -> None:
    """200,750 fte × 2.76 % = 5,540.7, stated as 5,540; by hours of a week of 36 it would be 7,822."""
    assert _goal(samples_run, "gemeenten", "2024") == ("fte", *numbers("5540.7", "7822.1647", "8691.2941"), None)


def test_the_goal_of_the_research_institutes_is_by_hours(samples_run: SamplesRun) -> None:
    """3,232 fte of its three employers × 36 h × 2.76 % ÷ 25.5 = 125.93, stated as 125.9."""
    assert _goal(samples_run, "onderzoeksinstellingen", "2024") == (
        "hours_36", *numbers("89.2032", "125.9339", "139.9266"), None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sector", "period", "reason"),
    [
        ("onderzoeksinstellingen", "2023", "het quotumpercentage van 2023 is niet bekend"),
        ("gemeenten", "2023", "informele verdeling uit 2015"),
        ("politie", "2024", "het personeelsbestand is niet bekend"),
        ("defensie", "2024", "het personeelsbestand is niet bekend"),  # n.b.
        ("po", "2024", "het personeelsbestand is niet bekend"),  # only of those who answered a survey
    ],
)
def test_a_goal_that_cannot_be_evaluated_says_why(
    samples_run: SamplesRun, sector: str, period: str, reason: str
) -> None:
    formula, *_, because = _goal(samples_run, sector, period)
    assert (formula, reason in because) == (None, True)


def test_every_sector_year_has_a_row_and_only_known_employers(samples_run: SamplesRun) -> None:
    found = samples_run.data.query(
        "SELECT level, sector_code, count(*), count(workforce_fte) FROM mart.goal_check "
        "WHERE level = 'employer' GROUP BY ALL ORDER BY ALL"
    )
    assert found == [("employer", "gemeenten", 342, 342), ("employer", "onderzoeksinstellingen", 6, 6)]
    assert samples_run.data.query("SELECT count(*) FROM mart.goal_check WHERE level = 'sector'") == [(26,)]


def test_a_workforce_that_not_every_employer_states_is_not_added_up(samples_run: SamplesRun, tmp_path: Path) -> None:
    storage = remade(
        samples_run,
        tmp_path,
        "UPDATE core.observation SET value = NULL, status = 'missing' "
        "WHERE submission_id = 'onderzoeksinstellingen-2024-v1' AND cell = 'B4' AND measure = 'workforce_fte'",
    )
    found = ask(
        storage,
        "SELECT level, count(*), count(workforce_fte) FROM mart.goal_check "
        "WHERE (sector_code, period) = ('onderzoeksinstellingen', '2024') GROUP BY level ORDER BY level",
    )
    assert found == [("employer", 2, 2), ("sector", 1, 0)]


def _changed(observation: Observation, number: int, fte: Decimal) -> Observation:
    """Another goal: near one of the formulas, between them, or outside; rounded or cut off at one decimal."""
    factor = (Decimal(1), Decimal(36) / Decimal("25.5"), Decimal(38) / Decimal("25.5"), Decimal(40) / Decimal("25.5"))
    exact = fte * Decimal("2.76") / 100 * factor[number % 4]
    off = Decimal(number // 8 % 7 - 3) / 20
    rounding = ROUND_DOWN if number % 8 < 4 else ROUND_HALF_UP
    return observation._replace(value=max(Decimal(0), (exact + off).quantize(Decimal("0.1"), rounding)), decimals=1)


def test_the_verdict_is_that_of_the_rule(samples_run: SamplesRun, tmp_path: Path) -> None:
    """342 municipalities with goals on, near, between and outside the bounds."""
    reading = read_sample(VNG)
    figures = Figures(reading)
    stated = list(figures.own("target_jobs", Level.EMPLOYER))
    changed = {
        (goal.sheet, goal.cell): _changed(goal, number, fte.value)
        for number, goal in enumerate(stated)
        if (fte := figures.about_same(goal, "workforce_fte")) and fte.value
    }
    reading.observations[:] = [changed.get((o.sheet, o.cell), o) for o in reading.observations]
    rule = {
        comparison.stated.employer_code: bool(comparison.excess)
        for comparison in goals(Figures(reading), Reference().quota)
        if comparison.stated.level is Level.EMPLOYER
    }
    values = ", ".join(f"('{o.sheet}', '{o.cell}', {o.value})" for o in changed.values())
    storage = remade(
        samples_run,
        tmp_path,
        f"UPDATE core.observation SET value = v.value, decimals = 1 FROM (VALUES {values}) AS v (sheet, cell, value) "
        "WHERE submission_id = 'gemeenten-2024-v1' AND measure = 'target_jobs' AND level = 'employer' "
        "AND observation.sheet = v.sheet AND observation.cell = v.cell",
    )
    found = ask(
        storage,
        "SELECT employer_code, formula FROM mart.goal_check "
        "WHERE (sector_code, period, level) = ('gemeenten', '2024', 'employer')",
    )
    assert {formula for _, formula in found} >= {"fte", "hours_36", "hours_40", "hours_between", "neither"}
    assert {code: formula == "neither" for code, formula in found} == rule
