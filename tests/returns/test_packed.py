"""A reading that was packed is the reading it was, and the rules come to the same on it."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import duckdb
import pytest

from assets.returns.packed import PackedReading, pack, validate_packed
from expectations.validate import validate
from tests.conftest import sample_files
from tests.expectations.readings import REFERENCE
from tests.expectations.test_rules import CASES
from tests.returns.workbooks import read_sample
from warehouse.observations import kept_observations
from warehouse.records import Identity, Observation, Reading

SAMPLES = [read_sample(path.name) for path in sample_files()]
OF_RULES = list(chain.from_iterable((case.holds, case.fails, case.unsure) for case in CASES.values()))


def _packed(readings: Sequence[Reading]) -> list[PackedReading]:
    """What another process would get."""
    packed = [pack(reading, REFERENCE, f"{number:064}") for number, reading in enumerate(readings)]
    handed_over: list[PackedReading] = pickle.loads(pickle.dumps(packed))
    return handed_over


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


def test_the_file_of_its_observations_holds_each_of_them_with_its_submission_and_its_file(tmp_path: Path) -> None:
    for number, (reading, packed) in enumerate(zip(SAMPLES, _packed(SAMPLES), strict=True)):
        path = tmp_path / f"opgave-{number}-v1.parquet"
        path.write_bytes(packed.parquet)
        with duckdb.connect() as connection:
            cursor = connection.execute(kept_observations([path]))
            names = [name for name, *_ in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        assert {(row.pop("submission_id"), row.pop("file_sha256")) for row in rows} == {(path.stem, f"{number:064}")}
        assert [Observation(**row) for row in rows] == reading.observations


def test_employers_own_returns_have_no_file_of_their_own() -> None:
    own = Identity("sjabloon", "po", "po", "2024", "12345")
    [packed] = _packed([replace(SAMPLES[0], identity=own)])
    assert packed.parquet == b""
