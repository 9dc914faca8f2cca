"""Numbers in text that can be read two ways, and whether the sender's own figures contradict the locale's reading.

`1.207` is 1207 in Dutch. When the parts of its row, its column's total or last year's figure fit only 1.207, the cell
is ambiguous: a problem, and its value is not used. Single cells are `numbers.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from warehouse.presentation import dutch_number
from warehouse.records import Level, Observation, Place, Problem, Role, Status

Alternatives = Mapping[tuple[str, str, str], Decimal]
_PARTS = ("realised_permanent", "realised_temporary", "realised_hired", "realised_employed")
_FAR_OFF = 100


def withhold_contradicted(
    observations: list[Observation], alternatives: Alternatives
) -> tuple[list[Observation], list[Place]]:
    """The observations with contradicted values taken out (status missing), and a place for each of those.

    `alternatives` gives the other locale's reading by (sheet, cell, measure).
    """
    if not alternatives:
        return observations, []
    contradicted = {
        (o.sheet, o.cell, o.measure)
        for group in _sums(observations)
        for o in _contradicted_by_sum(*group, alternatives)
    } | {(o.sheet, o.cell, o.measure) for o in _contradicted_by_last_year(observations, alternatives)}
    cells = {(sheet, cell) for sheet, cell, _ in contradicted}
    kept = [_withheld(o) if (o.sheet, o.cell) in cells else o for o in observations]
    places = [
        Place("value", o.sheet, o.cell, o.literal, _both_readings(o, alternatives), Problem.VALUE_AMBIGUOUS)
        for o in observations
        if (o.sheet, o.cell, o.measure) in contradicted
    ]
    return kept, places


def _both_readings(observation: Observation, alternatives: Alternatives) -> str:
    other = alternatives[observation.sheet, observation.cell, observation.measure]
    return f"{dutch_number(observation.value)} of {dutch_number(other)}"


def _withheld(observation: Observation) -> Observation:
    return observation._replace(value=None, status=Status.MISSING, counts=False)


def _alternative(observation: Observation, alternatives: Alternatives) -> Decimal | None:
    return alternatives.get((observation.sheet, observation.cell, observation.measure))


def _sums(observations: list[Observation]) -> Iterator[tuple[Observation, list[Observation]]]:
    """Every stated total with the figures that should make it up: the parts of a row, the known rows of a column."""
    rows: dict[tuple[str, str], dict[str, Observation]] = defaultdict(dict)
    columns: dict[tuple[str, str, str, str | None], list[Observation]] = defaultdict(list)
    for o in observations:
        rows[o.record, o.period][o.measure] = o
        if o.level is Level.EMPLOYER and not o.survey and o.value is not None:
            columns[o.sheet, o.measure, o.period, o.group_name].append(o)
            columns[o.sheet, o.measure, o.period, None].append(o)
    for row in rows.values():
        parts = [row[measure] for measure in _PARTS if measure in row]
        if "realised_jobs" in row and all(part.value is not None for part in parts):
            yield row["realised_jobs"], parts
    for o in observations:
        if o.level in {Level.SECTOR, Level.GROUP}:
            group = o.group_name if o.level is Level.GROUP else None
            yield o, columns.get((o.sheet, o.measure, o.period, group), [])


def _contradicted_by_sum(total: Observation, parts: list[Observation], alternatives: Alternatives) -> list[Observation]:
    """Those of a total and its parts whose other reading makes the sum right where the locale's does not."""
    doubtful = [o for o in (total, *parts) if _alternative(o, alternatives) is not None]
    if not doubtful or total.value is None or not parts or _adds_up(total, parts, {}):
        return []
    beyond = [o for o in doubtful if o is not total and _exceeds(o, total, alternatives)]
    if beyond:
        return beyond
    choices = [[o] for o in doubtful] + [[o for o in doubtful if o is not total], doubtful]
    for flipped in filter(None, choices):
        if _adds_up(total, parts, {o.cell: alternatives[o.sheet, o.cell, o.measure] for o in flipped}):
            return flipped
    return []


def _exceeds(part: Observation, total: Observation, alternatives: Alternatives) -> bool:
    """Whether a part is larger than its total, and its other reading is not."""
    other = _alternative(part, alternatives)
    return (part.value or 0) > (total.value or 0) and other is not None and other <= (total.value or 0)


def _adds_up(total: Observation, parts: Iterable[Observation], instead: Mapping[str, Decimal]) -> bool:
    figures = {o.cell: instead.get(o.cell) or o.value or Decimal(0) for o in (total, *parts)}
    stated = figures.pop(total.cell)
    return abs(stated - sum(figures.values(), Decimal(0))) <= Decimal("0.5").scaleb(-(total.decimals or 0))


def _contradicted_by_last_year(observations: list[Observation], alternatives: Alternatives) -> Iterator[Observation]:
    """Figures a hundred times last year's in the same row, where the other reading is not."""
    last_year = {(o.record, o.measure): o.value for o in observations if o.role is Role.REPEATED and o.value}
    for o in observations:
        before, other = last_year.get((o.record, o.measure)), _alternative(o, alternatives)
        if o.role is Role.OWN and before and other and o.value:
            far_off = o.value / before >= _FAR_OFF or before / o.value >= _FAR_OFF
            if far_off and Decimal("0.1") < other / before < 10:
                yield o
