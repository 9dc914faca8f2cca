"""Evaluate the catalogue with Great Expectations and turn the results into findings and rule results.

Rows that are the same to a rule are counted in each return, and Great Expectations is asked once about all that differ:
its price is per expectation and per row, and thousands of returns hold the same rows. Great Expectations is imported
here and only when used: its import takes seconds.
"""

from __future__ import annotations

import logging
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import compress
from operator import itemgetter
from typing import Any, NamedTuple

from expectations.catalogue import Rule, load_catalogue, rule, rules_within
from expectations.frames import Frame, Row, dutch, frames_of
from warehouse.records import Finding, Outcome, Reading, RuleResult, Severity, SubmissionStatus
from warehouse.reference import Reference

Rows = tuple[str, str | None]
"""The rows some rules look at: a frame and a condition on it."""
Looks = tuple[Any, ...]
"""What the rules on some rows look at in one row: the values of their columns, in order of name."""
Tally = Mapping[Rows, Mapping[Looks, int]]
"""How many rows of one return look like that, for all rules on it."""


class Counted(NamedTuple):
    """One return as the rules look at it: its rows counted, and some of those in which something is found, told."""

    tally: Tally
    told: Mapping[Rows, Sequence[tuple[Looks, Row]]]


_NO_EXCESS: Looks = (None,)
"""A row that can't be evaluated: what its figure is set against is not known."""
_VERDICTS_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Validation:
    """What the catalogue came to over one return."""

    findings: list[Finding]
    rule_results: list[RuleResult]

    @property
    def failures(self) -> list[Finding]:
        """The findings that say something is wrong or worth telling; not those that could not be evaluated."""
        return [finding for finding in self.findings if finding.outcome is Outcome.FAILS]

    @property
    def status(self) -> SubmissionStatus:
        """What becomes of the return: one error that no waiver covers rejects it."""
        if any(finding.severity is Severity.ERROR and finding.waiver is None for finding in self.failures):
            return SubmissionStatus.REJECTED
        return SubmissionStatus.ACCEPTED_WITH_FINDINGS if self.failures else SubmissionStatus.ACCEPTED


def validate(readings: Sequence[Reading], reference: Reference) -> list[Validation]:
    """Evaluate every rule within a return over these readings; one Validation for each, in their order."""
    return evaluate([frames_of(reading, reference) for reading in readings], rules_within())


def evaluate(returns: Sequence[Mapping[str, Frame]], rules: Sequence[Rule]) -> list[Validation]:
    """Evaluate rules over the frames of each return, by name; a frame that is not there has no rows."""
    return validations_of([Counted(tally(frames), {}) for frames in returns], returns.__getitem__, rules)


def count(frames: Mapping[str, Frame]) -> Counted:
    """Count the rows of one return, and tell those in which it is known that something is found.

    That is known by a column that all rules on such rows look at: rows that look the same are told all, or none.
    """
    told = {}
    doubtful = {name: set(numbers) for name, frame in frames.items() if (numbers := frame.doubtful())}
    for key in (key for key in suite_keys() if key[0] in doubtful):
        frame = frames[key[0]]
        told[key] = [(looks, frame.row(number)) for number, looks in _rows(frame, key) if number in doubtful[key[0]]]
    return Counted(tally(frames), told)


def tally(frames: Mapping[str, Frame]) -> Tally:
    """Count the rows of one return by what rules look at in them."""
    whole = {name: _counted(frame, name) for name, frame in frames.items() if frame}
    return {key: _projected(whole[key[0]], key) for key in suite_keys() if key[0] in whole}


def _counted(frame: Frame, name: str) -> Mapping[Looks, int]:
    """The rows of a frame counted by all that any rule looks at."""
    return Counter(zip(*(frame.column(column) for column in _columns_of_suites(name)), strict=True))


def _projected(whole: Mapping[Looks, int], key: Rows) -> Mapping[Looks, int]:
    """The rows that some rules are about, counted by what those look at."""
    looks_of, where, wanted = _projection(key)
    counted: dict[Looks, int] = defaultdict(int)
    for row, rows in whole.items():
        if where is None or row[where] == wanted:
            counted[looks_of(row)] += rows
    return dict(counted)


@cache
def _projection(key: Rows) -> tuple[Callable[[Looks], Looks], int | None, str | bool | None]:
    """How to take what the rules on some rows look at from what any rule on their frame does; and their condition."""
    columns, condition = _columns_of_suites(key[0]), rules_on(key)[0].condition
    column, wanted = condition or (None, None)
    places = [columns.index(name) for name in columns_looked_at(key)]
    looks_of = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    return looks_of, None if column is None else columns.index(column), wanted


def _rows(frame: Frame, key: Rows) -> Iterable[tuple[int, Looks]]:
    """The number of each row of a frame that some rules are about, and what they look at in it."""
    looks = enumerate(zip(*(frame.column(name) for name in columns_looked_at(key)), strict=True))
    condition = rules_on(key)[0].condition
    if condition is None:
        return looks
    return compress(looks, (value == condition[1] for value in frame.column(condition[0])))


def validations_of(
    returns: Sequence[Counted], frames_of_return: Callable[[int], Mapping[str, Frame]], rules: Sequence[Rule]
) -> list[Validation]:
    """What rules came to over returns that were counted.

    The frames of a return are only asked for when something is found in a row that was not told beforehand.
    """
    failing = {
        key: _failing(key, {looks for one in returns for looks in one.tally.get(key, ())}) for key in suite_keys()
    }
    validations = []
    for number, counted in enumerate(returns):
        results = _results(counted, rules, failing)
        found = [
            rule for rule, one in zip(rules, results, strict=True) if one.places_failed or one.places_not_evaluable
        ]
        told = _told(counted, partial(frames_of_return, number), {(rule.frame, rule.when) for rule in found}, failing)
        findings = [one for rule in found for one in _findings(rule, told[rule.frame, rule.when], failing)]
        validations.append(Validation(findings, results))
    return validations


def _told(
    counted: Counted, frames: Callable[[], Mapping[str, Frame]], keys: Iterable[Rows], failing: _Failing
) -> dict[Rows, Sequence[tuple[Looks, Row]]]:
    """The rows in which something is found, for people."""
    told: dict[Rows, Sequence[tuple[Looks, Row]]] = {}
    for key in keys:
        wanted = {one for one in counted.tally[key] if one in failing[key] or one == _NO_EXCESS}
        if wanted <= {looks for looks, _ in counted.told.get(key, ())}:
            told[key] = counted.told[key]
        else:
            frame = frames()[key[0]]
            told[key] = [(looks, frame.row(number)) for number, looks in _rows(frame, key) if looks in wanted]
    return told


_Failing = Mapping[Rows, Mapping[Looks, frozenset[str]]]
"""The rules that fail on rows that look like that; rows on which none fails are left out."""


def _results(counted: Counted, rules: Sequence[Rule], failing: _Failing) -> list[RuleResult]:
    """What rules came to over one return."""
    found = {key: _Found.of(counted.tally.get(key, {}), failing[key]) for key in suite_keys()}
    return [_result(rule.id, found[rule.frame, rule.when]) for rule in rules]


class _Found(NamedTuple):
    """How many rows of one return some rules are about, can't be evaluated, and each of the rules fails on."""

    places: int
    unknown: int
    failures: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, counted: Mapping[Looks, int], wrong: Mapping[Looks, frozenset[str]]) -> _Found:
        failures: Counter[str] = Counter()
        for looks in counted.keys() & wrong.keys() if wrong else ():
            for rule_id in wrong[looks]:
                failures[rule_id] += counted[looks]
        return cls(sum(counted.values()), counted.get(_NO_EXCESS, 0), tuple(failures.items()))


@lru_cache(maxsize=32_768)
def _result(rule_id: str, found: _Found) -> RuleResult:
    """What a rule came to: remembered, for of thousands of returns most come to the same."""
    unknown = found.unknown if rule(rule_id).looked_at == ["excess"] else 0
    failures = dict(found.failures).get(rule_id, 0)
    outcome = Outcome.HOLDS if found.places > unknown else Outcome.NOT_EVALUABLE
    return RuleResult(rule_id, Outcome.FAILS if failures else outcome, found.places, failures, unknown)


def _findings(rule: Rule, told: Sequence[tuple[Looks, Row]], failing: _Failing) -> list[Finding]:
    """What a rule found in one return: the rows it fails on, and then those that it could not be evaluated on."""
    wrong = failing[rule.frame, rule.when]
    failed = [row for looks, row in told if rule.id in wrong.get(looks, ())]
    unsure = [row for looks, row in told if looks == _NO_EXCESS] if rule.looked_at == ["excess"] else []
    return [_finding(rule, row, Outcome.FAILS) for row in failed] + [
        _finding(rule, row, Outcome.NOT_EVALUABLE) for row in unsure
    ]


def _finding(rule: Rule, row: Row, outcome: Outcome) -> Finding:
    if outcome is Outcome.NOT_EVALUABLE:
        message = f"Niet te beoordelen: {rule.title.lower()}."
    else:
        message = rule.message.format_map({key: dutch(value) for key, value in row.items()})
    sheet, cell, found, expected = [
        None if (value := row[key]) is None else str(value) for key in ("sheet", "cell", "found", "expected")
    ]
    return Finding(rule.id, rule.severity, outcome, sheet, cell, found, expected, message)


_verdicts: dict[Rows, dict[Looks, frozenset[str]]] = {}


def _failing(key: Rows, looks: Iterable[Looks]) -> dict[Looks, frozenset[str]]:
    """Which of the rules on some rows fail on rows that look like these; of others nothing is said.

    A rule looks at one row at a time, so that what it came to on a row holds for every row that looks the same. That
    is remembered, within bounds: a program that runs on asks about each kind of row once.
    """
    known = _verdicts.setdefault(key, {})
    if len(known) > _VERDICTS_KEPT:
        known.clear()
    asked = [one for one in looks if one not in known]
    if asked:
        failed = _failed_rows(key, asked)
        for number, one in enumerate(asked):
            known[one] = frozenset(rule_id for rule_id, numbers in failed.items() if number in numbers)
    return {one: known[one] for one in looks if known[one]}


def _failed_rows(key: Rows, looks: Sequence[Looks]) -> dict[str, set[int]]:
    """Which rows that look like these each of their rules fails on, by rule id and number of the row.

    Whether a rule holds is asked first, and which rows it fails on only where it does not: that costs as much again.
    """
    import pandas as pd  # slow to import, and not needed in the processes that read

    by_column = zip(columns_looked_at(key), zip(*looks, strict=True), strict=True)
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name, values in by_column})
    batch = _batch_definition().get_batch({"dataframe": frame.assign(row=range(len(frame)))})
    failed: dict[str, set[int]] = {}
    for result in _evaluated(batch, suite(key), "BOOLEAN_ONLY"):
        if not result.success:
            rule_id = result.expectation_config.meta["rule"]
            [told] = _evaluated(batch, _suite_of_rule(rule_id), _ROWS_TOLD)
            failed[rule_id] = {int(row["row"]) for row in told.result["unexpected_index_list"]}
    return failed


def _evaluated(batch: Any, expectations: Any, result_format: Any) -> Any:
    """The results of a suite on a batch; raises RuleError when a rule could not be evaluated by Great Expectations."""
    results = batch.validate(expectations, result_format=result_format).results
    for result in results:
        if result.exception_info.get("raised_exception"):
            rule_id, why = result.expectation_config.meta["rule"], result.exception_info["exception_message"]
            raise RuleError(f"rule {rule_id} can't be evaluated: {why}")
    return results


class RuleError(Exception):
    """A rule of the catalogue can't be evaluated on its frame: our own fault, not the sender's."""


_ROWS_TOLD = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}


@cache
def suite_keys() -> tuple[Rows, ...]:
    """The rows that some rules of the catalogue look at together, in its order."""
    return tuple(dict.fromkeys((rule.frame, rule.when) for rule in load_catalogue()))


@cache
def rules_on(key: Rows) -> tuple[Rule, ...]:
    """The rules that look at some rows."""
    return tuple(rule for rule in load_catalogue() if (rule.frame, rule.when) == key)


@cache
def columns_looked_at(key: Rows) -> tuple[str, ...]:
    """The columns that the rules on some rows look at, in order of name."""
    return tuple(sorted({name for rule in rules_on(key) for name in rule.looked_at}))


@cache
def _columns_of_suites(frame: str) -> list[str]:
    """The columns of a frame that any rule looks at, or has a condition on."""
    keys = [key for key in suite_keys() if key[0] == frame]
    conditions = [rules_on(key)[0].condition for key in keys]
    looked_at = {name for key in keys for name in columns_looked_at(key)}
    return sorted(looked_at | {condition[0] for condition in conditions if condition is not None})


@cache
def suite(key: Rows) -> Any:
    """The suite for some rows of a frame, made from the catalogue."""
    return _made(" where ".join(filter(None, key)), rules_on(key))


@cache
def _suite_of_rule(rule_id: str) -> Any:
    return _made(rule_id, [rule for rule in load_catalogue() if rule.id == rule_id])


def _made(name: str, rules: Sequence[Rule]) -> Any:
    import great_expectations as gx

    expectations = [
        {
            "type": rule.expectation["type"],
            "kwargs": {name: value for name, value in rule.expectation.items() if name != "type"},
            "meta": {"rule": rule.id},
        }
        for rule in rules
    ]
    return gx.ExpectationSuite(name=name, expectations=expectations)


@cache
def _batch_definition() -> Any:
    """How rows are looked at; made once, because that is dear."""
    asset = new_context().data_sources.add_pandas("returns").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("rows")


def get_ready() -> None:
    """Import Great Expectations ahead of the first validation; that takes seconds."""
    _batch_definition()


def new_context() -> Any:
    """Great Expectations without files, progress bars or telemetry."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # typed too narrowly by GX
    return context
