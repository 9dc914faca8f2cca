"""Observations as columns of text, and back: how they are handed from process to process and written to files.

Thousands of observations are a few lists of text, most of them the same texts again and again. Nothing is rounded: a
decimal and its text are the same figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from warehouse.records import Columns, Level, Observation, Role, Status, by_column

Texts = Mapping[str, Sequence[str | None]]
"""The texts of observations by the name of their field, all of equal length."""
_FROM_TEXT: dict[str, Callable[[str], Any]] = {
    "level": Level,
    "role": Role,
    "status": Status,
    "value": Decimal,
    "decimals": int,
    "counts": "True".__eq__,
    "survey": "True".__eq__,
}
"""How a field is made from its text; the others are texts."""


def texts_of(observations: Sequence[Observation]) -> Texts:
    """The columns of these observations."""
    return texts_of_columns(by_column(observations, Observation))


def texts_of_columns(columns: Columns) -> Texts:
    """The texts of observations that are columns already."""
    return {name: _texts(name, column) for name, column in columns.items()}


def _texts(name: str, column: Sequence[Any]) -> Sequence[str | None]:
    if name == "value":
        return [None if one is None else str(one) for one in column]
    if name in _FROM_TEXT:
        return list(map({one: None if one is None else str(one) for one in set(column)}.__getitem__, column))
    return list(column)


def observations_of(texts: Texts) -> list[Observation]:
    """The observations of which these are the columns."""
    columns = (_typed(_FROM_TEXT.get(name), texts[name]) for name in Observation._fields)
    return list(map(Observation._make, zip(*columns, strict=True)))


def _typed(from_text: Callable[[str], Any] | None, column: Sequence[str | None]) -> Iterable[Any]:
    return column if from_text is None else (None if one is None else from_text(one) for one in column)
