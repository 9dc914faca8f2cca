"""One sheet seen through a table's direction, and what reading it has given so far.

A table whose headers lie down a column is read as one whose headers lie across a row, with rows and columns
exchanged: a line holds the headers or one record, a position lies along it. Addresses stay those of the sheet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from openpyxl.utils import column_index_from_string, get_column_letter

from assets.returns.layout import FieldLayout, TableLayout
from assets.returns.workbook import Cell, Sheet, normalise
from warehouse.periods import Period
from warehouse.records import Level, Observation, Place, Problem


@dataclass(slots=True)
class TableReading:
    """What a table gave: observations, what was looked at, the cells accounted for, and the other locale's readings."""

    observations: list[Observation] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    consumed: set[tuple[int, int]] = field(default_factory=set)
    declared_hidden: set[tuple[int, int]] = field(default_factory=set)
    alternatives: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)


class Grid:
    """The cells of a sheet by line and position, with the header line once it is found."""

    def __init__(self, sheet: Sheet, table: TableLayout) -> None:
        self.sheet, self.table = sheet, table
        self.across = table.direction == "across"
        self.reading = TableReading()
        self.line = 0

    def cell(self, line: int, position: int) -> Cell:
        """The cell at a line and position."""
        return self.sheet.cell(line, position) if self.across else self.sheet.cell(position, line)

    def line_of(self, cell: Cell) -> int:
        """The line a cell is on."""
        return cell.row if self.across else cell.column

    def position_of(self, cell: Cell) -> int:
        """The position of a cell along its line."""
        return cell.column if self.across else cell.row

    def name_of(self, line: int) -> str:
        """A line as people name it: a row's number or a column's letter."""
        return str(line) if self.across else get_column_letter(line)

    def filled_cells(self) -> Iterator[Cell]:
        """The cells of the table's span that hold something."""
        first, last = (column_index_from_string(column) for column in self.table.span or ("A", "XFD"))
        return (cell for cell in self.sheet.filled_cells if first <= cell.column <= last)

    @cached_property
    def filled_positions(self) -> Mapping[int, Sequence[int]]:
        """The positions of those cells, by line; made out once, for sheets have thousands of cells."""
        filled: dict[int, list[int]] = defaultdict(list)
        for cell in self.filled_cells():
            filled[self.line_of(cell)].append(self.position_of(cell))
        return filled

    def consume_along(self, line: int, positions: Sequence[int]) -> list[Cell]:
        """Account for the cells at these positions of a line, and give them."""
        places = [(line, position) if self.across else (position, line) for position in positions]
        self.reading.consumed.update(places)
        cells = self.sheet.cells
        return [cells.get(place) or self.sheet.cell(*place) for place in places]

    def consume(self, cell: Cell) -> Cell:
        """Account for a cell."""
        self.reading.consumed.add((cell.row, cell.column))
        return cell

    def place(
        self, kind: str, cell: Cell | None, found: str | None, expected: str | None, problem: Problem = Problem.NONE
    ) -> None:
        """Write down a place that was looked at."""
        self.place_at(kind, cell.address if cell else None, found, expected, problem)

    def place_at(
        self, kind: str, address: str | None, found: str | None, expected: str | None, problem: Problem
    ) -> None:
        """Write down a place that was looked at, by its address."""
        self.reading.places.append(Place(kind, self.sheet.name, address, found, expected, problem))

    def header_text(self, line: int, position: int) -> str:
        """The header that starts at a line: its parts over the header depth, merged cells filled in."""
        parts: list[str] = []
        for number in range(line, line + self.table.header_depth):
            cell = self.cell(number, position)
            if self.sheet.merged:
                cell = self.sheet.cell(*self.sheet.merged.get((cell.row, cell.column), (cell.row, cell.column)))
            text = normalise(cell.literal or "")
            if text and text not in parts[-1:]:
                parts.append(text)
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Header:
    """One header found: where, which field, and the period of the figures under it."""

    position: int
    field_id: str
    layout: FieldLayout
    period: Period | None
    block: int = 0


@dataclass(frozen=True, slots=True)
class Record:
    """One row (or column) of a table: what it is about."""

    line: int
    key: str
    level: Level
    name: str | None
    code: str | None
    group: str | None
    period: Period
    remark: str | None
    measures: Mapping[str, str] | None = None
    block: int = 0
    repeats: bool = False
