"""The sensor on what is left to do: nothing twice, nothing forgotten, and what failed is tried again, ever later."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import dagster as dg
import pytest

from tests.pipelines.machine import Machine, machine
from tests.pipelines.runs import DataFolders, clock, corrected, files, wrong
from tests.returns.workbooks import POLITIE, UNL, sample, zipped


@pytest.fixture
def running(police: DataFolders) -> Iterator[Machine]:
    """A machine over folders in which the police return of 2024 is in and published."""
    with machine(police) as found:
        yield found


def _requests(result: dg.SensorResult) -> list[str | None]:
    return [request.job_name for request in result.run_requests or ()]


def test_with_nothing_to_do_nothing_is_requested(running: Machine) -> None:
    assert running.settle() == []


def test_a_correction_reads_its_partition_alone_and_then_publishes(running: Machine) -> None:
    running.data.drop({"verbeterd.xlsx": corrected()})
    assert running.settle() == ["take_in", "read_yearly_returns", "publish_snapshot"]
    records = running.instance.get_run_records(dg.RunsFilter(job_name="read_yearly_returns"))
    tags = [record.dagster_run.tags["dagster/asset_partition_range_start"] for record in records]
    tags += [record.dagster_run.tags["dagster/asset_partition_range_end"] for record in records]
    assert tags == ["2024|politie", "2024|politie"]
    assert running.data.submissions()["politie-2024-v2"] == "awaiting_acceptance"
    assert running.settle() == []


def test_a_rejected_and_an_unknown_file_are_handled_once(running: Machine) -> None:
    running.data.drop({"fout.xlsx": wrong(), "niets.xlsx": zipped({"niets": "geen werkmap"})})
    assert running.settle() == ["take_in", "read_yearly_returns", "publish_snapshot"]
    assert running.settle() == []
    state = running.data.workspace.ledger.state()
    assert sorted(file.status for file in state.files.values()) == ["accepted_with_findings", "rejected", "rejected"]


def test_while_a_command_is_at_work_nothing_is_requested(running: Machine) -> None:
    running.data.drop(files(UNL))
    running.sensor_tick()
    with running.data.storage.lock.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert _requests(running.sensor_tick()) == []
    assert _requests(running.sensor_tick()) == ["take_in"]


def test_a_product_of_which_nothing_is_published_any_more_is_removed_and_not_asked_for_again(running: Machine) -> None:
    running.data.drop({"q1.xlsx": sample("Kwartaalrapportage banenafspraak Rijk 2024-Q1.xlsx")})
    assert running.settle() == ["take_in", "read_quarterly_returns", "publish_snapshot", "make_icbr"]
    page = running.data.storage.products / "icbr-2024Q1" / "index.html"
    assert page.exists()
    running.data.withdraw("rijk-2024Q1-v1")
    assert running.settle() == ["make_icbr"]
    assert running.instance.get_run_records(limit=1)[0].dagster_run.status is dg.DagsterRunStatus.FAILURE
    assert not page.parent.exists()
    assert running.settle() == []


def test_a_lost_cursor_loses_nothing(running: Machine) -> None:
    running.data.drop(files(UNL))
    running.sensor_tick()
    running.cursor = None
    assert running.settle() == ["take_in", "read_yearly_returns", "publish_snapshot"]


def test_work_that_fails_is_tried_again_at_once_and_then_ever_later(
    running: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive can't be written to; the moments are those of the clock, a minute and ten minutes on."""
    running.data.drop(files(UNL))
    archive = running.data.storage.archive
    archive.rename(archive.with_name("elsewhere"))
    archive.write_text("in the way", encoding="utf-8")
    running.sensor_tick()
    assert _requests(running.sensor_tick()) == ["take_in"]
    failed = running.instance.get_run_records(limit=1)[0]
    assert failed.dagster_run.status is dg.DagsterRunStatus.FAILURE

    def tick_after(seconds: float) -> list[str | None]:
        ended = running.instance.get_run_records(limit=1)[0].end_time
        assert ended is not None
        with clock(datetime.fromtimestamp(ended + seconds, UTC).replace(tzinfo=None).isoformat()):
            return _requests(running.sensor_tick())

    assert tick_after(1) == ["take_in"]
    assert tick_after(30) == []
    assert tick_after(61) == ["take_in"]
    assert tick_after(300) == []
    archive.unlink()
    archive.with_name("elsewhere").rename(archive)
    assert tick_after(601) == ["take_in"]
    assert running.settle() == ["read_yearly_returns", "publish_snapshot"]
    assert "wo-2024-v1" in running.data.submissions()


def test_nothing_is_requested_while_a_run_is_under_way_and_a_dead_one_is_found(running: Machine) -> None:
    """A run that is said to be going, of which no process holds the lock, is dead at the second look."""
    running.data.drop(files(UNL))
    running.sensor_tick()
    run = dg.DagsterRun(job_name="take_in", run_id=str(uuid4()), status=dg.DagsterRunStatus.STARTED)
    running.instance.add_run(run)
    assert _requests(running.sensor_tick()) == []
    found = running.instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.STARTED
    assert _requests(running.sensor_tick()) == ["take_in"]
    found = running.instance.get_run_by_id(run.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.FAILURE


def test_a_lost_snapshot_is_published_again(running: Machine) -> None:
    running.data.storage.snapshot.unlink()
    assert running.settle() == ["publish_snapshot"]
    assert running.data.submissions() == {"politie-2024-v1": "accepted_with_findings"}


def test_the_same_file_again_is_only_seen(running: Machine) -> None:
    running.data.drop({"nog een keer.xlsx": files(POLITIE)[POLITIE]})
    assert running.settle() == ["take_in", "publish_snapshot"]
    assert running.data.submissions() == {"politie-2024-v1": "accepted_with_findings"}
