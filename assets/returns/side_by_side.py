"""Reading many workbooks side by side, each in a process that can be stopped.

What a workbook says is `read.py`, and stopping a process `apart.py`; here is only who reads which.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from assets.intake.archive import ChangedError
from assets.returns.apart import PROCESSES, TookTooMuchError, run_apart
from assets.returns.packed import PackedReading, pack
from assets.returns.read import ReturnReader, refused
from assets.returns.workbook import WorkbookError
from assets.returns.workbook.container import refuse_size
from warehouse.records import Identity, Problem
from warehouse.reference import Reference

_MANY = 20


class Document(NamedTuple):
    """A workbook to read: where it is, the sha256 of its bytes, the day it was received, and how its name ended."""

    path: Path
    sha256: str
    received_on: date
    ending: str = ""


class FirstLook(NamedTuple):
    """Who sent a workbook, about which period (None: that can't be told), and whether data of persons were seen."""

    identity: Identity | None
    has_personal_data: bool


def look_side_by_side(reader: ReturnReader, documents: Sequence[Document]) -> Iterator[FirstLook | None]:
    """What must be known of each workbook to take it in, in the order given; None: its bytes were changed meanwhile.

    Reading begins at once. What was read for it is kept for when it is asked for.
    """
    readings = _read_all(reader, documents)
    return (_first_look(reader, *one) for one in zip(documents, readings, strict=True))


def _first_look(reader: ReturnReader, document: Document, reading: PackedReading | None) -> FirstLook | None:
    if reading is None:
        return None
    reader.read_before.keep(document.sha256, document.received_on, reading)
    return FirstLook(reading.identity, reading.has_personal_data)


def get_ready(reader: ReturnReader, workbooks: int) -> None:
    """Start what many workbooks need ahead of the first: the processes that read, and the import of the rules."""
    if workbooks > _MANY:
        from expectations import validate  # slow to import, and not needed in the processes that read

        Thread(target=validate.get_ready).start()
        run_apart(_get_ready, [_made_from(reader)] * PROCESSES)


def read_side_by_side(reader: ReturnReader, documents: Sequence[Document]) -> list[PackedReading]:
    """What each workbook says, in the order given; raises ChangedError when one is not the file with its sha256."""
    kept = [reader.read_before.take(document.sha256, document.received_on) for document in documents]
    unread = [document for document, reading in zip(documents, kept, strict=True) if reading is None]
    read = _read_all(reader, unread)
    readings = [next(read) if reading is None else reading for reading in kept]
    for document, reading in zip(documents, readings, strict=True):
        if reading is None:
            raise ChangedError(document.path)
    return [reading for reading in readings if reading is not None]


def _read_all(reader: ReturnReader, documents: Sequence[Document]) -> Iterator[PackedReading | None]:
    made_from = _made_from(reader)
    results = run_apart(_read, [(document, made_from) for document in documents])
    return (_of_result(reader, *one) for one in zip(documents, results, strict=True))


def _of_result(
    reader: ReturnReader, document: Document, result: PackedReading | TookTooMuchError | None
) -> PackedReading | None:
    if isinstance(result, TookTooMuchError):
        return pack(refused(Problem.TOOK_TOO_MUCH, str(result)), reader.reference, document.sha256)
    return result


_MadeFrom = tuple[Path, Path, str]
"""The folders of layouts and of reference data that a reader is made from, and the state they are in."""


def _made_from(reader: ReturnReader) -> _MadeFrom:
    return reader.layout_folder, reader.reference.folder, _state_of(reader)


def _state_of(reader: ReturnReader) -> str:
    """Something that changes when a file of layouts or reference data does."""
    files = [path for folder in (reader.layout_folder, reader.reference.folder) for path in sorted(folder.rglob("*"))]
    return hashlib.sha256(
        repr([(path, path.stat().st_mtime_ns, path.stat().st_size) for path in files]).encode()
    ).hexdigest()


@lru_cache(maxsize=2)
def _reader_of(made_from: _MadeFrom) -> ReturnReader:
    layout_folder, reference_folder, _ = made_from
    return ReturnReader(layout_folder, Reference(reference_folder))


def _get_ready(made_from: _MadeFrom) -> int:
    """Load all layouts; how many there are."""
    return len(_reader_of(made_from).layouts.files)


def _read(task: tuple[Document, _MadeFrom]) -> PackedReading | None:
    document, made_from = task
    reader = _reader_of(made_from)
    try:
        refuse_size(document.path.stat().st_size)
        content = document.path.read_bytes()
    except WorkbookError as error:
        return pack(refused(error.problem, str(error)), reader.reference, document.sha256)
    except FileNotFoundError:
        return None
    if hashlib.sha256(content).hexdigest() != document.sha256:
        return None
    return pack(reader.read(content, document.received_on, document.ending), reader.reference, document.sha256)
