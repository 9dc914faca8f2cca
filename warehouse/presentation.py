"""Figures as a reader sees them. Rounding happens here, half up, and nowhere before."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from warehouse.records import Observation


def dutch_number(value: Decimal | None, decimals: int | None = None) -> str:
    """A number as `1.207,5`; with `decimals` given, rounded half up to that many; `–` for None."""
    return number(value, decimals).translate(str.maketrans(",.", ".,"))


def number(value: Decimal | None, decimals: int | None = None) -> str:
    """A number as `1,207.5`; with `decimals` given, rounded half up to that many; `–` for None."""
    if value is None:
        return "–"
    if decimals is None:
        decimals = max(0, -int(value.normalize().as_tuple().exponent))
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return f"{rounded:,.{decimals}f}"


def dutch_subject(observation: Observation) -> str:
    """Who a figure is about: the employer, the group or the sector."""
    return observation.employer_name or observation.group_name or "Sectortotaal"
