"""The parts of a workbook that is a zip file, each unpacked once while the workbook is read.

Whether they may be unpacked at all is for `container.py` to say; what they hold is the readers'.
"""

from __future__ import annotations

import io
import zipfile

_KEPT = 20_000_000  # bytes of all parts together; what is beyond is unpacked again, and not held for as long


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
