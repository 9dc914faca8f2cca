"""The frames the suites look at: one row per place to check in one return.

Every row tells `sheet`, `cell`, `found` and `expected`. What the rows are belongs here; what must hold of them is the
catalogue's, and evaluating that `validate.py`'s.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import compress
from operator import attrgetter, itemgetter
from typing import Any, get_args

from expectations import arithmetic
from expectations.arithmetic import Comparison, Figures
from expectations.catalogue import WithinFrame, rule
from expectations.limits import least_coverage
from warehouse.periods import Period
from warehouse.presentation import dutch_number, dutch_subject
from warehouse.records import Columns, Level, Observation, Place, Problem, Reading, Role, Status, by_column
from warehouse.reference import Reference

Row = dict[str, Any]
_NO_SUBJECT = {Level.SECTOR: "Sectortotaal", Level.EMPLOYER: "Werkgever"}
_PLAIN = {str(member): member.value for members in (Problem, Role, Status) for member in members}
"""The plain texts of these: processes hand them over for next to nothing, and members of an enumeration do not."""
_WITH_VALUE = {status for status in Status if status.has_value}
_BELOW_GROUP = {Level.EMPLOYER, Level.UNIT}
_EVERY = ("sheet", "cell", "found", "expected")
_COMPARISON = ("subject_nl", "measure", "measure_nl", "excess")
_ACROSS = (*_COMPARISON, "other", "band")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "places": ("kind", "problem"),
    "observations": (
        *("measure", "measure_nl", "subject_nl", "value", "unit", "expected_unit", "status", "role", "times"),
        *("has_value", "expects_value", "may_be_negative", "needs_employer", "has_employer", "employer_name"),
    ),
    "required": ("subject_nl", "measure", "measure_nl", "present"),
    "employers": ("employer_code", "employer_name", "known", "valid", "validity", "returned", "survey"),
    "coverage": ("bound", "excess"),
    "waivers": ("waiver", "state", "rule_nl", "scope_nl"),
}


@cache
def columns_of(frame: str) -> tuple[str, ...]:
    """The columns of a frame: what its rules may look at, and what their messages may tell."""
    return (*_EVERY, *(_COLUMNS.get(frame) or (_COMPARISON if frame in get_args(WithinFrame) else _ACROSS)))


class Frame:
    """The rows of a frame of one return.

    `given` are what the rows are made of, one each; `look` gives what rules look at, by column, for all of them; `tell`
    gives the rest of one row, for people. So no more is made of thousands of rows than is looked at. `in_order` is a
    column and the value that it has in rows in which nothing is found.
    """

    def __init__(
        self,
        given: Sequence[Any],
        look: Mapping[str, Callable[[Sequence[Any]], Sequence[Any]]],
        tell: Callable[[Any], Row],
        in_order: tuple[str, Any] | None = None,
    ) -> None:
        self._given, self._look, self._tell, self._in_order = given, look, tell, in_order
        self._looked_at: dict[str, Sequence[Any]] = {}

    def __len__(self) -> int:
        return len(self._given)

    def column(self, name: str) -> Sequence[Any]:
        """A column that rules look at."""
        if name not in self._looked_at:
            self._looked_at[name] = self._look[name](self._given)
        return self._looked_at[name]

    def doubtful(self) -> list[int]:
        """The numbers of the rows in which something is found, as far as that is known before a rule is asked."""
        if self._in_order is None:
            return []
        name, value = self._in_order
        return [number for number, found in enumerate(self.column(name)) if found != value]

    def row(self, number: int) -> Row:
        """A row, with all columns of the frame."""
        return {**self._tell(self._given[number]), **{name: self.column(name)[number] for name in self._look}}


def frame_of_rows(name: str, rows: Iterable[Row]) -> Frame:
    """A frame of which the rows are there."""
    whole = [without_gaps(name, row) for row in rows]
    return Frame(whole, {column: each(itemgetter(column)) for column in columns_of(name)}, dict)


def without_gaps(frame: str, row: Row) -> Row:
    """A row with exactly the columns of its frame; one that it leaves out is None."""
    return {column: row.get(column) for column in columns_of(frame)}


def each(of_one: Callable[[Any], Any]) -> Callable[[Sequence[Any]], list[Any]]:
    """A column that each row gives by itself."""
    return lambda given: list(map(of_one, given))


def frames_of(reading: Reading, reference: Reference) -> dict[str, Frame]:
    """All frames of one return, by name; those of figures are empty when its figures may not be looked at."""
    rows: dict[str, list[Row]] = {"required": [], "employers": [], "coverage": []}
    is_read = _is_read(reading)
    if is_read:
        rows["required"] = [
            {**row, "measure_nl": reference.measures[row["measure"]].dutch_term} for row in _required(reading)
        ]
        met = _met(reading)
        rows["employers"] += _employers(reading, met, reference)
        rows["coverage"] += _coverage(reading, met, reference)
    observations = (reading.observations, reading.columns) if is_read else ([], by_column([], Observation))
    compared = _comparisons(reading, reference) if is_read else dict.fromkeys(_COMPARED, ())
    return {
        "places": _places(reading),
        "observations": _observations(*observations, reference),
        **{name: frame_of_rows(name, found) for name, found in rows.items()},
        **{name: _compared(list(comparisons), reference) for name, comparisons in compared.items()},
    }


def _is_read(reading: Reading) -> bool:
    """Whether it is known whose figures these are, and they may be looked at."""
    return reading.identity is not None and Problem.PERSONAL_DATA not in reading.place_columns["problem"]


def _places(reading: Reading) -> Frame:
    columns = reading.place_columns
    look: dict[str, Callable[[Sequence[Place]], Sequence[Any]]] = {
        "kind": lambda _: columns["kind"],
        "problem": lambda _: _each_once(_PLAIN.__getitem__, columns["problem"]),
    }
    return Frame(reading.places, look, _told_place, ("problem", Problem.NONE))


def _told_place(place: Place) -> Row:
    return {
        "sheet": place.sheet,
        "cell": place.cell,
        "found": place.found or "leeg",
        "expected": place.expected,
    }


_COMPARED = tuple(name for name in get_args(WithinFrame) if name not in _COLUMNS)


def _comparisons(reading: Reading, reference: Reference) -> dict[str, Iterable[Comparison]]:
    figures, period = Figures(reading), reading.identity.period if reading.identity else ""
    return {
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


def _compared(comparisons: Sequence[Comparison], reference: Reference) -> Frame:
    def told(comparison: Comparison) -> Row:
        stated, (found, expected) = comparison.stated, comparison.words()
        return {
            "sheet": stated.sheet,
            "cell": stated.cell,
            "found": found,
            "expected": expected,
            "subject_nl": dutch_subject(stated),
            "measure": stated.measure,
            "measure_nl": reference.measures[stated.measure].dutch_term,
        }

    return Frame(comparisons, {"excess": each(attrgetter("excess"))}, told, ("excess", 0))


def _observations(observations: Sequence[Observation], columns: Columns, reference: Reference) -> Frame:
    measures, values, texts = reference.measures, columns["value"], columns["text_value"]
    look: dict[str, Callable[[Sequence[Observation]], Sequence[Any]]] = {
        "value": lambda _: values,
        "unit": lambda _: columns["unit"],
        "expected_unit": lambda _: _each_once(lambda measure: measures[measure].unit, columns["measure"]),
        "status": lambda _: _each_once(_PLAIN.__getitem__, columns["status"]),
        "role": lambda _: _each_once(_PLAIN.__getitem__, columns["role"]),
        "has_value": lambda _: [not (a is None and b is None) for a, b in zip(values, texts, strict=True)],
        "expects_value": lambda _: _each_once(_WITH_VALUE.__contains__, columns["status"]),
        "may_be_negative": lambda _: _each_once(lambda measure: measures[measure].may_be_negative, columns["measure"]),
        "needs_employer": lambda _: _each_once(_BELOW_GROUP.__contains__, columns["level"]),
        "has_employer": lambda _: [code is not None for code in columns["employer_code"]],
        "times": lambda _: _times(columns),
    }

    def told(o: Observation) -> Row:
        return {
            "sheet": o.sheet,
            "cell": o.cell,
            "found": _shown(o),
            "expected": None,
            "measure": o.measure,
            "measure_nl": measures[o.measure].dutch_term,
            "subject_nl": dutch_subject(o),
            "employer_name": o.employer_name,
        }

    return Frame(observations, look, told)


def _each_once(of_one: Callable[[Any], Any], column: Sequence[Any]) -> list[Any]:
    """What a function gives for a column in which a few texts stand again and again: it is asked once of each."""
    return list(map({one: of_one(one) for one in set(column)}.__getitem__, column))


def _times(columns: Columns) -> list[int]:
    """How often the return gives what each says as a figure of its own: the same measure of the same subject."""
    said = list(zip(arithmetic.subjects(columns), columns["measure"], strict=True))
    is_own = [role is Role.OWN for role in columns["role"]]
    times = Counter(compress(said, is_own))
    return [times[one] if own else 0 for one, own in zip(said, is_own, strict=True)]


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


def _employers(reading: Reading, met: Mapping[str, Observation], reference: Reference) -> Iterator[Row]:
    """Every employer expected or met, and whether it gave a realisation; a survey expects only who answered."""
    identity = reading.identity
    if identity is None or identity.employer_code is not None:
        return
    on = Period.parse(identity.period).end
    listed = {e.code: e for e in reference.employers if e.sector_code == identity.sector_code and e.level == "employer"}
    expected = [code for code, employer in listed.items() if employer.exists_on(on)]
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
        is_asked = o.measure == "realised_jobs" or o.employer_code not in met  # of few, and quickly told
        if is_asked and o.employer_code and o.level is Level.EMPLOYER and o.role is Role.OWN and o.period == period:
            met[o.employer_code] = o
    return met


def _coverage(reading: Reading, met: Mapping[str, Observation], reference: Reference) -> Iterator[Row]:
    """The number of employers with a realisation against the least and the most there can be."""
    identity = reading.identity
    sector = reference.sectors.get(identity.sector_code) if identity else None
    if identity is None or sector is None or sector.kind != "sector" or identity.employer_code is not None:
        return
    returned = Decimal(sum(o.measure == "realised_jobs" and o.value is not None for o in met.values()))
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
