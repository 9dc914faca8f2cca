"""The lock that one process at a time has, and who has it.

The system lets go of a lock when its process ends, however it ends: one that is held is never stale. What a process
that was killed leaves behind is the line in which it said who it was; the next holder finds it. What is done then, and
what a lock is for, belongs to whoever takes it.
"""

from __future__ import annotations

import fcntl
import logging
import os
import platform
import pwd
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import FileIO
from pathlib import Path

from warehouse.storage import naming

_LOOK_AGAIN_SECONDS = 0.2
_FOR_ITS_OWNER = 0o600
_log = logging.getLogger(__name__)
_held: set[tuple[int, Path]] = set()


class BusyError(Exception):
    """Another process is doing this already."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that is held: whether from here on, and who had it last without ever letting go of it."""

    is_outermost: bool
    broken_off: str = ""


@contextmanager
def exclusive(path: Path, wait: timedelta = timedelta(0)) -> Iterator[Held]:
    """Hold a lock that only one process can have; a thread that has it already goes on under it.

    Raises BusyError, which says who has it, when another has it and still has it after `wait`.
    """
    mine = threading.get_ident(), path
    if mine in _held:
        yield Held(is_outermost=False)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b", buffering=0) as file:
        os.fchmod(file.fileno(), _FOR_ITS_OWNER)  # who can open it can hold it
        _lock(file, path, wait)
        broken_off = _said(path)
        with naming(path):
            file.truncate(0)
            file.write(_owner().encode())
        _held.add(mine)
        try:
            yield Held(is_outermost=True, broken_off=broken_off)
        finally:
            _held.discard(mine)
            file.truncate(0)


def is_held(path: Path) -> bool:
    """Whether any process holds a lock now; nothing is written."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(file: FileIO, path: Path, wait: timedelta) -> None:
    until = time.monotonic() + wait.total_seconds()
    is_told = False
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= until:
                raise BusyError(
                    f"Another run holds {path}: {_said(path) or 'it does not say who it is'}. Wait until it is done "
                    "and try again. If it hangs, end that process: the lock goes with it."
                ) from error
            if not is_told:
                _log.warning("Waiting for another run: %s.", _said(path) or f"the one that holds {path}")
                is_told = True
            time.sleep(_LOOK_AGAIN_SECONDS)
        else:
            return


def _said(path: Path) -> str:
    """What the last holder said of itself and did not take back."""
    return path.read_text(encoding="utf-8", errors="replace")


def _owner() -> str:
    """Who this process is, in one line for people; of its command the first word only: the rest may name persons."""
    try:
        user = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        user = str(os.getuid())
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
    return (
        f"process {os.getpid()} of user {user} on {platform.node()} ({command}), "
        f"at work since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    )
