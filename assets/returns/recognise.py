"""Recognise who sent a workbook and about which period, from its content alone.

The file's name is never looked at: senders rename, and the name of last year's file is soon reused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from assets.returns.layout import Layout, LayoutFile, Layouts, RecogniseLayout, groups_of, matcher, readable
from assets.returns.tables import period_from_groups
from assets.returns.workbook import Cell, CellKind, Sheet, Workbook, normalise
from warehouse.periods import Period
from warehouse.records import Identity, Place, Problem

_HEAD_ROWS = 12


def recognise(workbook: Workbook, layouts: Layouts, senders: Mapping[str, str]) -> tuple[Identity | None, list[Place]]:
    """Who sent this, about which period; None when that can't be told, with the places that say why.

    A workbook is a sender's when all of that sender's marks stand in the first rows of its sheets. `senders` gives the
    sender of each sector, for a workbook that anybody of the sector may send.
    """
    head = "\n".join(normalise(text) for sheet in workbook.sheets for text in _head_texts(sheet)).casefold()
    matches = {layout_id: file for layout_id, file in layouts.files.items() if _has_marks(file, head)}
    if len(matches) != 1:
        return None, [_not_recognised(matches, layouts)]
    layout_id, file = next(iter(matches.items()))
    base = file.base
    leading, places = _leading(workbook, base)
    if leading is None:
        looked_for = " of ".join(map(readable, base.recognise.period))
        return None, [Place("file", None, None, f"{base.name}, zonder periode", looked_for, Problem.UNRECOGNISED)]
    version = leading.groups.get("version")
    if base.recognise.versions and version not in base.recognise.versions:
        found, known = f"{base.name}, versie {version}", f"versie {' of '.join(base.recognise.versions)}"
        return None, [Place("file", leading.sheet, leading.cell, found, known, Problem.UNRECOGNISED)]
    sector_code, employer_code = base.sector or leading.groups["sector"], leading.groups.get("employer")
    if sector_code not in layouts.sectors:
        known = ", ".join(sorted(layouts.sectors))
        return None, [Place("file", leading.sheet, leading.cell, sector_code, known, Problem.UNRECOGNISED)]
    sender_code = base.sender or employer_code or senders.get(sector_code, sector_code)
    identity = Identity(layout_id, sender_code, sector_code, str(leading.period), employer_code)
    return identity, [Place("file", None, None, f"{base.name} {leading.period}"), *places]


def _head_texts(sheet: Sheet) -> Iterator[str]:
    return (cell.literal or "" for cell in takewhile(lambda cell: cell.row <= _HEAD_ROWS, sheet.filled_cells))


def _has_marks(file: LayoutFile, head: str) -> bool:
    return all(mark.casefold() in head for mark in file.base.recognise.marks)


def _not_recognised(matches: dict[str, LayoutFile], layouts: Layouts) -> Place:
    """What was looked for in vain; or, when several senders fit, which."""
    candidates = matches or layouts.files
    looked_for = "; ".join(
        f"{file.base.name}: " + " en ".join(f"«{mark}»" for mark in file.base.recognise.marks)
        for file in candidates.values()
    )
    found = "meer dan één afzender" if matches else "geen van de bekende afzenders"
    return Place("file", None, None, found, looked_for, Problem.UNRECOGNISED)


class _Mention(NamedTuple):
    """A place that names a period, and the other groups of the pattern."""

    sheet: str
    cell: str | None
    text: str
    period: Period
    groups: Mapping[str, str | None]


def _leading(workbook: Workbook, layout: Layout) -> tuple[_Mention | None, list[Place]]:
    """The leading mention of the period, and a place for each that contradicts it."""
    mentions = list(_mentions(workbook, layout.recognise))
    right_kind = [mention for mention in mentions if mention.period.kind is layout.period]
    if not right_kind:
        return None, []
    if layout.recognise.latest:
        return max(right_kind, key=lambda mention: mention.period), []
    leading = right_kind[0]
    places = [
        Place("period", one.sheet, one.cell, one.text, str(leading.period), _contradiction(one.period, leading.period))
        for one in mentions
    ]
    return leading, places


def _contradiction(period: Period, leading: Period) -> Problem:
    agrees = period == leading or (period.kind is not leading.kind and period.year == leading.year)
    return Problem.NONE if agrees else Problem.PERIOD_CONTRADICTED


def _mentions(workbook: Workbook, recognise: RecogniseLayout) -> Iterator[_Mention]:
    """Every sheet name and cell that names a period by one of the sender's patterns."""
    for sheet in workbook.sheets:
        for cell, text in _texts(sheet, recognise.cells or ".*"):
            for pattern in recognise.period:
                groups = groups_of(pattern, normalise(text))
                period = period_from_groups(groups, None) if groups else None
                if groups is not None and period is not None:
                    yield _Mention(sheet.name, cell, text, period, groups)


def _texts(sheet: Sheet, addresses: str) -> Iterator[tuple[str | None, str]]:
    """The name of a sheet and what stands in its cells, as far as their addresses fit a pattern."""
    if matcher(addresses).fullmatch(""):
        yield None, sheet.name
    for cell in sheet.filled_cells:
        if _is_at(addresses, cell.row, cell.column):
            yield cell.address, cell.literal or ""


@lru_cache(maxsize=32_768)
def _is_at(addresses: str, row: int, column: int) -> bool:
    return matcher(addresses).fullmatch(Cell(row, column, CellKind.BLANK).address) is not None
