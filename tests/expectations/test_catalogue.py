"""The catalogue as data: its entries are whole, agree with the frames they are about, and a wrong entry is refused.

What rules come to on a return is `test_rules.py`.
"""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
import yaml
from pydantic import ValidationError

from expectations.catalogue import (
    CATALOGUE_PATH,
    AcrossFrame,
    WithinFrame,
    load_catalogue,
    rule,
    rules_across,
    rules_within,
)
from expectations.frames import columns_of
from expectations.rule_page import rule_page
from tests.conftest import PROJECT
from tests.expectations.readings import REFERENCE
from warehouse.records import Problem, Severity

RULES = load_catalogue()
IDS = [entry.id for entry in RULES]


def _written() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = yaml.safe_load(CATALOGUE_PATH.read_text(encoding="utf-8"))["rules"]
    return entries


def _save(folder: Path, entry: dict[str, Any]) -> Path:
    path = folder / "catalogue.yaml"
    path.write_text(yaml.safe_dump({"rules": [entry]}, allow_unicode=True), encoding="utf-8")
    return path


def test_every_entry_is_loaded_in_its_order() -> None:
    assert [entry["id"] for entry in _written()] == IDS


def test_every_id_is_unique() -> None:
    assert len(IDS) == len(set(IDS))


def test_every_title_is_unique() -> None:
    assert len({entry.title for entry in RULES}) == len(RULES)


def test_every_frame_has_a_rule() -> None:
    assert {entry.frame for entry in RULES} == set(get_args(WithinFrame)) | set(get_args(AcrossFrame))
    assert not set(get_args(WithinFrame)) & set(get_args(AcrossFrame))


def test_every_query_across_returns_is_a_frame_and_only_waivers_come_from_elsewhere() -> None:
    queries = {path.stem for path in (PROJECT / "expectations" / "across").glob("*.sql")}
    assert queries | {"waivers"} == set(get_args(AcrossFrame))


def test_a_rule_is_about_one_return_or_across_returns() -> None:
    assert sorted([*rules_within(), *rules_across()], key=RULES.index) == list(RULES)
    assert {entry.scope for entry in rules_within()} == {"file", "sheet", "return"}
    assert {entry.scope for entry in rules_across()} == {"across_returns", "across_periods", "national"}


def test_a_rule_on_a_query_holds_exactly_where_nothing_exceeds() -> None:
    """So only the other rows are taken out of DuckDB."""
    holds = {"type": "expect_column_values_to_be_between", "column": "excess", "min_value": 0, "max_value": 0}
    for entry in rules_across():
        if entry.frame != "waivers":
            assert (entry.when, entry.expectation) == (None, holds)


def test_a_warning_can_be_waived_and_an_error_cannot_unless_it_says_otherwise() -> None:
    otherwise = {entry["id"]: entry["waivable"] for entry in _written() if "waivable" in entry}
    assert otherwise == {"coverage_at_least": True, "waivers_hold": False}
    for entry in RULES:
        assert entry.waivable == otherwise.get(entry.id, entry.severity is not Severity.ERROR)


def test_the_page_of_all_rules_is_made_from_the_catalogue() -> None:
    assert (PROJECT / "docs" / "rules.md").read_text(encoding="utf-8") == rule_page(), "run `make docs`"


@pytest.mark.parametrize("rule_id", IDS)
def test_every_rule_is_on_the_page_with_its_severity_title_and_action(rule_id: str) -> None:
    entry = rule(rule_id)
    [line] = [line for line in rule_page().splitlines() if line.startswith(f"| `{rule_id}` |")]
    cells = [cell.strip() for cell in line.strip("|").split(" | ")]
    assert cells[0] == f"`{rule_id}`"
    assert cells[1].split(",")[0] == entry.severity.value
    assert ("waivable" in cells[1]) == (rule_id == "coverage_at_least")
    assert cells[2:] == [entry.title, entry.action, entry.source]


def test_all_three_severities_are_in_use() -> None:
    assert {entry.severity for entry in RULES} == set(Severity)


@pytest.mark.parametrize("rule_id", IDS)
def test_a_message_and_an_expectation_ask_only_for_what_the_frame_has(rule_id: str) -> None:
    entry = rule(rule_id)
    columns = set(columns_of(entry.frame))
    asked = {name for _, name, _, _ in Formatter().parse(entry.message) if name}
    asked |= {entry.expectation[key] for key in ("column", "column_A", "column_B") if key in entry.expectation}
    asked |= {entry.when.split()[0]} if entry.when else set()
    assert asked
    assert asked <= columns


@pytest.mark.parametrize("rule_id", IDS)
def test_a_rule_tells_the_sender_what_to_do(rule_id: str) -> None:
    entry = rule(rule_id)
    assert all(text.strip() for text in (entry.title, entry.message, entry.action, entry.source))
    assert entry.action.endswith(".")


def test_every_problem_a_reader_can_meet_is_the_matter_of_one_rule() -> None:
    named = [problem for entry in RULES if entry.frame == "places" for problem in entry.expectation["value_set"]]
    assert sorted(named) == sorted(problem.value for problem in Problem if problem is not Problem.NONE)


def test_sums_and_percentages_are_of_measures_that_exist() -> None:
    measures = {measure for entry in RULES for identity in entry.parts for measure in identity}
    for ratio in (ratio for entry in RULES for ratio in entry.ratios):
        measures |= {
            ratio.percentage,
            ratio.denominator,
            *(measure for choice in ratio.numerators for measure in choice),
        }
    assert "stated_pct" in measures
    assert measures <= set(REFERENCE.measures)


@pytest.mark.parametrize(
    "fault",
    [
        {"severity": "fatal"},
        {"frame": "nowhere"},
        {"scope": "universe"},
        {"message": None},
        {"expectation": "expect_anything"},
        {"sevérity": "error"},
        {"expectation": {"type": "expect_column_values_to_be_unique", "column": "problem"}},
        {"expectation": {"type": "expect_compound_columns_to_be_unique", "column_list": ["kind", "problem"]}},
        {"expectation": {"type": "expect_column_values_to_not_be_in_set", "value_set": ["macros"]}},
        {"when": "kind in ('file', 'sheet')"},
        {"ratios": [{"percentage": "stated_pct"}]},
    ],
    ids=lambda fault: next(iter(fault)),
)
def test_a_wrong_entry_is_refused(tmp_path: Path, fault: dict[str, Any]) -> None:
    good = _written()[0]
    assert load_catalogue(_save(tmp_path, good))[0].id == good["id"]
    (tmp_path / "wrong").mkdir()
    with pytest.raises(ValidationError):
        load_catalogue(_save(tmp_path / "wrong", {**good, **fault}))


def test_an_entry_without_an_action_is_refused(tmp_path: Path) -> None:
    entry = {key: value for key, value in _written()[0].items() if key != "action"}
    with pytest.raises(ValidationError, match="action"):
        load_catalogue(_save(tmp_path, entry))


def test_an_unknown_id_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        rule("no_such_rule")
