"""Find what looks like data of persons in a workbook: citizen service numbers and columns about persons.

A number that was found is never passed on: a place says where it stands and what kind of thing it is, and a text that
must be told, such as the name of a file, is told without it. Keeping such a file apart is `intake/quarantine.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Set
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from assets.returns.workbook import Cell, Sheet, Workbook, normalise
from warehouse.records import Observation, Place, Problem, Reading

# Nine digits, also in groups as they are written: by threes between any separators, six and three, and the older
# notations; not in a longer number, nor the whole part of an amount. Each is looked for at every group, because what
# stands before a number may look like its first group.
_NINE_DIGITS = re.compile(
    r"(?<!\d)(?<!\d[.,])(?=("
    r"(?:\d{9}|\d{3}[\s./-]{1,3}\d{3}[\s./-]{1,3}\d{3}(?!\.\d{3}(?!\d))|\d{6}\s\d{3}|"
    r"\d{4}([\s.-])\d{2}\2\d{3}|\d{2}([.-])\d{2}\3\d{2}\3\d{3})"
    r"(?!\d)(?![.,]\d{1,2}(?!\d))))"
)
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_PLAIN = str.maketrans(_DASHES, "-" * len(_DASHES), _UNSEEN)
_DUTCH_TELEPHONE = re.compile(r"(?:\+|00)31[\s-]*(?:\(0\))?[\s-]*\d(?:[\s-]?\d){8}(?!\d)")
_PERSON = r"\(?(?:medewerker|werknemer|persoon|deelnemer|kandidaat|cli(?:ë|e\u0308?)nt)"
_PERSON_HEADER = re.compile(
    r"(?:(?:bsn|burgerservicenummer|burgerservicenr\.?|sofi-?nummer|geboorte[ -]?datum|geb\. ?datum|"
    r"voorletter(?:s|\(s\))?|initialen|tussenvoegsels?|(?:voor|roep|achter|volledige )na(?:am|men)|"
    r"voor(?:naam|namen|-) (?:en|&) achterna(?:am|men)|personeels?[ -]?(?:nummer|nr\.?))(?:[ -]?(?:nummer|nr\.?))?"
    rf"(?: (?:van )?(?:de )?{_PERSON}\)?)?|"
    rf"na(?:am|men) (?:van )?(?:de )?(?:{_PERSON}(?:s|en)?|personen)\)?):?",
    re.IGNORECASE,
)
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_DIGITS = len(_WEIGHTS)
_FRACTION = re.compile(r"-?\d+\.\d+(?:[Ee][+-]?\d+)?")
_LEFT_OUT = "nummer-weggelaten"
_NUMBER = "een nummer dat een burgerservicenummer kan zijn"


def is_citizen_service_number(digits: str) -> bool:
    """Whether nine digits pass the eleven-test of the citizen service number (burgerservicenummer)."""
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return total % 11 == 0 and int(digits) > 0


def has_personal_data(reading: Reading) -> bool:
    """Whether data of persons were seen in what was read."""
    return Problem.PERSONAL_DATA in reading.place_columns["problem"]


def was_searched(reading: Reading) -> bool:
    """Whether the cells were looked at: not those of a file that can't be read."""
    return "personal" in reading.place_columns["kind"]


def has_number(text: str, own_codes: Set[str] = frozenset()) -> bool:
    """Whether a text holds what may be a citizen service number; `own_codes` are employers', and so no one's."""
    return any(number not in own_codes for number in _numbers(text))


def without_numbers(text: str, own_codes: Set[str] = frozenset()) -> str:
    """A text with words in the place of what may be a citizen service number; they may stand in a name of a file."""
    if not has_number(text, own_codes):
        return text
    told = _as_typed(text)
    for match in reversed(list(_NINE_DIGITS.finditer(told))):
        if has_number(match[1], own_codes):
            told = told[: match.start(1)] + _LEFT_OUT + told[match.end(1) :]
    return told


def personal_places(
    workbook: Workbook, observations: Collection[Observation], own_codes: Set[str] = frozenset()
) -> list[Place]:
    """A place for each cell that looks like data of a person, on every sheet, hidden or not; one for each clean sheet.

    Notes and the names of sheets are looked at too, and the texts beside the cells; a number among those that stands
    in a cell too is judged there, as a copy for a pivot table is. A cell that holds a figure by the layout, one of the
    `observations`, is a number of jobs or hours. `own_codes` are the codes on our list of employers:
    a number is given out to an organisation or to a person, never to both.
    """
    in_cells = [place for sheet in workbook.sheets for place in _of_sheet(sheet, observations, own_codes)]
    return in_cells + list(_beside_cells(workbook, own_codes))


def _of_sheet(sheet: Sheet, observations: Collection[Observation], own_codes: Set[str]) -> Iterator[Place]:
    name = None if has_number(sheet.name, own_codes) else sheet.name
    found: list[tuple[str | None, str]] = [] if name else [(None, f"als naam van een blad {_NUMBER}")]
    looks_personal = [(cell.address, what) for cell in sheet.filled_cells if (what := _what(cell, own_codes))]
    if looks_personal:
        figures = {one.cell for one in observations if one.sheet == sheet.name and one.value is not None}
        found += [(cell, what) for cell, what in looks_personal if what != _NUMBER or cell not in figures]
    for row, column in sorted(sheet.notes):
        if has_number(sheet.notes[row, column], own_codes):
            found.append((sheet.cell(row, column).address, f"in een notitie {_NUMBER}"))
    yield from (Place("personal", name, address, what, None, Problem.PERSONAL_DATA) for address, what in found)
    if not found:
        yield Place("personal", name, None, None)


def _beside_cells(workbook: Workbook, own_codes: Set[str]) -> Iterator[Place]:
    found: dict[tuple[str, str], set[str]] = {}
    for place, part, text in workbook.beside:
        numbers = _said(text).numbers
        if numbers and not _FRACTION.fullmatch(text):
            found.setdefault((place, part), set()).update(set(numbers) - own_codes)
    if any(found.values()):
        cells = (cell for sheet in workbook.sheets for cell in sheet.filled_cells)
        judged = {number for cell in cells for number in _said(cell.literal or "").numbers}
        for (place, part), beside in found.items():
            if beside - judged:
                told = f"in {place} ({without_numbers(part)}) {_NUMBER}"
                yield Place("personal", None, None, told, None, Problem.PERSONAL_DATA)


def _what(cell: Cell, own_codes: Set[str]) -> str | None:
    if isinstance(cell.value, Decimal) and cell.value.adjusted() < _DIGITS - 1:
        return None  # too few digits before its comma, and those behind it are not searched
    said = _said(cell.literal or "")
    if said.header is not None:
        return f"een kop boven persoonsgegevens («{said.header}»)"
    return _NUMBER if said.numbers and set(said.numbers) - own_codes else None


class _Said(NamedTuple):
    """What a text says of persons: the header over their data that it is, and the numbers in it."""

    header: str | None
    numbers: tuple[str, ...]


@lru_cache(maxsize=4096)
def _said(text: str) -> _Said:
    plain = normalise(_as_typed(text))
    return _Said(plain if _PERSON_HEADER.fullmatch(plain) else None, _numbers(plain))


def _as_typed(text: str) -> str:
    """A text with one kind of dash, and without characters that nobody sees."""
    return text if text.isascii() else text.translate(_PLAIN)


@lru_cache(maxsize=4096)
def _numbers(text: str) -> tuple[str, ...]:
    if len(text) < _DIGITS:
        return ()
    typed = _DUTCH_TELEPHONE.sub("", _as_typed(text))
    candidates = (re.sub(r"\D", "", match[1]) for match in _NINE_DIGITS.finditer(typed))
    return tuple(digits for digits in candidates if is_citizen_service_number(digits))
