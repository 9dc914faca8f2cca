"""How each national figure is made: its name, its formula, and which goal, realisation or path it is made of.

What the formulas say belongs here; the figures are decided in the marts, and the cells come from the warehouse.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A column of `mart.national_progress` as a reader knows it.

    `sources` are the parts it is made of: `target_jobs` (of the sectors, or of the agreed path that year),
    `realised_jobs`, or the end of the `path`.
    """

    column: str
    title: str
    formula: str
    sources: tuple[str, ...]
    is_percentage: bool = False


_DERIVED = (
    Figure("gap_jobs", "Nog te realiseren", "doel − realisatie", ("target_jobs", "realised_jobs")),
    Figure(
        "realised_pct", "Realisatie, % van het doel", "100 × realisatie ÷ doel", ("target_jobs", "realised_jobs"), True
    ),
    Figure("final_target_jobs", "Einddoel", "doel van het laatste jaar van het ingroeipad", ("path",)),
    Figure(
        "pct_of_final_target", "Realisatie, % van het einddoel", "100 × realisatie ÷ einddoel",
        ("realised_jobs", "path"), True,
    ),
)  # fmt: skip

FIGURES = {
    "sector_returns": (
        Figure("target_jobs", "Doel", "som van de doelen die de sectoren opgeven", ("target_jobs",)),
        Figure(
            "realised_jobs", "Realisatie", "som van de realisaties die de sectoren opgeven; inkoop telt niet mee",
            ("realised_jobs",),
        ),
        *_DERIVED,
        Figure(
            "approximate_share", "Aandeel bij benadering, %",
            "100 × realisatie van de sectoren die doel of realisatie bij benadering opgeven ÷ realisatie",
            ("target_jobs", "realised_jobs"), True,
        ),
        Figure(
            "estimated_share", "Aandeel geschat, %",
            "100 × realisatie van de sectoren die doel of realisatie schatten uit een steekproef ÷ realisatie",
            ("target_jobs", "realised_jobs"), True,
        ),
    ),
    "official_monitor": (
        Figure("target_jobs", "Doel", "extra banen volgens het ingroeipad", ("target_jobs",)),
        Figure(
            "realised_jobs", "Realisatie", "extra banen bij de overheid sinds 1 januari 2013, volgens de laatste "
            "landelijke monitor die het jaar kent", ("realised_jobs",),
        ),
        *_DERIVED,
        Figure(
            "approximate_share", "Aandeel bij benadering, %",
            "100 als de monitor de realisatie bij benadering geeft, anders 0", ("realised_jobs",), True,
        ),
    ),
}  # fmt: skip
"""The figures of each series, in the order in which they are shown."""
