"""Reading many workbooks side by side, in processes of their own.

What a workbook says is `read.py`; here is only who reads which.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from assets.returns.personal import has_personal_data
from assets.returns.read import ReturnReader
from expectations.validate import get_ready
from warehouse.records import Identity, Reading
from warehouse.reference import Reference

_FEW = 20
_AT_A_TIME = 8

Document = tuple[bytes, date]
"""The bytes of a workbook, and the day it was received."""


class FirstLook(NamedTuple):
    """Who sent a workbook, about which period (None: that can't be told), and whether data of persons were seen."""

    identity: Identity | None
    has_personal_data: bool


def look_side_by_side(reader: ReturnReader, documents: Sequence[Document]) -> list[FirstLook]:
    """What must be known of each workbook to take it in.

    What was read for it is kept for when it is asked for, unless that would be too much.
    """
    looks = []
    for document, reading in zip(documents, _read_all(reader, documents), strict=True):
        reader.keep(*document, reading)
        looks.append(FirstLook(reading.identity, has_personal_data(reading)))
    return looks


def read_side_by_side(reader: ReturnReader, documents: Sequence[Document]) -> list[Reading]:
    """What each workbook says, in the order given."""
    kept = [reader.kept(*document) for document in documents]
    unread = [document for document, reading in zip(documents, kept, strict=True) if reading is None]
    read = _read_all(reader, unread)
    return [next(read) if reading is None else reading for reading in kept]


def _read_all(reader: ReturnReader, documents: Sequence[Document]) -> Iterator[Reading]:
    """One reading after the other; a few are read here, for starting a process costs more."""
    if len(documents) <= _FEW:
        return (reader.read(content, today) for content, today in documents)
    Thread(target=get_ready).start()  # there is time for it while the other processes read
    pool = _pool(reader.layout_folder, reader.reference.folder)
    return pool.map(_read, documents, chunksize=_AT_A_TIME)


@cache
def _pool(layout_folder: Path, reference_folder: Path) -> ProcessPoolExecutor:
    """As many processes as there are processors; they stay until the program ends.

    They are not forked from this one, in which Dagster may have threads.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return ProcessPoolExecutor(os.cpu_count(), context, _start, (layout_folder, reference_folder))


def _start(layout_folder: Path, reference_folder: Path) -> None:
    global _reader
    _reader = ReturnReader(layout_folder, Reference(reference_folder))


def _read(document: Document) -> Reading:
    return _reader.read(*document)


_reader: ReturnReader
