"""Apply one table of a layout to one sheet: find its headers, read its records, say what fits nothing.

A table whose headers lie down a column is read as one whose headers lie across a row, with rows and columns
exchanged; addresses stay those of the sheet. What a single cell says is `numbers.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from openpyxl.utils import column_index_from_string, get_column_letter

from assets.returns.layout import FieldLayout, Layout, RecordLayout, TableLayout, matcher
from assets.returns.numbers import ReadValue, Tokens, read_number, to_jobs
from assets.returns.workbook import Cell, CellKind, Sheet, normalise
from warehouse.periods import Period, PeriodKind
from warehouse.records import Level, Observation, Place, Problem, Role, Status
from warehouse.reference import Reference

_HALF_WORDS = {"eerste": 1, "tweede": 2}


def period_from_groups(groups: Mapping[str, str | None], own: Period | None) -> Period | None:
    """The period that the named groups `year`, `half` and `quarter` of a match give; the year may be taken from `own`.

    Returns None when the groups name no period, or one that does not exist.
    """
    year = groups.get("year") or (str(own.year) if own else None)
    half, quarter = groups.get("half"), groups.get("quarter")
    if year is None or not (groups.get("year") or half or quarter):
        return None
    number = half or quarter or "1"
    kind = PeriodKind.HALF_YEAR if half else PeriodKind.QUARTER if quarter else PeriodKind.YEAR
    try:
        return Period(int(year), kind, _HALF_WORDS.get(number.casefold()) or int(number))
    except ValueError:
        return None


@dataclass(slots=True)
class TableReading:
    """What a table gave: observations, what was looked at, the cells accounted for, and the other locale's readings."""

    observations: list[Observation] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    consumed: set[tuple[int, int]] = field(default_factory=set)
    declared_hidden: set[tuple[int, int]] = field(default_factory=set)
    alternatives: dict[tuple[str, str, str], Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Header:
    """One header found: where, which field, and the period of the figures under it."""

    position: int
    field_id: str
    layout: FieldLayout
    period: Period | None
    block: int = 0


@dataclass(frozen=True, slots=True)
class _Record:
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


class TableReader:
    """Reads one table of one sheet."""

    def __init__(
        self, sheet: Sheet, table: TableLayout, layout: Layout, own: Period, tokens: Tokens, reference: Reference
    ) -> None:
        self.sheet, self.table, self.layout, self.own = sheet, table, layout, own
        self.tokens, self.reference = tokens, reference
        self.across = table.direction == "across"
        self.reading = TableReading()
        self.line = 0

    def read(self) -> TableReading:
        """Find the headers, then read every record."""
        anchor = self._find_anchor()
        if anchor is None:
            header = self.table.fields[self.table.anchor].header
            self._place("header", None, None, header, Problem.HEADER_MISSING)
            return self.reading
        self.line = anchor[0]
        headers = list(self._headers(anchor[1]))
        self._check_headers(headers)
        for record in self._grouped(list(self._records(headers, anchor[1]))):
            self._read_record(record, [header for header in headers if header.block == record.block])
        return self.reading

    # -- coordinates: a line holds headers or one record, a position lies along it ---------------------------------

    def _cell(self, line: int, position: int) -> Cell:
        return self.sheet.cell(line, position) if self.across else self.sheet.cell(position, line)

    def _line_of(self, cell: Cell) -> int:
        return cell.row if self.across else cell.column

    def _position_of(self, cell: Cell) -> int:
        return cell.column if self.across else cell.row

    def _consume(self, cell: Cell) -> Cell:
        self.reading.consumed.add((cell.row, cell.column))
        return cell

    def _place(
        self, kind: str, cell: Cell | None, found: str | None, expected: str | None, problem: Problem = Problem.NONE
    ) -> None:
        address = cell.address if cell else None
        self.reading.places.append(Place(kind, self.sheet.name, address, found, expected, problem))

    def _in_span(self, cell: Cell) -> bool:
        if self.table.span is None:
            return True
        first, last = (column_index_from_string(column) for column in self.table.span)
        return first <= cell.column <= last

    # -- headers ---------------------------------------------------------------------------------------------------

    def _find_anchor(self) -> tuple[int, int] | None:
        pattern = matcher(self.table.fields[self.table.anchor].header)
        for cell in self.sheet.filled_cells():
            line, position = self._line_of(cell), self._position_of(cell)
            if self._in_span(cell) and pattern.fullmatch(self._header_text(line, position)):
                return line, position
        return None

    def _header_text(self, line: int, position: int) -> str:
        parts: list[str] = []
        for number in range(line, line + self.table.header_depth):
            cell = self._cell(number, position)
            row, column = self.sheet.merged.get((cell.row, cell.column), (cell.row, cell.column))
            text = normalise(self.sheet.cell(row, column).literal or "")
            if text and text not in parts[-1:]:
                parts.append(text)
        return " ".join(parts)

    def _header_positions(self, start: int) -> list[int]:
        lines = range(self.line, self.line + self.table.header_depth)
        cells = [cell for cell in self.sheet.filled_cells() if self._line_of(cell) in lines and self._in_span(cell)]
        return sorted({self._position_of(cell) for cell in cells if self._position_of(cell) >= start})

    def _headers(self, start: int) -> Iterator[_Header]:
        block = 0
        for position in self._header_positions(start):
            text = self._header_text(self.line, position)
            cell = self._cell(self.line, position)
            for number in range(self.line, self.line + self.table.header_depth):
                self._consume(self._cell(number, position))
            header = self._match_header(position, text, cell, block)
            if header is not None:
                if header.layout.starts:
                    block += 1
                    header = replace(header, block=block)
                yield header

    def _match_header(self, position: int, text: str, cell: Cell, block: int) -> _Header | None:
        for field_id, layout in self.table.fields.items():
            match = matcher(layout.header).fullmatch(text)
            if match is None:
                continue
            groups = match.groupdict()
            if groups.get("of_year") not in {None, str(self.own.year)}:
                self._place("period", cell, text, str(self.own.year), Problem.PERIOD_CONTRADICTED)
            else:
                self._place("header", cell, text, field_id)
            self._declare_hidden(layout, position)
            return _Header(position, field_id, layout, self._header_period(layout, groups), block)
        if not any(matcher(pattern).fullmatch(text) for pattern in self.layout.texts):
            self._place("header", cell, text, self._known_headers(), Problem.HEADER_UNKNOWN)
        return None

    def _known_headers(self) -> str:
        return "; ".join(layout.header for layout in self.table.fields.values())

    def _declare_hidden(self, layout: FieldLayout, position: int) -> None:
        if layout.hidden:
            cells = [cell for cell in self.sheet.filled_cells() if self._position_of(cell) == position]
            self.reading.declared_hidden |= {(cell.row, cell.column) for cell in cells}

    def _header_period(self, layout: FieldLayout, groups: Mapping[str, str | None]) -> Period | None:
        if layout.period == "previous":
            return self.own.previous()
        if layout.period == "first_half":
            return Period(self.own.year, PeriodKind.HALF_YEAR, 1)
        return period_from_groups(groups, self.own)

    def _check_headers(self, headers: list[_Header]) -> None:
        seen: set[tuple[str, Period | None, int]] = set()
        for header in headers:
            key = (header.field_id, header.period, header.block)
            if key in seen and header.layout.ignore is None:
                cell = self._cell(self.line, header.position)
                text = self._header_text(self.line, header.position)
                self._place("header", cell, text, header.field_id, Problem.HEADER_TWICE)
            seen.add(key)
        for field_id, layout in self.table.fields.items():
            if not layout.optional and field_id not in {header.field_id for header in headers}:
                self._place("header", None, None, layout.header, Problem.HEADER_MISSING)

    # -- records ---------------------------------------------------------------------------------------------------

    def _records(self, headers: list[_Header], start: int) -> Iterator[_Record]:
        required = {record.label for record in self.table.records if record.required}
        for line in self._record_lines(headers):
            if self.table.record_at is not None:
                yield from self._form_records(line, headers)
                continue
            label_cell = self._label_cell(line, headers, start)
            label = normalise(label_cell.literal or "")
            record_layout, match = self._match_record(label)
            if record_layout is not None:
                required.discard(record_layout.label)
            if record_layout is None and (self.table.default_level is None or not label):
                self._unknown_record(line, label, label_cell, headers)
                continue
            self._place("row", label_cell, label, None)
            record = self._record(line, label, record_layout, match, headers)
            self._consume(label_cell)
            if record_layout and (record_layout.ignore or record_layout.heading):
                if record_layout.ignore:
                    self._consume_line(line, headers)
                if not record_layout.heading:
                    continue
            yield record
        for pattern in sorted(required):
            self._place("row", None, None, pattern, Problem.ROW_MISSING)

    def _record_lines(self, headers: list[_Header]) -> Iterator[int]:
        if self.table.record_at is not None:
            yield self.line + self.table.record_at
            return
        positions = {header.position for header in headers}
        filled = {self._line_of(cell) for cell in self.sheet.filled_cells() if self._position_of(cell) in positions}
        if self.table.labels_at is not None:
            filled &= {self._line_of(cell) for cell in self.sheet.filled_cells()}
        blank = 0
        for line in range(self.line + self.table.header_depth, max(filled, default=0) + 1):
            blank = 0 if line in filled else blank + 1
            if blank > self.table.blank_lines:
                return
            if line in filled:
                yield line

    def _label_cell(self, line: int, headers: list[_Header], start: int) -> Cell:
        if self.table.labels_at is not None:
            return self._cell(line, start + self.table.labels_at)
        by_part = {header.layout.part: header.position for header in headers if header.layout.part}
        cells = [self._cell(line, by_part[part]) for part in ("name", "code", "group", "period") if part in by_part]
        return next((cell for cell in cells if not cell.is_blank), cells[0] if cells else self._cell(line, start))

    def _match_record(self, label: str) -> tuple[RecordLayout | None, re.Match[str] | None]:
        for record in self.table.records:
            match = matcher(record.label).fullmatch(label)
            if match is not None:
                return record, match
        return None, None

    def _unknown_record(self, line: int, label: str, label_cell: Cell, headers: list[_Header]) -> None:
        if label and any(matcher(pattern).fullmatch(label) for pattern in self.layout.texts):
            return
        expected = "; ".join(record.label for record in self.table.records)
        filled = (self._cell(line, header.position) for header in headers)
        cell = label_cell if label else next((cell for cell in filled if not cell.is_blank), label_cell)
        self._place("row", cell, label or cell.literal, expected, Problem.ROW_UNKNOWN)
        self._consume_line(line, headers)

    def _consume_line(self, line: int, headers: list[_Header]) -> None:
        for header in headers:
            self._consume(self._cell(line, header.position))

    def _record(
        self, line: int, label: str, layout: RecordLayout | None, match: re.Match[str] | None, headers: list[_Header]
    ) -> _Record:
        groups = match.groupdict() if match else {}
        level = (layout.level if layout else None) or self.table.default_level or Level.SECTOR
        parts = {
            header.layout.part: normalise(self._consume(self._cell(line, header.position)).literal or "") or None
            for header in headers
            if header.layout.part
        }
        period = period_from_groups(groups, self.own) or self._period_of(parts.get("period")) or self.own
        below_group = level in {Level.EMPLOYER, Level.UNIT}
        name = groups.get("name") or parts.get("name") or label
        group = groups.get("group") or parts.get("group") or (self.sheet.name if self.table.group_is_sheet else None)
        if level is Level.GROUP and group is None:
            group = label
        return _Record(
            line,
            f"{self.sheet.name}!{line if self.across else get_column_letter(line)}",
            level,
            name if below_group else None,
            parts.get("code") if below_group else None,
            group if level is not Level.SECTOR else None,
            period,
            parts.get("remark"),
            layout.measures if layout else None,
            repeats=layout is not None and layout.repeats,
        )

    @staticmethod
    def _period_of(text: str | None) -> Period | None:
        if text is None:
            return None
        try:
            return Period.parse(text)
        except ValueError:
            return None

    def _form_records(self, line: int, headers: list[_Header]) -> Iterator[_Record]:
        """The one record of a form, or one for each of its blocks."""
        starts = [header for header in headers if header.layout.starts]
        sheet_line = get_column_letter(line) if not self.across else str(line)
        if not starts:
            level = self.table.default_level or Level.SECTOR
            yield _Record(line, f"{self.sheet.name}!{sheet_line}", level, None, None, None, self.own, None)
        for header in starts:
            cell = self._consume(self._cell(line, header.position))
            level = header.layout.starts or Level.SECTOR
            name = normalise(cell.literal or "") if level is Level.EMPLOYER else None
            key = f"{self.sheet.name}!{sheet_line}{header.position}"
            yield _Record(line, key, level, name, None, None, self.own, None, None, header.block)

    def _grouped(self, records: list[_Record]) -> list[_Record]:
        """Give rows their group: from the heading above them or the subtotal below them."""
        headings = {record.label for record in self.table.records if record.heading}
        closing = any(record.closes for record in self.table.records)
        grouped: list[_Record] = []
        group: str | None = None
        for record in records if headings or not closing else reversed(records):
            if headings and record.group and any(matcher(label).fullmatch(record.group) for label in headings):
                group = record.group
                continue
            if closing and record.level is not Level.EMPLOYER:
                group = record.group
            named = record.level is Level.EMPLOYER and record.group is None
            grouped.append(replace(record, group=group) if named else record)
        return grouped if headings or not closing else grouped[::-1]

    # -- values ----------------------------------------------------------------------------------------------------

    def _read_record(self, record: _Record, headers: list[_Header]) -> None:
        code = record.code
        if record.name is not None and code is None and record.level in {Level.EMPLOYER, Level.UNIT}:
            code = self.reference.employer_code(self.layout.sector, record.level.value, record.name)
        for header in headers:
            cell = self._cell(record.line, header.position)
            if header.layout.part or header.layout.starts or header.layout.ignore:
                self._consume(cell)
                self._check_period_part(header, cell)
                continue
            if record.measures is not None and header.field_id not in record.measures:
                continue
            self._consume(cell)
            remark = self._remark(record, header)
            if header.layout.pattern:
                self._read_pattern(record, header, cell, code, remark)
            else:
                measure = (record.measures or {}).get(header.field_id) or header.layout.measure or ""
                self._read_measure(record, header, cell, measure, code, remark)

    def _check_period_part(self, header: _Header, cell: Cell) -> None:
        """A form's own year and reference date must be those of the return."""
        if self.table.record_at is None or header.layout.part not in {"period", "reference_date"}:
            return
        end = self.own.end
        good = {str(self.own)} if header.layout.part == "period" else {end.isoformat(), f"{end:%d-%m-%Y}"}
        problem = Problem.NONE if normalise(cell.literal or "") in good else Problem.PERIOD_CONTRADICTED
        self._place("period", cell, cell.literal, sorted(good)[0], problem)

    def _remark(self, record: _Record, header: _Header) -> str | None:
        if self.table.remarks_at is None:
            return record.remark
        cell = self._consume(self._cell(self.line + self.table.remarks_at, header.position))
        return normalise(cell.literal or "") or None

    def _read_pattern(self, record: _Record, header: _Header, cell: Cell, code: str | None, remark: str | None) -> None:
        """A text that holds several figures, such as «183 van 280»."""
        match = matcher(header.layout.pattern or "").fullmatch(normalise(cell.literal or ""))
        if match is None:
            self._place("value", cell, cell.literal, header.layout.pattern, Problem.VALUE_UNKNOWN)
            return
        for measure, digits in match.groupdict().items():
            part = replace(cell, kind=CellKind.TEXT, value=digits)
            read = read_number(part, self.reference.measures[measure].unit, self.layout.locale, self.tokens)
            self._observe(record, header, cell, measure, code, remark, read)

    def _read_measure(
        self, record: _Record, header: _Header, cell: Cell, measure: str, code: str | None, remark: str | None
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

    def _unit_cell_fits(self, header: _Header, unit: str) -> bool:
        if self.table.units_at is None:
            return True
        cell = self._consume(self._cell(self.line + self.table.units_at, header.position))
        word = normalise(cell.literal or "").casefold()
        return not word or unit in self.tokens.units.get(word, ())

    def _observe_text(
        self, record: _Record, header: _Header, cell: Cell, measure: str, code: str | None, remark: str | None
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
        problem = Problem.NONE
        if status.has_value and allowed is not None and (text or "").casefold() not in allowed:
            problem, status = Problem.VALUE_UNKNOWN, Status.MISSING
        self._place("value", cell, text, "; ".join(allowed or ()) or None, problem)
        observation = self._observation(record, header, cell, measure, code, remark, ReadValue(status))
        if status.has_value:
            observation = replace(observation, text_value=text, literal=cell.literal or cell.fill)
        self.reading.observations.append(observation)

    def _observe(
        self,
        record: _Record,
        header: _Header,
        cell: Cell,
        measure: str,
        code: str | None,
        remark: str | None,
        read: ReadValue,
        converted_from: str | None = None,
    ) -> None:
        if converted_from is None:
            dutch = self.reference.measures[measure].dutch_term
            self._place("value", cell, cell.literal, dutch, read.problem)
            if read.alternative is not None:
                self.reading.alternatives[self.sheet.name, cell.address, measure] = read.alternative
        observation = self._observation(record, header, cell, measure, code, remark, read)
        self.reading.observations.append(replace(observation, converted_from=converted_from))

    def _observation(
        self,
        record: _Record,
        header: _Header,
        cell: Cell,
        measure: str,
        code: str | None,
        remark: str | None,
        read: ReadValue,
    ) -> Observation:
        period = header.period or record.period
        default_role = Role.OWN if period == self.own or header.layout.period == "first_half" else Role.REPEATED
        role = Role.REPEATED if record.repeats else header.layout.role or self.table.role or default_role
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
            counts=adds_up and not self.table.survey and read.value is not None,
            sheet=self.sheet.name,
            cell=cell.address,
            record=record.key,
            literal=cell.literal,
            decimals=read.decimals,
            qualifier=read.qualifier,
            footnote=read.footnote,
            remark=remark,
            survey=self.table.survey,
        )
