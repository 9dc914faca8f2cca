"""Workbooks changed at random: read or refused, never anything else, and never a figure that does not stand there.

`make fuzz` does 5,000; FUZZ says how many, and FUZZ_SEED gives the chance of another run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

import pytest

from assets.intake.archive import sha256_of_file
from assets.returns.apart import run_apart
from assets.returns.side_by_side import Document, read_side_by_side
from pipelines.check import FileOutcome, check_files
from tests.returns.mutators import Mutated, mutated, samples
from tests.returns.shown import Figure, differences
from tests.returns.workbooks import READER, TODAY
from warehouse.records import SubmissionStatus
from warehouse.storage import Storage

FUZZ = int(os.environ.get("FUZZ", "200"))
SEED = os.environ.get("FUZZ_SEED", "1")
BATCH = 200


@cache
def _samples() -> list[tuple[str, bytes]]:
    return samples()


def workbook(number: int) -> Mutated:
    """The changed workbook of a number: the same for the same seed."""
    random = Random(f"{SEED}/{number}")
    return mutated(random, *random.choice(_samples()))


def figures_of(outcomes: Iterable[FileOutcome]) -> str:
    """How many files came to what, and which rules told it of files that are refused as a whole."""
    counted = Counter(
        (one.outcome, *{finding.rule for finding in one.findings if finding.rule.startswith("file_")})
        for one in outcomes
    )
    return "; ".join(f"{' '.join(told)}: {times}" for told, times in counted.most_common())


@pytest.mark.parametrize("first", range(0, FUZZ, BATCH))
def test_no_figure_is_read_that_another_reader_does_not_show(first: int, tmp_path: Path) -> None:
    made = {number: workbook(number) for number in range(first, min(first + BATCH, FUZZ))}
    paths = {number: tmp_path / f"{number}.xlsx" for number in made}
    for number, path in paths.items():
        path.write_bytes(made[number].content)
    outcomes = dict(zip(made, check_files(list(paths.values()), READER, Storage(tmp_path, tmp_path)), strict=True))
    passed = [number for number, outcome in outcomes.items() if outcome.outcome != SubmissionStatus.REJECTED]
    documents = [Document(paths[number], sha256_of_file(paths[number]), TODAY) for number in passed]
    figures = [
        [
            Figure(o.sheet, o.cell, o.value, o.unit)
            for o in reading.observations
            if o.value is not None and o.converted_from is None
        ]
        for reading in read_side_by_side(READER, documents)
    ]
    told = run_apart(differences, [(paths[number], read) for number, read in zip(passed, figures, strict=True)])
    wrong = [
        f"FUZZ_SEED={SEED} workbook {number} ({made[number].told}): {found}"
        for number, found in zip(passed, told, strict=True)
        if found
    ]
    print("\n" + figures_of(outcomes.values()))  # noqa: T201 - what `make fuzz` is for
    assert not wrong, "\n".join(wrong)
