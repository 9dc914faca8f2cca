"""Pieces of HTML that a page can show a hundred thousand times: statuses, places in a workbook, rows of long tables.

What is shown once or some hundreds of times belongs in `templates/`; here a row costs a tenth of what it does there.
What a sender wrote passes through `_text`, and so never becomes markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from expectations.report.words import dutch, signed
from warehouse.presentation import dutch_number
from warehouse.records import Finding

_SYMBOLS = {
    "accepted": "✓", "accepted_with_findings": "!", "rejected": "✗", "awaiting_acceptance": "…", "superseded": "–",
    "withdrawn": "–", "duplicate": "=", "received": "…", "error": "✗", "warning": "!", "info": "i", "holds": "✓",
    "fails": "✗", "not_evaluable": "?", "active": "✓", "expired": "✗", "value_changed": "✗", "not_needed": "✗",
    "ended": "–", "up": "▲", "down": "▼", "value_to_missing": "✗", "zero_to_missing": "✗", "missing_to_value": "+",
    "missing_to_zero": "+",
}  # fmt: skip
_SHORT = 100  # characters of a text that is remembered


class Place(NamedTuple):
    """A place where a rule could not be evaluated, in which return, and what was found there."""

    file_sha256: str | None
    sector_code: str | None
    period: str | None
    rule: str
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None
    message: str
    waiver: str | None


def _text(text: str) -> str:
    """A text as markup; most are short and stand in many places, and a sender can write a long one in each."""
    return _short_text(text) if len(text) <= _SHORT else str(escape(text))


@lru_cache(maxsize=100_000)
def _short_text(text: str) -> str:
    return str(escape(text))


@lru_cache
def status(code: str) -> Markup:
    """A code as a word with a symbol before it."""
    symbol = _SYMBOLS.get(code, "•")
    word = f'<span aria-hidden="true">{symbol}</span> {_text(dutch(code))}'
    return Markup(f'<span class="status {_text(code)}">{word}</span>')


def place(sheet: str | None, cell: str | None) -> Markup:
    """A place in a workbook."""
    return Markup(_place(sheet, cell))


def _place(sheet: str | None, cell: str | None) -> str:
    if not (sheet or cell):
        return "het hele bestand"
    between = "!<wbr>" if sheet and cell else ""
    return f'<code class="place">{_text(sheet or "")}{between}{_text(cell or "")}</code>'


def place_rows(places: Iterable[Place | Finding], *, with_message: bool = False, with_waiver: bool = False) -> Markup:
    """The rows of a table of places: where, what was found, and what was expected."""
    rows = []
    for one in places:
        more = f"<td>{_text(one.message)}</td>" if with_message else ""
        if with_waiver:
            more += f"<td>{_covered(one.waiver)}</td>"
        rows.append(
            f"<tr><td>{_place(one.sheet, one.cell)}</td><td>{_text(one.found or '–')}</td>"
            f"<td>{_text(one.expected or '–')}</td>{more}</tr>\n"
        )
    return Markup("".join(rows))


def _covered(waiver: str | None) -> str:
    return f'gedekt door <a href="ontheffingen.html#{_text(waiver)}">{_text(waiver)}</a>' if waiver else "–"


def revision_rows(revisions: Iterable[dict[str, Any]]) -> Markup:
    """The rows of a table of revised figures: whose, what it was and is, by how much, and the two cells."""
    return Markup("".join(map(_revision_row, revisions)))


def _revision_row(row: dict[str, Any]) -> str:
    level = "" if row["level"] == "sector" else f' <span class="quiet">({_text(dutch(row["level"]))})</span>'
    before = _said(row["value_before"], row["status_before"], row["literal_before"])
    after = _said(row["value_after"], row["status_after"], row["literal_after"])
    cell_before = _place(row["sheet_before"], row["cell_before"]) if row["cell_before"] else "–"
    cell_after = _place(row["sheet_after"], row["cell_after"]) if row["cell_after"] else "–"
    return (
        f'<tr><th scope="row">{_text(row["subject"])}{level}</th>\n'
        f"<td>{_text(row['dutch_term'])}</td><td>{_text(row['period'])}</td>\n"
        f'<td class="number">{before}</td>\n<td class="number">{after}</td>\n'
        f'<td class="number difference">{signed(row["difference"])}</td><td>{status(row["change"])}</td>\n'
        f"<td>{cell_before}</td>\n<td>{cell_after}</td></tr>\n"
    )


def _said(value: Decimal | None, given: str, literal: str | None) -> str:
    if value is None:
        return _text((literal or "–") if given == "reported" else dutch(given))
    more = "" if given == "reported" else f' <span class="quiet">({_text(dutch(given))})</span>'
    return dutch_number(value) + more
