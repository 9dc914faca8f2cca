"""Clocks on functions of ours: how long one took, and when it was done. What that means is not said here."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Result = TypeVar("_Result")


def timed(function: Callable[_Given, _Result], seconds: list[float]) -> Callable[_Given, _Result]:
    """The same function, which also adds how long it took."""

    @wraps(function)
    def timed_function(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        start = time.perf_counter()
        result = function(*given, **named)
        seconds.append(time.perf_counter() - start)
        return result

    return timed_function


def noted(function: Callable[_Given, _Result], moments: list[float]) -> Callable[_Given, _Result]:
    """The same function, which also adds the moment at which it was done."""

    @wraps(function)
    def noted_function(*given: _Given.args, **named: _Given.kwargs) -> _Result:
        result = function(*given, **named)
        moments.append(time.perf_counter())
        return result

    return noted_function
