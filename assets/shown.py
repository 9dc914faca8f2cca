"""Small tables and plots of what was made, for a person who looks at a run.

Making them belongs here; how Dagster takes them is `metadata.py`, and figures for readers are the products'.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

import duckdb

_ROWS = 10
_DOTS_PER_INCH = 80
_GOAL, _REALISED = "#b3b3b3", "#01689b"


def first_rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, str]]:
    """The first ten rows of a table as text, decimals without the zeros behind them; an unknown value is empty."""
    cursor = connection.execute(f"FROM {table} LIMIT {_ROWS}")
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, map(_text, row), strict=True)) for row in cursor.fetchall()]


def _text(value: object) -> str:
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def bar_plot(rows: Sequence[tuple[str, Decimal | None, Decimal | None]], title: str) -> bytes:
    """A PNG of goal and realisation (jobs) per label, the first on top; what is not known has no bar."""
    import matplotlib as mpl

    with mpl.rc_context({"text.parse_math": False}):  # dollar signs in a name are no formula
        return _drawn(rows, title)


def _drawn(rows: Sequence[tuple[str, Decimal | None, Decimal | None]], title: str) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 1.5 + 0.3 * len(rows)), dpi=_DOTS_PER_INCH, layout="constrained")
    axes = figure.subplots()
    goals, realised = [goal for _, goal, _ in rows], [jobs for _, _, jobs in rows]
    for offset, values, colour, label in ((-0.2, goals, _GOAL, "doel"), (0.2, realised, _REALISED, "realisatie")):
        bars = [(line + offset, float(value)) for line, value in enumerate(values) if value is not None]
        axes.barh([line for line, _ in bars], [value for _, value in bars], height=0.38, color=colour, label=label)
    axes.set_yticks(range(len(rows)), [row[0] for row in rows])
    axes.invert_yaxis()
    axes.set_title(title, loc="left")
    axes.set_xlabel("banen van 25,5 uur per week")
    figure.legend(loc="outside upper right", ncols=2)
    image = io.BytesIO()
    figure.savefig(image, format="png")
    return image.getvalue()
