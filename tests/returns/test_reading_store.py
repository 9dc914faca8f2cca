"""What was read at intake is kept until it is judged, in memory or on disk."""

from __future__ import annotations

import pytest

from assets.returns import reading_store
from assets.returns.reading_store import ReadingStore
from tests.conftest import sample_files
from tests.returns.workbooks import NFU, TODAY, UNL, read_sample


@pytest.mark.parametrize("room", [0, 400, 1_000_000], ids=["all on disk", "some on disk", "all in memory"])
def test_a_reading_is_given_back_once_and_as_it_was(monkeypatch: pytest.MonkeyPatch, room: int) -> None:
    monkeypatch.setattr(reading_store, "_IN_MEMORY", room)
    store = ReadingStore()
    names = [path.name for path in sample_files()]
    for _ in range(2):
        for name in names:
            store.keep(name, TODAY, read_sample(name))
        assert [store.take(name, TODAY) for name in reversed(names)] == [read_sample(n) for n in reversed(names)]
        assert [store.take(name, TODAY) for name in names] == [None] * len(names)


def test_of_what_is_kept_already_the_first_stays() -> None:
    store = ReadingStore()
    store.keep("a", TODAY, read_sample(NFU))
    store.keep("a", TODAY, read_sample(UNL))
    assert store.take("a", TODAY) == read_sample(NFU)
    assert store.take("a", TODAY) is None
