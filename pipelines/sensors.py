"""The sensor that makes the machine run by itself: it asks what is left to do, and requests it one step at a time.

It goes by the inbox, the ledger and what is published (`work.py`), not by what happened: after a restart or a crash it
finds the same work again. What is done with a file is the assets'.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.intake.arrivals import Look, look_again
from assets.intake.ledger import LedgerFile, State, now
from assets.returns.kept import pending
from assets.workspace import Workspace
from pipelines.jobs import PRODUCTS_OF, PUBLISH, READ, TAKE_IN
from pipelines.partitions import period_key, range_tags
from pipelines.work import must_publish, must_write_open_data, products_to_make, rectangles, wanted_input_hash
from warehouse.lock import is_held

WORK = "banenafspraak/work"
_WAITS = (timedelta(0), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))
"""How long work that failed waits: it is tried again at once, then ever later, until what it starts from changes."""
_START_TAKES = timedelta(minutes=3)
_BEFORE_START = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING]
_STARTED = [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_UNDER_WAY = [dg.DagsterRunStatus.QUEUED, *_BEFORE_START, *_STARTED]


@dataclass(slots=True)
class _Cursor:
    """What the sensor saw at its last tick: the inbox, and the runs of which no process seemed to be alive."""

    looks: dict[str, Look] = field(default_factory=dict)
    without_process: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, text: str | None) -> _Cursor:
        content = json.loads(text or '{"looks": {}, "without_process": []}')
        return cls({path: Look(*look) for path, look in content["looks"].items()}, content["without_process"])

    def __str__(self) -> str:
        return json.dumps({"looks": self.looks, "without_process": self.without_process})


@dg.sensor(
    name="work_at_hand",
    description="Takes in, reads, publishes and makes again whatever is left to do, one step at a time.",
    jobs=[TAKE_IN, *READ.values(), PUBLISH, *PRODUCTS_OF.values()],
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def work_at_hand(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Take in what arrived, read what was not read, publish what is not published, and make products again.

    One step at a time: a step is only looked at when the ones before it are done.
    """
    workspace = Workspace()
    cursor = _Cursor.parse(context.cursor)
    cursor.looks = look_again(workspace.storage.inbox, cursor.looks)
    if is_held(workspace.storage.lock):
        return dg.SensorResult(skip_reason="A run or a command is at work in the data folders.", cursor=str(cursor))
    cursor.without_process = _end_dead_runs(context.instance, cursor.without_process)
    if under_way := context.instance.get_runs(dg.RunsFilter(statuses=_UNDER_WAY), limit=1):
        return dg.SensorResult(
            skip_reason=f"Run {under_way[0].run_id[:8]} is under way; the rest waits.", cursor=str(cursor)
        )
    reason = f"All is done; {sum(not look.has_settled for look in cursor.looks.values())} files are still arriving."
    for wanted in _steps(workspace, cursor.looks):
        requests = [request for request in wanted if _may_be_tried(context.instance, request, now())]
        if requests:
            return dg.SensorResult(run_requests=requests, cursor=str(cursor))
        reason = "What was tried before is tried again later." if wanted else reason
    return dg.SensorResult(skip_reason=reason, cursor=str(cursor))


def _steps(workspace: Workspace, looks: dict[str, Look]) -> Iterator[list[dg.RunRequest]]:
    """The runs of each step in their order; one that has to wait does not keep the next ones."""
    settled = sorted({look.sha256 for look in looks.values() if look.has_settled})
    yield [_take_in(settled, *settled)] if settled else []
    state = workspace.ledger.state()
    yield _read(workspace, state, pending(workspace.storage, state, list(state.files.values())))
    if must_publish(workspace, state) or must_write_open_data(workspace, state):
        yield [dg.RunRequest(job_name=PUBLISH.name, tags=_tags("publish", wanted_input_hash(workspace, state)))]
    yield [
        dg.RunRequest(
            job_name=PRODUCTS_OF[product.name].name,
            partition_key=period_key(period),
            tags=_tags("make", product.name, str(period), state.head),
        )
        for product, period in products_to_make(workspace, state, now().date())
    ]


def _take_in(contents: list[str], *about: str) -> dg.RunRequest:
    config = {"ops": {"intake": {"config": {"contents": contents}}}}
    return dg.RunRequest(job_name=TAKE_IN.name, run_config=config, tags=_tags("take_in", *about))


def _read(workspace: Workspace, state: State, unread: Sequence[LedgerFile]) -> list[dg.RunRequest]:
    """A run for each rectangle of partitions; what belongs to no partition is intake's."""
    if not all(workspace.has_partition(file) for file in unread):
        return [_take_in([], state.head)]
    return [
        dg.RunRequest(job_name=READ[kind].name, tags={**range_tags(*keys), **_tags("read", *keys, state.head)})
        for kind, *keys in rectangles(workspace, unread)
    ]


def _tags(*about: str) -> dict[str, str]:
    """What a run starts from, so that another try at the same work is known as one."""
    return {WORK: hashlib.sha256("\n".join(about).encode()).hexdigest()[:16]}


def _may_be_tried(instance: dg.DagsterInstance, request: dg.RunRequest, moment: datetime) -> bool:
    """Whether work was not tried yet, or the last try was long enough ago."""
    tries = instance.get_run_records(dg.RunsFilter(tags={WORK: request.tags[WORK]}), limit=len(_WAITS))
    if not tries:
        return True
    ended = datetime.fromtimestamp(tries[0].end_time or 0, UTC)
    return moment >= ended + _WAITS[min(len(tries), len(_WAITS)) - 1]


def _end_dead_runs(instance: dg.DagsterInstance, suspected: Sequence[str]) -> list[str]:
    """Say of runs whose process died that they failed; returns those that seem dead, to be looked at once more.

    To be asked while nobody holds the lock of the data folders: every run holds it while it works, and the system lets
    go of it when a process dies.
    """
    dead = []
    long_ago = datetime.now(UTC) - _START_TAKES
    for record in instance.get_run_records(dg.RunsFilter(statuses=[*_BEFORE_START, *_STARTED])):
        run = record.dagster_run
        if run.status in _BEFORE_START and record.update_timestamp.replace(tzinfo=UTC) > long_ago:
            continue
        if run.run_id in suspected:
            instance.report_run_failed(run, "The process of this run is gone. What it had to do is tried again.")
        else:
            dead.append(run.run_id)
    return dead
