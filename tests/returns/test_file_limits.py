"""The limits of files from outside: far above every sample, with a reason each, and a file at a limit is still read."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from assets.returns.workbook import WorkbookError, open_workbook
from assets.returns.workbook.file_limits import FILE_LIMITS, LIMITS_PATH, load
from tests.conftest import sample_files
from tests.returns.faulty_parts import (
    below_the_table,
    hidden_columns_over_each_other,
    hidden_columns_told_a_hundred_thousand_times,
    link_at_the_whole_sheet,
)
from tests.returns.workbooks import read_sample
from warehouse.records import Problem

TOLD = yaml.safe_load(LIMITS_PATH.read_text(encoding="utf-8"))


def _cells(path: Path) -> int:
    return sum(len(sheet.cells) for sheet in open_workbook(path.read_bytes()).sheets)


def test_every_limit_is_far_above_the_largest_sample_and_says_why() -> None:
    """Those of Excel itself are its own: a sheet may use all columns."""
    for name, entry in TOLD.items():
        assert entry["limit"] >= 8 * entry["largest"], name
        assert len(entry["why"]) > 20


def test_the_largest_sample_is_what_the_table_of_limits_says() -> None:
    zipped = [path for path in sample_files() if zipfile.is_zipfile(path)]
    expanded = [(sum(part.file_size for part in zipfile.ZipFile(path).infolist()), path) for path in zipped]
    assert max(path.stat().st_size for path in sample_files()) == TOLD["file_bytes"]["largest"]
    assert max(expanded)[0] == TOLD["expanded_bytes"]["largest"]
    assert round(max(size / path.stat().st_size for size, path in expanded)) == TOLD["expansion_ratio"]["largest"]
    assert max(len(zipfile.ZipFile(path).namelist()) for path in zipped) == TOLD["parts"]["largest"]


def test_the_most_faulty_sample_has_as_many_faulty_places_as_the_table_says() -> None:
    readings = [read_sample(path.name) for path in sample_files()]
    most = max(sum(place.problem is not Problem.NONE for place in reading.places) for reading in readings)
    assert most == TOLD["faulty_places"]["largest"]


def test_the_longest_sample_has_as_many_characters_as_the_table_says() -> None:
    readings = [read_sample(path.name) for path in sample_files()]
    by_sender = ("sheet", "found", "literal", "remark", "employer_name", "group_name")
    rows = [[row._asdict() for told in (one.places, one.observations) for row in told] for one in readings]
    longest = max(sum(len(row.get(name) or "") for row in one for name in by_sender) for one in rows)
    assert longest == TOLD["told_characters"]["largest"]


def test_the_last_row_of_excel_may_be_used_and_the_one_behind_it_not() -> None:
    last = below_the_table(f'<row r="{FILE_LIMITS.rows}"><c r="B{FILE_LIMITS.rows}"><v>1</v></c></row>')
    with pytest.raises(WorkbookError, match="O1048576: te groot") as refused:
        open_workbook(last)
    assert refused.value.problem is Problem.TOO_LARGE
    near = FILE_LIMITS.cells // 15  # the sheet has fifteen columns
    (sheet, _) = open_workbook(below_the_table(f'<row r="{near}"><c r="B{near}"><v>1</v></c></row>')).sheets
    assert str(sheet.cell(near, 2).value) == "1"


@pytest.mark.parametrize(
    "made", [hidden_columns_told_a_hundred_thousand_times, hidden_columns_over_each_other, link_at_the_whole_sheet]
)
def test_areas_that_are_told_again_and_again_do_not_cost_more_each_time(made: Callable[[], bytes]) -> None:
    content = made()
    start = time.process_time()
    with suppress(WorkbookError):
        open_workbook(content)
    assert time.process_time() - start < FILE_LIMITS.seconds / 10


@pytest.mark.parametrize("text", ["rows: {limit: 1, largest: 1}", "cells: {limit: veel, largest: 1, why: x}", "x: 1"])
def test_a_table_of_limits_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "limits.yaml").write_text(text, encoding="utf-8")
    with pytest.raises((ValidationError, TypeError)):
        load(tmp_path / "limits.yaml")
