"""Find what looks like data of persons in a workbook: citizen service numbers and columns about persons.

A number that was found is never passed on: a place says where it stands and what kind of thing it is.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

from assets.returns.workbook import Cell, CellKind, Sheet, Workbook, normalise
from warehouse.records import Place, Problem

# Nine digits, also in groups with dots, spaces or dashes; not in a longer number, nor the whole part of an amount.
_NINE_DIGITS = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:\d{9}|\d{3}([ .-])\d{3}\1\d{3}|\d{4}([ .-])\d{2}\2\d{3})(?!\d)(?![.,]\d{1,2}(?!\d))"
)
_DUTCH_TELEPHONE = re.compile(r"(?:\+|00)31[\s-]*(?:\(0\))?[\s-]*\d(?:[\s-]?\d){8}(?!\d)")
_PERSON_HEADER = re.compile(
    r"(?:(?:bsn|burgerservicenummer|burgerservicenr\.?|sofi-?nummer|geboortedatum|geb\. ?datum|voorna(?:am|men)|"
    r"voorletters|achternaam|personeelsnummer)(?:[ -]?(?:nummer|nr\.?))?(?: (?:medewerker|werknemer|persoon))?|"
    r"naam (?:medewerker|werknemer)):?",
    re.IGNORECASE,
)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)


def is_citizen_service_number(digits: str) -> bool:
    """Whether nine digits pass the eleven-test of the citizen service number (burgerservicenummer)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


def personal_places(workbook: Workbook, figures: Collection[tuple[str, str]]) -> list[Place]:
    """A place for each cell that looks like data of a person, on every sheet, hidden or not; one for each clean sheet.

    Notes and the names of sheets are looked at too. `figures` are the cells, as (sheet, address), that hold a figure by
    the layout: those are numbers of jobs or hours.
    """
    return [place for sheet in workbook.sheets for place in _of_sheet(sheet, figures)]


def _of_sheet(sheet: Sheet, figures: Collection[tuple[str, str]]) -> Iterator[Place]:
    name = None if _has_number(sheet.name) else sheet.name
    found: list[tuple[str | None, str]] = [] if name else [(None, f"als naam van een blad {_NUMBER}")]
    for cell in sheet.filled_cells:
        what = _what(cell, (sheet.name, cell.address) in figures)
        if what is not None:
            found.append((cell.address, what))
    for row, column in sorted(sheet.notes):
        if _has_number(sheet.notes[row, column]):
            found.append((sheet.cell(row, column).address, f"in een notitie {_NUMBER}"))
    yield from (Place("personal", name, address, what, None, Problem.PERSONAL_DATA) for address, what in found)
    if not found:
        yield Place("personal", name, None, None)


_NUMBER = "een nummer dat een burgerservicenummer kan zijn"


def _what(cell: Cell, is_figure: bool) -> str | None:
    literal = cell.literal or ""
    if _is_person_header(literal):
        return f"een kop boven persoonsgegevens («{normalise(literal)}»)"
    is_text_or_number = cell.kind in {CellKind.TEXT, CellKind.NUMBER, CellKind.FORMULA_WITHOUT_VALUE}
    return _NUMBER if is_text_or_number and not is_figure and _has_number(normalise(literal)) else None


@lru_cache(maxsize=4096)
def _is_person_header(text: str) -> bool:
    return _PERSON_HEADER.fullmatch(normalise(text)) is not None


@lru_cache(maxsize=4096)
def _has_number(text: str) -> bool:
    candidates = (re.sub(r"\D", "", match[0]) for match in _NINE_DIGITS.finditer(_DUTCH_TELEPHONE.sub("", text)))
    return any(is_citizen_service_number(digits) for digits in candidates)
