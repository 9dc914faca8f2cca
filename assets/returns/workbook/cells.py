"""What a workbook holds, whatever file it came from: sheets and cells, and how a stored value becomes a cell.

What is common to all formats belongs here; how one format stores it does not.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from defusedxml import DefusedXmlException
from openpyxl.utils import get_column_letter

from assets.returns.workbook.file_limits import FILE_LIMITS
from warehouse.presentation import dutch_number
from warehouse.records import Problem


class WorkbookError(Exception):
    """The file can't be read as a workbook; the message is Dutch and says what the sender can do."""

    def __init__(self, problem: Problem, message: str) -> None:
        super().__init__(message)
        self.problem = problem


def damaged(error: Exception) -> WorkbookError:
    """The refusal of a file at which a reader failed in its own way."""
    if isinstance(error.__cause__ or error, DefusedXmlException):
        return with_entities()
    return WorkbookError(
        Problem.UNREADABLE,
        f"De werkmap is beschadigd of onvolledig ({type(error).__name__}). Open haar in Excel, sla haar opnieuw op "
        "als .xlsx en stuur haar nog eens.",
    )


def with_entities() -> WorkbookError:
    """The refusal of a file with definitions in its XML, with which a small file can grow without end."""
    return WorkbookError(
        Problem.XML_ENTITIES,
        "In de werkmap staan XML-definities (DOCTYPE of ENTITY). Excel schrijft die nooit: sla de werkmap daarin op en "
        "stuur die.",
    )


class CellKind(StrEnum):
    """What a cell holds."""

    BLANK = "blank"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"
    FORMULA_WITHOUT_VALUE = "formula_without_value"


class Cell(NamedTuple):
    """One cell; rows and columns count from 1.

    `value` is a Decimal for a number (its stored double at 15 significant digits), ISO text for a date. `decimals` is
    how many decimals the cell shows; for a cell that shows a percentage that is of the percentage.
    """

    row: int
    column: int
    kind: CellKind
    value: Decimal | str | bool | None = None
    decimals: int | None = None
    is_percentage: bool = False
    fill: str | None = None

    @property
    def address(self) -> str:
        """The cell's address, like `F12`."""
        return f"{get_column_letter(self.column)}{self.row}"

    @property
    def is_blank(self) -> bool:
        """Whether the cell holds nothing."""
        return self.kind is CellKind.BLANK

    @property
    def literal(self) -> str | None:
        """What the cell holds, as text; None for a blank cell."""
        value = self.value
        if value is None or isinstance(value, str):
            return value
        return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass
class Sheet:
    """One sheet: its non-blank (or filled) cells, what is hidden, which cells are merged, and the notes at cells.

    `reaching_out` is the first cell of which the formula takes something from outside the workbook.
    """

    name: str
    hidden: bool
    cells: dict[tuple[int, int], Cell]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    reaching_out: tuple[int, int] | None = None

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a place; a blank one where the file has none."""
        return self.cells.get((row, column)) or Cell(row, column, CellKind.BLANK)

    @cached_property
    def filled_cells(self) -> tuple[Cell, ...]:
        """All cells that hold something, in reading order."""
        in_order = map(self.cells.__getitem__, sorted(self.cells))
        return tuple([cell for cell in in_order if cell.kind is not CellKind.BLANK])


class TextBeside(NamedTuple):
    """A text that stands in no cell: the kind of its place, in Dutch, the part of the file, and the text."""

    place: str
    part: str
    text: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file's sheets, in order, what came along that is not read, with where it stands, and the texts beside cells.

    `endings` are those that the name of such a file has.
    """

    sheets: tuple[Sheet, ...]
    companions: Mapping[Problem, str] = field(default_factory=dict)
    beside: tuple[TextBeside, ...] = ()
    endings: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """Text with its white space (also the non-breaking kind) folded to single spaces and trimmed."""
    return " ".join(text.split())


def decimal_of(number: float) -> Decimal:
    """A stored double as a decimal of 15 significant digits: all that a spreadsheet keeps."""
    text = f"{number:.15g}"
    return Decimal(f"{Decimal(text):f}" if "e" in text else text)


def decimals_of(value: Decimal) -> int:
    """How many decimals a number has, without zeros at its end."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@lru_cache(maxsize=1024)
def shown_by(number_format: str) -> tuple[int | None, bool]:
    """How many decimals a number format shows (None: those that the number has) and whether as a percentage."""
    shown = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", number_format).split(";")[0]
    decimals = re.search(r"\.([0#?]+)", shown)
    places = len(decimals[1]) if decimals else 0
    return places if re.search(r"[0#?]", shown) else None, "%" in shown


def number_cell(row: int, column: int, number: float, number_format: str, fill: str | None) -> Cell:
    """The cell of a stored number; an error when it is infinite or none."""
    if not math.isfinite(number):
        return Cell(row, column, CellKind.ERROR, str(number), fill=fill)
    value = decimal_of(number)
    decimals, is_percentage = shown_by(number_format)
    decimals = decimals_of(value) if decimals is None else decimals
    return Cell(row, column, CellKind.NUMBER, value, decimals, is_percentage, fill)


def typed_cell(row: int, column: int, value: Any, number_format: str, fill: str | None) -> Cell:
    """The cell of a value as a reader gives it; text of white space alone is blank."""
    if isinstance(value, bool):
        return Cell(row, column, CellKind.BOOLEAN, value, fill=fill)
    if isinstance(value, int | float):
        return number_cell(row, column, value, number_format, fill)
    if isinstance(value, datetime):
        return Cell(row, column, CellKind.DATE, value.date().isoformat(), fill=fill)
    if isinstance(value, date | time | timedelta):
        return Cell(row, column, CellKind.DATE, str(value), fill=fill)
    if value is None or not str(value).strip():
        return Cell(row, column, CellKind.BLANK, fill=fill)
    return Cell(row, column, CellKind.TEXT, str(value), fill=fill)


def columns_in(spans: Iterable[tuple[int, int]]) -> frozenset[int]:
    """The columns from a first to a last one, as far as a sheet has them; each counted once, however spans overlap."""
    columns: set[int] = set()
    beyond = 1
    for first, last in sorted(spans):
        columns.update(range(max(first, beyond), min(last, FILE_LIMITS.columns) + 1))
        beyond = max(beyond, last + 1)
    return frozenset(columns)


def refuse_extent(title: str, rows: int, columns: int) -> None:
    """Raise WorkbookError when a sheet's last cell stands too far out to read all cells before it."""
    if rows * columns > FILE_LIMITS.cells:
        raise WorkbookError(
            Problem.TOO_LARGE,
            f"Blad «{title}» loopt tot {get_column_letter(columns)}{rows}: te groot om te lezen. Verwijder de lege "
            "rijen en kolommen onder en naast de tabel en sla de werkmap opnieuw op.",
        )


def refuse_merged(sizes: Iterable[tuple[str, int]]) -> None:
    """Raise WorkbookError when areas, merged or with a link, have too many cells; `sizes` are areas and their cells."""
    found = 0
    for area, size in sizes:
        found += size
        if found > FILE_LIMITS.merged_cells:
            raise WorkbookError(
                Problem.TOO_LARGE,
                f"Met {area} zijn meer dan {dutch_number(Decimal(FILE_LIMITS.merged_cells))} cellen samengevoegd of "
                "van een koppeling voorzien. Hef dat op en stuur de werkmap nog eens.",
            )
