"""What a backfill costs: six years of all thirteen sectors at once, of which four years are synthetic.

Run it with `python -m benchmarks.backfill` or `make bench`. Baselines, in the same run: only reading the same
workbooks, reading and validating them, and a process of its own per partition, of which three are started and the rest
is reckoned. Great Expectations is imported before anything is timed, but each process of its own imports it again.
Ratios are of processor time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

from assets.returns.read import ReturnReader
from assets.workspace import Workspace
from benchmarks.synthetic_years import synthetic_years, yearly_samples
from expectations.validate import validate
from pipelines import main_job
from tests.conftest import PROJECT
from warehouse.records import SubmissionStatus

_SYNTHETIC_YEARS = range(2019, 2023)
_RECEIVED_ON = date(2025, 11, 18)
_PROCESSES = 3
_REREAD = '{"ops": {"yearly_returns": {"config": {"reread": true}}}}'
_ACCEPTED = {SubmissionStatus.ACCEPTED, SubmissionStatus.ACCEPTED_WITH_FINDINGS}
_Result = TypeVar("_Result")


class _Cost(NamedTuple):
    """Seconds on the clock, and seconds of processor: other work on the machine makes only the first ones more."""

    wall: float
    processor: float

    def times(self, factor: float) -> _Cost:
        """The cost of so much more of the same."""
        return _Cost(self.wall * factor, self.processor * factor)


def main() -> None:
    """Make the returns, measure, and print."""
    os.environ.pop("DAGSTER_HOME", None)
    with tempfile.TemporaryDirectory(prefix="banenafspraak-bench-") as name:
        folder = Path(name)
        returns = _returns(folder / "returns")
        reading, validating = _read_and_validate(returns)
        _, unrecorded = _timed(lambda: _backfill(folder / "unrecorded", folder / "returns"))
        os.environ["DAGSTER_HOME"] = str(_dagster_home(folder / "dagster"))
        keys, recorded = _timed(lambda: _backfill(folder / "recorded", folder / "returns"))
        chosen = keys[:: len(keys) // _PROCESSES][:_PROCESSES]
        _, processes = _timed(lambda: _read_in_processes(folder / "recorded", chosen))
    costs = {
        "reading alone (baseline)": reading,
        "reading and validating": _Cost(reading.wall + validating.wall, reading.processor + validating.processor),
        "main job, workbooks to published totals (ours)": unrecorded,
        "the same, recorded in a Dagster instance (ours)": recorded,
        f"reading in {_PROCESSES} processes of one partition": processes,
        f"the same for {len(keys)}, reckoned": processes.times(len(keys) / _PROCESSES),
    }
    lines = [f"{len(returns)} returns", f"{'':50}{'clock':>10}{'processor':>10}{'ratio':>9}"]
    for text, cost in costs.items():
        ratio = cost.processor / reading.processor
        lines.append(f"{text:50}{cost.wall:8.1f} s{cost.processor:8.1f} s{ratio:7.1f} ×")
    sys.stdout.write("\n".join(lines) + "\n")


def _read_and_validate(returns: Iterable[Path]) -> tuple[_Cost, _Cost]:
    """What reading costs, and validating after it."""
    reader = ReturnReader()
    readings, reading = _timed(lambda: [reader.read(path.read_bytes(), _RECEIVED_ON) for path in returns])
    validate(readings[:1], reader.reference)
    _, validating = _timed(lambda: validate(readings, reader.reference))
    return reading, validating


def _returns(folder: Path) -> list[Path]:
    """The yearly samples and the synthetic years, in one folder."""
    made = synthetic_years(folder, _SYNTHETIC_YEARS)
    return [*made, *(Path(shutil.copy(path, folder)) for path in yearly_samples().values())]


def _dagster_home(folder: Path) -> Path:
    """A folder for an instance of Dagster that keeps its runs in SQLite."""
    folder.mkdir()
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    return folder


def _backfill(data: Path, returns: Path) -> list[str]:
    """Run the main job over a folder of returns in new data folders; returns the partitions, which are all accepted."""
    workspace = Workspace(raw_dir=str(data / "raw"), warehouse_dir=str(data / "warehouse"))
    result = main_job.run(workspace, returns)
    submissions = [result.state.submissions[file.submission_id or ""] for file in result.files]
    refused = [one.submission_id for one in submissions if result.state.status_of(one) not in _ACCEPTED]
    if refused or result.not_published_because:
        raise RuntimeError(f"not a backfill: {refused} {result.not_published_because}")
    return sorted(f"{period}|{sector_code}" for sector_code, period in (one.partition for one in submissions))


def _read_in_processes(data: Path, partition_keys: Iterable[str]) -> None:
    """Read and validate each partition in a process of its own, as Dagster does for a run per partition."""
    command = ("asset", "materialize", "-f", "pipelines/definitions.py", "-d", ".", "--select", "yearly_returns")
    folders = {"BANENAFSPRAAK_RAW_DIR": str(data / "raw"), "BANENAFSPRAAK_WAREHOUSE_DIR": str(data / "warehouse")}
    for key in partition_keys:
        subprocess.run(
            [sys.executable, "-m", "dagster", *command, "--partition", key, "--config-json", _REREAD],
            cwd=PROJECT,
            env={**os.environ, **folders},
            check=True,
            capture_output=True,
        )


def _timed(work: Callable[[], _Result]) -> tuple[_Result, _Cost]:
    wall, processor = time.perf_counter(), _processor_time()
    result = work()
    return result, _Cost(time.perf_counter() - wall, _processor_time() - processor)


def _processor_time() -> float:
    """Seconds that this process and those it waited for kept a processor busy."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
