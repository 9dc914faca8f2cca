"""Workbooks damaged at random: read or refused, within limits, and no figure that is not in the file.

`make fuzz` takes 5,000 of them and says what they came to; `FUZZ` says how many. A number that fails is the same
workbook again: `mutated(number)`.
"""

from __future__ import annotations

import io
import os
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple
from python_calamine import CalamineError, CalamineWorkbook

from pipelines.check import FileOutcome, check_files
from tests.returns.mutations import Mutated, mutated
from tests.returns.workbooks import READER, TODAY
from warehouse.records import Observation
from warehouse.storage import Storage

_NUMBER = int(os.environ.get("FUZZ", "200"))
_TOGETHER = 100
_counted: Counter[str] = Counter()
Cells = dict[tuple[str, int, int], object]


@pytest.mark.parametrize("start", range(0, _NUMBER, _TOGETHER))
def test_a_damaged_workbook_is_read_or_refused_and_no_figure_is_made_up(start: int, tmp_path: Path) -> None:
    some = [mutated(number) for number in range(start, min(start + _TOGETHER, _NUMBER))]
    paths = [tmp_path / f"{one.number}.xlsx" for one in some]
    for path, one in zip(paths, some, strict=True):
        path.write_bytes(one.content)
    outcomes = check_files(paths, READER, Storage(tmp_path / "raw", tmp_path / "warehouse"))
    for one, outcome in zip(some, outcomes, strict=True):
        _counted[_told(outcome)] += 1
        if outcome.outcome != "rejected":
            _check_figures(one)
    print(f"\n{start + len(some)}: {dict(sorted(_counted.items()))}")  # noqa: T201 - for `make fuzz`


def _told(outcome: FileOutcome) -> str:
    of_file = sorted({finding.rule for finding in outcome.findings if finding.rule.startswith("file_")})
    return of_file[0] if of_file else str(outcome.outcome)


def _check_figures(one: Mutated) -> None:
    """Every figure that is used is what another reader shows in that cell; of a damaged cell they may differ."""
    observations = [o for o in READER.read(one.content, TODAY).observations if o.value is not None]
    others = [cells for cells in (_by_calamine(one.content), _by_openpyxl(one.content)) if cells is not None]
    for observation in observations:
        place = (observation.sheet, *coordinate_to_tuple(observation.cell))
        values = [cells.get(place) for cells in others]
        assert any(_is_same(observation, value) for value in values), (one[:3], observation, values)


def _by_calamine(content: bytes) -> Cells | None:
    """What calamine shows in each cell; None when it can't read the file."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(name, book.get_sheet_by_name(name)) for name in book.sheet_names]
    except CalamineError:
        return None
    cells: Cells = {}
    for name, sheet in sheets:
        top, left = sheet.start or (0, 0)
        for row, values in enumerate(sheet.to_python(skip_empty_area=True), top + 1):
            cells |= {(name, row, column): value for column, value in enumerate(values, left + 1)}
    return cells


def _by_openpyxl(content: bytes) -> Cells | None:
    """What openpyxl shows in each cell; None when it can't read the file."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    except Exception:  # noqa: BLE001 - it documents no exceptions
        return None
    return {
        (sheet.title, row, column): value
        for sheet in book.worksheets
        for row, values in enumerate(sheet.iter_rows(values_only=True), 1)
        for column, value in enumerate(values, 1)
    }


def _is_same(observation: Observation, value: object) -> bool:
    literal = observation.literal or ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        shown = Decimal(f"{value:.15g}")
        try:
            return Decimal(literal) == shown
        except ArithmeticError:
            return False
    return literal.split() == str(value).split()
