"""What the cells of one record say, as observations.

A record and its headers are found by `tables.py`; what a single number says is `numbers.py`.
"""

from __future__ import annotations

from dataclasses import replace

from assets.returns.grid import Grid, Header, Record
from assets.returns.layout import Layout, matcher
from assets.returns.numbers import ReadValue, Tokens, read_number, to_jobs
from assets.returns.workbook import Cell, CellKind, normalise
from warehouse.periods import Period
from warehouse.records import Level, Observation, Problem, Role, Status
from warehouse.reference import Reference

_UNUSABLE = {
    CellKind.ERROR: Problem.ERROR_CELL,
    CellKind.FORMULA_WITHOUT_VALUE: Problem.FORMULA_WITHOUT_VALUE,
}


class RecordReader:
    """Reads the records of one table of one sheet."""

    def __init__(self, grid: Grid, layout: Layout, own: Period, tokens: Tokens, reference: Reference) -> None:
        self.grid, self.layout, self.own, self.tokens, self.reference = grid, layout, own, tokens, reference

    def read(self, record: Record, headers: list[Header]) -> None:
        """Read every measure of a record into the grid's reading."""
        code = record.code
        if record.name is not None and code is None and record.level in {Level.EMPLOYER, Level.UNIT}:
            code = self.reference.employer_code(self.layout.sector, record.level.value, record.name)
        for header in headers:
            cell = self.grid.cell(record.line, header.position)
            if header.layout.part or header.layout.starts or header.layout.ignore:
                self._check_part(header, self.grid.consume(cell))
                continue
            if record.measures is not None and header.field_id not in record.measures:
                continue
            self.grid.consume(cell)
            remark = self._remark(record, header)
            if header.layout.pattern:
                self._read_pattern(record, header, cell, code, remark)
            else:
                measure = (record.measures or {}).get(header.field_id) or header.layout.measure or ""
                self._read_measure(record, header, cell, measure, code, remark)

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

    def _read_pattern(self, record: Record, header: Header, cell: Cell, code: str | None, remark: str | None) -> None:
        """A text that holds several figures, such as «183 van 280»."""
        match = matcher(header.layout.pattern or "").fullmatch(normalise(cell.literal or ""))
        if match is None:
            self.grid.place("value", cell, cell.literal, header.layout.pattern, Problem.VALUE_UNKNOWN)
            return
        for measure, digits in match.groupdict().items():
            part = replace(cell, kind=CellKind.TEXT, value=digits)
            read = read_number(part, self.reference.measures[measure].unit, self.layout.locale, self.tokens)
            self._observe(record, header, cell, measure, code, remark, read)

    def _read_measure(
        self, record: Record, header: Header, cell: Cell, measure: str, code: str | None, remark: str | None
    ) -> None:
        unit = self.reference.measures[measure].unit
        if unit == "none" and measure != "survey_weight":
            self._observe_text(record, header, cell, measure, code, remark)
            return
        read = read_number(cell, unit, self.layout.locale, self.tokens, remark)
        if not self._unit_cell_fits(header, unit):
            read = ReadValue(Status.MISSING, problem=Problem.UNIT_CONTRADICTED)
        if header.layout.estimated and read.status is Status.REPORTED:
            read = replace(read, status=Status.ESTIMATED)
        self._observe(record, header, cell, measure, code, remark, read)
        converted = header.layout.converts_to
        if converted:
            jobs = to_jobs(read.value) if read.value is not None else None
            as_jobs = replace(read, value=jobs, decimals=None, alternative=None, problem=Problem.NONE)
            self._observe(record, header, cell, converted, code, remark, as_jobs, converted_from=measure)

    def _unit_cell_fits(self, header: Header, unit: str) -> bool:
        if self.grid.table.units_at is None:
            return True
        cell = self.grid.consume(self.grid.cell(self.grid.line + self.grid.table.units_at, header.position))
        word = normalise(cell.literal or "").casefold()
        return not word or unit in self.tokens.units.get(word, ())

    def _observe_text(
        self, record: Record, header: Header, cell: Cell, measure: str, code: str | None, remark: str | None
    ) -> None:
        """A text measure: from a list, or free; a colour is read from the cell's fill."""
        text = normalise(cell.literal or "") or None
        if text is None and header.layout.fills and cell.fill:
            text = header.layout.fills.get(cell.fill, cell.fill)
        status = Status.MISSING if text is None else self.tokens.status_by_word.get(text.casefold(), Status.REPORTED)
        if header.layout.fills and header.layout.allowed is None:
            allowed: tuple[str, ...] | None = tuple(header.layout.fills.values())
        else:
            allowed = header.layout.allowed
        problem = _UNUSABLE.get(cell.kind, Problem.NONE)
        if problem is not Problem.NONE:
            status = Status.MISSING
        elif status.has_value and allowed is not None and (text or "").casefold() not in allowed:
            problem, status = Problem.VALUE_UNKNOWN, Status.MISSING
        self.grid.place("value", cell, text, "; ".join(allowed or ()) or None, problem)
        observation = self._observation(record, header, cell, measure, code, remark, ReadValue(status))
        if status.has_value:
            observation = replace(observation, text_value=text, literal=cell.literal or cell.fill)
        self.grid.reading.observations.append(observation)

    def _observe(
        self,
        record: Record,
        header: Header,
        cell: Cell,
        measure: str,
        code: str | None,
        remark: str | None,
        read: ReadValue,
        converted_from: str | None = None,
    ) -> None:
        if converted_from is None:
            dutch = self.reference.measures[measure].dutch_term
            self.grid.place("value", cell, cell.literal, dutch, read.problem)
            if read.alternative is not None:
                self.grid.reading.alternatives[self.grid.sheet.name, cell.address, measure] = read.alternative
        observation = self._observation(record, header, cell, measure, code, remark, read)
        self.grid.reading.observations.append(replace(observation, converted_from=converted_from))

    def _observation(
        self,
        record: Record,
        header: Header,
        cell: Cell,
        measure: str,
        code: str | None,
        remark: str | None,
        read: ReadValue,
    ) -> Observation:
        period = header.period or record.period
        default_role = Role.OWN if period == self.own or header.layout.period == "first_half" else Role.REPEATED
        role = Role.REPEATED if record.repeats else header.layout.role or self.grid.table.role or default_role
        known = self.reference.measures[measure]
        adds_up = record.level is Level.EMPLOYER and role is Role.OWN and period == self.own and known.additive
        return Observation(
            sector_code=header.layout.sector or self.layout.sector,
            level=record.level,
            employer_code=code,
            employer_name=record.name,
            group_name=record.group,
            period=str(period),
            role=role,
            measure=measure,
            value=read.value,
            text_value=None,
            unit=known.unit,
            status=read.status,
            counts=adds_up and not self.grid.table.survey and read.value is not None,
            sheet=self.grid.sheet.name,
            cell=cell.address,
            record=record.key,
            literal=cell.literal,
            decimals=read.decimals,
            qualifier=read.qualifier,
            footnote=read.footnote,
            remark=remark,
            survey=self.grid.table.survey,
        )
