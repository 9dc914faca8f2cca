"""Read one workbook: recognise it, apply its layout, and account for every cell.

The one door of the returns stage. What must hold of the result is the expectations room's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from openpyxl.utils import get_column_letter

from assets.returns.ambiguity import withhold_contradicted
from assets.returns.findings_sheets import ALL_FINDINGS_SHEET, FINDINGS_SHEET
from assets.returns.grid import TableReading
from assets.returns.layout import Layout, Layouts, fits_one, matcher, readable
from assets.returns.numbers import Tokens, load_tokens
from assets.returns.personal import has_number, personal_places, without_numbers
from assets.returns.reading_store import ReadingStore
from assets.returns.recognise import recognise
from assets.returns.tables import TableReader
from assets.returns.workbook import Cell, CellKind, Sheet, Workbook, WorkbookError, normalise, open_workbook
from assets.returns.workbook.file_limits import FILE_LIMITS
from warehouse.periods import Period
from warehouse.presentation import dutch_number
from warehouse.records import Identity, Place, Problem, Reading
from warehouse.reference import Reference

_FIRST_YEAR = 2013  # the baseline of the jobs agreement is 1 January 2013


def is_plausible(period: Period, today: date) -> bool:
    """Whether a return received today can be about this period: not before the baseline, not yet to begin."""
    return period.year >= _FIRST_YEAR and period.start <= today


def refused(problem: Problem, message: str) -> Reading:
    """The reading of a file of which nothing is read; the message is Dutch and says what the sender can do."""
    return Reading(None, places=[Place("file", None, None, message, None, problem)])


def _too_large(reading: Reading) -> Reading | None:
    """The refusal of a return of which more would be told than anyone reads or mends; None of any other.

    All of it is kept in memory by whoever judges it, and in the warehouse.
    """
    problems = reading.place_columns["problem"]
    faults = len(problems) - problems.count(Problem.NONE)
    columns = [reading.columns[name] for name in ("sheet", "literal", "remark", "employer_name", "group_name")]
    columns += [reading.place_columns[name] for name in ("sheet", "found")]
    told = sum(sum(map(len, filter(None, column))) for column in columns)
    for found, most, message in (
        (faults, FILE_LIMITS.faulty_places, "Op {} plaatsen is iets mis; hoogstens {} worden genoemd."),
        (
            told,
            FILE_LIMITS.told_characters,
            "De teksten in de werkmap zijn te lang: {} tekens; hoogstens {} worden gelezen.",
        ),
    ):
        if found > most:
            shown = message.format(dutch_number(Decimal(found)), dutch_number(Decimal(most)))
            todo = "Verwijder wat niet bij de opgave hoort en stuur haar nog eens."
            return refused(Problem.TOO_LARGE, f"{shown} {todo}")
    return None


class ReturnReader:
    """Reads workbooks with one set of layouts, tokens and reference data."""

    def __init__(self, layout_folder: Path | None = None, reference: Reference | None = None) -> None:
        here = Path(__file__).parent
        self.reference = reference or Reference()
        self.layout_folder = layout_folder or here / "layouts"
        self._token_path = here / "tokens.yaml"
        self._tokens_by_layout: dict[str, Tokens] = {}
        self.read_before = ReadingStore()

    @cached_property
    def layouts(self) -> Layouts:
        """All layouts; raises LayoutError when one is wrong."""
        return Layouts.load(self.layout_folder, self.reference.sectors, self.reference.measures)

    @cached_property
    def tokens(self) -> Tokens:
        """The token table that holds for every sender."""
        return load_tokens(self._token_path)

    def _tokens_of(self, layout: Layout) -> Tokens:
        """The tokens of a layout, with those that hold for every sender; made once for all its workbooks."""
        if layout.layout_hash not in self._tokens_by_layout:
            self._tokens_by_layout[layout.layout_hash] = self.tokens.merged(layout.tokens)
        return self._tokens_by_layout[layout.layout_hash]

    @cached_property
    def _senders(self) -> dict[str, str]:
        """Who sends a sector's returns, by the calendar."""
        return {entry.sector_code: entry.sender_code for entry in self.reference.calendar}

    @cached_property
    def sectors_with_returns(self) -> tuple[str, ...]:
        """The sectors and national series that a layout serves, in their fixed order."""
        served = {file.base.sector for file in self.layouts.files.values()}
        return tuple(code for code in self.reference.sectors if code in served)

    def read(self, content: bytes, today: date, ending: str = "") -> Reading:
        """Read a workbook's bytes. Whatever is wrong with them is in the reading's places; nothing is raised.

        `ending` is how the name of the file ended; without one nothing is told of it. Of a workbook with personal data
        nothing is told but where they stand.
        """
        own_codes = self.reference.employer_codes
        try:
            received = open_workbook(content)
        except WorkbookError as error:
            return refused(error.problem, without_numbers(str(error), own_codes))
        workbook = _without_ours(received)
        identity, places = recognise(workbook, self.layouts, self._senders)
        reading = Reading(None, places=places) if identity is None else self._read(workbook, identity, places, today)
        personal = personal_places(received, reading.observations, own_codes)
        if any(place.problem is Problem.PERSONAL_DATA for place in personal):
            is_told = identity is not None and not has_number(identity.employer_code or "", own_codes)
            return Reading(identity if is_told else None, places=personal, layout_hash=reading.layout_hash)
        parts = [(problem, without_numbers(part, own_codes)) for problem, part in received.companions.items()]
        beside = [Place("file", None, None, part, None, problem) for problem, part in parts]
        whole = replace(reading, places=reading.places + beside + _named_otherwise(received, ending) + personal)
        return _too_large(whole) or whole

    def _read(self, workbook: Workbook, identity: Identity, places: list[Place], today: date) -> Reading:
        period = Period.parse(identity.period)
        layout = self.layouts.files[identity.layout_id].at(identity.period)
        said = {"sector": identity.sector_code, "employer_code": identity.employer_code}
        layout = layout.model_copy(update=said)
        if not is_plausible(period, today):
            known = f"{_FIRST_YEAR} tot en met {today.year}"
            places.append(Place("period", None, None, identity.period, known, Problem.PERIOD_IMPLAUSIBLE))
        return self._apply(workbook, identity, layout, period, places)

    def _apply(
        self, workbook: Workbook, identity: Identity, layout: Layout, period: Period, places: list[Place]
    ) -> Reading:
        tokens = self._tokens_of(layout)
        whole = TableReading(places=places)
        for sheet in workbook.sheets:
            tables = [table for table in layout.tables.values() if matcher(table.sheet).fullmatch(sheet.name)]
            ignored = any(matcher(pattern).fullmatch(sheet.name) for pattern in layout.ignored_sheets)
            if not tables:
                problem = Problem.NONE if ignored or not sheet.filled_cells else Problem.SHEET_UNKNOWN
                whole.places.append(Place("sheet", sheet.name, None, sheet.name, None, problem))
                continue
            whole.places.append(Place("sheet", sheet.name, None, sheet.name))
            of_sheet = TableReading()
            for table in tables:
                _gather(of_sheet, TableReader(sheet, table, layout, period, tokens, self.reference).read())
            _gather(whole, of_sheet)
            whole.places.extend(_hidden(sheet, layout, of_sheet))
            whole.places.extend(_unaccounted(sheet, layout, of_sheet))
        names = [sheet.name for sheet in workbook.sheets]
        for pattern in sorted({table.sheet for table in layout.tables.values()}):
            if not any(matcher(pattern).fullmatch(name) for name in names):
                found = ", ".join(names)
                whole.places.append(Place("sheet", None, None, found, readable(pattern), Problem.SHEET_MISSING))
        observations, ambiguous = withhold_contradicted(whole.observations, whole.alternatives)
        used = _without_doubt_at(ambiguous, whole.places) if ambiguous else whole.places
        all_places = used + ambiguous
        return Reading(identity, observations, all_places, layout.required, layout.survey, layout.layout_hash)


def _without_doubt_at(ambiguous: list[Place], places: list[Place]) -> list[Place]:
    """Places without those that only say that a number is text where its cell is not used at all."""
    unused = {(place.sheet, place.cell) for place in ambiguous}
    return [p for p in places if p.problem is not Problem.NUMBER_AS_TEXT or (p.sheet, p.cell) not in unused]


def _without_ours(workbook: Workbook) -> Workbook:
    """The workbook without our own sheets: a sender may correct the annotated copy and send that."""
    return Workbook(tuple(s for s in workbook.sheets if s.name not in {FINDINGS_SHEET, ALL_FINDINGS_SHEET}))


def _named_otherwise(workbook: Workbook, ending: str) -> list[Place]:
    """A place for a file whose name says that it is in another format than it is."""
    if not ending or ending.casefold() in workbook.endings:
        return []
    return [Place("file", None, None, ending, workbook.endings[0], Problem.NAMED_OTHERWISE)]


def _gather(whole: TableReading, part: TableReading) -> None:
    whole.observations += part.observations
    whole.places += part.places
    whole.consumed |= part.consumed
    whole.declared_hidden |= part.declared_hidden
    whole.alternatives |= part.alternatives


def _is_declared(name: str, layout: Layout) -> bool:
    return any(matcher(pattern).fullmatch(name) for pattern in layout.hidden)


def _hidden(sheet: Sheet, layout: Layout, reading: TableReading) -> list[Place]:
    """A place for each hidden sheet, row and column that holds something, right when the layout declares it."""
    rows, columns = _filled_and_hidden(sheet, reading)
    hidden = [(f"rij {row}", f"{sheet.name}!{row}") for row in sorted(rows)]
    hidden += [(f"kolom {get_column_letter(c)}", f"{sheet.name}!{get_column_letter(c)}") for c in sorted(columns)]
    if sheet.hidden:
        hidden.append((f"blad {sheet.name}", sheet.name))
    return [
        Place("hidden", sheet.name, None, found, None,
              Problem.NONE if _is_declared(name, layout) else Problem.HIDDEN_UNDECLARED)
        for found, name in hidden
    ]  # fmt: skip


def _filled_and_hidden(sheet: Sheet, reading: TableReading) -> tuple[frozenset[int], frozenset[int]]:
    """The hidden rows and columns in which a cell holds something, but for those that a table declares."""
    if not (sheet.hidden_rows or sheet.hidden_columns):
        return frozenset(), frozenset()
    filled = [cell for cell in sheet.filled_cells if (cell.row, cell.column) not in reading.declared_hidden]
    rows, columns = {cell.row for cell in filled}, {cell.column for cell in filled}
    return sheet.hidden_rows & rows, sheet.hidden_columns & columns


def _unaccounted(sheet: Sheet, layout: Layout, reading: TableReading) -> list[Place]:
    """A place for each cell that no table used and no pattern ignores by name."""
    places = []
    for place in sorted(sheet.cells.keys() - reading.consumed):
        cell = sheet.cells[place]
        if cell.is_blank or _in_declared_hidden(sheet, cell, layout):
            continue
        known = fits_one(layout.texts, normalise(cell.literal or ""))
        unknown = Problem.TEXT_UNKNOWN if cell.kind is CellKind.TEXT else Problem.NUMBER_UNMAPPED
        shown = dutch_number(cell.value) if isinstance(cell.value, Decimal) else cell.literal
        places.append(Place("text", sheet.name, cell.address, shown, None, Problem.NONE if known else unknown))
    return places


def _in_declared_hidden(sheet: Sheet, cell: Cell, layout: Layout) -> bool:
    names = []
    if cell.row in sheet.hidden_rows:
        names.append(f"{sheet.name}!{cell.row}")
    if cell.column in sheet.hidden_columns:
        names.append(f"{sheet.name}!{get_column_letter(cell.column)}")
    return any(_is_declared(name, layout) for name in names)
