"""What validating costs: all sample returns stacked, as we do it, against one at a time.

Run it with `make bench`. Both are timed after the import of Great Expectations, on readings made beforehand; the
median of three is shown. What rules said of a kind of row before is forgotten each time, but where it says otherwise.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from assets.returns.read import ReturnReader
from expectations import validate as rules
from expectations.catalogue import rules_within
from expectations.frames import frames_of
from expectations.validate import Validation, tally, validate
from tests.conftest import sample_files
from warehouse.records import Reading
from warehouse.reference import Reference

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
    stacked = _median(lambda: _validate_anew(readings, reader.reference))
    again = _median(lambda: validate(readings, reader.reference))
    singly = _median(lambda: [_validate_anew([reading], reader.reference) for reading in readings])
    lines = (
        f"{len(readings)} returns, {len(rules_within())} rules",
        f"reading the workbooks                      {reading_seconds:6.2f} s",
        f"importing, and the first return            {importing_seconds:6.2f} s",
        f"counting what rules look at                {frames:6.2f} s",
        f"validating all returns stacked (ours)      {stacked:6.2f} s   1.0 ×",
        f"the same again, by what is remembered      {again:6.2f} s   {again / stacked:.1f} ×",
        f"validating them one at a time (baseline)   {singly:6.2f} s   {singly / stacked:.1f} ×",
    )
    sys.stdout.write("\n".join(lines) + "\n")


def _validate_anew(readings: Sequence[Reading], reference: Reference) -> list[Validation]:
    """Validate, and ask Great Expectations about every kind of row, as a program does at its first validation."""
    rules._verdicts.clear()
    return validate(readings, reference)


def _timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    start = time.perf_counter()
    return work(), time.perf_counter() - start


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_timed(work)[1] for _ in range(_TIMES))


if __name__ == "__main__":
    main()
