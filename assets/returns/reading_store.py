"""Packed readings between the first look at a workbook and its judgement: none of them is made twice.

Only keeping them belongs here; what is read anew all the same is said by `side_by_side.py`.
"""

from __future__ import annotations

import pickle
import tempfile
from datetime import date
from typing import IO, NamedTuple

from assets.returns.packed import PackedReading

_IN_MEMORY = 100_000_000
"""Bytes; what 2,500 employers of a sector say comes to some 15 MB."""
_Key = tuple[str, date]


class _OnDisk(NamedTuple):
    start: int
    length: int


class ReadingStore:
    """Keeps readings by the sha256 of the file and the day it was received, each until it is taken.

    Those that find no room in memory go to a temporary file that has no name, so that no other process can open it and
    the system removes it, whatever happens.
    """

    def __init__(self) -> None:
        self._kept: dict[_Key, PackedReading | _OnDisk] = {}
        self._room = _IN_MEMORY
        self._file: IO[bytes] | None = None

    def keep(self, sha256: str, received_on: date, reading: PackedReading) -> None:
        """Keep a reading; raises OSError when there is no room on the disk of temporary files."""
        key = sha256, received_on
        if key in self._kept:
            return
        if reading.size <= self._room:
            self._room -= reading.size
            self._kept[key] = reading
        else:
            self._kept[key] = self._write(reading)

    def take(self, sha256: str, received_on: date) -> PackedReading | None:
        """A reading that was kept, once; None when there is none."""
        kept = self._kept.pop((sha256, received_on), None)
        if kept is None:
            return None
        reading = self._read(kept) if isinstance(kept, _OnDisk) else kept
        self._room += 0 if isinstance(kept, _OnDisk) else reading.size
        if not self._kept and self._file is not None:
            self._file.close()
            self._file = None
        return reading

    def _write(self, reading: PackedReading) -> _OnDisk:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - open until all of it is taken
        start = self._file.seek(0, 2)
        pickle.dump(reading, self._file, pickle.HIGHEST_PROTOCOL)
        return _OnDisk(start, self._file.tell() - start)

    def _read(self, place: _OnDisk) -> PackedReading:
        assert self._file is not None
        self._file.seek(place.start)
        reading: PackedReading = pickle.loads(self._file.read(place.length))
        return reading
