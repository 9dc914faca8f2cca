"""The row types every room shares, with their vocabularies.

A row type that crosses a room's border belongs here; how rows are made or checked does not. Those of which there are
hundreds in a workbook are named tuples: processes hand them over in a fraction of the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

HOURS_PER_JOB = Decimal("25.5")
"""One job is 25.5 paid hours a week: domain rules, part 1."""


class Level(StrEnum):
    """What a figure is about: DESIGN part 2, rule 7."""

    SECTOR = "sector"
    GROUP = "group"
    EMPLOYER = "employer"
    UNIT = "unit"


class Role(StrEnum):
    """`own`: this return is the source; `repeated`: compared only, never fed to a mart."""

    OWN = "own"
    REPEATED = "repeated"


class Status(StrEnum):
    """How a value was given. Unknown is not zero: DESIGN part 2, rule 4."""

    REPORTED = "reported"
    APPROXIMATE = "approximate"
    ESTIMATED = "estimated"
    MISSING = "missing"
    NOT_SUPPLIED = "not_supplied"
    NOT_APPLICABLE = "not_applicable"

    @property
    def has_value(self) -> bool:
        """Whether a row with this status carries a value."""
        return self in {Status.REPORTED, Status.APPROXIMATE, Status.ESTIMATED}


class Severity(StrEnum):
    """`error` rejects the return, `warning` needs an explanation, `info` tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Outcome(StrEnum):
    """The three outcomes of a rule."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_EVALUABLE = "not_evaluable"


class SubmissionStatus(StrEnum):
    """Where a submission stands: only the two kinds of accepted are in force."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_FINDINGS = "accepted_with_findings"
    REJECTED = "rejected"
    AWAITING_ACCEPTANCE = "awaiting_acceptance"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"

    @property
    def in_force(self) -> bool:
        """Whether the totals use a submission that stands here."""
        return self in {SubmissionStatus.ACCEPTED, SubmissionStatus.ACCEPTED_WITH_FINDINGS}


class Problem(StrEnum):
    """What can be wrong with one place in a workbook, as the reader met it. `none` is a place that is right."""

    NONE = "none"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    NOT_A_WORKBOOK = "not_a_workbook"
    TOO_LARGE = "too_large"
    TOOK_TOO_MUCH = "took_too_much"
    XML_ENTITIES = "xml_entities"
    MACROS = "macros"
    EXTERNAL_LINKS = "external_links"
    EMBEDDED_OBJECTS = "embedded_objects"
    NAMED_OTHERWISE = "named_otherwise"
    UNRECOGNISED = "unrecognised"
    PERIOD_CONTRADICTED = "period_contradicted"
    PERIOD_IMPLAUSIBLE = "period_implausible"
    SHEET_MISSING = "sheet_missing"
    SHEET_UNKNOWN = "sheet_unknown"
    HEADER_UNKNOWN = "header_unknown"
    HEADER_TWICE = "header_twice"
    HEADER_MISSING = "header_missing"
    ROW_UNKNOWN = "row_unknown"
    ROW_MISSING = "row_missing"
    TEXT_UNKNOWN = "text_unknown"
    NUMBER_UNMAPPED = "number_unmapped"
    HIDDEN_UNDECLARED = "hidden_undeclared"
    VALUE_UNKNOWN = "value_unknown"
    VALUE_AMBIGUOUS = "value_ambiguous"
    UNIT_CONTRADICTED = "unit_contradicted"
    ERROR_CELL = "error_cell"
    FORMULA_WITHOUT_VALUE = "formula_without_value"
    NUMBER_AS_TEXT = "number_as_text"
    ZERO_CONTRADICTED = "zero_contradicted"
    MERGED_DATA = "merged_data"
    PERSONAL_DATA = "personal_data"
    RETURNED_TWICE = "returned_twice"


class Place(NamedTuple):
    """One place the reader looked at and what it met there, whether right or wrong.

    `kind` names what was looked for: file, personal, period, sheet, header, row, text, hidden, merged, value or, in a
    collection, employer.
    """

    kind: str
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None = None
    problem: Problem = Problem.NONE


class Observation(NamedTuple):
    """One measure in one cell: a row of `core.observation`, less its submission.

    `value` is in `unit` (percentages as 54.47); `decimals` is the number of decimals the cell shows, in that unit;
    `record` is the row (or column) of the sheet that the cell shares with the other measures of the same subject.
    """

    sector_code: str
    level: Level
    employer_code: str | None
    employer_name: str | None
    group_name: str | None
    period: str
    role: Role
    measure: str
    value: Decimal | None
    text_value: str | None
    unit: str
    status: Status
    counts: bool
    sheet: str
    cell: str
    record: str
    literal: str | None
    decimals: int | None
    qualifier: str | None = None
    footnote: str | None = None
    remark: str | None = None
    survey: bool = False
    converted_from: str | None = None


Columns = Mapping[str, Sequence[Any]]
"""Observations or places by the name of their field, all columns of equal length."""


def by_column(rows: Sequence[NamedTuple], kind: type[NamedTuple]) -> Columns:
    """The columns of rows of a kind: what looks at one field of thousands is fastest on a column of it."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(kind._fields)
    return dict(zip(kind._fields, columns, strict=True))


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule at one place: `message` is Dutch, for the sender; `waiver` is the id of the one that covers it."""

    rule: str
    severity: Severity
    outcome: Outcome
    sheet: str | None
    cell: str | None
    found: str | None
    expected: str | None
    message: str
    waiver: str | None = None


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule came to over one file, so that what held is visible too."""

    rule: str
    outcome: Outcome
    places_checked: int
    places_failed: int
    places_not_evaluable: int


@dataclass(frozen=True, slots=True)
class Scope:
    """The return that a finding or rule result is about; without a file it is about a return that is not there."""

    file_sha256: str | None
    file_name: str | None
    submission_id: str | None
    sector_code: str | None
    period: str | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sent a return, and about what: what the content of a workbook says of itself.

    `employer_code` is given for a return about one employer; without it a return is about the sector as a whole.
    """

    layout_id: str
    sender_code: str
    sector_code: str
    period: str
    employer_code: str | None = None

    @property
    def partition(self) -> tuple[str, str]:
        """The sector and period."""
        return self.sector_code, self.period

    def told(self) -> dict[str, str | None]:
        """The identity by name, as the ledger is told of it."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class SurveyProduct:
    """In a weighted survey, `raised` per group is `unweighted` × `weight`: three measures."""

    raised: str
    unweighted: str
    weight: str = "survey_weight"


@dataclass(frozen=True, slots=True)
class SurveySum:
    """In a survey, a stated total that is a sum of rows: weighted, or of unweighted answers."""

    total: str
    total_level: Level
    rows: str
    rows_level: Level = Level.EMPLOYER
    weight: str | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """How a weighted survey adds up."""

    products: tuple[SurveyProduct, ...] = ()
    sums: tuple[SurveySum, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What one workbook said: `identity` is None when nobody recognised it.

    `required` are the measures that must have a value for the sector as a whole. `said_by` tells, in a collection, what
    each employer said, beyond the observations that are here.
    """

    identity: Identity | None
    observations: list[Observation] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    required: tuple[str, ...] = ()
    survey: Survey = Survey()
    layout_hash: str = ""
    said_by: tuple[str, ...] = ()

    @cached_property
    def columns(self) -> Columns:
        """The observations by column."""
        return by_column(self.observations, Observation)

    @cached_property
    def place_columns(self) -> Columns:
        """The places by column."""
        return by_column(self.places, Place)

    @cached_property
    def values_hash(self) -> str:
        """A hash of what is said, whatever the bytes: equal for the same values saved anew."""
        shown = [_shown(field, self.columns[field]) for field in _SAID]
        said = ")\n(".join(sorted(map(", ".join, zip(*shown, strict=True))))
        lines = [f"({said})", *self.said_by] if self.observations else self.said_by
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


_SAID = (
    *("sector_code", "level", "employer_code", "group_name", "period", "role", "measure", "value", "text_value"),
    "status",
)


def _shown(field: str, column: Sequence[Any]) -> Iterator[str]:
    """A column as Python shows it. Texts are shown once each: there are few, and an enumeration is slow to show one."""
    if field == "value":  # 1.0 and 1.00 are equal, and not shown alike
        return map(repr, column)
    return map({one: repr(one) for one in set(column)}.__getitem__, column)


class PublishedFigure(NamedTuple):
    """One cell of a published mart as text; a value of None is unknown, or no longer there."""

    mart: str
    row_key: str
    column_name: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Publication:
    """One publication: a snapshot, the moment (UTC) it was published, and the figures it changed."""

    snapshot_id: str
    published_at: datetime
    input_hash: str
    changes: Sequence[PublishedFigure]
