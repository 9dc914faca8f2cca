"""The rule catalogue as types: loading `catalogue.yaml` and looking rules up.

What a rule says belongs in the YAML; how it is evaluated is `validate.py`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

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
    return {entry.id: entry for entry in load_catalogue()}[rule_id]
