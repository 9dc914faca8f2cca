"""A reading that was packed is the reading it was, and the rules come to the same on it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from itertools import chain

import pytest

from assets.returns.packed import PackedReading, pack, validate_packed
from expectations.validate import validate
from tests.conftest import sample_files
from tests.expectations.readings import REFERENCE
from tests.expectations.test_rules import CASES
from tests.returns.workbooks import read_sample
from warehouse.records import Reading

SAMPLES = [read_sample(path.name) for path in sample_files()]
OF_RULES = list(chain.from_iterable((case.holds, case.fails, case.unsure) for case in CASES.values()))


def _packed(readings: Sequence[Reading]) -> list[PackedReading]:
    """What another process would get."""
    packed: list[PackedReading] = pickle.loads(pickle.dumps([pack(reading, REFERENCE) for reading in readings]))
    return packed


@pytest.mark.parametrize("readings", [SAMPLES, OF_RULES, [Reading(None)]], ids=["samples", "rules", "nothing"])
def test_what_was_packed_comes_out_as_it_was(readings: list[Reading]) -> None:
    for reading, packed in zip(readings, _packed(readings), strict=True):
        again = packed.reading()
        assert again == reading
        assert [repr(o.value) for o in again.observations] == [repr(o.value) for o in reading.observations]
        assert (packed.values_hash, again.values_hash) == (reading.values_hash,) * 2
        assert packed.observation_count == len(reading.observations)


@pytest.mark.parametrize("readings", [SAMPLES, OF_RULES], ids=["samples", "rules"])
def test_the_rules_come_to_the_same_on_what_was_packed(readings: list[Reading]) -> None:
    assert validate_packed(_packed(readings), REFERENCE) == validate(readings, REFERENCE)
