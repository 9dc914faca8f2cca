"""The chart of a product as SVG, to stand inside a page: goal and realisation, and the quarters before.

Drawing belongs here; which figures are drawn is `pages.py`. Figures become floats only as places on paper.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from warehouse.presentation import dutch_number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))
_INK, _BLUE = "#1b1b1b", "#154273"
_WIDTH, _LINE_HEIGHT, _HEIGHT_OF_QUARTERS = 9.0, 0.32, 2.8
CAPTION_ID = "grafiek"
"""The id of the element on the page that says what the chart shows."""
Point = tuple[str, Decimal | None, Decimal | None]
"""A label, a goal and a realisation, in jobs; None is not known."""


def chart(employers: Sequence[Point], quarters: Sequence[Point]) -> str:
    """Goal and realisation of each employer as bars, the first on top, and below them those of the quarters as lines.

    The lines are left out when there are no two quarters; what is not known is not drawn.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    heights = [1.2 + _LINE_HEIGHT * len(employers), *([_HEIGHT_OF_QUARTERS] if len(quarters) > 1 else [])]
    # Text stays text, dollar signs too, and the same figures give the same bytes.
    with mpl.rc_context({"svg.hashsalt": "banenafspraak", "svg.fonttype": "none", "text.parse_math": False}):
        figure = Figure(figsize=(_WIDTH, sum(heights)), layout="constrained")
        panels = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
        _draw_bars(panels[0], employers)
        for panel in panels[1:]:
            _draw_lines(panel, quarters)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata=_NO_METADATA)
    text = file.getvalue()
    return text[text.index("<svg") :].replace("<svg", f'<svg role="img" aria-labelledby="{CAPTION_ID}"', 1)


def _draw_bars(panel: Axes, employers: Sequence[Point]) -> None:
    goals, realised = _places(employers)
    for height, colour, name, widths in ((0.8, "white", "doel", goals), (0.4, _BLUE, "realisatie", realised)):
        panel.barh(range(len(widths)), widths, height, color=colour, edgecolor=_INK, linewidth=0.8, label=name)
    panel.set_yticks(range(len(employers)), [label for label, _, _ in employers])
    panel.set_ylim(len(employers) - 0.4, -0.6)
    panel.xaxis.set_major_formatter(_dutch)
    panel.set_xlabel("banen")
    _finish(panel)


def _draw_lines(panel: Axes, quarters: Sequence[Point]) -> None:
    goals, realised = _places(quarters)
    for style, colour, name, heights in (("--", _INK, "doel", goals), ("o-", _BLUE, "realisatie", realised)):
        panel.plot(range(len(heights)), heights, style, color=colour, label=name)
    panel.set_xticks(range(len(quarters)), [label for label, _, _ in quarters])
    panel.set_ylim(bottom=0)
    panel.yaxis.set_major_formatter(_dutch)
    panel.set_ylabel("banen, heel Rijk")
    _finish(panel)


def _places(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [_place(goal) for _, goal, _ in points], [_place(realised) for _, _, realised in points]


def _place(value: Decimal | None) -> float:
    return math.nan if value is None else float(value)


def _dutch(value: float, _: float) -> str:
    return dutch_number(Decimal(str(round(value, 2))))


def _finish(panel: Axes) -> None:
    panel.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False)
    panel.spines[["top", "right"]].set_visible(False)
