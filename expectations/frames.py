"""The frames the suites look at: one row per place to check, stacked over all returns of a run.

Every frame has `reading` (which return), `sheet`, `cell`, `found` and `expected`. Building rows belongs here; what must
hold of them is the catalogue's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, get_args

import pandas as pd

from expectations import arithmetic
from expectations.arithmetic import Comparison, Figures
from expectations.catalogue import WithinFrame, rule
from expectations.limits import least_coverage
from warehouse.periods import Period
from warehouse.presentation import dutch_number, dutch_subject
from warehouse.records import Level, Observation, Problem, Reading, Role, Status
from warehouse.reference import Reference

Row = dict[str, Any]
_NO_SUBJECT = {Level.SECTOR: "Sectortotaal", Level.EMPLOYER: "Werkgever"}
_COMPARISON = ("subject_nl", "measure", "measure_nl", "excess")
_ACROSS = (*_COMPARISON, "other", "band")
_EVERY = ("reading", "sheet", "cell", "found", "expected")
_BELOW_GROUP = {Level.EMPLOYER, Level.UNIT}
_MADE_BY_COLUMN = {"places", "observations"}
_COLUMNS: dict[str, tuple[str, ...]] = {
    "required": ("subject_nl", "measure_nl", "present"),
    "employers": ("employer_code", "employer_name", "known", "valid", "validity", "returned", "survey"),
    "coverage": ("bound", "excess"),
    "waivers": ("waiver", "state", "rule_nl", "scope_nl"),
}  # fmt: skip


def build_frames(readings: Sequence[Reading], reference: Reference) -> dict[str, pd.DataFrame]:
    """All frames of the catalogue over these readings, by name."""
    rows: dict[str, list[Row]] = {name: [] for name in get_args(WithinFrame) if name not in _MADE_BY_COLUMN}
    for number, reading in enumerate(readings):
        if _is_read(reading):
            for name, row in _rows(reading, reference):
                if "measure" in row:
                    row["measure_nl"] = reference.measures[row["measure"]].dutch_term
                rows[name].append({"reading": number, **row})
    by_column = {"places": _places(readings), "observations": _observations(readings, reference)}
    return by_column | {name: _frame(name, found) for name, found in rows.items()}


def across_frame(name: str, rows: list[Row]) -> pd.DataFrame:
    """A frame of what all returns say together, whose rows were made on the warehouse."""
    return _frame(name, rows)


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    kept = _COLUMNS.get(name) or (_COMPARISON if name in get_args(WithinFrame) else _ACROSS)
    return _of_columns({column: [row.get(column) for row in rows] for column in (*_EVERY, *kept)})


def _of_columns(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in columns.items()})
    frame["reading"] = frame["reading"].astype(int)
    frame["row"] = range(len(frame))
    return frame


def _is_read(reading: Reading) -> bool:
    """Whether it is known whose figures these are, and they may be looked at."""
    return reading.identity is not None and all(p.problem is not Problem.PERSONAL_DATA for p in reading.places)


def _places(readings: Sequence[Reading]) -> pd.DataFrame:
    numbered = [(number, place) for number, reading in enumerate(readings) for place in reading.places]
    places = [place for _, place in numbered]
    return _of_columns(
        {
            "reading": [number for number, _ in numbered],
            "sheet": [place.sheet for place in places],
            "cell": [place.cell for place in places],
            "found": [place.found or "leeg" for place in places],
            "expected": [place.expected for place in places],
            "kind": [place.kind for place in places],
            "problem": [place.problem.value for place in places],
        }
    )


def _rows(reading: Reading, reference: Reference) -> Iterator[tuple[str, Row]]:
    yield from (("required", row) for row in _required(reading))
    yield from (("employers", row) for row in _employers(reading, reference))
    yield from (("coverage", row) for row in _coverage(reading, reference))
    yield from _comparisons(reading, Figures(reading), reference)


def _comparisons(reading: Reading, figures: Figures, reference: Reference) -> Iterator[tuple[str, Row]]:
    period = reading.identity.period if reading.identity else ""
    found: dict[str, Iterable[Comparison]] = {
        "parts": arithmetic.parts(figures, rule("parts_equal_total").parts),
        "row_sums": () if reading.survey.sums else arithmetic.row_sums(figures),
        "survey_products": arithmetic.survey_products(figures, reading.survey.products),
        "survey_sums": arithmetic.survey_sums(figures, reading.survey.sums),
        "hours": arithmetic.hours(figures),
        "workforce": arithmetic.workforce(figures),
        "goals": arithmetic.goals(figures, reference.quota),
        "shares": arithmetic.shares(figures, rule("shares_sum_to_100").parts),
        "restated": arithmetic.restated(figures, period),
        "percentages": arithmetic.percentages(figures, rule("stated_percentage_follows").ratios),
    }
    for name, comparisons in found.items():
        yield from ((name, arithmetic.describe(comparison)) for comparison in comparisons)


def _observations(readings: Sequence[Reading], reference: Reference) -> pd.DataFrame:
    numbered = [(number, o) for number, reading in enumerate(readings) if _is_read(reading)
                for o in reading.observations]  # fmt: skip
    observations = [o for _, o in numbered]
    measures = [reference.measures[o.measure] for o in observations]
    return _of_columns(
        {
            "reading": [number for number, _ in numbered],
            "sheet": [o.sheet for o in observations],
            "cell": [o.cell for o in observations],
            "found": [_shown(o) for o in observations],
            "expected": [None] * len(observations),
            "measure": [o.measure for o in observations],
            "measure_nl": [measure.dutch_term for measure in measures],
            "subject": [repr(arithmetic.subject(o)) for o in observations],
            "subject_nl": [dutch_subject(o) for o in observations],
            "value": [o.value for o in observations],
            "unit": [o.unit for o in observations],
            "expected_unit": [measure.unit for measure in measures],
            "status": [o.status.value for o in observations],
            "role": [o.role.value for o in observations],
            "has_value": [o.value is not None or o.text_value is not None for o in observations],
            "expects_value": [o.status.has_value for o in observations],
            "may_be_negative": [measure.may_be_negative for measure in measures],
            "needs_employer": [o.level in _BELOW_GROUP for o in observations],
            "has_employer": [o.employer_code is not None for o in observations],
            "employer_name": [o.employer_name for o in observations],
        }
    )


def _shown(observation: Observation) -> str:
    """What a cell holds, as its reader sees it: the text, or the number the Dutch way."""
    literal, value = observation.literal, observation.value
    if literal is not None and value is not None and literal == f"{value.normalize():f}":
        return dutch_number(value)
    return literal or "leeg"


def _required(reading: Reading) -> Iterator[Row]:
    """The figures for the sector as a whole, of the return's own period, that every return must have.

    An employer's own return must have them for that employer, who may say that they are not known.
    """
    if reading.identity is None:
        return
    period, is_employers = reading.identity.period, reading.identity.employer_code is not None
    level = Level.EMPLOYER if is_employers else Level.SECTOR
    for measure in reading.required:
        own = [
            o for o in reading.observations
            if o.measure == measure and o.level is level and o.role is Role.OWN and o.period == period
        ]  # fmt: skip
        present = any(o.value is not None or (is_employers and _is_answered(o)) for o in own)
        first = own[0] if own else None
        yield {
            "subject_nl": dutch_subject(first) if first else _NO_SUBJECT[level],
            "sheet": first.sheet if first else None,
            "cell": first.cell if first else None,
            "found": (first.literal if first else None) or "leeg",
            "expected": "een waarde",
            "measure": measure,
            "present": present,
        }


def _is_answered(observation: Observation) -> bool:
    """Whether a cell holds an answer, be it that a figure is not known; a blank cell does not."""
    return observation.literal is not None and observation.status is not Status.NOT_SUPPLIED


def _employers(reading: Reading, reference: Reference) -> Iterator[Row]:
    """Every employer expected or met, and whether it gave a realisation; a survey expects only who answered."""
    identity = reading.identity
    if identity is None:
        return
    if identity.employer_code is not None:
        return
    on = Period.parse(identity.period).end
    listed = {e.code: e for e in reference.employers if e.sector_code == identity.sector_code and e.level == "employer"}
    expected = [code for code, employer in listed.items() if employer.exists_on(on)]
    met = _met(reading)
    survey = any(o.survey for o in met.values())
    for code in met if survey else dict.fromkeys([*expected, *met]):
        known = listed.get(code)
        yield {
            "employer_code": code,
            "employer_name": known.name if known else None,
            "known": known is not None,
            "valid": known is None or known.exists_on(on),
            "validity": known.validity if known else None,
            "survey": survey,
            **_returned(code, met.get(code)),
        }


def _met(reading: Reading) -> dict[str, Observation]:
    """One observation of every employer with a row of its own, that of its realisation if it has one."""
    met: dict[str, Observation] = {}
    period = reading.identity.period if reading.identity else ""
    for o in reading.observations:
        is_own = o.level is Level.EMPLOYER and o.role is Role.OWN and o.period == period
        if is_own and o.employer_code and (o.measure == "realised_jobs" or o.employer_code not in met):
            met[o.employer_code] = o
    return met


def _coverage(reading: Reading, reference: Reference) -> Iterator[Row]:
    """The number of employers with a realisation against the least and the most there can be."""
    identity = reading.identity
    sector = reference.sectors.get(identity.sector_code) if identity else None
    if identity is None or sector is None or sector.kind != "sector" or identity.employer_code is not None:
        return
    returned = Decimal(sum(o.measure == "realised_jobs" and o.value is not None for o in _met(reading).values()))
    stated = [
        o.value for o in reading.observations
        if o.measure == "population" and o.level is Level.SECTOR and o.period == identity.period
    ]  # fmt: skip
    listed = Decimal(sector.employers_expected) if sector.employers_expected else None
    most = next((value for value in stated if value is not None), listed)
    least = least_coverage().get(identity.sector_code)
    told = {"sheet": None, "cell": None, "found": f"{dutch_number(returned)} van {dutch_number(most)}"}
    too_few = max(Decimal(0), least * most - 100 * returned) if least is not None and most is not None else None
    too_many = max(Decimal(0), returned - most) if most is not None else None
    yield {**told, "bound": "minimum", "expected": f"ten minste {dutch_number(least)}%", "excess": too_few}
    yield {**told, "bound": "maximum", "expected": f"ten hoogste {dutch_number(most)}", "excess": too_many}


def _returned(code: str, observation: Observation | None) -> Row:
    """Where an employer's realisation stands, and whether there is one."""
    if observation is None:
        return {"sheet": None, "cell": None, "found": f"geen rij voor {code}", "expected": None, "returned": False}
    is_realisation = observation.measure == "realised_jobs"
    return {
        "sheet": observation.sheet,
        "cell": observation.cell,
        "found": (observation.literal if is_realisation else None) or "leeg",
        "expected": None,
        "employer_name": observation.employer_name,
        "returned": is_realisation and observation.value is not None,
    }


def dutch(value: object) -> str:
    """A cell of a frame as the sender reads it."""
    if isinstance(value, Decimal):
        return dutch_number(value)
    return "niets" if value is None else str(value)
