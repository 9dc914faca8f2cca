"""The parts of a workbook that is a zip file: each unpacked once, and one that stands in many workbooks made out once.

Whether they may be unpacked at all is for `container.py` to say; what they hold is the readers'.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

_More = TypeVarTuple("_More")
_Result = TypeVar("_Result")
_SMALL = 32_768  # bytes of a part that is remembered
_REMEMBERED = 64
_KEPT = 20_000_000  # bytes of all parts together; what is beyond is unpacked again, and not held for as long


def remembered(function: Callable[[bytes, *_More], _Result]) -> Callable[[bytes, *_More], _Result]:
    """A function of the bytes of a part that remembers what it made of small ones; nobody may change the result.

    Workbooks made from one template have the same styles and relations, and much the same around the rows of a sheet.
    """
    known = lru_cache(maxsize=_REMEMBERED)(function)

    @wraps(function)
    def made_of(data: bytes, *more: *_More) -> _Result:
        return known(data, *more) if len(data) <= _SMALL else function(data, *more)

    return made_of


class Package:
    """The parts of a zip file, by name."""

    def __init__(self, content: bytes) -> None:
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._kept: dict[str, bytes] = {}
        self._room = _KEPT
        self.infos = self._archive.infolist()
        self.names = self._archive.namelist()

    def size(self, name: str) -> int:
        """How many bytes a part is said to have, unpacked."""
        return self._archive.getinfo(name).file_size

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises KeyError when there is none, and what `zipfile` raises at a damaged one."""
        if name in self._kept:
            return self._kept[name]
        data = self._archive.read(name)
        if len(data) <= self._room:
            self._room -= len(data)
            self._kept[name] = data
        return data
