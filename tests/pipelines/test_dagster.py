"""Dagster: definitions, partitions, schedules, checks, and that computing never imports it.

What the main job does with files is `test_main_job.py`.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.snapshot.asset import marts, snapshot, validation_report, warehouse
from expectations.catalogue import load_catalogue
from pipelines.definitions import PARTITIONS, defs
from pipelines.partitions import PARTITION_SECTORS, partition_key, ranges
from tests.conftest import PROJECT
from tests.pipelines.described import described
from tests.pipelines.runs import DataFolders, corrected, environment, files, files_with_times, wrong
from tests.returns.workbooks import POLITIE
from warehouse.build import MART_NAMES, PUBLICATION_CHECKS
from warehouse.periods import Period, PeriodKind

SECTORS = (
    "rijk", "defensie", "gemeenten", "provincies", "waterschappen", "politie", "umc", "po", "vo", "mbo", "hbo", "wo",
    "onderzoeksinstellingen",
)  # fmt: skip
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAILY = ("nightly_integrity_check", "reminders")


# -- definitions -------------------------------------------------------------------------------------------------------


def test_the_definitions_can_be_loaded() -> None:
    dg.Definitions.validate_loadable(defs)


def test_the_definitions_are_those_that_were_reviewed() -> None:
    """After a change that is meant: `python -m tests.pipelines.described > tests/pipelines/definitions.yaml`."""
    assert described() == (PROJECT / "tests" / "pipelines" / "definitions.yaml").read_text(encoding="utf-8")


def test_dagster_accepts_the_workspace(tmp_path: Path) -> None:
    shutil.copy(PROJECT / ".dagster" / "dagster.yaml", tmp_path)
    program = Path(sys.executable).with_name("dagster")
    done = subprocess.run(
        [program, "definitions", "validate", "-w", "workspace.yaml"],
        cwd=PROJECT,
        env=environment(DAGSTER_HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def test_telemetry_is_off() -> None:
    instance = yaml.safe_load((PROJECT / ".dagster" / "dagster.yaml").read_text(encoding="utf-8"))
    assert instance["telemetry"]["enabled"] is False


def test_every_asset_has_a_description_an_owner_and_a_group() -> None:
    for key, node in ((node.key.to_user_string(), node) for node in defs.resolve_asset_graph().asset_nodes):
        assert node.description, key
        assert node.owners, key
        assert node.group_name in {"intake", "returns", "calendar", "snapshot", "marts", "products", "audit"}, key


def test_only_publication_checks_block() -> None:
    graph = defs.resolve_asset_graph()
    blocking = {key.name for key in graph.asset_check_keys if graph.get(key).blocking}
    assert blocking == set(PUBLICATION_CHECKS)


# -- partitions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "running", "following"),
    [
        (PeriodKind.YEAR, "2031|politie", "2032|politie"),
        (PeriodKind.HALF_YEAR, "2031-01|provincies", "2031-07|provincies"),
        (PeriodKind.QUARTER, "2031-01|rijk", "2031-04|rijk"),
    ],
)
def test_partitions_extend_themselves_up_to_the_running_period(kind: PeriodKind, running: str, following: str) -> None:
    keys = PARTITIONS[kind].get_partition_keys(current_time=datetime(2031, 2, 3, tzinfo=AMSTERDAM))
    assert running in keys
    assert following not in keys


def test_there_is_a_partition_for_every_sector_and_the_national_series() -> None:
    assert set(SECTORS) <= set(PARTITION_SECTORS) <= {*SECTORS, "overheid", "markt", "landelijk"}


@pytest.mark.parametrize(
    ("period", "key"),
    [("2024", "2024|rijk"), ("2024H1", "2024-01|rijk"), ("2024H2", "2024-07|rijk"), ("2024Q4", "2024-10|rijk")],
)
def test_the_key_of_a_period_is_its_first_month(period: str, key: str) -> None:
    parsed = Period.parse(period)
    assert partition_key("rijk", parsed) == key
    assert key in PARTITIONS[parsed.kind].get_partition_keys()


def _keys(kind: PeriodKind) -> st.SearchStrategy[set[str]]:
    periods = {str(year): Period(year, kind) for year in range(2021, 2025)}
    numbers = {PeriodKind.YEAR: 1, PeriodKind.HALF_YEAR: 2, PeriodKind.QUARTER: 4}[kind]
    keys = [
        partition_key(sector, Period(period.year, kind, number))
        for period in periods.values()
        for number in range(1, numbers + 1)
        for sector in PARTITION_SECTORS[:5]
    ]
    return st.sets(st.sampled_from(keys))


@settings(deadline=None, max_examples=60)
@given(data=st.data(), kind=st.sampled_from(PeriodKind))
def test_ranges_hold_exactly_the_keys_each_once(data: st.DataObject, kind: PeriodKind) -> None:
    """As Dagster itself understands a range of partitions."""
    keys = data.draw(_keys(kind))
    found = [
        key
        for start, end in ranges(keys, PARTITION_SECTORS, kind)
        for key in PARTITIONS[kind].get_partition_keys_in_range(dg.PartitionKeyRange(start, end))
    ]
    assert sorted(found) == sorted(keys)


def test_a_full_rectangle_is_one_range() -> None:
    keys = {
        partition_key(sector, Period(year, PeriodKind.YEAR)) for sector in PARTITION_SECTORS for year in (2023, 2024)
    }
    first, last = PARTITION_SECTORS[0], PARTITION_SECTORS[-1]
    assert ranges(keys, PARTITION_SECTORS, PeriodKind.YEAR) == [(f"2023|{first}", f"2024|{last}")]


# -- schedules ---------------------------------------------------------------------------------------------------------


def test_every_schedule_and_the_sensor_run_without_being_switched_on() -> None:
    """Alerts do when the environment says where they go."""
    schedules = {schedule.name: schedule.default_status for schedule in defs.schedules or []}
    assert schedules == dict.fromkeys(
        (
            "nightly_integrity_check",
            "reminders",
            "yearly_close",
            "quarterly_ministry_report",
            "half_yearly_traffic_light",
        ),
        dg.DefaultScheduleStatus.RUNNING,
    )
    sensors = {sensor.name: sensor.default_status for sensor in defs.sensors or []}
    assert sensors == {
        "work_at_hand": dg.DefaultSensorStatus.RUNNING,
        "alert_run_failure": dg.DefaultSensorStatus.STOPPED,
        "alert_findings": dg.DefaultSensorStatus.STOPPED,
    }


def _requests(name: str, day: date) -> list[dg.RunRequest]:
    at = datetime(day.year, day.month, day.day, 6, tzinfo=AMSTERDAM)
    context = dg.build_schedule_context(scheduled_execution_time=at, repository_def=defs.get_repository_def())
    return list(defs.resolve_schedule_def(name).evaluate_tick(context).run_requests or ())


# By hand from the calendar: half a year after 31 December, 45 days after the end of a quarter, two months after that of
# a half-year; and then the next day.
CLOSES = [
    ("yearly_close", {"2025-07-01": "2024"}),
    (
        "quarterly_ministry_report",
        {"2025-02-15": "2024-10", "2025-05-16": "2025-01", "2025-08-15": "2025-04", "2025-11-15": "2025-07"},
    ),
    ("half_yearly_traffic_light", {"2025-03-01": "2024-07", "2025-08-31": "2025-01"}),
]


@pytest.mark.parametrize(("name", "closes"), CLOSES)
def test_a_period_closes_once_on_the_day_after_its_deadline(name: str, closes: dict[str, str]) -> None:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]
    found = {str(day): [request.partition_key for request in _requests(name, day)] for day in days}
    assert {day: keys for day, keys in found.items() if keys} == {day: [key] for day, key in closes.items()}


def test_the_nightly_check_and_the_reminders_run_every_day() -> None:
    for name in DAILY:
        assert len(_requests(name, date(2025, 2, 3))) == 1


# -- one partition -----------------------------------------------------------------------------------------------------


def _ingest(data: DataFolders, key: str) -> dg.ExecuteInProcessResult:
    """The job of one sector and year, as the schedule or a person starts it."""
    job = defs.resolve_job_def("ingest_yearly_returns")
    return job.execute_in_process(
        partition_key=key,
        resources={"workspace": data.workspace},
        raise_on_error=False,
        instance=dg.DagsterInstance.ephemeral(),
    )


def _materialized(result: dg.ExecuteInProcessResult) -> set[str]:
    return {event.asset_key.to_user_string() for event in result.get_asset_materialization_events() if event.asset_key}


def _checks(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, dg.AssetCheckEvaluation]:
    evaluations = result.get_asset_check_evaluations()
    return {check.check_name: check for check in evaluations if check.asset_key.to_user_string() == asset}


def _failed(result: dg.ExecuteInProcessResult) -> list[str]:
    return [name for name, check in _checks(result, "yearly_returns").items() if not check.passed]


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory, apart: None) -> tuple[DataFolders, dg.ExecuteInProcessResult]:
    """The police return of 2024, ingested by the job of its partition."""
    base = tmp_path_factory.mktemp("ingested")
    data = DataFolders(base / "raw", base / "warehouse")
    data.drop(files(POLITIE))
    return data, _ingest(data, "2024|politie")


def test_a_partition_goes_all_the_way_to_a_snapshot(ingested: tuple[DataFolders, dg.ExecuteInProcessResult]) -> None:
    data, result = ingested
    assert result.success
    assert _materialized(result) == {
        "intake", "yearly_returns", "warehouse", "validation_report", "snapshot", "open_data", "returns_due",
        *(f"mart/{name}" for name in MART_NAMES),
    }  # fmt: skip
    assert ("politie", "2024") in data.realised()


def test_a_partition_has_a_check_for_every_rule(ingested: tuple[DataFolders, dg.ExecuteInProcessResult]) -> None:
    """A rule between returns is checked where all of them are together."""
    checks, between = _checks(ingested[1], "yearly_returns"), _checks(ingested[1], "warehouse")
    assert checks.keys() | between.keys() == {rule.id for rule in load_catalogue()} | {"yearly_returns_accepted"}
    assert not checks.keys() & between.keys()
    failed = {name: check.severity for name, check in checks.items() if not check.passed}
    assert failed == {"stated_percentage_follows": dg.AssetCheckSeverity.WARN}
    assert checks["stated_percentage_follows"].metadata["places"].value == ["Overzicht!P15"]


def test_a_partition_says_what_it_holds(ingested: tuple[DataFolders, dg.ExecuteInProcessResult]) -> None:
    (materialization,) = ingested[1].asset_materializations_for_node("yearly_returns")
    assert materialization.partition == "2024|politie"
    assert materialization.metadata["submissions"].value == {"politie-2024-v1": "accepted_with_findings"}
    assert materialization.metadata["findings"].value == 1


def test_a_partition_without_a_file_is_not_materialized(police: DataFolders) -> None:
    result = _ingest(police, "2024|mbo")
    assert result.success
    assert "yearly_returns" not in _materialized(result)


def test_a_rejected_return_fails_its_check_and_not_the_run(police: DataFolders) -> None:
    police.drop({"fout.xlsx": wrong()})
    result = _ingest(police, "2024|politie")
    assert result.success
    accepted = _checks(result, "yearly_returns")["yearly_returns_accepted"]
    assert (accepted.passed, accepted.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert accepted.metadata["rejected"].value == ["fout.xlsx"]
    assert police.submissions() == {"politie-2024-v1": "accepted_with_findings", "politie-2024-v2": "rejected"}


def test_a_version_that_waits_is_named_and_a_superseded_one_no_longer_fails_checks(police: DataFolders) -> None:
    police.drop({"verbeterd.xlsx": corrected()})
    waiting = _ingest(police, "2024|politie")
    (materialization,) = waiting.asset_materializations_for_node("yearly_returns")
    assert materialization.metadata["awaiting_acceptance"].value == ["politie-2024-v2"]
    assert materialization.metadata["submissions"].value == {
        "politie-2024-v1": "accepted_with_findings",
        "politie-2024-v2": "awaiting_acceptance",
    }
    assert _failed(waiting) == ["stated_percentage_follows"]
    police.accept("politie-2024-v2")
    assert _failed(_ingest(police, "2024|politie")) == []


WAIVER = (
    "waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on\n"
    'W001,stated_percentage_follows,politie,2024,Overzicht,P15,"68,4%",J. Jansen,P. de Vries,bekend,2020-01-01,{}\n'
)


@pytest.mark.parametrize(("expires", "failed"), [("2099-12-31", []), ("2020-12-31", ["stated_percentage_follows"])])
def test_a_check_fails_for_what_no_waiver_covers_today(data: DataFolders, expires: str, failed: list[str]) -> None:
    data.storage.waivers.write_text(WAIVER.format("2099-12-31"), encoding="utf-8")
    data.drop(files(POLITIE))
    first = _ingest(data, "2024|politie")
    assert _failed(first) == []
    assert _checks(first, "yearly_returns")["stated_percentage_follows"].metadata["places_waived"].value == 1
    data.storage.waivers.write_text(WAIVER.format(expires), encoding="utf-8")
    again = _ingest(data, "2024|politie")
    assert _checks(again, "warehouse")["waivers_hold"].passed == (not failed)
    assert _failed(again) == failed


def test_a_waiver_given_later_covers_the_check_too(police: DataFolders) -> None:
    police.storage.waivers.write_text(WAIVER.format("2099-12-31"), encoding="utf-8")
    assert _failed(_ingest(police, "2024|politie")) == []


def test_a_failing_publication_check_blocks_the_snapshot(data: DataFolders) -> None:
    """The only file that ever came in is no good."""
    data.drop({"fout.xlsx": wrong()})
    result = _ingest(data, "2024|politie")
    assert "snapshot" not in _materialized(result)
    check = _checks(result, "mart/national_progress")["something_accepted"]
    assert (check.passed, check.blocking) == (False, True)
    assert not data.storage.snapshot.exists()


def test_a_run_over_another_ledger_does_nothing(police: DataFolders) -> None:
    """Archive and ledger were lost: what is published is not of the ledger that begins now."""
    before = files_with_times(police.warehouse)
    shutil.rmtree(police.raw)
    police.drop({"fout.xlsx": wrong()})
    result = _ingest(police, "2024|politie")
    assert (result.success, _materialized(result)) == (False, set())
    assert files_with_times(police.warehouse) == before
    assert [path.name for path in police.storage.inbox.iterdir()] == ["fout.xlsx"]


def test_a_build_without_checked_marts_is_not_published(police: DataFolders) -> None:
    """As somebody may select assets in Dagster: the report makes marts of its own, and nobody checked those."""
    police.storage.waivers.write_text(WAIVER.format("2099-12-31"), encoding="utf-8")
    before = police.storage.ledger.read_bytes(), files_with_times(police.warehouse)[str(police.storage.snapshot)]
    result = dg.materialize(
        [warehouse, validation_report, snapshot],
        resources={"workspace": police.workspace},
        raise_on_error=False,
        instance=dg.DagsterInstance.ephemeral(),
    )
    assert "validation_report" in _materialized(result)
    assert "snapshot" not in _materialized(result)
    after = police.storage.ledger.read_bytes(), files_with_times(police.warehouse)[str(police.storage.snapshot)]
    assert after == before


def test_a_build_that_fails_its_checks_is_not_published_by_a_run_of_the_snapshot_alone(police: DataFolders) -> None:
    """A blocking check only blocks within its own run."""
    police.storage.waivers.write_text(WAIVER.format("2099-12-31"), encoding="utf-8")

    def materialize(*assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
        return dg.materialize(
            assets,
            resources={"workspace": police.workspace},
            raise_on_error=False,
            instance=dg.DagsterInstance.ephemeral(),
        )

    assert materialize(warehouse, marts).success
    with duckdb.connect(str(police.storage.building)) as connection:
        connection.execute("UPDATE mart.national_progress SET realised_jobs = 25000 WHERE basis = 'sector_returns'")
    before = police.storage.ledger.read_bytes(), police.storage.snapshot.read_bytes()
    assert not materialize(snapshot).success
    assert (police.storage.ledger.read_bytes(), police.storage.snapshot.read_bytes()) == before


# -- rooms -------------------------------------------------------------------------------------------------------------

MAY_IMPORT = {
    "warehouse": {"warehouse"},
    "expectations": {"expectations", "warehouse"},
    "assets": {"assets", "expectations", "warehouse"},
    "pipelines": {"pipelines", "assets", "expectations", "warehouse"},
}


def _modules(room: str) -> list[Path]:
    found = sorted((PROJECT / room).rglob("*.py"))
    assert found
    return found


def _imported(module: Path) -> Iterator[str]:
    """The first name of every import, also of those inside functions."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: write imports in full"
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_a_room_imports_only_the_rooms_it_may(room: str) -> None:
    rooms = {*MAY_IMPORT, "tests", "raw"}
    wrong_ways = {
        f"{module.relative_to(PROJECT)} imports {name}"
        for module in _modules(room)
        for name in _imported(module)
        if name in rooms - MAY_IMPORT[room]
    }
    assert wrong_ways == set()


def test_computing_never_imports_dagster() -> None:
    wiring = {PROJECT / "assets" / "workspace.py", PROJECT / "assets" / "metadata.py"}
    computing = [
        module
        for room in ("assets", "expectations", "warehouse")
        for module in _modules(room)
        if module not in wiring and module.name != "asset.py"
    ]
    assert [module for module in computing if "dagster" in set(_imported(module))] == []
