"""What should add up and follow: the comparisons behind the sum and percentage rules, in exact decimals.

Each comparison says by how much a figure differs beyond rounding (`excess`; None when it can't be evaluated), and can
tell what stands in the cell and what was expected. Which comparisons fail is decided by the suites.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from expectations.catalogue import Ratio
from warehouse.periods import Period
from warehouse.presentation import dutch_number
from warehouse.records import HOURS_PER_JOB, Columns, Level, Observation, Reading, Role, SurveyProduct, SurveySum

_ZERO = Decimal(0)
_HOURS_PER_FTE = (Decimal(36), Decimal(40))  # an fte is 36 to 40 hours a week, by collective agreement
_TOTALS, _ROWS = frozenset({Level.SECTOR, Level.GROUP}), frozenset({Level.EMPLOYER, Level.GROUP})
_NOT_SUMMED = frozenset({"percent", "none"})
Subject = tuple[str, Level, str | None, str | None, str]


class Comparison(NamedTuple):
    """One stated figure against what it should be.

    `words` gives what stands in the cell and what was expected, as people read it; few of them are ever asked for.
    """

    stated: Observation
    excess: Decimal | None
    words: Callable[[], tuple[str, str]]


def half_unit(observation: Observation) -> Decimal:
    """Half a unit of the last digit the cell shows: the most its figure can have been rounded by.

    A figure converted from hours can have been rounded by that much of an hour.
    """
    half = _half_unit(observation.decimals or 0)
    return half / HOURS_PER_JOB if observation.converted_from else half


@lru_cache(maxsize=64)
def _half_unit(decimals: int) -> Decimal:
    return Decimal("0.5").scaleb(-decimals)


def subject(observation: Observation) -> Subject:
    """What a figure is about: sector, level, employer, group and period."""
    group = observation.group_name if observation.level is Level.GROUP else None
    employer = observation.employer_code or observation.employer_name
    return observation.sector_code, observation.level, employer, group, observation.period


def subjects(columns: Columns) -> Iterable[Subject]:
    """The same of many figures, given by column."""
    levels, codes, names, groups = (columns[name] for name in ("level", "employer_code", "employer_name", "group_name"))
    employers = [code or name for code, name in zip(codes, names, strict=True)]
    of_group = [group if level is Level.GROUP else None for level, group in zip(levels, groups, strict=True)]
    return zip(columns["sector_code"], levels, employers, of_group, columns["period"], strict=True)


def _compare(stated: Observation, expected: Decimal | None, tolerance: Decimal) -> Comparison:
    if stated.value is None or expected is None:
        return Comparison(stated, None, partial(_not_known, stated, "niet te bepalen"))
    excess = max(_ZERO, abs(stated.value - expected) - tolerance)
    return Comparison(stated, excess, partial(_both, stated.value, expected))


def _not_known(stated: Observation, expected: str) -> tuple[str, str]:
    return stated.literal or "leeg", expected


def _both(stated: Decimal, expected: Decimal) -> tuple[str, str]:
    return dutch_number(stated), dutch_number(expected)


def _value(observation: Observation) -> Decimal:
    return observation.value if observation.value is not None else _ZERO


class Figures:
    """The figures of one return, looked up by measure, by the row they stand in and by what they are about."""

    def __init__(self, reading: Reading) -> None:
        self.observations = [o for o in reading.observations if o.unit != "none" or o.measure == "survey_weight"]
        self._by_measure: dict[str, list[Observation]] = defaultdict(list)
        self._rows: dict[tuple[str, str], dict[str, Observation]] = defaultdict(dict)
        for o in self.observations:
            self._by_measure[o.measure].append(o)
            if o.converted_from is None:
                self._rows[o.record, o.period][o.measure] = o

    @cached_property
    def _by_subject(self) -> dict[tuple[Subject, str], Observation]:
        """The first of the return's own figures of each measure and subject."""
        return {(subject(o), o.measure): o for o in reversed(self.observations) if o.role is Role.OWN}

    def of(self, measure: str) -> Sequence[Observation]:
        """All figures of a measure, in their order."""
        return self._by_measure.get(measure, ())

    def beside(self, observation: Observation, measure: str) -> Observation | None:
        """Another measure in the same row, of the same period."""
        return self.row_of(observation).get(measure)

    def row_of(self, observation: Observation) -> Mapping[str, Observation]:
        """All measures in the same row, of the same period."""
        return self._rows[observation.record, observation.period]

    def elsewhere(self, observation: Observation, measure: str) -> Observation | None:
        """A measure of the same subject, of the return's own figures."""
        return self._by_subject.get((subject(observation), measure))

    def about_same(self, observation: Observation, measure: str) -> Observation | None:
        """Another measure of the same subject: in the same row, or else elsewhere in the return."""
        return self.beside(observation, measure) or self.elsewhere(observation, measure)

    def own(self, measure: str, level: Level) -> Iterator[Observation]:
        """The return's own figures of a measure at a level."""
        return (o for o in self.of(measure) if o.level is level and o.role is Role.OWN)


def parts(figures: Figures, identities: Iterable[Sequence[str]]) -> Iterator[Comparison]:
    """Rows in which a total and all its parts stand: the total against the sum of the parts."""
    for total_measure, *part_measures in identities:
        for total in (o for o in figures.of(total_measure) if o.converted_from is None):
            row = figures.row_of(total)
            present = [row[measure] for measure in part_measures if measure in row]
            if len(present) == len(part_measures):
                known = total.value is not None and all(o.value is not None for o in present)
                yield _compare(total, _of_parts(figures, total, present) if known else None, half_unit(total))


def _of_parts(figures: Figures, total: Observation, present: Sequence[Observation]) -> Decimal:
    """The sum of the parts of a total, with what employers did not split when it is above the employers.

    The parts of an employer whose own total is unknown may be in the total or not: what is nearest to it is meant.
    """
    summed = sum([o.value for o in present if o.value is not None], _ZERO)
    if total.level not in _TOTALS:
        return summed
    loose = _ZERO
    for row in figures.own(total.measure, Level.EMPLOYER):
        in_total = row.period == total.period and (total.level is Level.SECTOR or row.group_name == total.group_name)
        beside = figures.row_of(row)
        given = [beside[part.measure] for part in present if part.measure in beside]
        split = sum(map(_value, given), _ZERO)
        if in_total and row.value is None:
            loose += split
        elif in_total and any(part.value is None for part in given):
            summed += _value(row) - split
    return min(summed, summed - loose, key=lambda expected: abs(expected - _value(total)))


def row_sums(figures: Figures) -> Iterator[Comparison]:
    """Stated totals against their rows: group totals against employers, sector totals against employers and groups."""
    totals = [o for o in figures.observations if o.level in _TOTALS and _is_summed(o)]
    rows: dict[tuple[str, str, Level, str | None], list[Decimal | None]] = defaultdict(list)
    for measure in {total.measure for total in totals}:
        summed = [o for o in figures.of(measure) if o.level in _ROWS and not o.survey and _is_summed(o)]
        for (period, level, group), some in groupby(summed, attrgetter("period", "level", "group_name")):
            values = [o.value for o in some]
            rows[measure, period, level, None] += values
            if level is Level.EMPLOYER and group is not None:
                rows[measure, period, level, group] += values
    for total in totals:
        levels = (Level.EMPLOYER, Level.GROUP) if total.level is Level.SECTOR else (Level.EMPLOYER,)
        group = total.group_name if total.level is Level.GROUP else None
        for level in levels:
            yield from _against_rows(total, rows.get((total.measure, total.period, level, group), []))


def _is_summed(o: Observation) -> bool:
    return o.role is Role.OWN and o.unit not in _NOT_SUMMED


def _against_rows(total: Observation, rows: list[Decimal | None]) -> Iterator[Comparison]:
    """Missing rows count for nothing here: a total that holds more than its known rows needs an explanation."""
    if rows:
        known = [value for value in rows if value is not None]
        yield _compare(total, sum(known, _ZERO) if known else None, half_unit(total))


def survey_products(figures: Figures, products: Iterable[SurveyProduct]) -> Iterator[Comparison]:
    """Raised figures of a group against weight × unweighted, with the rounding of both factors."""
    for product in products:
        for raised in figures.own(product.raised, Level.GROUP):
            weight, unweighted = figures.beside(raised, product.weight), figures.beside(raised, product.unweighted)
            if weight is None or unweighted is None or weight.value is None or unweighted.value is None:
                yield _compare(raised, None, _ZERO)
                continue
            rounding = half_unit(weight) * abs(unweighted.value) + half_unit(unweighted) * abs(weight.value)
            yield _compare(raised, weight.value * unweighted.value, half_unit(raised) + rounding)


def survey_sums(figures: Figures, sums: Iterable[SurveySum]) -> Iterator[Comparison]:
    """Stated survey totals against their answers, with the rounding of the weights."""
    for spec in sums:
        answers = [o for o in figures.own(spec.rows, spec.rows_level) if o.value is not None]
        for total in figures.own(spec.total, spec.total_level):
            of_total = [o for o in answers if total.level is Level.SECTOR or o.group_name == total.group_name]
            weights = [_weight(figures, answer, spec.weight) for answer in of_total]
            expected, tolerance = _ZERO, half_unit(total)
            for answer, weight in zip(of_total, weights, strict=True):
                expected += _value(answer) * (weight[0] if weight else _ZERO)
                tolerance += abs(_value(answer)) * (weight[1] if weight else _ZERO)
            yield _compare(total, expected if of_total and None not in weights else None, tolerance)


def _weight(figures: Figures, answer: Observation, measure: str | None) -> tuple[Decimal, Decimal] | None:
    """The weight of an answer and its rounding; 1 in an unweighted sum, None when it is not known."""
    if measure is None:
        return Decimal(1), _ZERO
    weight = figures.beside(answer, measure)
    return None if weight is None or weight.value is None else (weight.value, half_unit(weight))


def hours(figures: Figures) -> Iterator[Comparison]:
    """Stated jobs against the hours stated beside them: hours a week ÷ 25.5 (domain rules, part 1)."""
    for stated in (o for o in figures.of("realised_jobs") if o.converted_from is None):
        stated_hours = figures.beside(stated, "weekly_hours")
        if stated_hours is not None:
            expected = stated_hours.value / HOURS_PER_JOB if stated_hours.value is not None else None
            yield _compare(stated, expected, half_unit(stated) + half_unit(stated_hours) / HOURS_PER_JOB)


def workforce(figures: Figures) -> Iterator[Comparison]:
    """Realised jobs against the most that the hours of the workforce beside them hold: fte × 40 ÷ 25.5."""
    for stated in (o for o in figures.of("realised_jobs") if o.role is Role.OWN):
        fte = figures.about_same(stated, "workforce_fte")
        if fte is None or stated.value is None:
            continue
        if fte.value is None:
            yield _compare(stated, None, _ZERO)
            continue
        most = (fte.value + half_unit(fte)) * _HOURS_PER_FTE[1] / HOURS_PER_JOB
        excess = max(_ZERO, stated.value - half_unit(stated) - most)
        yield Comparison(stated, excess, partial(_within_workforce, stated.value, fte.value, most))


def _within_workforce(stated: Decimal, fte: Decimal, most: Decimal) -> tuple[str, str]:
    return dutch_number(stated), f"{dutch_number(fte)} fte, dus ten hoogste {dutch_number(most, 1)} banen"


def goals(figures: Figures, quota: Mapping[int, Decimal]) -> Iterator[Comparison]:
    """Stated goals against the workforce beside them by both formulas in use (domain rules, part 3).

    Plain: fte × quota. Hours: fte × week hours × quota ÷ 25.5, with 36 to 40 hours. A goal may be rounded, or cut off
    at its last digit as the statutory figures are. `quota` gives the percentage by year.
    """
    stated_goals = [*figures.own("target_jobs", Level.SECTOR), *figures.own("target_jobs", Level.EMPLOYER)]
    for stated in stated_goals:  # the goal of a group is a sum, and rounds as its employers do
        fte = figures.about_same(stated, "workforce_fte")
        if fte is None or stated.value is None:
            continue
        percentage = quota.get(Period.parse(stated.period).year)
        if fte.value is None or percentage is None:
            yield _compare(stated, None, _ZERO)
            continue
        by_quota, rounding = fte.value * percentage / 100, half_unit(fte) * percentage / 100
        by_hours = [by_quota * hours / HOURS_PER_JOB for hours in _HOURS_PER_FTE]
        excess = min(
            _outside(stated, by_quota - rounding, by_quota + rounding),
            _outside(stated, by_hours[0] - 2 * rounding, by_hours[1] + 2 * rounding),
        )
        yield Comparison(stated, excess, partial(_by_formulas, stated.value, percentage, by_quota, by_hours))


def _by_formulas(
    stated: Decimal, percentage: Decimal, by_quota: Decimal, by_hours: Sequence[Decimal]
) -> tuple[str, str]:
    plain = f"{dutch_number(by_quota, 1)} (fte × {dutch_number(percentage)}%)"
    hours = " tot ".join(dutch_number(one, 1) for one in by_hours)
    return dutch_number(stated), f"{plain}, of in uren {hours}"


def _outside(stated: Observation, lowest: Decimal, highest: Decimal) -> Decimal:
    """By how much a stated figure, rounded or cut off at its last digit, lies outside these bounds."""
    half = half_unit(stated)
    return max(_ZERO, lowest - 2 * half - _value(stated), _value(stated) - highest - half)


def shares(figures: Figures, identities: Iterable[Sequence[str]]) -> Iterator[Comparison]:
    """Shares of one whole: they sum to 100 percent, with half a unit of rounding allowed in each."""
    for first_measure, *others in identities:
        for first in figures.of(first_measure):
            found = [first, *filter(None, (figures.about_same(first, measure) for measure in others))]
            if len(found) <= len(others) or any(o.value is None for o in found):
                yield Comparison(first, None, partial(_not_known, first, "100%"))
                continue
            total, rounding = sum(map(_value, found), _ZERO), sum(map(half_unit, found), _ZERO)
            excess = max(_ZERO, abs(total - 100) - rounding)
            yield Comparison(first, excess, partial(_as_whole, total))


def _as_whole(total: Decimal) -> tuple[str, str]:
    return f"{dutch_number(total)}%", "100%"


def restated(figures: Figures, own_period: str) -> Iterator[Comparison]:
    """Figures that stand twice in one return: the repeated one against the return's own."""
    for o in figures.observations:
        if o.role is Role.REPEATED and o.period == own_period:
            source = figures.about_same(o, o.measure) if o.converted_from is None else None
            if source is o:
                source = figures.elsewhere(o, o.measure)
            if source is not None:
                tolerance = half_unit(o) + half_unit(source)
                yield _compare(o, source.value, tolerance)


def percentages(figures: Figures, ratios: Iterable[Ratio]) -> Iterator[Comparison]:
    """Stated percentages against their figures, with half a unit of rounding allowed in every input."""
    for ratio in ratios:
        for stated in (o for o in figures.of(ratio.percentage) if o.value is not None):
            numerator = _numerator(figures, stated, ratio.numerators)
            denominator = figures.about_same(stated, ratio.denominator)
            yield _percentage(stated, numerator, denominator)


def _numerator(figures: Figures, stated: Observation, choices: Iterable[Sequence[str]]) -> list[Observation]:
    for measures in choices:
        found = [figures.about_same(stated, measure) for measure in measures]
        known = [o for o in found if o is not None and o.value is not None]
        if len(known) == len(measures):
            return known
    return []


def _percentage(stated: Observation, numerator: list[Observation], denominator: Observation | None) -> Comparison:
    if not numerator or denominator is None or denominator.value is None:
        return Comparison(stated, None, partial(_as_percentages, stated, None))
    top, top_half = sum(map(_value, numerator), _ZERO), sum(map(half_unit, numerator), _ZERO)
    bottom, bottom_half = denominator.value, half_unit(denominator)
    if bottom - bottom_half <= 0:
        return Comparison(stated, None, partial(_as_percentages, stated, None))
    lowest = 100 * (top - top_half) / (bottom + bottom_half) - half_unit(stated)
    highest = 100 * (top + top_half) / (bottom - bottom_half) + half_unit(stated)
    excess = max(_ZERO, lowest - _value(stated), _value(stated) - highest)
    return Comparison(stated, excess, partial(_as_percentages, stated, 100 * top / bottom))


def _as_percentages(stated: Observation, expected: Decimal | None) -> tuple[str, str]:
    found = f"{dutch_number(stated.value, stated.decimals)}%"
    if expected is None:
        return found, "niet te bepalen"
    return found, f"{dutch_number(expected, max(1, stated.decimals or 0))}%"
