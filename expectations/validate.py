"""Evaluate the catalogue with Great Expectations and turn the results into findings and rule results.

All returns of a run are stacked, because Great Expectations' price is per expectation and not per row. Great
Expectations is imported here and only when used: its import takes seconds.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from expectations.catalogue import Rule, load_catalogue
from expectations.frames import build_frames, dutch
from warehouse.records import Finding, Outcome, Reading, RuleResult, Severity, SubmissionStatus
from warehouse.reference import Reference

Rows = tuple[str, str | None]
"""The rows some rules look at: a frame and a condition on it."""


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
    """Evaluate every rule over these readings; one Validation for each, in their order."""
    return evaluate(build_frames(readings, reference), len(readings))


def evaluate(frames: Mapping[str, pd.DataFrame], returns: int) -> list[Validation]:
    """Evaluate the rules on these frames, whose column `reading` counts the returns from 0."""
    validations = [Validation([], []) for _ in range(returns)]
    rules = [rule for rule in load_catalogue() if rule.frame in frames]
    looked = looked_at(frames)
    failed: dict[str, set[int]] = {}
    for key, rows in looked.items():
        failed |= _failed_rows(key, rows)
    for rule in rules:
        _judge(rule, looked[rule.frame, rule.when], failed[rule.id], validations)
    return validations


def looked_at(frames: Mapping[str, pd.DataFrame]) -> dict[Rows, pd.DataFrame]:
    """The rows of these frames that each suite looks at."""
    keys = dict.fromkeys((rule.frame, rule.when) for rule in load_catalogue() if rule.frame in frames)
    return {(name, when): _matching(frames[name], when) for name, when in keys}


def _matching(frame: pd.DataFrame, when: str | None) -> pd.DataFrame:
    return frame.query(when) if when and len(frame) else frame


def _judge(rule: Rule, looked_at: pd.DataFrame, failed: set[int], validations: list[Validation]) -> None:
    """Add one rule's findings and result, per return, from the rows it looked at."""
    checked = looked_at["reading"].value_counts().to_dict()
    wrong = looked_at[looked_at["row"].isin(failed)] if failed else looked_at[:0]
    unsure = looked_at[looked_at["excess"].isna()] if rule.expectation.get("column") == "excess" else looked_at[:0]
    for rows, outcome in ((wrong, Outcome.FAILS), (unsure, Outcome.NOT_EVALUABLE)):
        for row in rows.to_dict("records") if len(rows) else ():  # for no rows at all it takes milliseconds too
            validations[row["reading"]].findings.append(_finding(rule, row, outcome))
    failures, unknowns = wrong["reading"].value_counts().to_dict(), unsure["reading"].value_counts().to_dict()
    for number, validation in enumerate(validations):
        places, failures_here, unknown = checked.get(number, 0), failures.get(number, 0), unknowns.get(number, 0)
        outcome = Outcome.HOLDS if places > unknown else Outcome.NOT_EVALUABLE
        outcome = Outcome.FAILS if failures_here else outcome
        validation.rule_results.append(RuleResult(rule.id, outcome, places, failures_here, unknown))


def _finding(rule: Rule, row: dict[Any, Any], outcome: Outcome) -> Finding:
    told = {key: dutch(value) for key, value in row.items()}
    message = rule.message.format_map(told)
    if outcome is Outcome.NOT_EVALUABLE:
        message = f"Niet te beoordelen: {rule.title.lower()}."
    sheet, cell, found, expected = (
        None if pd.isna(row[key]) else str(row[key]) for key in ("sheet", "cell", "found", "expected")
    )
    return Finding(rule.id, rule.severity, outcome, sheet, cell, found, expected, message)


def _failed_rows(key: Rows, looked_at: pd.DataFrame) -> dict[str, set[int]]:
    """Which of the rows looked at each of their rules fails on, by rule id.

    Whether a rule holds is asked first, and which rows it fails on only where it does not: that costs as much again.
    Of rows that are the same to these rules only one is handed over, for Great Expectations takes them cell by cell;
    but a rule that sets rows against each other is given them all.
    """
    failed: dict[str, set[int]] = {rule.id: set() for rule in _rules_on(key)}
    if looked_at.empty:
        return failed
    columns = _columns(key)
    alike = _numbered(looked_at, columns) if _looks_at_single_rows(key) else looked_at["row"]
    distinct = looked_at[columns].assign(row=alike)[~alike.duplicated()]
    batch = _batch_definition(key).get_batch({"dataframe": distinct})
    for result in _results(batch, suite(key), "BOOLEAN_ONLY"):
        if not result.success:
            rule_id = result.expectation_config.meta["rule"]
            [told] = _results(batch, _suite_of_rule(rule_id), _ROWS_TOLD)
            unexpected = {int(row["row"]) for row in told.result["unexpected_index_list"]}
            failed[rule_id] = set(looked_at["row"][alike.isin(unexpected)])
    return failed


def _looks_at_single_rows(key: Rows) -> bool:
    return not any("column_list" in rule.expectation for rule in _rules_on(key))


def _numbered(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series[int]:
    """A number for each row, the same for rows that have the same in these columns."""
    return frame.groupby(list(columns), dropna=False, sort=False).ngroup()


def _results(batch: Any, expectations: Any, result_format: Any) -> Any:
    """The results of a suite on a batch; raises RuleError when a rule could not be evaluated by Great Expectations."""
    results = batch.validate(expectations, result_format=result_format).results
    for result in results:
        if result.exception_info.get("raised_exception"):
            rule_id, why = result.expectation_config.meta["rule"], result.exception_info["exception_message"]
            raise RuleError(f"rule {rule_id} can't be evaluated: {why}")
    return results


def _columns(key: Rows) -> list[str]:
    """The columns that the rules on some rows look at."""
    named: set[str] = set()
    for rule in _rules_on(key):
        given = rule.expectation
        named |= {given[name] for name in ("column", "column_A", "column_B") if name in given}
        named |= set(given.get("column_list", ()))
    return sorted(named)


class RuleError(Exception):
    """A rule of the catalogue can't be evaluated on its frame: our own fault, not the sender's."""


_ROWS_TOLD = {"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]}


@cache
def suite(key: Rows) -> Any:
    """The suite for some rows of a frame, made from the catalogue."""
    return _made(_name(key), _rules_on(key))


def _rules_on(key: Rows) -> list[Rule]:
    return [rule for rule in load_catalogue() if (rule.frame, rule.when) == key]


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
def _batch_definition(key: Rows) -> Any:
    asset = _data_source().add_dataframe_asset(_name(key))
    return asset.add_batch_definition_whole_dataframe(_name(key))


def _name(key: Rows) -> str:
    return " where ".join(filter(None, key))


@cache
def _data_source() -> Any:
    """Where the frames are looked at; made once, because that is dear."""
    return new_context().data_sources.add_pandas("returns")


def get_ready() -> None:
    """Import Great Expectations ahead of the first validation; that takes seconds."""
    _data_source()


def new_context() -> Any:
    """Great Expectations without files, progress bars or telemetry."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment]  # typed too narrowly by GX
    return context
