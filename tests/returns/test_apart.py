"""What costs too much is stopped: by time, by memory, or because it broke down; the other files go on."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from assets.returns import side_by_side
from assets.returns.apart import TookTooMuchError, run_apart
from assets.returns.workbook.file_limits import FILE_LIMITS
from pipelines.check import check_files
from tests.pipelines.runs import put
from tests.returns.packages import POLITIE, SHEET, replaced, with_parts
from tests.returns.workbooks import READER, sample
from warehouse.storage import Storage

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


def _slow() -> bytes:
    """400,000 cells, of which a comment in the XML leaves the reading to the slow reader."""
    cells = "<c><v>7</v></c>" * 16
    rows = "".join(f'<row r="{number}">{cells}</row>' for number in range(100, 25_100))
    return replaced(SHEET, "</sheetData>", f"<!-- traag -->{rows}</sheetData>")


def _large() -> bytes:
    """2 MB, not two hundred times as much unpacked: a picture that does not pack, and one of 380 MB that does."""
    pictures = {"xl/media/image1.png": bytes(380_000_000), "xl/media/image2.png": Random(1).randbytes(2_000_000)}
    return with_parts(pictures)


@pytest.mark.parametrize(
    ("made", "limits", "told"),
    [
        (_slow, {"seconds": 10}, "Het lezen duurde langer dan 10 seconden en is gestopt."),
        (_large, {"memory_bytes": 400_000_000}, "Voor het lezen is meer dan 400 MB geheugen nodig; het is gestopt."),
    ],
    ids=["time", "memory"],
)
def test_a_workbook_that_costs_too_much_gets_a_finding_and_the_others_are_read(
    made: Callable[[], bytes], limits: dict[str, int], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tight = FILE_LIMITS.model_copy(update=limits)
    monkeypatch.setattr(side_by_side, "run_apart", partial(run_apart, limits=tight))
    put(tmp_path, {"a.xlsx": sample(POLITIE), "b.xlsx": made(), "c.xlsx": sample(POLITIE)})
    paths = [tmp_path / name for name in ("a.xlsx", "b.xlsx", "c.xlsx")]
    first, costly, last = check_files(paths, READER, Storage(tmp_path / "raw", tmp_path / "warehouse"))
    assert [(finding.rule, finding.message) for finding in costly.findings] == [("file_read_within_limits", told)]
    assert (first.outcome, costly.outcome, last.outcome) == ("accepted", "rejected", "accepted")


def test_a_fault_of_ours_is_told_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    results = list(run_apart(_work, ["a", "our fault", "b"], TIGHT))
    assert [str(result) for result in results] == ["A", "Het programma dat de werkmap leest is erop vastgelopen.", "B"]
    assert "KeyError" in caplog.text


def test_a_machine_that_refuses_stops_them_all() -> None:
    with pytest.raises(PermissionError):
        list(run_apart(_work, ["a", "no right"], TIGHT))


def test_nothing_to_do_is_nothing() -> None:
    assert list(run_apart(_work, [], TIGHT)) == []
