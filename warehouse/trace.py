"""Lead a published figure back to the cells it comes from.

Questions to a published snapshot, read-only, belong here; what the figures are is decided in the marts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

_SOURCE_COLUMNS = """
    o.sector_code, o.level, o.employer_code, o.employer_name, o.group_name, o.period, o.role, o.measure, o.value, o.unit,
    o.status, o.counts, o.submission_id, s.file_name, s.file_sha256, o.sheet, o.cell, o.literal
"""
_FROM = "FROM core.observation AS o JOIN core.submission AS s ON s.submission_id = o.submission_id"

# What each column of the marts is made of: the measures it needs, and the formula as an analyst would write it.
_FORMULAS: dict[str, tuple[tuple[str, ...], str]] = {
    "gap_jobs": (("target_jobs", "realised_jobs"), "target_jobs - realised_jobs"),
    "realised_pct": (("realised_jobs", "target_jobs"), "100 × realised_jobs ÷ target_jobs"),
    "pct_of_final_target": (("realised_jobs",), "100 × realised_jobs ÷ 25000"),
    "realised_incl_procurement_pct": (
        ("realised_jobs", "procurement_jobs", "target_jobs"),
        "100 × (realised_jobs + procurement_jobs) ÷ target_jobs",
    ),
}


class TraceError(Exception):
    """The figure asked for does not exist; the message says what does."""


@dataclass(frozen=True, slots=True)
class Source:
    """One observation and the cell it stands in."""

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


def trace_national(
    connection: duckdb.DuckDBPyConnection, period: str, basis: str, measure: str
) -> Trace:
    """Trace a figure of `mart.national_progress`; raises TraceError when it does not exist."""
    value = _published(connection, "national_progress", measure, {"period": period, "basis": basis})
    measures, formula = _FORMULAS.get(measure, ((measure,), ""))
    figure = f"national {period} {basis} {measure}"
    if basis == "official_monitor":
        sources = _sources(
            connection,
            "o.sector_code = 'overheid' AND o.measure = 'extra_jobs_official' AND o.role = 'own' AND o.period = ?",
            [period],
        )
        path = _rows(
            connection,
            "SELECT 'target_path overheid ' || year || ': ' || CAST(target_jobs AS DECIMAL(28, 0)) || ' (' || source || ')' "
            "FROM core.target_path WHERE sector_code = 'overheid' AND CAST(year AS VARCHAR) = ?",
            [period],
        )
        wants_path = "target_jobs" in measures
        return Trace(
            figure,
            value,
            formula or ("target_path.target_jobs" if wants_path else "extra_jobs_official of overheid"),
            sources if "realised_jobs" in measures else [],
            [],
            [text for (text,) in path] if wants_path else [],
        )
    condition = (
        "o.level = 'sector' AND o.role = 'own' AND o.period = ? AND s.period = o.period AND list_contains(?, o.measure) "
        "AND o.sector_code IN (SELECT sector_code FROM core.sector WHERE kind = 'sector')"
    )
    sources = _sources(connection, condition, [period, list(measures)])
    sums = " and ".join(f"sum of {measure} over the sectors" for measure in measures)
    return Trace(figure, value, f"{formula}, with {sums}" if formula else sums, sources, [], [])


def trace_sector(connection: duckdb.DuckDBPyConnection, sector_code: str, period: str, measure: str) -> Trace:
    """Trace a figure of a sector: of `mart.sector_progress`, or any measure its return states for the sector.

    Raises TraceError when it does not exist.
    """
    measures, formula = _FORMULAS.get(measure, ((measure,), ""))
    condition = (
        "o.sector_code = ? AND o.period = ? AND o.role = 'own' AND list_contains(?, o.measure) AND o.level {level}"
    )
    parameters = [sector_code, period, list(measures)]
    sources = _sources(connection, condition.format(level="= 'sector'"), parameters)
    if not sources:
        raise TraceError(_what_exists(connection, sector_code, period, measure))
    if formula:
        value = _published(connection, "sector_progress", measure, {"sector_code": sector_code, "period": period})
    else:
        value = sources[0].value
    rows = _sources(connection, condition.format(level="IN ('employer', 'group')"), parameters)
    stated = f"{measure} as the sender states it for the whole sector; the rows below were checked against it"
    return Trace(f"sector {sector_code} {period} {measure}", value, formula or stated, sources, rows, [])


def _published(
    connection: duckdb.DuckDBPyConnection, mart: str, column: str, keys: dict[str, str]
) -> Decimal | None:
    columns = [name for (name,) in _rows(connection, "SELECT column_name FROM duckdb_columns() WHERE table_name = ?", [mart])]
    if column not in columns:
        raise TraceError(f"'{column}' is not a figure of mart.{mart}. It has: {', '.join(columns)}.")
    where = " AND ".join(f"{key} = ?" for key in keys)
    found = _rows(connection, f'SELECT "{column}" FROM mart.{mart} WHERE {where}', list(keys.values()))
    if not found:
        names = ", ".join(f"mart.{mart}.{key}" for key in keys)
        known = _rows(connection, f"SELECT DISTINCT {', '.join(keys)} FROM mart.{mart} ORDER BY ALL", [])
        shown = "; ".join(" ".join(map(str, row)) for row in known)
        raise TraceError(f"There is no figure for {' '.join(keys.values())}. By {names} there are: {shown or 'none'}.")
    value = found[0][0]
    return Decimal(value) if isinstance(value, int) else value


def _what_exists(connection: duckdb.DuckDBPyConnection, sector_code: str, period: str, measure: str) -> str:
    found = _rows(
        connection,
        "SELECT DISTINCT measure FROM core.observation WHERE sector_code = ? AND period = ? AND level = 'sector' "
        "AND role = 'own' ORDER BY measure",
        [sector_code, period],
    )
    if found:
        derived = ", ".join(_FORMULAS)
        known = ", ".join(name for (name,) in found)
        return f"The return of {sector_code} {period} states no {measure}. It states: {known}; derived are: {derived}."
    returned = _rows(connection, "SELECT sector_code || ' ' || period FROM mart.sector_progress ORDER BY ALL", [])
    return f"Nothing is accepted for {sector_code} {period}. There is: {', '.join(name for (name,) in returned)}."


def _sources(connection: duckdb.DuckDBPyConnection, condition: str, parameters: list[Any]) -> list[Source]:
    rows = _rows(
        connection,
        f"SELECT {_SOURCE_COLUMNS} {_FROM} WHERE {condition} ORDER BY o.sector_code, o.measure, o.sheet, o.record, o.cell",
        parameters,
    )
    return [Source(*row) for row in rows]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    return connection.execute(query, parameters).fetchall()
