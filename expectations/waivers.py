"""Waivers: findings that named persons accept for a reason, until a date, as long as the value stays what it was.

Reading, adding and applying waivers belongs here. Names are declared, not authenticated: the commit of the file is the
evidence.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from expectations.catalogue import load_catalogue, rule
from expectations.frames import Row, frame_of_rows
from expectations.validate import Validation, evaluate
from warehouse.presentation import csv_value, text_of_csv
from warehouse.records import Finding, Identity, Outcome, Scope
from warehouse.storage import write_atomically


class WaiverError(Exception):
    """A waiver, or the file of waivers, is wrong; the message says what to mend."""


class WaiverState(StrEnum):
    """Whether a waiver works today, and if not, why. One that `ended` expired and has nothing left to cover."""

    ACTIVE = "active"
    EXPIRED = "expired"
    VALUE_CHANGED = "value_changed"
    NOT_NEEDED = "not_needed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver: a line of the file.

    The scope is a rule in the return of a sector and period, at one place or (without sheet and cell) at all places
    where it fails there. `expect` is what was found when the waiver was given.
    """

    waiver: str
    rule: str
    sector_code: str
    period: str
    sheet: str
    cell: str
    expect: str
    requested_by: str
    approved_by: str
    reason: str
    granted_on: date
    expires_on: date

    def covers(self, finding: Finding) -> bool:
        """Whether a finding of this rule and return is at its place, whatever it found."""
        everywhere = not self.sheet and not self.cell
        same_place = (self.sheet, self.cell) == (finding.sheet or "", finding.cell or "")
        return finding.outcome is Outcome.FAILS and (everywhere or same_place)

    def state(self, returns: Collection[Sequence[Finding]], today: date) -> WaiverState:
        """Whether it works today, given the findings in its scope in each of the returns they are in."""
        expired = today > self.expires_on
        if not returns:
            return WaiverState.ENDED if expired else WaiverState.NOT_NEEDED
        if expired:
            return WaiverState.EXPIRED
        expected = any(self.found(in_scope) == self.expect for in_scope in returns)
        return WaiverState.ACTIVE if expected else WaiverState.VALUE_CHANGED

    def found(self, in_scope: Sequence[Finding]) -> str:
        """What the findings in its scope found: the value of its place, or every place with its value."""
        if self.sheet or self.cell:
            return "; ".join(finding.found or "" for finding in in_scope)
        return "; ".join(sorted(_place_and_value(finding) for finding in in_scope))


def _place_and_value(finding: Finding) -> str:
    place = "!".join(filter(None, (finding.sheet, finding.cell)))
    return f"{place}={finding.found}" if place else finding.found or ""


class Waivers:
    """All waivers of a file; a file that does not exist has none."""

    def __init__(self, waivers: Iterable[Waiver] = ()) -> None:
        self.waivers = tuple(waivers)

    @classmethod
    def load(cls, path: Path) -> Waivers:
        """Read the file. Raises WaiverError on a line that is no waiver, or that nobody else approved."""
        if not path.exists():
            return cls()
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = csv.DictReader(file)
                waivers = [_from_row(path, rows.line_num, row) for row in rows]
        except (UnicodeDecodeError, csv.Error) as error:
            raise WaiverError(f"{path} can't be read as CSV in UTF-8: {error}. Save it as CSV UTF-8.") from error
        twice = [waiver for waiver, count in Counter(one.waiver for one in waivers).items() if count > 1]
        if twice:
            raise WaiverError(f"{path} has more than one waiver {', '.join(twice)}: give each its own number.")
        return cls(waivers)

    def fingerprint(self, today: date) -> str:
        """What decides how the waivers stand today: all they say, and which have expired."""
        return repr([(one, today > one.expires_on) for one in self.waivers])

    def cover(self, validation: Validation, identity: Identity | None, today: date) -> Validation:
        """The validation of one return, with the id of the waiver at each finding that one covers today.

        A waiver is about a return of a sector; an employer's own return is never waived.
        """
        if identity is None or identity.employer_code is not None:
            return validation
        scope = Scope(None, None, None, identity.sector_code, identity.period)
        covered = self.applied([(scope, finding) for finding in validation.findings], today)[0]
        return replace(validation, findings=[finding for _, finding in covered])

    def applied(
        self, findings: Sequence[tuple[Scope, Finding]], today: date, gone: Collection[str] = ()
    ) -> tuple[list[tuple[Scope, Finding]], dict[str, WaiverState]]:
        """The findings with the id of the waiver that covers each today, and the state of every waiver.

        `gone` are the files, by sha256, that no longer stand: their findings say nothing about a waiver.
        """
        by_return: dict[tuple[str, str | None, str | None], list[int]] = defaultdict(list)
        waived = {waiver.rule for waiver in self.waivers}
        for number, (scope, finding) in enumerate(findings):
            if finding.rule in waived and scope.file_sha256 not in gone:
                by_return[finding.rule, scope.sector_code, scope.period].append(number)
        covered = [(s, f if f.waiver is None else replace(f, waiver=None)) for s, f in findings]
        states = {}
        for waiver in self.waivers:
            in_scope: dict[Scope, list[int]] = defaultdict(list)
            for number in by_return[waiver.rule, waiver.sector_code, waiver.period]:
                if waiver.covers(findings[number][1]):
                    in_scope[findings[number][0]].append(number)
            returns = {scope: [findings[number][1] for number in numbers] for scope, numbers in in_scope.items()}
            states[waiver.waiver] = waiver.state(returns.values(), today)
            for scope, numbers in in_scope.items() if states[waiver.waiver] is WaiverState.ACTIVE else ():
                if waiver.found(returns[scope]) == waiver.expect:
                    for number in numbers:
                        covered[number] = (scope, replace(covered[number][1], waiver=waiver.waiver))
        return covered, states

    def validate(self, states: Mapping[str, WaiverState], scopes: Sequence[Scope]) -> list[tuple[Scope, Validation]]:
        """What the rule about waivers comes to over these returns, and over those that a waiver says there are."""
        by_return = {(scope.sector_code, scope.period): scope for scope in scopes}
        rows: dict[Scope, list[Row]] = {scope: [] for scope in scopes}
        for one in self.waivers:
            partition = (one.sector_code, one.period)
            scope = by_return.setdefault(partition, Scope(None, None, None, *partition))
            rows.setdefault(scope, []).append(_row(one, states[one.waiver]))
        frames = [{"waivers": frame_of_rows("waivers", found)} for found in rows.values()]
        return list(zip(rows, evaluate(frames, [rule("waivers_hold")]), strict=True))


def _row(waiver: Waiver, state: WaiverState) -> Row:
    """A waiver as a row of the frame `waivers`."""
    return {
        "sheet": waiver.sheet or None,
        "cell": waiver.cell or None,
        "found": _DUTCH[state].format(expires=f"{waiver.expires_on:%d-%m-%Y}", expect=waiver.expect),
        "expected": None,
        "waiver": waiver.waiver,
        "state": state.value,
        "rule_nl": rule(waiver.rule).title,
        "scope_nl": " ".join(filter(None, (waiver.sector_code, waiver.period, waiver.sheet, waiver.cell))),
    }


_DUTCH = {
    WaiverState.ACTIVE: "geldig tot en met {expires}",
    WaiverState.EXPIRED: "verlopen na {expires}",
    WaiverState.VALUE_CHANGED: "de waarde is niet meer «{expect}»",
    WaiverState.NOT_NEEDED: "er is niets meer dat zij dekt",
    WaiverState.ENDED: "verlopen na {expires}, en niet meer nodig",
}


def add_waiver(path: Path, waiver: Waiver, findings: Sequence[Finding]) -> Waiver:
    """Add a waiver to the file, with the next number as its id and what is found now as what it expects; returns it.

    `findings` are those of its rule in its return. Raises WaiverError when it is not a good waiver: unknown or
    unwaivable rule, nobody else approved it, no reason, expired before it begins, or nothing there to waive.
    """
    known = Waivers.load(path).waivers
    numbers = [int(one.waiver[1:]) for one in known]
    in_scope = [finding for finding in findings if waiver.covers(finding)]
    found = waiver.found(in_scope)
    numbered = replace(waiver, waiver=f"W{max(numbers, default=0) + 1:03}", expect=found)
    _check(numbered)
    if numbered.expires_on < numbered.granted_on:
        raise WaiverError(f"A waiver that expires on {numbered.expires_on} would never work.")
    if not in_scope:
        places = ", ".join(sorted(_place_and_value(finding) for finding in findings))
        raise WaiverError(
            f"{waiver.rule} does not fail there in {waiver.sector_code} {waiver.period}, so there is nothing to waive. "
            f"It fails at: {places or 'no place'}."
        )
    if waiver.expect not in {"", found}:
        raise WaiverError(f"The waiver expects «{waiver.expect}», but what is found is «{found}».")
    text = io.StringIO()
    writer = csv.DictWriter(text, [field.name for field in fields(Waiver)], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: csv_value(value) for name, value in asdict(one).items()} for one in (*known, numbered))
    write_atomically(path, text.getvalue().encode())
    return numbered


def _from_row(path: Path, number: int, row: dict[str, str]) -> Waiver:
    try:
        texts = {name: text_of_csv(text) for name, text in row.items()}
        dates = {name: date.fromisoformat(row[name]) for name in ("granted_on", "expires_on")}
        waiver = Waiver(**{**texts, **dates})  # type: ignore[arg-type]  # text but for the two dates
        _check(waiver)
    except (KeyError, TypeError, ValueError, WaiverError) as error:
        raise WaiverError(f"Line {number} of {path} is not a good waiver: {error}") from error
    return waiver


def _check(waiver: Waiver) -> None:
    if not re.fullmatch(r"W\d+", waiver.waiver):
        raise WaiverError(f"'{waiver.waiver}' is no number of a waiver, such as W001.")
    waivable = [entry.id for entry in load_catalogue() if entry.waivable]
    if waiver.rule not in waivable:
        raise WaiverError(f"'{waiver.rule}' is no rule that can be waived. Those are: {', '.join(waivable)}.")
    names = [" ".join(name.split()).casefold() for name in (waiver.requested_by, waiver.approved_by)]
    if not all(names) or not waiver.reason.strip():
        raise WaiverError("A waiver needs who requests it, who approves it, and a reason.")
    if names[0] == names[1]:
        raise WaiverError(f"{waiver.approved_by} can't approve a waiver of their own request: another person must.")
