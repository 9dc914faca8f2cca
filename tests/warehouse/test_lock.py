"""The lock: one holder at a time, who says who it is, and what stays behind of one that was killed."""

from __future__ import annotations

import getpass
import logging
import os
import platform
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from warehouse.lock import BusyError, exclusive, is_held

# Another program: it takes the lock, says so, and holds it until it is killed or told to go on.
HOLDER = """
import pathlib, sys
from warehouse.lock import exclusive
with exclusive(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def _holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "raw" / ".lock"


def test_who_is_too_late_is_told_who_has_it_since_when_and_what_to_do(path: Path) -> None:
    with _holder(path) as process, pytest.raises(BusyError) as refused, exclusive(path):
        pass
    told = str(refused.value)
    assert f"process {process.pid} of user {getpass.getuser()} on {platform.node()} (-c " in told
    assert "at work since 20" in told
    assert "end that process" in told


def test_who_waits_long_enough_gets_it_and_is_told_for_whom_it_waits(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with _holder(path) as process, caplog.at_level(logging.WARNING):
        assert process.stdin is not None
        process.stdin.write("go on\n")
        process.stdin.flush()
        with exclusive(path, timedelta(seconds=60)) as held:
            assert (held.is_outermost, held.broken_off) == (True, "")
    assert all(f"Waiting for another run: process {process.pid} " in told for told in caplog.messages)


def test_a_holder_that_is_killed_keeps_nobody_out_and_is_named_to_the_next(path: Path) -> None:
    with _holder(path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert not is_held(path)
        with exclusive(path) as held:
            assert f"process {process.pid} of " in held.broken_off
    with exclusive(path) as held:
        assert held.broken_off == ""


def test_a_holder_that_fails_is_not_one_that_was_broken_off(path: Path) -> None:
    with pytest.raises(ValueError, match="a fault"), exclusive(path):
        raise ValueError("a fault")
    with exclusive(path) as held:
        assert held.broken_off == ""


def test_a_thread_that_has_it_goes_on_under_it(path: Path) -> None:
    with exclusive(path), exclusive(path) as held:
        assert not held.is_outermost
    assert not is_held(path)


def test_looking_whether_it_is_held_writes_nothing(path: Path) -> None:
    assert not is_held(path)
    assert not path.exists()
    with _holder(path):
        said = path.read_bytes()
        assert is_held(path)
        assert path.read_bytes() == said != b""
