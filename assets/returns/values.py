"""What the cells of one record say, as observations.

A record and its headers are found by `tables.py`; what a single number says is `numbers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from assets.returns.grid import Grid, Header, Record
from assets.returns.layout import FieldLayout, Layout, matcher, readable
from assets.returns.numbers import ReadValue, Tokens, is_bare_number, read_number, stored_number, to_jobs
from assets.returns.workbook import Cell, CellKind, normalise
from warehouse.periods import Period
from warehouse.records import Level, Observation, Place, Problem, Role, Status
from warehouse.reference import Reference

_UNUSABLE = {
    CellKind.ERROR: Problem.ERROR_CELL,
    CellKind.FORMULA_WITHOUT_VALUE: Problem.FORMULA_WITHOUT_VALUE,
}


class _When(NamedTuple):
    """The period of figures as it is written, and whether it is that of the return."""

    period: str
    is_own: bool


class _About(NamedTuple):
    """What figures of one measure under one header are about; `expected` is what is told of their places."""

    measure: str
    unit: str
    is_text: bool
    expected: str | None
    sector_code: str
    period: str
    role: Role
    counts: bool


class _Column(NamedTuple):
    """A header, and what the figures under it are about in records of one kind: by measure, `main` that of its own.

    Without any it holds a part of what records are, or nothing that is used.
    """

    header: Header
    layout: FieldLayout
    main: _About | None
    about: Mapping[str, _About]


class _Spot(NamedTuple):
    """One cell of a record that holds figures."""

    record: Record
    column: _Column
    cell: Cell
    address: str
    literal: str | None
    employer_code: str | None
    remark: str | None


class RecordReader:
    """Reads the records of one table of one sheet."""

    def __init__(self, grid: Grid, layout: Layout, own: Period, tokens: Tokens, reference: Reference) -> None:
        self.grid, self.layout, self.own, self.tokens, self.reference = grid, layout, own, tokens, reference
        self.reading, self._sheet_name, self._survey = grid.reading, grid.sheet.name, grid.table.survey
        self._has_units, self._has_remarks = grid.table.units_at is not None, grid.table.remarks_at is not None
        self._columns_of_kind: dict[tuple[object, ...], list[_Column]] = {}
        self._texts_read: dict[tuple[object, str], ReadValue] = {}

    def read(self, record: Record, headers: list[Header]) -> None:
        """Read every measure of a record into the grid's reading."""
        code = record.code
        if record.name is not None and code is None and record.level in {Level.EMPLOYER, Level.UNIT}:
            code = self.reference.employer_code(self.layout.sector, record.level.value, record.name)
        figures = (header for header in headers if header.layout.measure or header.layout.pattern)
        self._check_merged(self.grid.cell(record.line, header.position) for header in figures)
        columns = self._columns(record, headers)
        cells = self.grid.consume_along(record.line, [column.header.position for column in columns])
        for column, cell in zip(columns, cells, strict=True):
            if not column.about:
                self._check_part(column.header, cell)
                continue
            remark = self._remark(column.header) if self._has_remarks else record.remark
            spot = _Spot(record, column, cell, cell.address, cell.literal, code, remark)
            if column.main is None:
                self._read_pattern(spot)
            elif column.main.is_text:
                self._read_text(spot, column.main)
            else:
                self._read_number(spot, column.main)

    # -- what cells are about --------------------------------------------------------------------------------------

    def _columns(self, record: Record, headers: list[Header]) -> list[_Column]:
        """The columns that are read in a record: made out once for all records of its kind."""
        measures = None if record.measures is None else tuple(record.measures.items())
        kind = record.block, record.level, record.period, record.repeats, measures
        if kind not in self._columns_of_kind:
            self._columns_of_kind[kind] = list(self._made_columns(record, headers))
        return self._columns_of_kind[kind]

    def _made_columns(self, record: Record, headers: list[Header]) -> Iterator[_Column]:
        of_record = self._when(record.period)
        for header in headers:
            layout = header.layout
            if layout.part or layout.starts or layout.ignore:
                yield _Column(header, layout, None, {})
            elif record.measures is None or header.field_id in record.measures:
                own = (record.measures or {}).get(header.field_id) or layout.measure
                others = matcher(layout.pattern).groupindex if layout.pattern else ()
                measures = [measure for measure in (own, layout.converts_to, *others) if measure]
                when = self._when(header.period) if header.period else of_record
                about = {measure: self._about(record, layout, measure, when) for measure in measures}
                yield _Column(header, layout, about[own] if own else None, about)

    def _when(self, period: Period) -> _When:
        return _When(str(period), period == self.own)

    def _about(self, record: Record, layout: FieldLayout, measure: str, when: _When) -> _About:
        known = self.reference.measures[measure]
        role = self._role(record, layout, is_own=when.is_own)
        adds_up = known.additive and when.is_own and record.level is Level.EMPLOYER and role is Role.OWN
        counts = adds_up and not self._survey
        is_text = known.unit == "none" and measure != "survey_weight"
        choices = layout.allowed or (layout.fills or {}).values()
        expected = "; ".join(choices) or None if is_text else known.dutch_term
        sector_code = layout.sector or self.layout.sector
        return _About(measure, known.unit, is_text, expected, sector_code, when.period, role, counts)

    def _role(self, record: Record, layout: FieldLayout, *, is_own: bool) -> Role:
        """Repeated when the layout says so, or when the figure is of another period than the return's."""
        if record.repeats:
            return Role.REPEATED
        is_own = is_own or layout.period == "first_half"
        return layout.role or self.grid.table.role or (Role.OWN if is_own else Role.REPEATED)

    # -- what cells say --------------------------------------------------------------------------------------------

    def _check_merged(self, given: Iterator[Cell]) -> None:
        """One place for a record whose cells are all its own, or one for each that is merged with others."""
        cells = list(given) if self.grid.sheet.merged else list(islice(given, 1))
        merged = [cell for cell in cells if (cell.row, cell.column) in self.grid.sheet.merged]
        for cell in merged:
            first = self.grid.sheet.cell(*self.grid.sheet.merged[cell.row, cell.column])
            self.grid.place("merged", cell, f"vanaf {first.address}", None, Problem.MERGED_DATA)
        if cells and not merged:
            self.grid.place("merged", cells[0], None, None)

    def _check_part(self, header: Header, cell: Cell) -> None:
        """A part must be readable; a form's own year and reference date must be those of the return."""
        if cell.kind in _UNUSABLE and header.layout.ignore is None:
            self.grid.place("value", cell, cell.literal, header.layout.part, _UNUSABLE[cell.kind])
        if self.grid.table.record_at is None or header.layout.part not in {"period", "reference_date"}:
            return
        end = self.own.end
        good = {str(self.own)} if header.layout.part == "period" else {end.isoformat(), f"{end:%d-%m-%Y}"}
        problem = Problem.NONE if normalise(cell.literal or "") in good else Problem.PERIOD_CONTRADICTED
        self.grid.place("period", cell, cell.literal, min(good), problem)

    def _remark(self, header: Header) -> str | None:
        """The remark of a form beside the figures under a header."""
        line = self.grid.line + (self.grid.table.remarks_at or 0)
        cell = self.grid.consume(self.grid.cell(line, header.position))
        return normalise(cell.literal or "") or None

    def _read_pattern(self, spot: _Spot) -> None:
        """A text that holds several figures, such as «183 van 280»."""
        pattern = spot.column.layout.pattern or ""
        match = matcher(pattern).fullmatch(normalise(spot.cell.literal or ""))
        if match is None:
            self.grid.place("value", spot.cell, spot.cell.literal, readable(pattern), Problem.VALUE_UNKNOWN)
            return
        for measure, digits in match.groupdict().items():
            part, about = spot.cell._replace(kind=CellKind.TEXT, value=digits), spot.column.about[measure]
            self._observe(spot, about, read_number(part, about.unit, self.layout.locale, self.tokens))

    def _read_number(self, spot: _Spot, about: _About) -> None:
        """A number, and beside it the jobs it converts to where the layout says so."""
        layout = spot.column.layout
        cell, unit = spot.cell, about.unit
        read = stored_number(cell, unit) if cell.kind is CellKind.NUMBER else self._said(cell, unit, spot.remark)
        if self._has_units and not self._unit_cell_fits(spot.column.header, unit):
            read = ReadValue(Status.MISSING, problem=Problem.UNIT_CONTRADICTED)
        if layout.estimated and read.status is Status.REPORTED:
            read = read._replace(status=Status.ESTIMATED)
        if (spot.remark or cell.kind is CellKind.TEXT) and read.problem is Problem.NONE:
            read = self._with_doubt(spot, read)
        self._observe(spot, about, read)
        if layout.converts_to:
            jobs = to_jobs(read.value) if read.value is not None else None
            as_jobs = read._replace(value=jobs, alternative=None, problem=Problem.NONE)
            of_jobs = spot.column.about[layout.converts_to]
            observation = self._observation(spot, of_jobs, as_jobs)._replace(converted_from=about.measure)
            self.reading.observations.append(observation)

    def _said(self, cell: Cell, unit: str, remark: str | None) -> ReadValue:
        """What a cell without a number says; the same few words stand in many, and are made out once."""
        if cell.kind is not CellKind.TEXT:
            return read_number(cell, unit, self.layout.locale, self.tokens, remark)
        key = cell.value, unit
        if key not in self._texts_read:
            self._texts_read[key] = read_number(cell, unit, self.layout.locale, self.tokens)
        return self._texts_read[key]

    def _with_doubt(self, spot: _Spot, read: ReadValue) -> ReadValue:
        """A value, with what is odd about it although it can be used."""
        if read.value == 0 and self.tokens.says_not_supplied(spot.remark):
            return read._replace(problem=Problem.ZERO_CONTRADICTED)
        if spot.cell.kind is CellKind.TEXT and read.value is not None and is_bare_number(str(spot.cell.value)):
            return read._replace(problem=Problem.NUMBER_AS_TEXT)
        return read

    def _unit_cell_fits(self, header: Header, unit: str) -> bool:
        cell = self.grid.consume(self.grid.cell(self.grid.line + (self.grid.table.units_at or 0), header.position))
        word = normalise(cell.literal or "").casefold()
        return not word or unit in self.tokens.units.get(word, ())

    def _read_text(self, spot: _Spot, about: _About) -> None:
        """A text measure: from a list, or free; a colour is read from the cell's fill."""
        layout, cell = spot.column.layout, spot.cell
        text = normalise(spot.literal or "") or None
        if text is None and layout.fills and cell.fill:
            text = layout.fills.get(cell.fill, cell.fill)
        status = Status.MISSING if text is None else self.tokens.status_by_word.get(text.casefold(), Status.REPORTED)
        allowed = layout.allowed or (tuple(layout.fills.values()) if layout.fills else None)
        problem = _UNUSABLE.get(cell.kind, Problem.NONE)
        if problem is Problem.NONE and status.has_value and allowed and (text or "").casefold() not in allowed:
            problem = Problem.VALUE_UNKNOWN
        if problem is not Problem.NONE:
            status = Status.MISSING
        self.grid.place_at("value", spot.address, text, about.expected, problem)
        said = text if status.has_value else None
        self.reading.observations.append(self._observation(spot, about, ReadValue(status), said))

    def _observe(self, spot: _Spot, about: _About, read: ReadValue) -> None:
        reading, sheet_name = self.reading, self._sheet_name
        reading.places.append(Place("value", sheet_name, spot.address, spot.literal, about.expected, read.problem))
        if read.alternative is not None:
            reading.alternatives[sheet_name, spot.address, about.measure] = read.alternative
        reading.observations.append(self._observation(spot, about, read))

    def _observation(self, spot: _Spot, about: _About, read: ReadValue, text: str | None = None) -> Observation:
        """The fields in their order, for a workbook has thousands and names take twice the time."""
        record = spot.record
        return Observation(
            about.sector_code,
            record.level,
            spot.employer_code,
            record.name,
            record.group,
            about.period,
            about.role,
            about.measure,
            read.value,
            text,
            about.unit,
            read.status,
            about.counts and read.value is not None,
            self._sheet_name,
            spot.address,
            record.key,
            spot.literal if text is None else spot.literal or spot.cell.fill,
            read.decimals,
            read.qualifier,
            read.footnote,
            spot.remark,
            self._survey,
        )
