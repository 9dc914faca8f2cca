"""Findings put together for people: the same message for forty cells is one message with forty places.

What belongs together, in which order and under which sentence belongs here; how it is shown does not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from expectations.catalogue import Rule, load_catalogue, rule
from warehouse.records import Finding, Outcome, Severity


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """All failures of one rule in one return; `message` is one Dutch sentence about all of them."""

    rule: Rule
    message: str
    findings: tuple[Finding, ...]


def grouped(findings: Iterable[Finding]) -> list[FindingGroup]:
    """The failures by rule: the gravest first and, among equals, the faults that explain others first."""
    failures: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.outcome is Outcome.FAILS:
            failures[finding.rule].append(finding)
    groups = [_group(rule(rule_id), members) for rule_id, members in failures.items()]
    severities, catalogue = list(Severity), [entry.id for entry in load_catalogue()]
    return sorted(groups, key=lambda group: (severities.index(group.rule.severity), catalogue.index(group.rule.id)))


def _group(broken: Rule, findings: list[Finding]) -> FindingGroup:
    sheets = list(dict.fromkeys(finding.sheet for finding in findings))
    in_reading_order = sorted(findings, key=lambda finding: (sheets.index(finding.sheet), _position(finding.cell)))
    return FindingGroup(broken, _message(in_reading_order), tuple(in_reading_order))


def _position(cell: str | None) -> tuple[int, int, str]:
    """Where a cell comes in reading order; a place without an address comes first."""
    address = re.fullmatch(r"([A-Z]+)(\d+)", cell or "")
    return (int(address[2]), len(address[1]), address[1]) if address else (0, 0, "")


def _message(findings: list[Finding]) -> str:
    first = findings[0].message
    if all(finding.message == first for finding in findings):
        return first
    return f"Op {len(findings)} plaatsen; de eerste: {first}"
