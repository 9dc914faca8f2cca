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

from expectations.catalogue import CATALOGUE_PATH, FrameName, load_catalogue, rule, rules_across, rules_within
from expectations.frames import build_frames, comparison_frame
from tests.expectations.readings import REFERENCE, reading
from warehouse.records import Problem, Severity

RULES = load_catalogue()
IDS = [entry.id for entry in RULES]
FRAMES = {**build_frames([reading()], REFERENCE), "across": comparison_frame([])}


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
    assert {entry.frame for entry in RULES} == set(get_args(FrameName))


def test_a_rule_is_about_one_return_or_across_returns() -> None:
    assert sorted([*rules_within(), *rules_across()], key=RULES.index) == list(RULES)
    assert {entry.scope for entry in rules_across()} == {"across_returns"}
    assert "across_returns" not in {entry.scope for entry in rules_within()}


def test_all_three_severities_are_in_use() -> None:
    assert {entry.severity for entry in RULES} == set(Severity)


@pytest.mark.parametrize("rule_id", IDS)
def test_a_message_and_an_expectation_ask_only_for_what_the_frame_has(rule_id: str) -> None:
    entry = rule(rule_id)
    columns = set(FRAMES[entry.frame].columns)
    asked = {name for _, name, _, _ in Formatter().parse(entry.message) if name}
    asked |= {entry.expectation[key] for key in ("column", "column_A", "column_B") if key in entry.expectation}
    asked |= set(entry.expectation.get("column_list", ()))
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
