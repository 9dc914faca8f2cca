"""Trouble that a run can meet, made for real: a process that is killed, a small disk, a folder nobody may write in.

What must come of a run that meets it belongs in the tests.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.pipelines.runs import DataFolders

_PATH_EVENTS = {"os.remove": 0, "os.mkdir": 0, "os.rmdir": 0, "os.chmod": 0, "shutil.rmtree": 0, "os.rename": 1}
_FOR_WRITING = os.O_WRONLY | os.O_RDWR
# What differs from run to run in the name of a file, and files of which there are many of a kind.
_NAMES = {
    r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])": "<sha256>",
    r"\d{8}T\d{6}Z-[0-9a-f]{8}": "<snapshot>",
    r"validatierapport-[0-9a-f]+": "<report>",
    r"\.\d+$": ".<process>",
    r"(reports/<report>/(?:.*/)?\.?)[^/]+(\.html|\.css)": r"\1<page>\2",
    r"(\.open-data\.new/)[^/]+(\.csv)": r"\1<mart>\2",
    r"^inbox/.+": "inbox/<file>",
}


class Step(NamedTuple):
    """A moment in a run: just before it does this to this file for the so-manieth time, counted from one."""

    name: str
    number: int

    def __str__(self) -> str:
        return f"{self.name} #{self.number}"


def forked(work: Callable[[], object]) -> int:
    """Do something in a process of its own, that has all modules loaded already; returns its process id."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            _share_forkserver()
            work()
            code = 0
        finally:
            os._exit(code)
    return process


def _share_forkserver() -> None:
    """Have this process ask its parent's server for processes; it can't wait for it, as it is not its child."""
    server: Any = forkserver._forkserver
    if server._forkserver_pid is not None:
        server.ensure_running = forkserver.ensure_running = lambda: None


def exit_code(process: int) -> int:
    """Wait for a process; minus the number of the signal when it was killed."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def kill_after(seconds: float, work: Callable[[], object]) -> bool:
    """Do something in a process that is killed after some time; returns whether it was not done yet."""
    process = forked(work)
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
    return exit_code(process) == -signal.SIGKILL


def kill_at(data: DataFolders, step: Step, work: Callable[[], object]) -> None:
    """Do something in a process that kills itself just before a step."""
    done = Counter[str]()

    def count(name: str) -> None:
        done[name] += 1
        if step == (name, done[name]):
            os.kill(os.getpid(), signal.SIGKILL)

    def watched() -> None:
        _watch(data, count)
        work()

    assert exit_code(forked(watched)) == -signal.SIGKILL, f"never came to {step}"


def steps_of(data: DataFolders, work: Callable[[], object], told: Path) -> list[Step]:
    """Do something in a process of its own; returns each step it took for the first time and for the last."""

    def watched() -> None:
        taken: list[str] = []
        _watch(data, taken.append)
        work()
        told.write_text("\n".join(taken), encoding="utf-8")

    assert exit_code(forked(watched)) == 0
    counted = Counter(told.read_text(encoding="utf-8").splitlines())
    return [Step(name, number) for name, count in counted.items() for number in sorted({1, count})]


def _watch(data: DataFolders, see: Callable[[str], None]) -> None:
    """Have the interpreter tell of everything that is written, moved or removed in the data folders."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path = arguments[0] if arguments[2] & _FOR_WRITING else None
        else:
            path = arguments[_PATH_EVENTS[event]] if event in _PATH_EVENTS else None
        if isinstance(path, (str, os.PathLike)) and (name := general_name(data, path)):
            see(f"{event} {name}")

    sys.addaudithook(hook)


def general_name(data: DataFolders, path: str | os.PathLike[str]) -> str:
    """A file in the data folders by what it is, whatever the run; empty for others."""
    for folder in (data.raw, data.warehouse):
        if Path(path).is_relative_to(folder):
            name = str(Path(path).relative_to(folder))
            for pattern, general in _NAMES.items():
                name = re.sub(pattern, general, name)
            return name
    return ""


@contextlib.contextmanager
def disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of this size at a folder; the test is skipped, by name, where one can't be made."""
    folder.mkdir(parents=True)
    _as_root("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def free(folder: Path, kilobytes: int) -> Iterator[None]:
    """Such a disk, filled until only so much of it is free, for as long as it takes."""
    filler = folder / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(folder).free - kilobytes * 1024))
    try:
        yield
    finally:
        filler.unlink()


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder in which nobody can write for as long as it takes, not even root."""
    if os.geteuid() != 0:
        modes: Mapping[Path, int] = {one: one.stat().st_mode for one in (folder, *folder.rglob("*")) if one.is_dir()}
        for one in modes:
            one.chmod(0o555)
        try:
            yield
        finally:
            for one, mode in modes.items():
                one.chmod(mode)
        return
    _as_root("mount", "--bind", folder, folder)
    try:
        _as_root("mount", "-o", "remount,bind,ro", folder)
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextlib.contextmanager
def unreadable(file: Path) -> Iterator[None]:
    """A file that nobody can read for as long as it takes, not even root: for it, each try ends in an error."""
    if os.geteuid() != 0:
        mode = file.stat().st_mode
        file.chmod(0)
        try:
            yield
        finally:
            file.chmod(mode)
        return
    _as_root("mount", "--bind", "/proc/self/mem", file)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", file], check=True)


def _as_root(*words: str | Path) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"only root can mount: {done.stderr.strip()}")
