"""What another reader than ours shows in a workbook, to set what we read of it against.

The other reader is calamine, which is written in another language and shares no code with ours. What it can't read
it is given as LibreOffice saves it.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from assets.returns.workbook import CellKind, open_workbook
from tests.returns.templates import SOFFICE

Shown = dict[tuple[str, str], Any]
_DIGITS = re.compile(r"[0-9][0-9.,]*")


class UnreadableError(Exception):
    """The other reader can't read the workbook; the message is its own."""


def shown(content: bytes) -> Shown:
    """What stands in each cell that is not empty, by sheet and address. Raises UnreadableError."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except BaseException as error:  # noqa: BLE001 - a panic of calamine is no Exception
        raise UnreadableError(f"{type(error).__name__}: {error}") from None
    return {
        (name, f"{get_column_letter(column)}{row}"): value
        for name, rows in sheets.items()
        for row, values in enumerate(rows, start=1)
        for column, value in enumerate(values, start=1)
        if value != ""
    }


class Figure(NamedTuple):
    """What we read in a cell, in a unit."""

    sheet: str
    cell: str
    value: Decimal
    unit: str


class Read(NamedTuple):
    """A workbook, the figures that we read of it, and the file that the other reader is to look at."""

    path: Path
    figures: Sequence[Figure]
    beside: Path


def differences(read: Read) -> list[str] | None:
    """Where what we read of a workbook is not what the other reader shows in that cell, and what we did not read.

    None when the other reader can't read it.
    """
    content, figures = read.path.read_bytes(), read.figures
    try:
        there = shown(read.beside.read_bytes())
    except UnreadableError:
        return None
    wrong = [
        f"{figure} read, {there.get((figure.sheet, figure.cell))!r} shown"
        for figure in figures
        if figure.value not in _meanings(there.get((figure.sheet, figure.cell)), figure.unit)
    ]
    return wrong + _missed(content, there)


def converted(paths: Sequence[Path], folder: Path) -> dict[Path, Path]:
    """Workbooks as LibreOffice saves them, as far as it can read them; all in one call."""
    command = [
        str(SOFFICE), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", "xlsx",
        "--outdir", str(folder / "uit"), *map(str, paths),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=120 + 5 * len(paths), check=True)
    made = {path: folder / "uit" / path.name for path in paths}
    return {path: copy for path, copy in made.items() if copy.exists()}


def _meanings(value: object, unit: str) -> set[Decimal]:
    """Every number that a cell can mean by what it shows."""
    if isinstance(value, bool):
        return set()
    if isinstance(value, int | float):
        return {round(_decimal(value) * (100 if unit == "percent" else 1), 10)}
    text = str(value)
    found = {Decimal(0)} if "geen banen" in text.casefold() else set()
    for digits in _DIGITS.findall(text):
        for group, mark in ((".", ","), (",", ".")):
            plain = digits.replace(group, "").replace(mark, ".").rstrip(".")
            found |= {Decimal(plain), -Decimal(plain)} if plain.count(".") < 2 else set()
    return found


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:.15g}")


def _missed(content: bytes, there: Shown) -> list[str]:
    """The cells in which the other reader shows a number and ours nothing, or another number.

    A cell beneath a merged one shows nothing in a spreadsheet, whatever the file holds.
    """
    workbook = open_workbook(content)
    ours = {(sheet.name, cell.address): cell for sheet in workbook.sheets for cell in sheet.filled_cells}
    covered = {
        (sheet.name, sheet.cell(*place).address)
        for sheet in workbook.sheets
        for place, first in sheet.merged.items()
        if place != first
    }
    missed = []
    for place, value in there.items():
        cell = ours.get(place)
        if isinstance(value, bool) or not isinstance(value, int | float) or place in covered:
            continue
        is_same = cell is not None and (cell.kind is not CellKind.NUMBER or cell.value == _decimal(value))
        missed += [] if is_same else [f"{place}: {value!r} shown, {cell!r} read"]
    return missed
