"""Run a function on senders' files in processes of their own, which are stopped when a file costs too much.

So one file can't take a run down: not by time, not by memory, not by a fault in a reader. What is done with a file in
such a process is not here.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from concurrent.futures import TimeoutError as TooLateError
from contextlib import suppress
from functools import cache
from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext
from typing import TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from assets.returns.workbook.file_limits import FILE_LIMITS, FileLimits

_AT_A_TIME = 8
_MOST_PROCESSES = 4
"""Each may take as much memory as `file_limits.yaml` says, and together they must fit in one machine."""
PROCESSES = min(os.cpu_count() or 1, _MOST_PROCESSES)
_OBJECTS_BETWEEN_COLLECTIONS = 200_000
"""A workbook is hundreds of thousands of small objects and no cycles: looking for those took a sixth of the time."""
_PRELOADED = ["assets.returns.side_by_side", "assets.returns.annotate"]
_Task = TypeVar("_Task")
_Result = TypeVar("_Result")
_log = logging.getLogger(__name__)


class TookTooMuchError(Exception):
    """The work on a file was stopped; the message is Dutch and says why."""


def start() -> None:
    """Start the process that others are made from, and don't wait: it imports what they need meanwhile."""
    _context()
    forkserver.ensure_running()


def run_apart(
    function: Callable[[_Task], _Result], tasks: Sequence[_Task], limits: FileLimits = FILE_LIMITS
) -> Iterator[_Result | TookTooMuchError]:
    """What a function of a module gives for each task, in the order given; the work begins at once.

    A task that costs more than the limits, or at which the function fails, gives an error in its place, and the others
    go on. A machine that refuses (OSError) stops them all.
    """
    size = max(1, min(_AT_A_TIME, len(tasks) // (2 * PROCESSES)))
    some = [tasks[start : start + size] for start in range(0, len(tasks), size)]
    begun = deque((_begin(function, members, limits), members) for members in some)
    return _in_order(begun, function, limits)


def _in_order(
    begun: deque[tuple[ProcessFuture[list[_Result]], Sequence[_Task]]],
    function: Callable[[_Task], _Result],
    limits: FileLimits,
) -> Iterator[_Result | TookTooMuchError]:
    """The results in turn; what was begun is let go of as it is taken, for it holds its results."""
    while begun:
        future, tasks = begun.popleft()
        yield from _end(future, function, tasks, limits)


def _begin(
    function: Callable[[_Task], _Result], tasks: Sequence[_Task], limits: FileLimits
) -> ProcessFuture[list[_Result]]:
    return _pool(limits.memory_bytes).schedule(_run, args=(function, tasks), timeout=limits.seconds)


def _end(
    future: ProcessFuture[list[_Result]],
    function: Callable[[_Task], _Result],
    tasks: Sequence[_Task],
    limits: FileLimits,
) -> Iterator[_Result | TookTooMuchError]:
    """The results of tasks that were begun together; when one of them took too much, each is done again by itself."""
    try:
        yield from future.result()
    except (TooLateError, ProcessExpired) as error:
        failed: Exception = error
    except (BrokenExecutor, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever a reader trips over: it is told, and the other files go on
        failed = error
    else:
        return
    if len(tasks) == 1:
        yield _told(failed, limits)
    else:
        again = [_begin(function, [task], limits) for task in tasks]
        for task, one in zip(tasks, again, strict=True):
            yield from _end(one, function, [task], limits)


def _told(error: Exception, limits: FileLimits) -> TookTooMuchError:
    if isinstance(error, TooLateError):
        return TookTooMuchError(f"Het lezen duurde langer dan {limits.seconds} seconden en is gestopt.")
    if isinstance(error, MemoryError):
        megabytes = limits.memory_bytes // 1_000_000
        return TookTooMuchError(f"Voor het lezen is meer dan {megabytes} MB geheugen nodig; het is gestopt.")
    if not isinstance(error, ProcessExpired):  # our own fault; its message may hold what a cell says
        _log.error("A reader failed on a file, which is refused for it: %s", type(error).__name__)
    return TookTooMuchError("Het programma dat de werkmap leest is erop vastgelopen.")


@cache
def _pool(memory_bytes: int) -> ProcessPool:
    """As many processes as there are processors, four at most; they stay until the program ends.

    They are not forked from this one, in which Dagster may have threads.
    """
    return ProcessPool(PROCESSES, initializer=_limit_memory, initargs=(memory_bytes,), context=_context())


@cache
def _context() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


os.register_at_fork(
    after_in_child=_pool.cache_clear
)  # what this process forks has the pool's names but not its threads


def _limit_memory(memory_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)


def _run(function: Callable[[_Task], _Result], tasks: Sequence[_Task]) -> list[_Result]:
    with suppress(MemoryError):
        return [function(task) for task in tasks]
    raise MemoryError  # a new one: the traceback of the first holds all that was read, while the next file is read
