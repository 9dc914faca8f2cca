"""Find what looks like data of persons in a workbook: citizen service numbers and columns about persons.

A number that was found is never passed on: a place says where it stands and what kind of thing it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from assets.returns.workbook import Cell, CellKind, Sheet, Workbook, normalise
from warehouse.records import Place, Problem

# Nine digits, also in groups with dots or spaces; not part of a longer number, and not the whole part of an amount.
_NINE_DIGITS = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:\d{9}|\d{3}([ .])\d{3}\1\d{3}|\d{4}([ .])\d{2}\2\d{3})(?!\d)(?![.,]\d{1,2}(?!\d))"
)
_TELEPHONE = re.compile(r"\+\d{1,3}[\s-]*(?:\(0\))?[\s-]*\d[\d\s-]{6,}")
_PERSON_HEADERS = frozenset(
    ("bsn", "bsn-nummer", "burgerservicenummer", "sofinummer", "sofi-nummer", "personeelsnummer", "geboortedatum",
     "geb.datum", "voornaam", "voornamen", "voorletters", "achternaam", "naam medewerker", "naam werknemer")
)  # fmt: skip
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_citizen_service_number(digits: str) -> bool:
    """Whether nine digits pass the eleven-test of the citizen service number (burgerservicenummer)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


def personal_places(workbook: Workbook, figures: Collection[tuple[str, str]]) -> list[Place]:
    """A place for each cell that looks like data of a person, on every sheet, hidden or not; one for each clean sheet.

    `figures` are the cells, as (sheet, address), that hold a figure by the layout: those are numbers of jobs or hours.
    """
    return [place for sheet in workbook.sheets for place in _of_sheet(sheet, figures)]


def _of_sheet(sheet: Sheet, figures: Collection[tuple[str, str]]) -> Iterator[Place]:
    clean = True
    for cell in sheet.filled_cells():
        what = _what(cell, (sheet.name, cell.address) in figures)
        if what is not None:
            clean = False
            yield Place("personal", sheet.name, cell.address, what, None, Problem.PERSONAL_DATA)
    if clean:
        yield Place("personal", sheet.name, None, None)


def _what(cell: Cell, is_figure: bool) -> str | None:
    text = normalise(cell.literal or "")
    if text.casefold() in _PERSON_HEADERS:
        return f"een kop boven persoonsgegevens («{text}»)"
    if is_figure or cell.kind not in {CellKind.TEXT, CellKind.NUMBER, CellKind.FORMULA_WITHOUT_VALUE}:
        return None
    candidates = (re.sub(r"\D", "", match[0]) for match in _NINE_DIGITS.finditer(_TELEPHONE.sub("", text)))
    if any(is_citizen_service_number(digits) for digits in candidates):
        return "een nummer dat een burgerservicenummer kan zijn"
    return None
