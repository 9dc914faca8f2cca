"""What validating costs: all sample returns stacked, as we do it, against one at a time.

Run it with `make bench`. Both are timed after the import of Great Expectations, on readings made beforehand; the
median of three is shown.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from typing import TypeVar

from assets.returns.read import ReturnReader
from expectations.catalogue import rules_within
from expectations.frames import frames_of
from expectations.validate import tally, validate
from tests.conftest import sample_files

_TIMES = 3
_RECEIVED_ON = date(2025, 11, 18)
_Result = TypeVar("_Result")


def main() -> None:
    """Measure and print."""
    reader = ReturnReader()
    readings, reading_seconds = _timed(
        lambda: [reader.read(path.read_bytes(), _RECEIVED_ON) for path in sample_files()]
    )
    _, importing_seconds = _timed(lambda: validate(readings[:1], reader.reference))
    frames = _median(lambda: [tally(frames_of(reading, reader.reference)) for reading in readings])
    stacked = _median(lambda: validate(readings, reader.reference))
    singly = _median(lambda: [validate([reading], reader.reference) for reading in readings])
    lines = (
        f"{len(readings)} returns, {len(rules_within())} rules",
        f"reading the workbooks                      {reading_seconds:6.2f} s",
        f"importing, and the first return            {importing_seconds:6.2f} s",
        f"counting what rules look at                {frames:6.2f} s",
        f"validating all returns stacked (ours)      {stacked:6.2f} s   1.0 ×",
        f"validating them one at a time (baseline)   {singly:6.2f} s   {singly / stacked:.1f} ×",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_timed(work)[1] for _ in range(_TIMES))


if __name__ == "__main__":
    main()
