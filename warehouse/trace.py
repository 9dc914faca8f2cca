"""Lead a published figure back to the cells it comes from.

Questions to a published snapshot, read-only, belong here; what the figures are is decided in the marts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import duckdb

from warehouse.queries import ask

# What each column of the marts is made of: the measures it needs, and the formula as an analyst would write it.
_FORMULAS: dict[str, tuple[tuple[str, ...], str]] = {
    "gap_jobs": (("target_jobs", "realised_jobs"), "target_jobs - realised_jobs"),
    "realised_pct": (("realised_jobs", "target_jobs"), "100 × realised_jobs ÷ target_jobs"),
    "rows_total": (("realised_jobs",), "sum of realised_jobs of the employers that count"),
    "rows_difference": (("realised_jobs",), "realised_jobs - sum of realised_jobs of the employers that count"),
    "pct_of_final_target": (("realised_jobs",), "100 × realised_jobs ÷ final_target_jobs"),
    "final_target_jobs": ((), "target_jobs of the last year of the agreed path"),
    "approximate_share": (
        ("realised_jobs", "target_jobs"),
        "100 × realised_jobs of the sectors whose goal or realisation is approximate ÷ realised_jobs",
    ),
    "estimated_share": (
        ("realised_jobs", "target_jobs"),
        "100 × realised_jobs of the sectors whose goal or realisation is raised from a survey ÷ realised_jobs",
    ),
    "change_jobs": (("realised_jobs",), "realised_jobs - realised_jobs of a year before"),
    "change_pct_points": (("realised_jobs", "target_jobs"), "realised_pct - realised_pct of a year before"),
    "realised_incl_procurement_pct": (
        ("realised_jobs", "procurement_jobs", "target_jobs"),
        "100 × (realised_jobs + procurement_jobs) ÷ target_jobs",
    ),
}
_CHANGES = {"change_jobs", "change_pct_points"}


class TraceError(Exception):
    """The figure asked for does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class Source:
    """One observation and the cell it stands in; in a collection each employer's stands in a workbook of its own."""

    sector_code: str
    level: str
    employer_code: str | None
    employer_name: str | None
    group_name: str | None
    period: str
    role: str
    measure: str
    value: Decimal | None
    unit: str
    status: str
    counts: bool
    submission_id: str
    file_name: str
    file_sha256: str
    sheet: str
    cell: str
    literal: str | None
    is_collected: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """A figure, how it is made, and the cells behind it.

    `sources` are the cells the figure is made of; `rows` are the rows those were checked against; `reference` are the
    rows of our reference data that take part.
    """

    figure: str
    value: Decimal | None
    formula: str
    sources: Sequence[Source]
    rows: Sequence[Source]
    reference: Sequence[str]


def trace_national(connection: duckdb.DuckDBPyConnection, period: str, basis: str, measure: str) -> Trace:
    """Trace a figure of `mart.national_progress`; raises TraceError when it does not exist."""
    value = _published(connection, "national_progress", measure, period=period, basis=basis)
    measures, formula = _FORMULAS.get(measure, ((measure,), ""))
    figure = f"national {period} {basis} {measure}"
    path = ask(connection, "final_target") if measure in {"final_target_jobs", "pct_of_final_target"} else []
    reference = [row["row_text"] for row in path]
    if basis == "official_monitor":
        empty = Trace(figure, value, formula, [], [], reference)
        return _trace_official(connection, empty, _periods(measure, period), measures)
    cells = [
        cell
        for one in _periods(measure, period)
        for cell in ask(connection, "cells_of_sector_returns", period=one, measures=list(measures))
    ]
    sums = " and ".join(f"{measure} the sum of that of the sectors" for measure in measures)
    return Trace(figure, value, ", with ".join(filter(None, (formula, sums))), _sources(cells), [], reference)


def _periods(measure: str, period: str) -> list[str]:
    """The periods that a figure is made of: a change also of the same period a year before."""
    return [period, f"{int(period[:4]) - 1}{period[4:]}"] if measure in _CHANGES else [period]


def _trace_official(
    connection: duckdb.DuckDBPyConnection, trace: Trace, periods: Sequence[str], measures: Sequence[str]
) -> Trace:
    """The monitor's own cell is the realisation; the agreed path is the goal."""
    cells, path = [], []
    for period in periods:
        cells += ask(connection, "cells_of_official_monitor", period=period) if "realised_jobs" in measures else []
        path += ask(connection, "target_path_of_year", period=period) if "target_jobs" in measures else []
    plain = "extra_jobs_official of overheid" if cells else "target_jobs of the agreed path"
    reference = [*(row["row_text"] for row in path), *trace.reference]
    return replace(trace, formula=trace.formula or plain, sources=_sources(cells), reference=reference)


def trace_sector(connection: duckdb.DuckDBPyConnection, sector_code: str, period: str, measure: str) -> Trace:
    """Trace a figure of a sector: of `mart.sector_progress`, or any measure its return states for the sector.

    Raises TraceError when it does not exist.
    """
    measures, formula = _FORMULAS.get(measure, ((measure,), ""))
    cells = [
        cell
        for one in _periods(measure, period)
        for cell in ask(connection, "cells_of_sector", sector_code=sector_code, period=one, measures=list(measures))
    ]
    sources = _sources(cell for cell in cells if cell["level"] == "sector")
    if not any(source.period == period for source in sources):
        raise TraceError(_what_exists(connection, sector_code, period, measure))
    value = sources[0].value
    if formula:
        value = _published(connection, "sector_progress", measure, sector_code=sector_code, period=period)
    rows = _sources(cell for cell in cells if cell["level"] != "sector")
    checked = "; its rows were checked against it" if any(row.counts for row in rows) else ""
    stated = f"{measure} as the sender states it for the whole sector{checked}"
    if sources[0].is_collected:
        stated = f"sum of {measure} over the employers' own returns"
    return Trace(f"sector {sector_code} {period} {measure}", value, formula or stated, sources, rows, [])


def _sources(cells: Iterable[dict[str, Any]]) -> list[Source]:
    return [Source(**cell) for cell in cells]


def _published(connection: duckdb.DuckDBPyConnection, mart: str, column: str, **keys: str) -> Decimal | None:
    """One figure of a mart; raises TraceError, with what there is, when the mart has no such row or column."""
    rows = ask(connection, mart)
    found = next((row for row in rows if all(row[key] == value for key, value in keys.items())), None)
    if found is None:
        known = "; ".join(" ".join(str(row[key]) for key in keys) for row in rows)
        raise TraceError(f"There is no figure for {' '.join(keys.values())}. There is one for: {known or 'nothing'}.")
    figures = [name for name in found if any(isinstance(row[name], Decimal) for row in rows)]
    if column not in figures:
        raise TraceError(f"'{column}' is not a figure of mart.{mart}. It has: {', '.join(figures)}.")
    value: Decimal | None = found[column]
    return value


def _what_exists(connection: duckdb.DuckDBPyConnection, sector_code: str, period: str, measure: str) -> str:
    found = [row["measure"] for row in ask(connection, "measures_of_sector", sector_code=sector_code, period=period)]
    if found:
        states, derived = ", ".join(found), ", ".join(_FORMULAS)
        return f"The return of {sector_code} {period} states no {measure}. It states: {states}; derived are: {derived}."
    returned = ", ".join(f"{row['sector_code']} {row['period']}" for row in ask(connection, "sector_progress"))
    return f"Nothing is accepted for {sector_code} {period}. There is: {returned or 'nothing'}."
