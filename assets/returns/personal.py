"""Find what looks like data of persons in a workbook: citizen service numbers and columns about persons.

A number that was found is never passed on: a place says where it stands and what kind of thing it is, and a text that
must be told, such as the name of a file, is told without it. Keeping such a file apart is `intake/quarantine.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Set
from functools import lru_cache

from assets.returns.workbook import Cell, Sheet, Workbook, normalise
from warehouse.records import Place, Problem, Reading

# Nine digits, also in groups with dots, spaces or dashes; not in a longer number, nor the whole part of an amount.
_NINE_DIGITS = re.compile(
    r"(?<!\d)(?<!\d[.,])(?:\d{9}|\d{3}([\s.-])\d{3}\1\d{3}|\d{4}([\s.-])\d{2}\2\d{3})(?!\d)(?![.,]\d{1,2}(?!\d))"
)
_DUTCH_TELEPHONE = re.compile(r"(?:\+|00)31[\s-]*(?:\(0\))?[\s-]*\d(?:[\s-]?\d){8}(?!\d)")
_PERSON_HEADER = re.compile(
    r"(?:(?:bsn|burgerservicenummer|burgerservicenr\.?|sofi-?nummer|geboortedatum|geb\. ?datum|voorletters|"
    r"(?:voor|roep|achter)na(?:am|men)|personeelsnummer)(?:[ -]?(?:nummer|nr\.?))?"
    r"(?: (?:van )?(?:de )?(?:medewerker|werknemer|persoon|deelnemer|kandidaat))?|"
    r"na(?:am|men) (?:van )?(?:de )?(?:medewerker|werknemer|deelnemer|kandidaat)s?):?",
    re.IGNORECASE,
)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_FRACTION = re.compile(r"-?\d+\.\d+(?:[Ee][+-]?\d+)?")
_LEFT_OUT = "nummer-weggelaten"
_NUMBER = "een nummer dat een burgerservicenummer kan zijn"


def is_citizen_service_number(digits: str) -> bool:
    """Whether nine digits pass the eleven-test of the citizen service number (burgerservicenummer)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


def has_personal_data(reading: Reading) -> bool:
    """Whether data of persons were seen in what was read."""
    return any(place.problem is Problem.PERSONAL_DATA for place in reading.places)


def was_searched(reading: Reading) -> bool:
    """Whether the cells were looked at: not those of a file that can't be read."""
    return any(place.kind == "personal" for place in reading.places)


def has_number(text: str, own_codes: Set[str] = frozenset()) -> bool:
    """Whether a text holds what may be a citizen service number; `own_codes` are employers', and so no one's."""
    return any(number not in own_codes for number in _numbers(text))


def without_numbers(text: str, own_codes: Set[str] = frozenset()) -> str:
    """A text with words in the place of what may be a citizen service number; they may stand in a name of a file."""
    if not has_number(text, own_codes):
        return text
    return _NINE_DIGITS.sub(lambda match: _LEFT_OUT if has_number(match[0], own_codes) else match[0], text)


def personal_places(
    workbook: Workbook, figures: Collection[tuple[str, str]], own_codes: Set[str] = frozenset()
) -> list[Place]:
    """A place for each cell that looks like data of a person, on every sheet, hidden or not; one for each clean sheet.

    Notes and the names of sheets are looked at too, and the texts beside the cells; a number among those that stands
    in a cell too is judged there, as a copy for a pivot table is. `figures` are the cells, as (sheet, address), that
    hold a figure by the layout: those are numbers of jobs or hours. `own_codes` are the codes on our list of employers:
    a number is given out to an organisation or to a person, never to both.
    """
    in_cells = [place for sheet in workbook.sheets for place in _of_sheet(sheet, figures, own_codes)]
    return in_cells + list(_beside_cells(workbook, own_codes))


def _of_sheet(sheet: Sheet, figures: Collection[tuple[str, str]], own_codes: Set[str]) -> Iterator[Place]:
    name = None if has_number(sheet.name, own_codes) else sheet.name
    found: list[tuple[str | None, str]] = [] if name else [(None, f"als naam van een blad {_NUMBER}")]
    for cell in sheet.filled_cells:
        what = _what(cell, (sheet.name, cell.address) in figures, own_codes)
        if what is not None:
            found.append((cell.address, what))
    for row, column in sorted(sheet.notes):
        if has_number(sheet.notes[row, column], own_codes):
            found.append((sheet.cell(row, column).address, f"in een notitie {_NUMBER}"))
    yield from (Place("personal", name, address, what, None, Problem.PERSONAL_DATA) for address, what in found)
    if not found:
        yield Place("personal", name, None, None)


def _beside_cells(workbook: Workbook, own_codes: Set[str]) -> Iterator[Place]:
    found: dict[tuple[str, str], set[str]] = {}
    for place, part, text in workbook.beside:
        if not _FRACTION.fullmatch(text):
            found.setdefault((place, part), set()).update(set(_numbers(normalise(text))) - own_codes)
    if any(found.values()):
        cells = (cell for sheet in workbook.sheets for cell in sheet.filled_cells)
        judged = {number for cell in cells for number in _numbers(normalise(cell.literal or ""))}
        for (place, part), numbers in found.items():
            if numbers - judged:
                told = f"in {place} ({without_numbers(part)}) {_NUMBER}"
                yield Place("personal", None, None, told, None, Problem.PERSONAL_DATA)


def _what(cell: Cell, is_figure: bool, own_codes: Set[str]) -> str | None:
    literal = cell.literal or ""
    if _is_person_header(literal):
        return f"een kop boven persoonsgegevens («{normalise(literal)}»)"
    return _NUMBER if not is_figure and has_number(normalise(literal), own_codes) else None


@lru_cache(maxsize=4096)
def _is_person_header(text: str) -> bool:
    return _PERSON_HEADER.fullmatch(normalise(text)) is not None


@lru_cache(maxsize=4096)
def _numbers(text: str) -> tuple[str, ...]:
    candidates = (re.sub(r"\D", "", match[0]) for match in _NINE_DIGITS.finditer(_DUTCH_TELEPHONE.sub("", text)))
    return tuple(digits for digits in candidates if is_citizen_service_number(digits))
