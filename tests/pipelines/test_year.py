"""A year in operation: returns arrive early, late, twice, corrected and broken, and the machine runs by itself.

The days are those of the calendar, worked out by hand; what arrives are the samples.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from assets.calendar.status import partition_statuses
from assets.intake.ledger import State
from tests.pipelines.machine import Machine, amsterdam, machine
from tests.pipelines.runs import DataFolders, clock, corrected, once, wrong
from tests.returns.workbooks import IPO, MBO, NFU, POLITIE, UNL, sample, with_cells
from warehouse.records import SubmissionStatus
from warehouse.reference import Reference

RIJK_QUARTER = "Kwartaalrapportage banenafspraak Rijk 2024-{}.xlsx"
# When what comes in. The name begins with the day, so that a clean build takes the files in the same order.
ARRIVALS: dict[str, dict[str, bytes]] = {
    "2024-05-10": {"q1.xlsx": sample(RIJK_QUARTER.format("Q1"))},  # early: due on 15 May
    "2024-08-20": {
        "q2.xlsx": sample(RIJK_QUARTER.format("Q2")),  # late: due on 14 August
        "h1.xlsx": sample("IPO_stoplicht_2024H1.xlsx"),
    },
    "2024-11-20": {"q3.xlsx": sample(RIJK_QUARTER.format("Q3"))},  # late: due on 14 November
    "2025-02-10": {
        "q4.xlsx": sample(RIJK_QUARTER.format("Q4")),
        "h2.xlsx": sample("IPO_stoplicht_2024H2.xlsx"),
        "politie.xlsx": wrong(),  # broken
    },
    "2025-04-01": {"politie.xlsx": sample(POLITIE), "mbo.xlsx": sample(MBO)},
    "2025-06-10": {
        "nogmaals.xlsx": sample(MBO),  # twice: the same bytes
        "opgeslagen.xlsx": with_cells(MBO, {}),  # twice: the same values
        "ipo.xlsx": sample(IPO),
        "nfu.xlsx": sample(NFU),
    },
    "2025-07-15": {"unl.xlsx": sample(UNL)},  # late: due on 30 June
    "2025-09-01": {"politie verbeterd.xlsx": corrected()},
}
ACCEPTED_ON = "2025-09-08"
# When a period closes, and whether its return was in by then: the second and third quarter of Rijk came too late.
CLOSES = {
    "2024-05-16": ("quarterly_ministry_report", "make_icbr", True),
    "2024-08-15": ("quarterly_ministry_report", "make_icbr", False),
    "2024-08-31": ("half_yearly_traffic_light", "make_stoplicht", True),
    "2024-11-15": ("quarterly_ministry_report", "make_icbr", False),
    "2025-02-15": ("quarterly_ministry_report", "make_icbr", True),
    "2025-03-01": ("half_yearly_traffic_light", "make_stoplicht", True),
    "2025-07-01": ("yearly_close", "close_year", True),
}
FIRST_DAY, LAST_DAY = date(2024, 5, 1), date(2025, 9, 30)
REFERENCE_DATES = ("2024-06-30", "2024-12-31", "2025-06-30", "2025-09-30")
VERIFIED_ON = ("2024-12-31", "2025-09-30")
REFERENCE = Reference()
FIGURES = (
    "SELECT sector_code, period, target_jobs, realised_jobs, realised_pct FROM mart.sector_progress{} ORDER BY ALL"
)
Rows = list[tuple[Any, ...]]


@dataclass
class Year:
    """What happened in the year that was played, and what it came to."""

    data: DataFolders
    jobs: dict[str, list[str]] = field(default_factory=dict)
    published: dict[str, Rows] = field(default_factory=dict)
    late: dict[str, set[str]] = field(default_factory=dict)
    verified: list[str] = field(default_factory=list)
    closed: dict[str, bool] = field(default_factory=dict)
    state: State = field(default_factory=State)


def _arrive(data: DataFolders, day: str) -> None:
    data.drop({f"{day} {name}": content for name, content in ARRIVALS[day].items()})


def _play(running: Machine, year: Year) -> None:
    day = FIRST_DAY
    while day <= LAST_DAY:
        with clock(f"{day} 09:00:00"):
            _play_day(running, year, str(day))
        day += timedelta(days=1)


def _play_day(running: Machine, year: Year, day: str) -> None:
    data = year.data
    if day in ARRIVALS:
        _arrive(data, day)
        year.jobs[day] = running.settle()
    if day == ACCEPTED_ON:
        data.accept("politie-2024-v3")
        year.jobs[day] = running.settle()
    if day in CLOSES:
        schedule, job_name, _ = CLOSES[day]
        (request,) = running.schedule_tick(schedule, amsterdam(f"{day} 06:00"))
        year.closed[day] = running.execute(request, job_name).success
    if day in REFERENCE_DATES:
        year.published[day] = data.query(FIGURES.format(""))
    if day in VERIFIED_ON:
        (request,) = running.schedule_tick("nightly_integrity_check", amsterdam(f"{day} 02:00"))
        if running.execute(request, "check_integrity").success:
            year.verified.append(day)
    if day in {*ARRIVALS, ACCEPTED_ON}:
        year.state = data.workspace.ledger.state()
    today = date.fromisoformat(day)
    statuses = partition_statuses(year.state, REFERENCE, today)
    year.late[day] = {f"{s.sector_code} {s.period}" for s in statuses if (s.days_late(today) or 0) > 0}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, apart: None) -> Year:
    """The year, played once for all processes of a test session."""

    def play(data: DataFolders) -> None:
        played = Year(data)
        with pytest.MonkeyPatch.context() as patch, machine(data) as running:
            patch.setenv("BANENAFSPRAAK_RAW_DIR", str(data.raw))
            patch.setenv("BANENAFSPRAAK_WAREHOUSE_DIR", str(data.warehouse))
            _play(running, played)
        _told(data).write_bytes(pickle.dumps(played))

    data = once(tmp_path_factory, "year", play)
    played = pickle.loads(_told(data).read_bytes())
    assert isinstance(played, Year)
    return played


def _told(data: DataFolders) -> Path:
    return data.raw.with_name("played")


def test_every_arrival_is_taken_in_read_and_published_once(year: Year) -> None:
    yearly, half_yearly, quarterly = "read_yearly_returns", "read_half_yearly_returns", "read_quarterly_returns"
    assert {day: sorted(jobs) for day, jobs in year.jobs.items()} == {
        "2024-05-10": ["publish_snapshot", quarterly, "take_in"],
        "2024-08-20": ["make_icbr", "publish_snapshot", half_yearly, quarterly, "take_in"],
        "2024-11-20": ["make_icbr", "publish_snapshot", quarterly, "take_in"],
        "2025-02-10": ["publish_snapshot", half_yearly, quarterly, yearly, "take_in"],
        "2025-04-01": ["publish_snapshot", yearly, yearly, "take_in"],
        "2025-06-10": ["publish_snapshot", yearly, yearly, yearly, "take_in"],
        "2025-07-15": ["publish_snapshot", yearly, "take_in"],
        "2025-09-01": ["publish_snapshot", yearly, "take_in"],
        ACCEPTED_ON: [],
    }


def test_the_end_state_is_that_of_a_clean_build(year: Year, tmp_path_factory: pytest.TempPathFactory) -> None:
    def build(data: DataFolders) -> None:
        for day in ARRIVALS:
            _arrive(data, day)
        with clock(f"{max(ARRIVALS)} 09:00:00"):
            data.run()
        with clock(f"{ACCEPTED_ON} 09:00:00"):
            data.accept("politie-2024-v3")

    clean = once(tmp_path_factory, "clean-year", build)
    played, built = year.data.tables(), clean.tables()
    compared = [name for name in played if name.startswith("mart.") or name == "core.observation"]
    assert len(compared) > 13
    assert {name: played[name] for name in compared} == {name: built[name] for name in compared}
    assert year.data.submissions() == clean.submissions()


def test_what_was_published_on_each_reference_date_can_still_be_told(year: Year) -> None:
    assert year.verified == list(VERIFIED_ON)
    assert [len(rows) for rows in year.published.values()] == [1, 4, 10, 11]
    for day, rows in year.published.items():
        assert year.data.query(FIGURES.format(f"_as_of('{day}')")) == rows


def test_what_is_late_is_late_from_the_day_after_its_deadline_until_it_is_in(year: Year) -> None:
    def days(partition: str) -> tuple[str, str] | None:
        found = [day for day, late in year.late.items() if partition in late]
        return (found[0], found[-1]) if found else None

    assert days("rijk 2024Q1") is None or days("rijk 2024Q1") == ("2024-05-01", "2024-05-09")
    assert days("rijk 2024Q2") == ("2024-08-15", "2024-08-19")
    assert days("provincies 2024H1") is None
    assert days("rijk 2024Q3") == ("2024-11-15", "2024-11-19")
    assert days("politie 2024") is None
    assert days("wo 2024") == ("2025-07-01", "2025-07-14")
    assert days("vo 2024") == ("2025-07-01", "2025-09-30")


def test_products_are_made_when_a_period_closes_or_else_as_soon_as_its_return_is_in(year: Year) -> None:
    assert year.closed == {day: in_time for day, (_, _, in_time) in CLOSES.items()}
    assert sorted(path.name for path in year.data.storage.products.iterdir()) == [
        "icbr-2024Q1", "icbr-2024Q2", "icbr-2024Q3", "icbr-2024Q4", "jbr-2024", "stoplicht-2024H1", "stoplicht-2024H2"
    ]  # fmt: skip


def test_nothing_is_lost_and_nothing_is_doubled(year: Year) -> None:
    state = year.data.workspace.ledger.state()
    contents = {content for files in ARRIVALS.values() for content in files.values()}
    assert len(state.files) == len(contents)
    assert {name: status.value for name, s in state.submissions.items() if (status := state.status_of(s))} == {
        "rijk-2024Q1-v1": SubmissionStatus.ACCEPTED,
        "rijk-2024Q2-v1": SubmissionStatus.ACCEPTED,
        "rijk-2024Q3-v1": SubmissionStatus.ACCEPTED,
        "rijk-2024Q4-v1": SubmissionStatus.ACCEPTED,
        "provincies-2024H1-v1": SubmissionStatus.ACCEPTED,
        "provincies-2024H2-v1": SubmissionStatus.ACCEPTED,
        "politie-2024-v1": SubmissionStatus.REJECTED,
        "politie-2024-v2": SubmissionStatus.SUPERSEDED,
        "politie-2024-v3": SubmissionStatus.ACCEPTED,
        "mbo-2024-v1": SubmissionStatus.ACCEPTED_WITH_FINDINGS,
        "provincies-2024-v1": SubmissionStatus.ACCEPTED,
        "umc-2024-v1": SubmissionStatus.ACCEPTED_WITH_FINDINGS,
        "wo-2024-v1": SubmissionStatus.ACCEPTED_WITH_FINDINGS,
    }
    assert list(year.data.storage.inbox.iterdir()) == []
