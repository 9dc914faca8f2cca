"""The frames as such: every row has exactly the columns that its frame is said to have."""

from __future__ import annotations

from typing import get_args

import pytest

from expectations.catalogue import WithinFrame
from expectations.frames import columns_of, frames_of
from expectations.validate import columns_looked_at, rules_on, suite_keys
from tests.conftest import sample_files
from tests.expectations.readings import REFERENCE
from tests.returns.workbooks import read_sample

FRAMES = [frames_of(read_sample(path.name), REFERENCE) for path in sample_files()]


@pytest.mark.parametrize("name", get_args(WithinFrame))
def test_a_row_has_exactly_the_columns_of_its_frame(name: str) -> None:
    rows = [frames[name].row(number) for frames in FRAMES for number in range(len(frames[name]))]
    assert rows
    assert {frozenset(row) for row in rows} == {frozenset(columns_of(name))}


@pytest.mark.parametrize("name", get_args(WithinFrame))
def test_a_column_that_a_rule_looks_at_is_that_of_its_rows(name: str) -> None:
    keys = [key for key in suite_keys() if key[0] == name]
    conditions = {condition[0] for key in keys if (condition := rules_on(key)[0].condition)}
    looked_at = conditions | {column for key in keys for column in columns_looked_at(key)}
    for frame in (frames[name] for frames in FRAMES):
        for column in looked_at:
            assert list(frame.column(column)) == [frame.row(number)[column] for number in range(len(frame))]
