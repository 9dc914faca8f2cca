"""The rule catalogue as types: loading `catalogue.yaml` and looking rules up.

What a rule says belongs in the YAML; how it is evaluated is `validate.py`.
"""

from __future__ import annotations

import ast
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from warehouse.records import Severity

CATALOGUE_PATH = Path(__file__).parent / "catalogue.yaml"
WithinFrame = Literal[
    "places", "observations", "required", "employers", "parts", "row_sums", "survey_products", "survey_sums", "hours",
    "workforce", "goals", "shares", "restated", "percentages", "coverage",
]  # fmt: skip
"""Frames of what stands in one return."""
AcrossFrame = Literal[
    "repeated_figures", "year_ends", "changes", "vanished_employers", "sector_returns", "official_targets", "waivers",
]  # fmt: skip
"""Frames of what all returns in force say together."""
_OF_SINGLE_ROWS = re.compile(
    r"expect_column_(?P<pair>pair_)?values_to_(?!be_unique|be_increasing|be_decreasing|be_z_score)\w+"
)
_CONDITION = re.compile(r'(\w+) == ("\w+"|True|False)')


class Ratio(BaseModel):
    """A stated percentage and what it is a percentage of; the first numerator whose figures are all there is used."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    percentage: str
    numerators: tuple[tuple[str, ...], ...]
    denominator: str


class Rule(BaseModel):
    """One rule; the fields are explained at the head of the YAML."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    severity: Severity
    scope: Literal["file", "sheet", "return", "across_returns", "across_periods", "national"]
    frame: WithinFrame | AcrossFrame
    when: str | None = None
    expectation: dict[str, Any]
    message: str
    action: str
    source: str
    parts: tuple[tuple[str, ...], ...] = ()
    ratios: tuple[Ratio, ...] = ()
    waivable: bool = False

    @cached_property
    def condition(self) -> tuple[str, str | bool] | None:
        """The column and the value in it of the rows that the rule is about; None when it is about all."""
        if self.when is None:
            return None
        column, value = _CONDITION.fullmatch(self.when).groups()  # type: ignore[union-attr]  # validated below
        return column, ast.literal_eval(value)

    @property
    def looked_at(self) -> list[str]:
        """The columns of the frame that the rule looks at, besides that of its condition."""
        given = self.expectation
        return sorted({given[name] for name in ("column", "column_A", "column_B") if name in given})

    @field_validator("when")
    @classmethod
    def _is_a_condition(cls, when: str | None) -> str | None:
        if when is not None and not _CONDITION.fullmatch(when):
            raise ValueError(f"'{when}' is not a column that equals a text, True or False")
        return when

    @field_validator("expectation")
    @classmethod
    def _looks_at_single_rows(cls, expectation: dict[str, Any]) -> dict[str, Any]:
        """Rows that look the same are handed over once, so a rule that sets rows against each other would see wrong."""
        kind = _OF_SINGLE_ROWS.fullmatch(str(expectation.get("type")))
        wanted = {"column_A", "column_B"} if kind and kind["pair"] else {"column"}
        if kind is None or not wanted <= expectation.keys():
            raise ValueError("a rule looks at the values of one column or a pair, a row at a time: see decision 16")
        return expectation

    @model_validator(mode="before")
    @classmethod
    def _warnings_are_waivable(cls, entry: dict[str, Any]) -> dict[str, Any]:
        return {"waivable": entry.get("severity") != Severity.ERROR, **entry}


@cache
def load_catalogue(path: Path = CATALOGUE_PATH) -> tuple[Rule, ...]:
    """All rules in their order: the faults that explain others first.

    Raises pydantic.ValidationError when an entry is wrong.
    """
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return tuple(Rule.model_validate(entry) for entry in content["rules"])


def rules_within() -> list[Rule]:
    """The rules that are evaluated on one return at a time."""
    return [entry for entry in load_catalogue() if entry.frame in get_args(WithinFrame)]


def rules_across() -> list[Rule]:
    """The rules that are evaluated on all returns in force together: across returns, across periods, national."""
    return [entry for entry in load_catalogue() if entry.frame in get_args(AcrossFrame)]


def rule(rule_id: str) -> Rule:
    """One rule by its id; raises KeyError when there is none."""
    return _by_id()[rule_id]


@cache
def _by_id() -> dict[str, Rule]:
    return {entry.id: entry for entry in load_catalogue()}
