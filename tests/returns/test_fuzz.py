"""Workbooks changed at random: read or refused, never anything else, and never a figure that does not stand there.

`make fuzz` does 5,000 and says what they came to; FUZZ is how many, and FUZZ_SEED gives another chance. Which workbook
a number is depends on the seed alone.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import pytest

from assets.returns.apart import run_apart
from assets.returns.side_by_side import Document, read_side_by_side
from pipelines.check import FileOutcome, check_files
from tests.returns.mutators import Mutated, mutated, samples
from tests.returns.packages import POLITIE
from tests.returns.shown import Figure, Read, converted, differences
from tests.returns.templates import SOFFICE
from tests.returns.workbooks import READER, TODAY, with_cells
from warehouse.records import SubmissionStatus
from warehouse.storage import Storage, sha256_of_file

FUZZ = int(os.environ.get("FUZZ", "200"))
SEED = os.environ.get("FUZZ_SEED", "1")
BATCH = 200


@cache
def _samples() -> list[tuple[str, bytes]]:
    return samples()


def workbook(number: int) -> Mutated:
    """The changed workbook of a number."""
    random = Random(f"{SEED}/{number}")
    return mutated(random, *random.choice(_samples()))


def _read(paths: Sequence[Path]) -> list[Read]:
    """What we read of workbooks; a figure converted from hours is left out, for the hours are there too."""
    documents = [Document(path, sha256_of_file(path), TODAY) for path in paths]
    return [
        Read(path, [Figure(o.sheet, o.cell, o.value, o.unit) for o in reading.reading().observations
                    if o.value is not None and o.converted_from is None], path)
        for path, reading in zip(paths, read_side_by_side(READER, documents), strict=True)
    ]  # fmt: skip


def _wrong(reads: Sequence[Read], folder: Path) -> dict[Path, str]:
    """What is wrong with what we read, by workbook: LibreOffice has the last word where calamine reads otherwise.

    Calamine is strict, and reads nothing where there is a comment in a value; and some damage it can't survive.
    """
    told = dict(zip((read.path for read in reads), run_apart(differences, reads), strict=True))
    odd = [read for read in reads if told[read.path] != []]
    if odd:
        copies = converted([read.path for read in odd], folder)
        again = [read._replace(beside=copies[read.path]) for read in odd if read.path in copies]
        told |= dict(zip((read.path for read in again), run_apart(differences, again), strict=True))
        print(f"{len(odd)} that calamine reads otherwise or not at all: {[read.path.stem for read in odd]}")  # noqa: T201
    return {path: str(found or "no other reader can read it") for path, found in told.items() if found != []}


def _come_to(outcomes: Iterable[FileOutcome]) -> str:
    """How many files came to what, and which rules refused a file as a whole."""
    told = Counter(
        " ".join([one.outcome, *sorted({finding.rule for finding in one.findings if finding.rule.startswith("file_")})])
        for one in outcomes
    )
    return "; ".join(f"{what}: {times}" for what, times in told.most_common())


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="soffice is not on the PATH: apt-get install libreoffice-calc")
@pytest.mark.parametrize("first", range(0, FUZZ, BATCH))
def test_no_figure_is_read_that_another_reader_does_not_show(first: int, tmp_path: Path) -> None:
    made = {tmp_path / f"{number}.xlsx": workbook(number) for number in range(first, min(first + BATCH, FUZZ))}
    for path, one in made.items():
        path.write_bytes(one.content)
    outcomes = dict(zip(made, check_files(list(made), READER, Storage(tmp_path, tmp_path)), strict=True))
    print(f"\nfrom {first}: {_come_to(outcomes.values())}")  # noqa: T201 - what `make fuzz` is for
    passed = [path for path, outcome in outcomes.items() if outcome.outcome != SubmissionStatus.REJECTED]
    wrong = _wrong(_read(passed), tmp_path)
    assert not wrong, "\n".join(
        f"FUZZ_SEED={SEED}, workbook {path.stem} ({made[path].told}): {told}" for path, told in wrong.items()
    )


def test_a_figure_that_does_not_stand_there_and_a_number_that_is_not_read_are_told(tmp_path: Path) -> None:
    """The comparison itself: one figure is another than the cell shows, and one cell is blank in what was read."""
    path, beside = tmp_path / "read.xlsx", tmp_path / "beside.xlsx"
    path.write_bytes(with_cells(POLITIE, {"C12": None}))
    beside.write_bytes(with_cells(POLITIE, {}))
    figures = [Figure("Overzicht", "C10", Decimal(16), "job"), Figure("Overzicht", "D10", Decimal(24), "job")]
    told = differences(Read(path, figures, beside))
    assert told is not None
    assert [("C10" in one, "C12" in one) for one in told] == [(True, False), (False, True)]
