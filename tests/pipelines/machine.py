"""A machine that runs by itself, in this process: sensors and schedules evaluated at moments that a test chooses.

Whatever they request is executed at once, by the real jobs on a real Dagster instance. What must come of it does not
belong here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import dagster as dg

from pipelines.definitions import defs
from tests.pipelines.runs import DataFolders

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
_MOST_TICKS = 20


@dataclass
class Machine:
    """The Dagster instance and the data folders of one test, which the environment must name."""

    data: DataFolders
    instance: dg.DagsterInstance
    cursor: str | None = None
    ran: list[str] = field(default_factory=list)

    def sensor_tick(self) -> dg.SensorResult:
        """One look of the sensor; its cursor is kept, and what it requests is executed."""
        context = dg.build_sensor_context(instance=self.instance, cursor=self.cursor, definitions=defs)
        result = defs.resolve_sensor_def("work_at_hand")(context)
        assert isinstance(result, dg.SensorResult)
        self.cursor = result.cursor
        for request in result.run_requests or ():
            self.execute(request, request.job_name)
        return result

    def settle(self) -> list[str]:
        """Tick until nothing is left to do; returns the jobs that ran."""
        before, idle = len(self.ran), 0
        for _ in range(_MOST_TICKS):
            idle = 0 if self.sensor_tick().run_requests else idle + 1
            if idle == 2:
                return self.ran[before:]
        raise AssertionError(f"the sensor never comes to an end: {self.ran[before:]}")

    def schedule_tick(self, name: str, moment: datetime) -> list[dg.RunRequest]:
        """What a schedule requests at a moment; nothing is executed."""
        context = dg.build_schedule_context(
            instance=self.instance, scheduled_execution_time=moment, repository_def=defs.get_repository_def()
        )
        data = defs.resolve_schedule_def(name).evaluate_tick(context)
        return list(data.run_requests or ())

    def execute(self, request: dg.RunRequest, job_name: str | None) -> dg.ExecuteInProcessResult:
        """Execute what was requested, as the daemon would."""
        assert job_name is not None
        result = defs.resolve_job_def(job_name).execute_in_process(
            instance=self.instance,
            run_config={**_QUIET, **request.run_config},
            tags=request.tags,
            partition_key=request.partition_key,
            raise_on_error=False,
        )
        self.ran.append(job_name)
        return result


@contextmanager
def machine(data: DataFolders) -> Iterator[Machine]:
    """A machine with an instance of its own, in memory."""
    with dg.DagsterInstance.ephemeral() as instance:
        yield Machine(data, instance)


def amsterdam(text: str) -> datetime:
    """A moment in Amsterdam."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
