"""What was read at intake is kept until it is judged, in memory or on disk."""

from __future__ import annotations

import pytest

from assets.returns import reading_store
from assets.returns.packed import PackedReading, pack
from assets.returns.reading_store import ReadingStore
from tests.conftest import sample_files
from tests.returns.workbooks import NFU, READER, TODAY, UNL, read_sample


def _packed(name: str) -> PackedReading:
    return pack(read_sample(name), READER.reference, "f" * 64)


@pytest.mark.parametrize("room", [0, 100_000, 100_000_000], ids=["all on disk", "some on disk", "all in memory"])
def test_a_reading_is_given_back_once_and_as_it_was(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setattr(reading_store, "_IN_MEMORY", room)
    store = ReadingStore()
    names = [path.name for path in sample_files()]
    for _ in range(2):
        for name in names:
            store.keep(name, TODAY, _packed(name))
        taken = [store.take(name, TODAY) for name in reversed(names)]
        assert [one.reading() for one in taken if one] == [read_sample(name) for name in reversed(names)]
        assert [store.take(name, TODAY) for name in names] == [None] * len(names)


def test_of_what_is_kept_already_the_first_stays() -> None:
    store = ReadingStore()
    store.keep("a", TODAY, _packed(NFU))
    store.keep("a", TODAY, _packed(UNL))
    assert store.take("a", TODAY) == _packed(NFU)
    assert store.take("a", TODAY) is None
