"""What costs too much is stopped: by time, by memory, or because it broke down; the other files go on."""

from __future__ import annotations

import os
import signal
import time

import pytest

from assets.returns.apart import TookTooMuchError, run_apart
from assets.returns.workbook.file_limits import FILE_LIMITS

TIGHT = FILE_LIMITS.model_copy(update={"seconds": 2, "memory_bytes": 400_000_000})


def _work(task: str) -> str:
    if task == "for ever":
        while True:
            time.sleep(1)
    if task == "a gigabyte":
        return str(len(bytearray(1_000_000_000)))
    if task == "breaks down":
        os.kill(os.getpid(), signal.SIGSEGV)
    if task == "no right":
        raise PermissionError(task)
    if task == "our fault":
        raise KeyError(task)
    return task.upper()


@pytest.mark.parametrize(
    ("task", "told"),
    [("for ever", "langer dan 2 seconden"), ("a gigabyte", "meer dan 400 MB"), ("breaks down", "erop vastgelopen")],
)
def test_what_costs_too_much_is_stopped_and_the_others_go_on(task: str, told: str) -> None:
    tasks = ["a", "b", task, *"cdefghij"] * 2
    results = list(run_apart(_work, tasks, TIGHT))
    assert [isinstance(result, TookTooMuchError) for result in results] == [one == task for one in tasks]
    assert [result for result in results if isinstance(result, str)] == [*"ABCDEFGHIJ"] * 2
    assert {told in str(result) for result in results if isinstance(result, TookTooMuchError)} == {True}
    assert list(run_apart(_work, ["again"], TIGHT)) == ["AGAIN"]


def test_a_fault_of_ours_is_told_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    results = list(run_apart(_work, ["a", "our fault", "b"], TIGHT))
    assert [str(result) for result in results] == ["A", "Het programma dat de werkmap leest is erop vastgelopen.", "B"]
    assert "KeyError" in caplog.text


def test_a_machine_that_refuses_stops_them_all() -> None:
    with pytest.raises(PermissionError):
        list(run_apart(_work, ["a", "no right"], TIGHT))


def test_nothing_to_do_is_nothing() -> None:
    assert list(run_apart(_work, [], TIGHT)) == []
