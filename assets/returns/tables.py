"""Apply one table of a layout to one sheet: find its headers and its records, and say what fits nothing.

What the cells of a record say is `values.py`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from assets.returns.grid import Grid, Header, Record, TableReading
from assets.returns.layout import FieldLayout, Layout, RecordLayout, TableLayout, fits_one, groups_of, matcher, readable
from assets.returns.numbers import Tokens
from assets.returns.values import RecordReader
from assets.returns.workbook import Cell, Sheet, normalise
from warehouse.periods import Period, PeriodKind
from warehouse.records import Level, Problem
from warehouse.reference import Reference

_TEXTS_KEPT = 1024
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


def _names_impossible_period(groups: Mapping[str, str | None], own: Period) -> bool:
    """Whether a match names a period that does not exist, such as the year 9999."""
    return any(groups.get(name) for name in ("year", "half", "quarter")) and period_from_groups(groups, own) is None


class _Fitting(dict[str, tuple[str, ...]]):
    """The fields whose header a text fits, of these ids and patterns; remembered, as `groups_of` does."""

    def __init__(self, headers: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._headers = headers

    def __missing__(self, text: str) -> tuple[str, ...]:
        if len(self) >= _TEXTS_KEPT:
            self.clear()
        self[text] = tuple(field_id for field_id, pattern in self._headers if groups_of(pattern, text) is not None)
        return self[text]


_fitting = lru_cache(maxsize=256)(_Fitting)
"""The same for tables with the same headers."""


class TableReader:
    """Reads one table of one sheet."""

    def __init__(
        self, sheet: Sheet, table: TableLayout, layout: Layout, own: Period, tokens: Tokens, reference: Reference
    ) -> None:
        self.table, self.layout, self.own = table, layout, own
        self._fitting = _fitting(tuple((field_id, field.header) for field_id, field in table.fields.items()))
        self.grid = Grid(sheet, table)
        self._parts: list[tuple[str, int]] = []
        self.values = RecordReader(self.grid, layout, own, tokens, reference)

    def read(self) -> TableReading:
        """Find the headers, then read every record."""
        anchor = self._find_anchor()
        if anchor is None:
            header = self.table.fields[self.table.anchor].header
            self.grid.place("header", None, None, readable(header), Problem.HEADER_MISSING)
            return self.grid.reading
        self.grid.line = anchor[0]
        headers = list(self._headers(anchor[1]))
        self._check_headers(headers)
        self._parts = [(header.layout.part, header.position) for header in headers if header.layout.part]
        by_block: dict[int, list[Header]] = defaultdict(list)
        for found in headers:
            by_block[found.block].append(found)
        for record in self._grouped(list(self._records(headers, anchor[1]))):
            self.values.read(record, by_block[record.block])
        return self.grid.reading

    # -- headers ---------------------------------------------------------------------------------------------------

    def _find_anchor(self) -> tuple[int, int] | None:
        pattern = matcher(self.table.fields[self.table.anchor].header)
        for cell in self.grid.filled_cells():
            line, position = self.grid.line_of(cell), self.grid.position_of(cell)
            if pattern.fullmatch(self.grid.header_text(line, position)):
                return line, position
        return None

    def _header_positions(self, start: int) -> list[int]:
        lines = range(self.grid.line, self.grid.line + self.table.header_depth)
        filled = {position for line in lines for position in self.grid.filled_positions.get(line, ())}
        return sorted(position for position in filled if position >= start)

    def _headers(self, start: int) -> Iterator[Header]:
        block = 0
        for position in self._header_positions(start):
            text = self.grid.header_text(self.grid.line, position)
            cell = self.grid.cell(self.grid.line, position)
            for number in range(self.grid.line, self.grid.line + self.table.header_depth):
                self.grid.consume(self.grid.cell(number, position))
            header = self._match_header(position, text, cell, block)
            if header is not None:
                if header.layout.starts:
                    block += 1
                    header = replace(header, block=block)
                yield header

    def _match_header(self, position: int, text: str, cell: Cell, block: int) -> Header | None:
        for field_id in self._fitting[text]:
            layout = self.table.fields[field_id]
            groups = groups_of(layout.header, text)
            if groups is None or _names_impossible_period(groups, self.own):
                continue
            if groups.get("of_year") not in {None, str(self.own.year)}:
                self.grid.place("period", cell, text, str(self.own.year), Problem.PERIOD_CONTRADICTED)
            else:
                self.grid.place("header", cell, text, field_id)
            self._declare_hidden(layout, position)
            return Header(position, field_id, layout, self._header_period(layout, groups), block)
        if not self._is_known_text(text):
            self.grid.place("header", cell, text, self._known_headers(), Problem.HEADER_UNKNOWN)
        return None

    def _known_headers(self) -> str:
        return "; ".join(readable(layout.header) for layout in self.table.fields.values())

    def _declare_hidden(self, layout: FieldLayout, position: int) -> None:
        if layout.hidden:
            cells = [cell for cell in self.grid.filled_cells() if self.grid.position_of(cell) == position]
            self.grid.reading.declared_hidden |= {(cell.row, cell.column) for cell in cells}

    def _header_period(self, layout: FieldLayout, groups: Mapping[str, str | None]) -> Period | None:
        if layout.period == "previous":
            return self.own.previous()
        if layout.period == "first_half":
            return Period(self.own.year, PeriodKind.HALF_YEAR, 1)
        return period_from_groups(groups, self.own)

    def _check_headers(self, headers: list[Header]) -> None:
        seen: set[tuple[str, Period | None, int]] = set()
        for header in headers:
            key = (header.field_id, header.period, header.block)
            if key in seen and header.layout.ignore is None:
                cell = self.grid.cell(self.grid.line, header.position)
                text = self.grid.header_text(self.grid.line, header.position)
                self.grid.place("header", cell, text, header.field_id, Problem.HEADER_TWICE)
            seen.add(key)
        found = {header.field_id for header in headers}
        for field_id, layout in self.table.fields.items():
            if not layout.optional and field_id not in found:
                self.grid.place("header", None, None, readable(layout.header), Problem.HEADER_MISSING)

    # -- records ---------------------------------------------------------------------------------------------------

    def _records(self, headers: list[Header], start: int) -> Iterator[Record]:
        required = {record.label for record in self.table.records if record.required}
        for line in self._record_lines(headers):
            if self.table.record_at is not None:
                yield from self._form_records(line, headers)
                continue
            label_cell = self._label_cell(line, start)
            label = normalise(label_cell.literal or "")
            record_layout, match = self._match_record(label)
            if record_layout is not None:
                required.discard(record_layout.label)
            if record_layout is None and self._is_known_text(label):
                self.grid.consume(label_cell)
                continue
            impossible = match is not None and _names_impossible_period(match.groupdict(), self.own)
            if impossible or (record_layout is None and (self.table.default_level is None or not label)):
                self._unknown_record(line, label, label_cell, headers)
                continue
            self.grid.place("row", label_cell, label, None)
            record = self._record(line, label, record_layout, match)
            self.grid.consume(label_cell)
            if record_layout and (record_layout.ignore or record_layout.heading):
                if record_layout.ignore:
                    self._consume_line(line, headers)
                if not record_layout.heading:
                    continue
            yield record
        for pattern in sorted(required):
            self.grid.place("row", None, None, readable(pattern), Problem.ROW_MISSING)

    def _record_lines(self, headers: list[Header]) -> Iterator[int]:
        if self.table.record_at is not None:
            yield self.grid.line + self.table.record_at
            return
        positions = {header.position for header in headers}
        filled = {line for line, at in self.grid.filled_positions.items() if not positions.isdisjoint(at)}
        blank = 0
        for line in range(self.grid.line + self.table.header_depth, max(filled, default=0) + 1):
            blank = 0 if line in filled else blank + 1
            if blank > self.table.blank_lines:
                return
            if line in filled:
                yield line

    def _label_cell(self, line: int, start: int) -> Cell:
        if self.table.labels_at is not None:
            return self.grid.cell(line, start + self.table.labels_at)
        by_part = dict(self._parts)
        cells = [self.grid.cell(line, by_part[part]) for part in ("name", "code", "group", "period") if part in by_part]
        return next((cell for cell in cells if not cell.is_blank), cells[0] if cells else self.grid.cell(line, start))

    def _match_record(self, label: str) -> tuple[RecordLayout | None, re.Match[str] | None]:
        for record in self.table.records:
            match = matcher(record.label).fullmatch(label)
            if match is not None:
                return record, match
        return None, None

    def _is_known_text(self, text: str) -> bool:
        return fits_one(self.layout.texts, text)

    def _unknown_record(self, line: int, label: str, label_cell: Cell, headers: list[Header]) -> None:
        expected = "; ".join(readable(record.label) for record in self.table.records)
        filled = (self.grid.cell(line, header.position) for header in headers)
        cell = label_cell if label else next((cell for cell in filled if not cell.is_blank), label_cell)
        self.grid.place("row", cell, label or cell.literal, expected, Problem.ROW_UNKNOWN)
        self._consume_line(line, headers)

    def _consume_line(self, line: int, headers: list[Header]) -> None:
        for header in headers:
            self.grid.consume(self.grid.cell(line, header.position))

    def _record(self, line: int, label: str, layout: RecordLayout | None, match: re.Match[str] | None) -> Record:
        groups = match.groupdict() if match else {}
        level = (layout.level if layout else None) or self.table.default_level or Level.SECTOR
        parts = {part: self._text(self.grid.cell(line, position)) for part, position in self._parts}
        period = period_from_groups(groups, self.own) or self._period_of(parts.get("period")) or self.own
        below_group = level in {Level.EMPLOYER, Level.UNIT}
        name = groups.get("name") or parts.get("name") or label
        group = groups.get("group") or parts.get("group")
        if group is None and self.table.group_is_sheet:
            group = self.grid.sheet.name
        if level is Level.GROUP and group is None:
            group = label
        return Record(
            line,
            f"{self.grid.sheet.name}!{self.grid.name_of(line)}",
            level,
            name if below_group else None,
            parts.get("code") or self.layout.employer_code if below_group else None,
            group if level is not Level.SECTOR else None,
            period,
            parts.get("remark"),
            layout.measures if layout else None,
            repeats=layout is not None and layout.repeats,
        )

    def _text(self, cell: Cell) -> str | None:
        return normalise(self.grid.consume(cell).literal or "") or None

    @staticmethod
    def _period_of(text: str | None) -> Period | None:
        if text is None:
            return None
        try:
            return Period.parse(text)
        except ValueError:
            return None

    def _form_records(self, line: int, headers: list[Header]) -> Iterator[Record]:
        """The one record of a form and what it says of the period before, or one record for each of its blocks."""
        starts = [header for header in headers if header.layout.starts]
        sheet_line = self.grid.name_of(line)
        if not starts:
            record = self._record(line, "", None, None)
            yield record
            if self.table.previous_at is not None:
                line = self.grid.line + self.table.previous_at
                key = f"{self.grid.sheet.name}!{self.grid.name_of(line)}"
                yield replace(record, line=line, key=key, period=self.own.previous())
        for header in starts:
            cell = self.grid.consume(self.grid.cell(line, header.position))
            level = header.layout.starts or Level.SECTOR
            name = normalise(cell.literal or "") if level is Level.EMPLOYER else None
            key = f"{self.grid.sheet.name}!{sheet_line}{header.position}"
            yield Record(line, key, level, name, None, None, self.own, None, None, header.block)

    def _grouped(self, records: list[Record]) -> list[Record]:
        """Give rows their group: from the heading above them or the subtotal below them."""
        headings = {record.label for record in self.table.records if record.heading}
        closing = any(record.closes for record in self.table.records)
        grouped: list[Record] = []
        group: str | None = None
        for record in records if headings or not closing else reversed(records):
            if headings and record.group and any(matcher(label).fullmatch(record.group) for label in headings):
                group = record.group
                continue
            if closing and record.level is not Level.EMPLOYER:
                group = record.group
            named = group is not None and record.level is Level.EMPLOYER and record.group is None
            grouped.append(replace(record, group=group) if named else record)
        return grouped if headings or not closing else grouped[::-1]
