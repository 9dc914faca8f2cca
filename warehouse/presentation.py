"""Figures and texts as a reader or a program of theirs gets them.

Rounding happens here, half up, and nowhere before; and so does taking the sting out of texts that senders wrote.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from warehouse.records import Observation

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet program takes for the beginning of a formula, by OWASP's list (CSV injection)."""
_BEFORE_FORMULA = r"""(^'*(?={0}[=+\-@\t\r\n＝＋－＠])|[;\t\r\n][ "']*(?={0}[=+\-@＝＋－＠])){0}"""
_FORMULA, _MARKED = re.compile(_BEFORE_FORMULA.format("")), re.compile(_BEFORE_FORMULA.format("'"))
"""Where one can begin in a field: a program may take `;`, a tab or the end of a line in it for the end of a field."""
_ALL_DIGITS = Context(prec=1_000)
"""A number in a workbook can have over three hundred digits; Python's own context refuses to round one of 29."""
_DUTCH_MARKS = str.maketrans(",.", ".,")
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def printable(text: str) -> str:
    """Text that can neither steer a terminal nor turn the reading direction; ends of lines stay."""
    if text.isprintable():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(one) in _STEERING and one != "\n" else one for one in text
    )


def in_one_line(text: str) -> str:
    """Text with a sign in the place of each end of a line."""
    return re.sub(r"\r\n?|\n", "⏎", text)


def csv_value(value: object) -> object:
    """A value as it stands in a CSV file: exact, and a text never a formula to a spreadsheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return _without_formula(value) if isinstance(value, str) else value


@lru_cache(maxsize=10_000)
def _without_formula(text: str) -> str:
    return _FORMULA.sub(r"\1'", text)


def text_of_csv(field: str) -> str:
    """The text that `csv_value` made this field of."""
    return _MARKED.sub(r"\1", field)


def dutch_number(value: Decimal | None, decimals: int | None = None) -> str:
    """A number as `1.207,5`; with `decimals` given, rounded half up to that many; `–` for None."""
    return number(value, decimals).translate(_DUTCH_MARKS)


def number(value: Decimal | None, decimals: int | None = None) -> str:
    """A number as `1,207.5`; with `decimals` given, rounded half up to that many; `–` for None."""
    if value is None:
        return "–"
    if decimals is None:
        return f"{value.normalize(_ALL_DIGITS):,f}"
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=_ALL_DIGITS)
    return f"{rounded:,.{decimals}f}"


def dutch_subject(observation: Observation) -> str:
    """Who a figure is about: the employer, the group or the sector."""
    return observation.employer_name or observation.group_name or "Sectortotaal"
