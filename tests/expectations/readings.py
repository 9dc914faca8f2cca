"""Readings built by hand: the smallest observations and returns that a rule can be shown on. No tests here.

A figure is written as its cell shows it, so that `"56.6"` is a value that was rounded to one decimal.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from expectations.validate import Validation
from warehouse.records import (
    Finding,
    Identity,
    Level,
    Observation,
    Outcome,
    Place,
    Problem,
    Reading,
    Role,
    RuleResult,
    Status,
    Survey,
)
from warehouse.reference import REFERENCE_FOLDER, Reference

REFERENCE = Reference()
SHEET = "Opgave"
NOBODY_LISTED = "landelijk"  # a series without a list of employers, so that only the rule in question has places

# Of the three research institutes the second ended in the first at the end of 2023, and the third began in July 2024;
# how many universities of applied sciences there are is not known.
CHANGES = {
    "employers": {
        "OI-2,Voorbeeldinstituut II,employer,,,,,": "OI-2,Voorbeeldinstituut II,employer,,,2023-12-31,OI-1,",
        "OI-3,Voorbeeldinstituut III,employer,,,,,": "OI-3,Voorbeeldinstituut III,employer,,2024-07-01,,,",
    },
    "sectors": {"hbo,Hoger beroepsonderwijs,sector,36,": "hbo,Hoger beroepsonderwijs,sector,,"},
}

_OBSERVATION = Observation(
    sector_code=NOBODY_LISTED,
    level=Level.SECTOR,
    employer_code=None,
    employer_name=None,
    group_name=None,
    period="2024",
    role=Role.OWN,
    measure="realised_jobs",
    value=Decimal(10),
    text_value=None,
    unit="job",
    status=Status.REPORTED,
    counts=False,
    sheet=SHEET,
    cell="D10",
    record="rij 10",
    literal="10",
    decimals=0,
)


def observation(**overrides: Any) -> Observation:
    """Ten realised jobs of a whole sector, but for what is said otherwise."""
    return _OBSERVATION._replace(**overrides)


def figure(measure: str, shown: str | None, **overrides: Any) -> Observation:
    """A figure as its cell shows it, with a point for decimals; None is a figure that is not known."""
    given = {
        "measure": measure,
        "unit": REFERENCE.measures[measure].unit,
        "value": Decimal(shown) if shown is not None else None,
        "status": Status.REPORTED if shown is not None else Status.MISSING,
        "literal": shown.replace(".", ",") if shown is not None else "n.b.",
        "decimals": len(shown.partition(".")[2]) if shown is not None else None,
    }
    return observation(**{**given, **overrides})


def employer(code: str, measure: str, shown: str | None, **overrides: Any) -> Observation:
    """A figure of one employer, in a row of its own."""
    of_employer = {
        "level": Level.EMPLOYER,
        "employer_code": code,
        "employer_name": f"Werkgever {code}",
        "record": f"rij {code}",
        "cell": f"D{code}",
    }
    return figure(measure, shown, **{**of_employer, **overrides})


def group(name: str, measure: str, shown: str | None, **overrides: Any) -> Observation:
    """A figure of one group, in a row of its own."""
    of_group = {"level": Level.GROUP, "group_name": name, "record": f"rij {name}", "cell": "D20"}
    return figure(measure, shown, **{**of_group, **overrides})


def changed_reference(folder: Path, changes: Mapping[str, Mapping[str, str]] = CHANGES) -> Reference:
    """Our reference data with some texts in some of its files replaced, in a folder that does not exist yet."""
    shutil.copytree(REFERENCE_FOLDER, folder)
    for name, texts in changes.items():
        path = folder / f"{name}.csv"
        content = path.read_text(encoding="utf-8")
        for old, new in texts.items():
            assert content.count(old) == 1
            content = content.replace(old, new)
        path.write_text(content, encoding="utf-8")
    return Reference(folder)


def place(kind: str, problem: Problem = Problem.NONE, **overrides: Any) -> Place:
    """A place in the sheet, right unless a problem is given."""
    return Place(kind, SHEET, "B3", "gevonden", None, problem)._replace(**overrides)


def reading(
    *said: Observation | Place,
    sector: str = NOBODY_LISTED,
    period: str = "2024",
    required: tuple[str, ...] = (),
    survey: Survey = Survey(),  # noqa: B008 - frozen
) -> Reading:
    """A return that says these things and nothing else."""
    return Reading(
        identity=Identity("proef", "proef", sector, period),
        observations=[one for one in said if isinstance(one, Observation)],
        places=[one for one in said if isinstance(one, Place)],
        required=required,
        survey=survey,
    )


def result(validation: Validation, rule: str) -> RuleResult:
    """What one rule came to."""
    return next(one for one in validation.rule_results if one.rule == rule)


def failures(validation: Validation, *rules: str) -> list[Finding]:
    """The findings that say one of these rules does not hold."""
    return [one for one in validation.findings if one.rule in rules and one.outcome is Outcome.FAILS]


def cells(findings: Sequence[Finding]) -> list[tuple[str | None, str | None]]:
    """Where findings are, as (sheet, cell)."""
    return [(one.sheet, one.cell) for one in findings]
