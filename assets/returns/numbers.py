"""Read what one cell says: a number by the declared locale, a qualifier, a unit, a footnote, or a token.

One cell at a time; what its neighbours say of it is `ambiguity.py`. Nothing is guessed: what fits nothing is a problem.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import yaml
from pydantic import BaseModel, ConfigDict

from assets.returns.workbook import Cell, CellKind, normalise
from warehouse.records import HOURS_PER_JOB, Problem, Status

Locale = Literal["nl", "en"]
_STORED = Decimal("1e-10")  # DECIMAL(28,10)
_DECIMALS_KEPT = 10
_LARGEST = Decimal(10) ** 12  # far beyond any count here, and sums of it still fit what the warehouse keeps
_SEPARATORS: dict[Locale, tuple[str, str]] = {"nl": (".", ","), "en": (",", ".")}


class Tokens(BaseModel):
    """The words senders use in place of, before and after a number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: dict[Status, tuple[str, ...]] = {}
    zero: dict[str, tuple[str, ...]] = {}
    approximate: tuple[str, ...] = ()
    not_supplied_remarks: tuple[str, ...] = ()
    units: dict[str, tuple[str, ...]] = {}

    @cached_property
    def status_by_word(self) -> dict[str, Status]:
        """Token, folded, to status."""
        return {_fold(word): status for status, words in self.statuses.items() for word in words}

    def merged(self, extra: Tokens) -> Tokens:
        """These tokens and a layout's own."""
        return Tokens(
            statuses={
                s: self.statuses.get(s, ()) + extra.statuses.get(s, ()) for s in {*self.statuses, *extra.statuses}
            },
            zero={**self.zero, **extra.zero},
            approximate=self.approximate + extra.approximate,
            not_supplied_remarks=self.not_supplied_remarks + extra.not_supplied_remarks,
            units={**self.units, **extra.units},
        )

    def says_zero(self, text: str, unit: str) -> bool:
        """Whether a text stands for 0 in a unit."""
        return any(_fold(word) == _fold(text) and unit in units for word, units in self.zero.items())

    def says_not_supplied(self, remark: str | None) -> bool:
        """Whether a remark explains that nothing was supplied."""
        return remark is not None and any(_fold(word) in _fold(remark) for word in self.not_supplied_remarks)


def load_tokens(path: Path) -> Tokens:
    """Read the token table; raises pydantic.ValidationError on a key or status that does not exist."""
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Tokens.model_validate(content)


class ReadValue(NamedTuple):
    """What a cell says. `alternative` is what its text would say in the other locale, where that is possible."""

    status: Status
    value: Decimal | None = None
    decimals: int | None = None
    qualifier: str | None = None
    footnote: str | None = None
    alternative: Decimal | None = None
    problem: Problem = Problem.NONE


def read_number(cell: Cell, unit: str, locale: Locale, tokens: Tokens, remark: str | None = None) -> ReadValue:
    """Read a cell that should hold a number in `unit`; percentages come out as 54.47.

    A blank cell is missing, or not supplied when the remark beside it says so.
    """
    match cell.kind:
        case CellKind.NUMBER:
            return stored_number(cell, unit)
        case CellKind.BLANK:
            return ReadValue(Status.NOT_SUPPLIED if tokens.says_not_supplied(remark) else Status.MISSING)
        case CellKind.TEXT:
            return _number_text(str(cell.value), unit, locale, tokens)
        case CellKind.ERROR:
            return ReadValue(Status.MISSING, problem=Problem.ERROR_CELL)
        case CellKind.FORMULA_WITHOUT_VALUE:
            return ReadValue(Status.MISSING, problem=Problem.FORMULA_WITHOUT_VALUE)
    return ReadValue(Status.MISSING, problem=Problem.VALUE_UNKNOWN)


def is_bare_number(text: str) -> bool:
    """Whether a text is nothing but a number, without unit, percent sign or qualifier."""
    return re.fullmatch(r"\s*[+-]?[0-9][0-9.,]*\s*", text) is not None


def stored(value: Decimal) -> Decimal:
    """A value at the ten decimals the warehouse keeps."""
    return value.quantize(_STORED, ROUND_HALF_UP)


def to_jobs(hours_per_week: Decimal) -> Decimal:
    """Paid hours a week as jobs: hours ÷ 25.5 (domain rules, part 1)."""
    return stored(hours_per_week / HOURS_PER_JOB)


def _fold(text: str) -> str:
    return normalise(text).casefold()


def stored_number(cell: Cell, unit: str) -> ReadValue:
    """Read a cell that holds a number: nearly all that hold figures, so nothing here is done twice."""
    value, decimals, is_percentage = cell.value, cell.decimals, cell.is_percentage
    if not isinstance(value, Decimal):
        return ReadValue(Status.MISSING, problem=Problem.VALUE_UNKNOWN)
    if is_percentage != (unit == "percent"):
        problem = Problem.VALUE_AMBIGUOUS if unit == "percent" else Problem.UNIT_CONTRADICTED
        return ReadValue(Status.MISSING, problem=problem)
    shown = value * 100 if is_percentage else value
    if abs(shown) >= _LARGEST:
        return ReadValue(Status.MISSING, problem=Problem.VALUE_UNKNOWN)
    kept = decimals if decimals is None or decimals <= _DECIMALS_KEPT else _DECIMALS_KEPT
    return ReadValue(Status.REPORTED, shown.quantize(_STORED, ROUND_HALF_UP), kept)


def _number_text(text: str, unit: str, locale: Locale, tokens: Tokens) -> ReadValue:
    folded = _fold(text)
    if folded in tokens.status_by_word:
        return ReadValue(tokens.status_by_word[folded])
    if tokens.says_zero(folded, unit):
        return ReadValue(Status.REPORTED, Decimal(0), 0)
    parts = _split_number(folded, tokens)
    if parts is None:
        return ReadValue(Status.MISSING, problem=Problem.VALUE_UNKNOWN)
    read = _digits(parts["digits"], locale)
    if read.problem is not Problem.NONE:
        return read
    if unit == "percent" and not (parts["percent"] or parts["unit"]):
        return ReadValue(Status.MISSING, problem=Problem.VALUE_AMBIGUOUS)
    if not _unit_fits(parts, unit, tokens):
        return ReadValue(Status.MISSING, problem=Problem.UNIT_CONTRADICTED)
    qualifier = parts["qualifier"] or None
    status = Status.APPROXIMATE if qualifier else Status.REPORTED
    return read._replace(status=status, qualifier=qualifier, footnote=parts["footnote"])


def _split_number(folded: str, tokens: Tokens) -> dict[str, str | None] | None:
    qualifiers = "|".join(re.escape(_fold(word)) for word in sorted(tokens.approximate, key=len, reverse=True))
    units = "|".join(re.escape(_fold(word)) for word in sorted(tokens.units, key=len, reverse=True))
    match = re.fullmatch(
        rf"(?P<qualifier>{qualifiers})?\s*(?P<digits>[+-]?[0-9][0-9.,]*)\s*"
        rf"(?:(?P<percent>%)(?:\.?(?P<footnote>\d{{1,2}}))?|(?P<unit>{units}))?",
        folded,
    )
    return match.groupdict() if match else None


def _unit_fits(parts: dict[str, str | None], unit: str, tokens: Tokens) -> bool:
    if parts["percent"]:
        return unit == "percent"
    word = parts["unit"]
    if word is None:
        return True
    return unit in next(units for name, units in tokens.units.items() if _fold(name) == word)


def _digits(text: str | None, locale: Locale) -> ReadValue:
    """Digits with separators: by the locale, with the other locale's reading beside it where that differs."""
    other: Locale = "en" if locale == "nl" else "nl"
    value, decimals = _by_locale(text or "", locale)
    alternative, _ = _by_locale(text or "", other)
    if value is None:
        return ReadValue(Status.MISSING, problem=Problem.VALUE_AMBIGUOUS)
    if abs(value) >= _LARGEST:
        return ReadValue(Status.MISSING, problem=Problem.VALUE_UNKNOWN)
    differs = alternative is not None and alternative != value
    kept = None if decimals is None else min(decimals, _DECIMALS_KEPT)
    return ReadValue(Status.REPORTED, stored(value), kept, alternative=alternative if differs else None)


def _by_locale(text: str, locale: Locale) -> tuple[Decimal | None, int | None]:
    group, decimal_mark = _SEPARATORS[locale]
    whole = rf"[0-9]+|[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+"
    match = re.fullmatch(rf"[+-]?(?:{whole})(?:{re.escape(decimal_mark)}(?P<fraction>[0-9]+))?", text)
    if match is None:
        return None, None
    fraction = match["fraction"] or ""
    return Decimal(text.replace(group, "").replace(decimal_mark, ".")), len(fraction)
