"""What the cells of one record say, as observations.

A record and its headers are found by `tables.py`; what a single number says is `numbers.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from assets.returns.grid import Grid, Header, Record
from assets.returns.layout import Layout, matcher, readable
from assets.returns.numbers import ReadValue, Tokens, is_bare_number, read_number, to_jobs
from assets.returns.workbook import Cell, CellKind, normalise
from warehouse.periods import Period
from warehouse.records import Level, Observation, Problem, Role, Status
from warehouse.reference import Reference

_UNUSABLE = {
    CellKind.ERROR: Problem.ERROR_CELL,
    CellKind.FORMULA_WITHOUT_VALUE: Problem.FORMULA_WITHOUT_VALUE,
}


class _When(NamedTuple):
    """The period of figures as it is written, and whether it is that of the return."""

    period: str
    is_own: bool


class _Spot(NamedTuple):
    """One cell of a record, and what it is about."""

    record: Record
    header: Header
    cell: Cell
    address: str
    literal: str | None
    employer_code: str | None
    remark: str | None
    when: _When


class RecordReader:
    """Reads the records of one table of one sheet."""

    def __init__(self, grid: Grid, layout: Layout, own: Period, tokens: Tokens, reference: Reference) -> None:
        self.grid, self.layout, self.own, self.tokens, self.reference = grid, layout, own, tokens, reference
        self._when_of_header: dict[int, _When | None] = {}

    def read(self, record: Record, headers: list[Header]) -> None:
        """Read every measure of a record into the grid's reading."""
        code = record.code
        if record.name is not None and code is None and record.level in {Level.EMPLOYER, Level.UNIT}:
            code = self.reference.employer_code(self.layout.sector, record.level.value, record.name)
        figures = (header for header in headers if header.layout.measure or header.layout.pattern)
        self._check_merged(self.grid.cell(record.line, header.position) for header in figures)
        when = self._when(record.period)
        for header in headers:
            cell = self.grid.cell(record.line, header.position)
            if header.layout.part or header.layout.starts or header.layout.ignore:
                self._check_part(header, self.grid.consume(cell))
            elif record.measures is None or header.field_id in record.measures:
                self.grid.consume(cell)
                remark, of_header = self._remark(record, header), self._when_of(header)
                spot = _Spot(record, header, cell, cell.address, cell.literal, code, remark, of_header or when)
                self._read_spot(spot)

    def _when(self, period: Period) -> _When:
        return _When(str(period), period == self.own)

    def _when_of(self, header: Header) -> _When | None:
        """The period that a header gives its figures; None when that is their record's."""
        if header.position not in self._when_of_header:
            self._when_of_header[header.position] = self._when(header.period) if header.period else None
        return self._when_of_header[header.position]

    def _check_merged(self, given: Iterator[Cell]) -> None:
        """One place for a record whose cells are all its own, or one for each that is merged with others."""
        cells = list(given) if self.grid.sheet.merged else list(islice(given, 1))
        merged = [cell for cell in cells if (cell.row, cell.column) in self.grid.sheet.merged]
        for cell in merged:
            first = self.grid.sheet.cell(*self.grid.sheet.merged[cell.row, cell.column])
            self.grid.place("merged", cell, f"vanaf {first.address}", None, Problem.MERGED_DATA)
        if cells and not merged:
            self.grid.place("merged", cells[0], None, None)

    def _read_spot(self, spot: _Spot) -> None:
        if spot.header.layout.pattern:
            self._read_pattern(spot)
            return
        measure = (spot.record.measures or {}).get(spot.header.field_id) or spot.header.layout.measure or ""
        unit = self.reference.measures[measure].unit
        if unit == "none" and measure != "survey_weight":
            self._observe_text(spot, measure)
        else:
            self._read_number(spot, measure, unit)

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

    def _remark(self, record: Record, header: Header) -> str | None:
        if self.grid.table.remarks_at is None:
            return record.remark
        cell = self.grid.consume(self.grid.cell(self.grid.line + self.grid.table.remarks_at, header.position))
        return normalise(cell.literal or "") or None

    def _read_pattern(self, spot: _Spot) -> None:
        """A text that holds several figures, such as «183 van 280»."""
        pattern = spot.header.layout.pattern or ""
        match = matcher(pattern).fullmatch(normalise(spot.cell.literal or ""))
        if match is None:
            self.grid.place("value", spot.cell, spot.cell.literal, readable(pattern), Problem.VALUE_UNKNOWN)
            return
        for measure, digits in match.groupdict().items():
            part = spot.cell._replace(kind=CellKind.TEXT, value=digits)
            read = read_number(part, self.reference.measures[measure].unit, self.layout.locale, self.tokens)
            self._observe(spot, measure, read)

    def _read_number(self, spot: _Spot, measure: str, unit: str) -> None:
        """A number, and beside it the jobs it converts to where the layout says so."""
        layout = spot.header.layout
        read = read_number(spot.cell, unit, self.layout.locale, self.tokens, spot.remark)
        if not self._unit_cell_fits(spot.header, unit):
            read = ReadValue(Status.MISSING, problem=Problem.UNIT_CONTRADICTED)
        if layout.estimated and read.status is Status.REPORTED:
            read = read._replace(status=Status.ESTIMATED)
        if read.problem is Problem.NONE and (doubt := self._doubt(spot, read)) is not Problem.NONE:
            read = read._replace(problem=doubt)
        self._observe(spot, measure, read)
        if layout.converts_to:
            jobs = to_jobs(read.value) if read.value is not None else None
            as_jobs = read._replace(value=jobs, alternative=None, problem=Problem.NONE)
            observation = self._observation(spot, layout.converts_to, as_jobs)
            self.grid.reading.observations.append(observation._replace(converted_from=measure))

    def _doubt(self, spot: _Spot, read: ReadValue) -> Problem:
        """What is odd about a value that can be used all the same."""
        if read.value == 0 and self.tokens.says_not_supplied(spot.remark):
            return Problem.ZERO_CONTRADICTED
        if spot.cell.kind is CellKind.TEXT and read.value is not None and is_bare_number(str(spot.cell.value)):
            return Problem.NUMBER_AS_TEXT
        return Problem.NONE

    def _unit_cell_fits(self, header: Header, unit: str) -> bool:
        if self.grid.table.units_at is None:
            return True
        cell = self.grid.consume(self.grid.cell(self.grid.line + self.grid.table.units_at, header.position))
        word = normalise(cell.literal or "").casefold()
        return not word or unit in self.tokens.units.get(word, ())

    def _observe_text(self, spot: _Spot, measure: str) -> None:
        """A text measure: from a list, or free; a colour is read from the cell's fill."""
        layout, cell = spot.header.layout, spot.cell
        text = normalise(cell.literal or "") or None
        if text is None and layout.fills and cell.fill:
            text = layout.fills.get(cell.fill, cell.fill)
        status = Status.MISSING if text is None else self.tokens.status_by_word.get(text.casefold(), Status.REPORTED)
        allowed = layout.allowed or (tuple(layout.fills.values()) if layout.fills else None)
        problem = _UNUSABLE.get(cell.kind, Problem.NONE)
        if problem is Problem.NONE and status.has_value and allowed and (text or "").casefold() not in allowed:
            problem = Problem.VALUE_UNKNOWN
        if problem is not Problem.NONE:
            status = Status.MISSING
        self.grid.place("value", cell, text, "; ".join(allowed or ()) or None, problem)
        observation = self._observation(spot, measure, ReadValue(status))
        if status.has_value:
            observation = observation._replace(text_value=text, literal=cell.literal or cell.fill)
        self.grid.reading.observations.append(observation)

    def _observe(self, spot: _Spot, measure: str, read: ReadValue) -> None:
        dutch = self.reference.measures[measure].dutch_term
        self.grid.place_at("value", spot.address, spot.literal, dutch, read.problem)
        if read.alternative is not None:
            self.grid.reading.alternatives[self.grid.sheet.name, spot.address, measure] = read.alternative
        self.grid.reading.observations.append(self._observation(spot, measure, read))

    def _observation(self, spot: _Spot, measure: str, read: ReadValue) -> Observation:
        record, layout = spot.record, spot.header.layout
        known, survey = self.reference.measures[measure], self.grid.table.survey
        role = self._role(spot)
        adds_up = known.additive and spot.when.is_own and record.level is Level.EMPLOYER and role is Role.OWN
        return Observation(
            sector_code=layout.sector or self.layout.sector,
            level=record.level,
            employer_code=spot.employer_code,
            employer_name=record.name,
            group_name=record.group,
            period=spot.when.period,
            role=role,
            measure=measure,
            value=read.value,
            text_value=None,
            unit=known.unit,
            status=read.status,
            counts=adds_up and not survey and read.value is not None,
            sheet=self.grid.sheet.name,
            cell=spot.address,
            record=record.key,
            literal=spot.literal,
            decimals=read.decimals,
            qualifier=read.qualifier,
            footnote=read.footnote,
            remark=spot.remark,
            survey=survey,
        )

    def _role(self, spot: _Spot) -> Role:
        """Repeated when the layout says so, or when the figure is of another period than the return's."""
        if spot.record.repeats:
            return Role.REPEATED
        layout = spot.header.layout
        is_own = spot.when.is_own or layout.period == "first_half"
        return layout.role or self.grid.table.role or (Role.OWN if is_own else Role.REPEATED)
