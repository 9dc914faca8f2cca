"""What adds up and what follows: sums, surveys, hours, goals, shares and percentages, with rounding reckoned by hand.

Half a unit of the last digit a cell shows is allowed, and no more. Percentages of named senders are those of the letter
(Kamerstuk 34352 nr. 348).
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from expectations.validate import Validation, validate
from tests.expectations.readings import REFERENCE, employer, failures, figure, group, reading, result
from warehouse.records import Level, Observation, Outcome, Reading, Role, Status, Survey, SurveyProduct, SurveySum

HOLDS, FAILS, UNSURE = Outcome.HOLDS, Outcome.FAILS, Outcome.NOT_EVALUABLE


class Scenario(NamedTuple):
    """A rule, what it should come to, and the return it should come to that on."""

    rule: str
    outcome: Outcome
    reading: Reading


def _percentage(realised: str, target: str, stated: str, outcome: Outcome, target_shown: str | None = None) -> Scenario:
    """A sector's percentage; `target_shown` is the goal as its cell shows it, when that is less than it holds."""
    goal = figure("target_jobs", target_shown or target, value=Decimal(target))
    return Scenario(
        "stated_percentage_follows",
        outcome,
        reading(goal, figure("realised_jobs", realised), figure("stated_pct", stated)),
    )


def _including(stated: str, outcome: Outcome, *numerator: Observation) -> Scenario:
    """The percentage of the universities in 2024, procurement included."""
    percentage = figure("stated_pct_incl_procurement", stated)
    return Scenario(
        "stated_percentage_follows", outcome, reading(figure("target_jobs", "2716"), percentage, *numerator)
    )


def _approximate(measure: str, shown: str) -> Observation:
    return figure(measure, shown, status=Status.APPROXIMATE, qualifier="+/-", literal=f"+/- {shown}")


_MBO = reading(
    _approximate("target_jobs", "1929"), _approximate("realised_jobs", "706"), _approximate("stated_pct", "37")
)
PERCENTAGES = {
    # 329 / 552 = 59.60; at least 328.5 / 552.5 = 59.46
    "waterschappen 2023: 56.6 does not follow": _percentage("329", "552", "56.6", FAILS),
    # 489 / 713 = 68.58; at least 488.5 / 713.5 = 68.466, so that a shown 68.4 (under 68.45) is too low
    "politie 2024: 68.4 does not follow": _percentage("489", "713", "68.4", FAILS),
    "politie 2024: 68.6 would": _percentage("489", "713", "68.6", HOLDS),
    # 49 / 113 = 43.36; at most 49.5 / 112.5 = 44.0
    "onderzoeksinstellingen 2023: 44 in whole numbers": _percentage("49", "113", "44", HOLDS),
    "onderzoeksinstellingen 2023: 45 does not follow": _percentage("49", "113", "45", FAILS),
    # 506 / 2483 = 20.38; at least 505.5 / 2483.5 = 20.35
    "umc 2023: 20 in whole numbers": _percentage("506", "2483", "20", HOLDS),
    "umc 2023: 20.0 with its decimal shown does not follow": _percentage("506", "2483", "20.0", FAILS),
    "gemeenten 2023: over a hundred": _percentage("6320", "5250", "120.4", HOLDS),
    "gemeenten 2023: 120.5 does not follow": _percentage("6320", "5250", "120.5", FAILS),
    "mbo 2024: approximate figures are compared as well": Scenario("stated_percentage_follows", HOLDS, _MBO),
    "nothing realised is nought per cent": _percentage("0", "100", "0", HOLDS),
    "a goal of nought gives no percentage": _percentage("3", "0", "100", UNSURE),
    # 1024 + 183 = 1207; 1207 / 2716 = 44.44
    "wo 2024 with procurement: of its own total": _including("44", HOLDS, figure("realised_incl_procurement", "1207")),
    "wo 2024 with procurement: of the sum": _including(
        "44", HOLDS, figure("realised_jobs", "1024"), figure("procurement_jobs", "183")
    ),
    "wo 2024 with procurement: 43 does not follow": _including(
        "43", FAILS, figure("realised_jobs", "1024"), figure("procurement_jobs", "183")
    ),
    "procurement unknown": _including("44", UNSURE, figure("realised_jobs", "1024"), figure("procurement_jobs", None)),
    # (100 - 0.5) / (199.5 + 0.5) = 49.75, less half a tenth = 49.7
    "the lowest there can be": _percentage("100", "199.5", "49.7", HOLDS, target_shown="200"),
    "a tenth under the lowest": _percentage("100", "199.5", "49.6", FAILS, target_shown="200"),
    # (100 + 0.5) / (200.5 - 0.5) = 50.25, and half a tenth = 50.3
    "the highest there can be": _percentage("100", "200.5", "50.3", HOLDS, target_shown="201"),
    "a tenth over the highest": _percentage("100", "200.5", "50.4", FAILS, target_shown="201"),
}


def _rows(outcome: Outcome, total: Observation, *rows: Observation) -> Scenario:
    return Scenario("rows_equal_total", outcome, reading(total, *rows))


_TEN = figure("realised_jobs", "10")
ROWS = {
    "half a unit of a whole total": _rows(HOLDS, _TEN, employer("1", "realised_jobs", "10.5")),
    "half a unit too little": _rows(HOLDS, _TEN, employer("1", "realised_jobs", "9.5")),
    "over half a unit": _rows(FAILS, _TEN, employer("1", "realised_jobs", "10.51")),
    "over half a unit too little": _rows(FAILS, _TEN, employer("1", "realised_jobs", "9.49")),
    "half a tenth of a total in tenths": _rows(
        HOLDS, figure("realised_jobs", "10.0"), employer("1", "realised_jobs", "10.05")
    ),
    "over half a tenth": _rows(FAILS, figure("realised_jobs", "10.0"), employer("1", "realised_jobs", "10.06")),
    "the rows' own rounding is no excuse": _rows(
        FAILS,
        figure("realised_jobs", "10.00"),
        employer("1", "realised_jobs", "5"),
        employer("2", "realised_jobs", "6"),
    ),
    "many small rows are added exactly": _rows(
        HOLDS, figure("realised_jobs", "1.0"), *(employer(str(n), "realised_jobs", "0.1") for n in range(10))
    ),
    "an unknown row counts for nothing": _rows(
        HOLDS, _TEN, employer("1", "realised_jobs", "10"), employer("2", "realised_jobs", None)
    ),
    "an unknown row is no excuse": _rows(
        FAILS, _TEN, employer("1", "realised_jobs", "9"), employer("2", "realised_jobs", None)
    ),
    "only unknown rows": _rows(UNSURE, _TEN, employer("1", "realised_jobs", None)),
    "a unit is inside its employer": _rows(
        HOLDS, _TEN, employer("1", "realised_jobs", "10"), employer("2", "realised_jobs", "4", level=Level.UNIT)
    ),
    "repeated rows are not added": _rows(
        HOLDS, _TEN, employer("1", "realised_jobs", "10"), employer("2", "realised_jobs", "4", role=Role.REPEATED)
    ),
    "another period is another sum": _rows(
        HOLDS, _TEN, employer("1", "realised_jobs", "10"), employer("1", "realised_jobs", "4", period="2023")
    ),
    "another measure is another sum": _rows(
        HOLDS, _TEN, employer("1", "realised_jobs", "10"), employer("1", "target_jobs", "4")
    ),
    "survey answers do not add up": _rows(UNSURE, _TEN, employer("1", "realised_jobs", "4", survey=True)),
    "percentages do not add up": _rows(UNSURE, figure("stated_pct", "50"), employer("1", "stated_pct", "30")),
    "the sector against its groups": _rows(
        HOLDS, _TEN, group("Noord", "realised_jobs", "4"), group("Zuid", "realised_jobs", "6")
    ),
    "the sector does not equal its groups": _rows(
        FAILS, _TEN, group("Noord", "realised_jobs", "4"), group("Zuid", "realised_jobs", "5")
    ),
    "each group against its own employers": _rows(
        HOLDS,
        group("Noord", "realised_jobs", "4"),
        group("Zuid", "realised_jobs", "6"),
        employer("1", "realised_jobs", "4", group_name="Noord"),
        employer("2", "realised_jobs", "6", group_name="Zuid"),
    ),
    "a group does not equal its employers": _rows(
        FAILS,
        group("Noord", "realised_jobs", "6"),
        employer("1", "realised_jobs", "4", group_name="Noord"),
        employer("2", "realised_jobs", "6", group_name="Zuid"),
    ),
}


def _split(total: str | None, permanent: str | None, temporary: str | None, hired: str | None) -> list[Observation]:
    """A row's total and its three parts."""
    shown = (("realised_jobs", total), ("realised_permanent", permanent), ("realised_temporary", temporary))
    return [figure(measure, figure_shown) for measure, figure_shown in (*shown, ("realised_hired", hired))]


def _of(row: list[Observation], level: Level, code: str, name: str | None = None) -> list[Observation]:
    """That row as a group's, or as an employer's of a group."""
    shown = [(o.measure, f"{o.value:f}" if o.value is not None else None) for o in row]
    if level is Level.GROUP:
        return [group(code, measure, figure_shown) for measure, figure_shown in shown]
    return [employer(code, measure, figure_shown, group_name=name) for measure, figure_shown in shown]


def _parts(outcome: Outcome, *rows: list[Observation]) -> Scenario:
    return Scenario("parts_equal_total", outcome, reading(*(o for row in rows for o in row)))


# Two municipalities in a province: one splits its ten jobs, the other knows only that it has five.
_MUNICIPALITIES = [
    *_of(_split("10", "6", "3", "1"), Level.EMPLOYER, "01", "Noord"),
    *_of(_split("5", None, None, None), Level.EMPLOYER, "02", "Noord"),
]
_ELSEWHERE = _of(_split("7", None, None, None), Level.EMPLOYER, "03", "Zuid")
_SPLIT_WITHOUT_TOTAL = _of(_split(None, "2", None, None), Level.EMPLOYER, "02", "Noord")
PARTS = {
    "half a unit of a whole total": _parts(HOLDS, _split("10", "5.5", "4", "1")),
    "over half a unit": _parts(FAILS, _split("10", "5.51", "4", "1")),
    "half a tenth of a total in tenths": _parts(HOLDS, _split("10.0", "5.05", "4", "1")),
    "over half a tenth": _parts(FAILS, _split("10.0", "5.06", "4", "1")),
    "an unknown part": _parts(UNSURE, _split("10", "6", None, "1")),
    "an unknown total": _parts(UNSURE, _split(None, "6", "3", "1")),
    "a part that is not asked for": _parts(UNSURE, _split("10", "6", "3", "1")[:3]),
    "with procurement": Scenario(
        "parts_equal_total",
        HOLDS,
        reading(
            figure("realised_incl_procurement", "1207"),
            figure("realised_jobs", "1024"),
            figure("procurement_jobs", "183"),
        ),
    ),
    "with procurement, wrong": Scenario(
        "parts_equal_total",
        FAILS,
        reading(
            figure("realised_incl_procurement", "1207"),
            figure("realised_jobs", "1024"),
            figure("procurement_jobs", "18"),
        ),
    ),
    "a group holds what was not split": _parts(
        HOLDS, _of(_split("15", "6", "3", "1"), Level.GROUP, "Noord"), _MUNICIPALITIES, _ELSEWHERE
    ),
    "a group without what an employer knows of its parts but not of its total": _parts(
        HOLDS,
        _of(_split("10", "8", "3", "1"), Level.GROUP, "Noord"),
        _of(_split("10", "6", "3", "1"), Level.EMPLOYER, "01", "Noord"),
        _SPLIT_WITHOUT_TOTAL,
    ),
    "a group with what an employer knows of its parts but not of its total": _parts(
        HOLDS,
        _of(_split("12", "8", "3", "1"), Level.GROUP, "Noord"),
        _of(_split("10", "6", "3", "1"), Level.EMPLOYER, "01", "Noord"),
        _SPLIT_WITHOUT_TOTAL,
    ),
    "a group with half of what an employer knows of its parts but not of its total": _parts(
        FAILS,
        _of(_split("11", "8", "3", "1"), Level.GROUP, "Noord"),
        _of(_split("10", "6", "3", "1"), Level.EMPLOYER, "01", "Noord"),
        _SPLIT_WITHOUT_TOTAL,
    ),
    "a group that is over what was not split": _parts(
        FAILS, _of(_split("16", "6", "3", "1"), Level.GROUP, "Noord"), _MUNICIPALITIES
    ),
    "a group does not hold what another's employer did not split": _parts(
        FAILS, _of(_split("22", "6", "3", "1"), Level.GROUP, "Noord"), _MUNICIPALITIES, _ELSEWHERE
    ),
    "the sector holds what was not split anywhere": _parts(
        HOLDS, _split("22", "6", "3", "1"), _MUNICIPALITIES, _ELSEWHERE
    ),
    "the sector lacks what was not split": _parts(FAILS, _split("10", "6", "3", "1"), _MUNICIPALITIES),
    # the second municipality splits off two of its five jobs, so that three are not split
    "a part of a row was split": _parts(
        HOLDS,
        _of(_split("15", "8", "3", "1"), Level.GROUP, "Noord"),
        _MUNICIPALITIES[:4],
        _of(_split("5", "2", None, None), Level.EMPLOYER, "02", "Noord"),
    ),
}

_PRODUCT = Survey(products=(SurveyProduct("procurement_jobs", "procurement_jobs_unweighted"),))


def _raised(outcome: Outcome, weight: str | None, unweighted: str | None, raised: str) -> Scenario:
    """Procurement of one size class of schools, raised by a weight."""
    row = [
        group("100 tot 200 fte", "survey_weight", weight),
        group("100 tot 200 fte", "procurement_jobs_unweighted", unweighted),
        group("100 tot 200 fte", "procurement_jobs", raised),
    ]
    return Scenario("survey_raised", outcome, reading(*row, survey=_PRODUCT))


def _survey(
    outcome: Outcome, total: Observation, *answers: Observation, weight: str | None = "survey_weight"
) -> Scenario:
    """A stated total and the answers it is a sum of; no weight when it is not raised."""
    sums = (SurveySum(total.measure, total.level, "realised_jobs", weight=weight),)
    return Scenario("survey_sums", outcome, reading(total, *answers, survey=Survey(sums=sums)))


def _answer(code: str, jobs: str | None, weight: str | None, size_class: str | None = None) -> list[Observation]:
    return [
        employer(code, "realised_jobs", jobs, survey=True, group_name=size_class),
        employer(code, "survey_weight", weight, survey=True, group_name=size_class),
    ]


# 10 × 2 + 5 × 3 = 35; the weights are known to half a hundredth, which is 10 × 0.005 + 5 × 0.005 = 0.075
_ANSWERS = [*_answer("1", "10", "2.00", "klein"), *_answer("2", "5", "3.00", "groot")]
SURVEYS = {
    # 22.65 × 1.8478 = 41.8527, give or take 0.05 + 0.00005 × 22.65 + 0.005 × 1.8478 = 0.0604
    "po 2023: 41.8 is the product": _raised(HOLDS, "1.8478", "22.65", "41.8"),
    "po 2023: 41.9 is within rounding": _raised(HOLDS, "1.8478", "22.65", "41.9"),
    "po 2023: 42.0 is not": _raised(FAILS, "1.8478", "22.65", "42.0"),
    "po 2023: 41.7 is not": _raised(FAILS, "1.8478", "22.65", "41.7"),
    # 10 × 2 = 20, give or take 0.5 + 0.5 × 10 + 0.5 × 2 = 6.5
    "the most that rounding explains": _raised(HOLDS, "2", "10", "26"),
    "a unit more": _raised(FAILS, "2", "10", "27"),
    "no unweighted sum": _raised(UNSURE, "1.8478", None, "41.8"),
    "the weighted sum": _survey(HOLDS, figure("realised_jobs", "35"), *_ANSWERS),
    "the sum without weights is not it": _survey(FAILS, figure("realised_jobs", "15"), *_ANSWERS),
    "rounding of the weights": _survey(HOLDS, figure("realised_jobs", "35.1"), *_ANSWERS),
    "more than rounding of the weights": _survey(FAILS, figure("realised_jobs", "35.2"), *_ANSWERS),
    "an answer left open counts for nothing": _survey(
        HOLDS, figure("realised_jobs", "35"), *_ANSWERS, *_answer("3", None, "4.00")
    ),
    "an answer whose weight is not known": _survey(
        UNSURE, figure("realised_jobs", "35"), *_ANSWERS, *_answer("3", "7", None)
    ),
    "no answers": _survey(UNSURE, figure("realised_jobs", "35"), *_answer("3", None, "4.00")),
    "answers of a class, not raised": _survey(
        HOLDS, group("klein", "realised_jobs_unweighted", "10"), *_ANSWERS, weight=None
    ),
    "answers of another class": _survey(
        FAILS, group("klein", "realised_jobs_unweighted", "15"), *_ANSWERS, weight=None
    ),
}


def _hours(outcome: Outcome, jobs: str, hours: str) -> Scenario:
    return Scenario("jobs_follow_hours", outcome, reading(figure("realised_jobs", jobs), figure("weekly_hours", hours)))


def _again(outcome: Outcome, own: str, again: str, period: str = "2024") -> Scenario:
    repeated = figure("realised_jobs", again, role=Role.REPEATED, record="brief", cell="A1", period=period)
    return Scenario("repeated_in_return", outcome, reading(figure("realised_jobs", own, period=period), repeated))


OTHERS = {
    "255 hours are ten jobs": _hours(HOLDS, "10", "255"),
    "255 hours are not eleven jobs": _hours(FAILS, "11", "255"),
    # 267.75 ÷ 25.5 = 10.5
    "half a job over": _hours(HOLDS, "10", "267.75"),
    # 268.50 ÷ 25.5 = 10.53, and half a hundredth of an hour is nothing to speak of
    "over half a job": _hours(FAILS, "10", "268.50"),
    # 360 hours are ten fte of 36 hours, and 14.1 jobs
    "an fte is not a job": _hours(FAILS, "10", "360"),
    "the same figure twice": _again(HOLDS, "5994", "5994"),
    "rounded in one place": _again(HOLDS, "420.7", "421"),
    "another figure": _again(FAILS, "5994", "5949"),
    "last year's column is compared with last year's return": _again(UNSURE, "4517", "4571", period="2023"),
}


def _goal(outcome: Outcome, goal: str | None, fte: str | None, period: str = "2024") -> Scenario:
    """A sector's goal and, in the same row, its workforce; the quota of 2024 is 2.76 percent."""
    row = [figure("target_jobs", goal, period=period), figure("workforce_fte", fte, period=period)]
    return Scenario("goal_follows_workforce", outcome, reading(*row, period=period))


_INSTITUTE = employer("OI-1", "workforce_fte", "1807")
_GOAL = Scenario("goal_follows_workforce", HOLDS, reading(figure("target_jobs", "5541")))
GOALS = {
    # 200,750 × 2.76% = 5,540.7, give or take 0.5 × 2.76% = 0.0138
    "cut off": _goal(HOLDS, "5540", "200750"),
    "rounded": _goal(HOLDS, "5541", "200750"),
    "one too many": _goal(FAILS, "5542", "200750"),
    "one too few": _goal(FAILS, "5539", "200750"),
    "cut off at a tenth": _goal(HOLDS, "5540.6", "200750"),
    "two tenths too few": _goal(FAILS, "5540.5", "200750"),
    "a tenth too many": _goal(FAILS, "5540.8", "200750"),
    # 1,807 × 2.76% = 49.8732; × 36 ÷ 25.5 = 70.41 and × 40 ÷ 25.5 = 78.23, each a little wider by rounding of the fte
    "onderzoeksinstelling 2024: an fte of 36 hours": _goal(HOLDS, "70.4", "1807"),
    "less than 36 hours": _goal(FAILS, "70.2", "1807"),
    "an fte of 40 hours": _goal(HOLDS, "78.2", "1807"),
    "more than 40 hours": _goal(FAILS, "78.4", "1807"),
    "between the two formulas": _goal(FAILS, "60.0", "1807"),
    "no quota of that year was published": _goal(UNSURE, "5541", "200750", period="2023"),
    "the workforce is not known": _goal(UNSURE, "5541", None),
    "the goal is not known": _goal(UNSURE, None, "200750"),
    "no workforce was asked": _GOAL._replace(outcome=UNSURE),
    "the workforce of last year": _GOAL._replace(
        outcome=UNSURE,
        reading=reading(figure("target_jobs", "5541"), figure("workforce_fte", "200750", period="2023")),
    ),
    "the workforce stands elsewhere": _GOAL._replace(
        reading=reading(figure("target_jobs", "5541"), figure("workforce_fte", "200750", record="rij 30"))
    ),
    "an employer's goal": _GOAL._replace(reading=reading(employer("OI-1", "target_jobs", "70.4"), _INSTITUTE)),
    "an employer's goal is of its own workforce": _GOAL._replace(
        outcome=FAILS,
        reading=reading(
            employer("OI-1", "target_jobs", "37.0"), _INSTITUTE,
            employer("OI-2", "target_jobs", "37.0"), employer("OI-2", "workforce_fte", "950"),
        ),
    ),
    "a group's goal is a sum": _GOAL._replace(
        outcome=UNSURE, reading=reading(group("Noord", "target_jobs", "1"), group("Noord", "workforce_fte", "1807"))
    ),
}  # fmt: skip


def _workforce(outcome: Outcome, jobs: str | None, fte: str | None, **overrides: Any) -> Scenario:
    row = [figure("realised_jobs", jobs, **overrides), figure("workforce_fte", fte)]
    return Scenario("realised_within_workforce", outcome, reading(*row))


WORKFORCE = {
    # (100 + 0.05) × 40 ÷ 25.5 = 156.94; 157 may be 156.5 and 158 may be 157.5
    "all of them": _workforce(HOLDS, "157", "100.0"),
    "one more than there can be": _workforce(FAILS, "158", "100.0"),
    "with its decimal shown": _workforce(HOLDS, "156.9", "100.0"),
    "a tenth more": _workforce(FAILS, "157.0", "100.0"),
    # half an fte is 0.78 job
    "nobody has no jobs": _workforce(HOLDS, "0", "0"),
    "nobody has jobs": _workforce(FAILS, "2", "0"),
    "the workforce is not known": _workforce(UNSURE, "1", None),
    "the realisation is not known": _workforce(UNSURE, None, "100"),
    "a repeated figure is judged in its own return": _workforce(UNSURE, "158", "100.0", role=Role.REPEATED),
    "of another period": _workforce(UNSURE, "158", "100.0", period="2023"),
}


def _shares(outcome: Outcome, *shown: str | None, record: str | None = None) -> Scenario:
    """Shares of permanent, temporary and other contracts; `record` is where the last of them stands."""
    measures = ("share_permanent", "share_temporary", "share_hired_and_procured")
    shares = [figure(measure, share) for measure, share in zip(measures, shown, strict=False)]
    if record:
        shares[-1] = figure(measures[-1], shown[-1], record=record)
    return Scenario("shares_sum_to_100", outcome, reading(*shares))


SHARES = {
    "waterschappen 2024: exactly a hundred": _shares(HOLDS, "52.9", "22.8", "24.3"),
    "hbo 2024: 99.9": _shares(HOLDS, "67.3", "14.7", "17.9"),
    # three shares in tenths: 3 × 0.05 = 0.15
    "a tenth over": _shares(HOLDS, "53.0", "22.8", "24.3"),
    "two tenths over": _shares(FAILS, "53.1", "22.8", "24.3"),
    "two tenths under": _shares(FAILS, "52.7", "22.8", "24.3"),
    # one in whole numbers and two in tenths: 0.5 + 2 × 0.05 = 0.6
    "as much as rounding explains": _shares(HOLDS, "53", "22.8", "24.8"),
    "a tenth more than that": _shares(FAILS, "53", "22.8", "24.9"),
    "thirds in whole numbers": _shares(HOLDS, "33", "33", "33"),
    "two less than thirds": _shares(FAILS, "33", "33", "32"),
    "one is not known": _shares(UNSURE, "52.9", None, "24.3"),
    "one is not asked": _shares(UNSURE, "52.9", "47.1"),
    "each in its own row": _shares(FAILS, "53.1", "22.8", "24.3", record="rij 12"),
}

TABLES = {
    "percentages": PERCENTAGES, "rows": ROWS, "parts": PARTS, "surveys": SURVEYS, "others": OTHERS,
    "goals": GOALS, "workforce": WORKFORCE, "shares": SHARES,
}  # fmt: skip
SCENARIOS = {f"{table}: {name}": scenario for table, entries in TABLES.items() for name, scenario in entries.items()}


@pytest.fixture(scope="module")
def judged() -> dict[str, Validation]:
    """All scenarios, judged in one go."""
    return dict(zip(SCENARIOS, validate([s.reading for s in SCENARIOS.values()], REFERENCE), strict=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_adds_up_and_follows(judged: dict[str, Validation], name: str) -> None:
    assert result(judged[name], SCENARIOS[name].rule).outcome is SCENARIOS[name].outcome


def test_a_percentage_that_does_not_follow_says_what_does(judged: dict[str, Validation]) -> None:
    def said(name: str) -> tuple[str | None, str | None]:
        [finding] = failures(judged[f"percentages: {name}"], "stated_percentage_follows")
        return finding.found, finding.expected

    assert said("waterschappen 2023: 56.6 does not follow") == ("56,6%", "59,6%")
    assert said("politie 2024: 68.4 does not follow") == ("68,4%", "68,6%")
    assert said("gemeenten 2023: 120.5 does not follow") == ("120,5%", "120,4%")
    assert said("wo 2024 with procurement: 43 does not follow") == ("43%", "44,4%")


def test_a_sum_that_does_not_add_up_says_what_does(judged: dict[str, Validation]) -> None:
    [finding] = failures(
        judged["parts: a group does not hold what another's employer did not split"], "parts_equal_total"
    )
    assert (finding.found, finding.expected) == ("22", "15")
    [finding] = failures(judged["rows: a group does not equal its employers"], "rows_equal_total")
    assert (finding.found, finding.expected) == ("6", "4")


def test_only_the_goal_that_does_not_follow_is_told(judged: dict[str, Validation]) -> None:
    # 37 follows from 950 fte: 950 × 2.76% × 36 ÷ 25.5 = 37.02; from 1,807 it does not
    [finding] = failures(judged["goals: an employer's goal is of its own workforce"], "goal_follows_workforce")
    assert (finding.cell, finding.found) == ("DOI-1", "37")
    assert finding.expected == "49,9 (fte × 2,76%), of in uren 70,4 tot 78,2"


def test_the_sector_total_is_compared_with_employers_and_with_groups(judged: dict[str, Validation]) -> None:
    both = reading(_TEN, group("Noord", "realised_jobs", "11"), employer("1", "realised_jobs", "12"))
    [validation] = validate([both], REFERENCE)
    found = failures(validation, "rows_equal_total")
    assert sorted((finding.cell, finding.expected) for finding in found) == [("D10", "11"), ("D10", "12")]


# -- whatever the figures are ------------------------------------------------------------------------------------------
# Great Expectations' price is per call: each example is a whole stack of returns.
_STACKED = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
_DECIMALS = st.integers(min_value=0, max_value=3)


@st.composite
def _numbers(draw: st.DrawFn, least: int = 0) -> str:
    """A number as a cell shows it, with up to three decimals."""
    decimals = draw(_DECIMALS)
    return f"{Decimal(draw(st.integers(least * 10**decimals, 10**7))).scaleb(-decimals):f}"


class Sum(NamedTuple):
    """The rows of a return, the decimals its total shows, and how far off the total is, in its last shown unit."""

    rows: list[str]
    decimals: int
    off: Decimal

    def as_reading(self, off: Decimal) -> Reading:
        """The return, its total off by so many of the last units it shows."""
        exact = sum(map(Decimal, self.rows), Decimal(0)) + off.scaleb(-self.decimals)
        total = figure("realised_jobs", "0", value=exact, decimals=self.decimals, literal=f"{exact:f}")
        return reading(total, *(employer(str(n), "realised_jobs", row) for n, row in enumerate(self.rows)))


_SUMS = st.builds(
    Sum,
    st.lists(_numbers(), min_size=1, max_size=8),
    _DECIMALS,
    st.decimals(min_value=Decimal("0.0001"), max_value=1000, places=4),
)


@_STACKED
@given(st.lists(_SUMS, min_size=10, max_size=40))
def test_rows_hold_within_half_a_unit_of_their_total_and_never_beyond(sums: list[Sum]) -> None:
    half = Decimal("0.5")
    holding = [one.as_reading(off) for one in sums for off in (Decimal(0), half, -half)]
    failing = [one.as_reading(off) for one in sums for off in (half + one.off, -half - one.off)]
    validations = validate([*holding, *failing], REFERENCE)
    outcomes = [result(validation, "rows_equal_total").outcome for validation in validations]
    assert outcomes == [HOLDS] * len(holding) + [FAILS] * len(failing)


@_STACKED
@given(st.lists(st.tuples(_numbers(), _numbers(least=1), _DECIMALS), min_size=10, max_size=60))
def test_a_percentage_computed_exactly_and_rounded_half_up_always_follows(cases: list[tuple[str, str, int]]) -> None:
    readings = []
    for realised, target, decimals in cases:
        exact = 100 * Decimal(realised) / Decimal(target)
        stated = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        readings.append(_percentage(realised, target, f"{stated:f}", HOLDS).reading)
    outcomes = [result(one, "stated_percentage_follows").outcome for one in validate(readings, REFERENCE)]
    assert outcomes == [HOLDS] * len(cases)
