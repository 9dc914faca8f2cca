"""Layouts: how each sender's workbook is laid out, as YAML that a domain person can review.

The form of a layout, its loading and its yearly differences belong here; applying it to a workbook is `tables.py`.
The keys are explained, with two senders worked out, in `docs/adding-a-sender.md`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from assets.returns.numbers import Locale, Tokens
from warehouse.periods import Period, PeriodKind
from warehouse.records import Level, Role, Survey


class LayoutError(Exception):
    """A layout file is wrong; the message names the file and what to mend."""


def _compilable(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"'{pattern}' is not a regular expression: {error}") from error
    return pattern


Pattern = Annotated[str, AfterValidator(_compilable)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FieldLayout(_Part):
    """One column (or row) of a table: found by its header, and what it holds.

    Exactly one of `measure`, `part`, `pattern`, `starts` and `ignore` is given. A header may carry the period of its
    figures in the named groups `year`, `half` and `quarter`; a year in `of_year` must be that of the return. `starts`
    opens a block about one employer (named beside it) or about the sector.
    """

    header: Pattern
    measure: str | None = None
    part: Literal["code", "name", "group", "remark", "unit", "period", "reference_date"] | None = None
    pattern: Pattern | None = None
    ignore: str | None = None
    optional: bool = False
    hidden: bool = False
    period: Literal["previous", "first_half"] | None = None
    estimated: bool = False
    role: Role | None = None
    sector: str | None = None
    converts_to: str | None = None
    allowed: tuple[str, ...] | None = None
    fills: dict[str, str] | None = None
    starts: Level | None = None

    @model_validator(mode="after")
    def _one_meaning(self) -> Self:
        meanings = [self.measure, self.part, self.pattern, self.ignore, self.starts]
        if sum(meaning is not None for meaning in meanings) != 1:
            raise ValueError(f"header '{self.header}' needs exactly one of measure, part, pattern, starts and ignore")
        return self


class RecordLayout(_Part):
    """A kind of row, told by its label: its level, or why it is ignored.

    The label pattern may name the groups `name` (the employer), `group`, `year`, `half` and `quarter`.
    A `heading` row opens a group for the rows below; a row with `closes` gives its group to the rows above. `measures`
    is for a row in which some columns hold another measure than their header says; its other cells must be blank. A row
    that `repeats` restates a figure that stands elsewhere in the workbook.
    """

    label: Pattern
    level: Level | None = None
    ignore: str | None = None
    heading: bool = False
    closes: bool = False
    required: bool = False
    repeats: bool = False
    measures: dict[str, str] | None = None


class TableLayout(_Part):
    """One table on one sheet (or on every sheet whose name matches).

    `direction` says where the headers lie: `across` in a row above the records, `down` in a column before them. The
    header line is where the header of the field `anchor`, the first of the table, is found. A form is a table `down`
    with one record, `record_at` lines from its headers; its units, remarks and figures of the period before stand at
    other offsets. `labels_at` says where the records' labels stand when no field holds them: counted in fields from the
    anchor.
    """

    sheet: Pattern
    anchor: str
    fields: dict[str, FieldLayout]
    direction: Literal["across", "down"] = "across"
    header_depth: int = 1
    span: tuple[str, str] | None = None
    records: tuple[RecordLayout, ...] = ()
    default_level: Level | None = None
    record_at: int | None = None
    labels_at: int | None = None
    units_at: int | None = None
    remarks_at: int | None = None
    previous_at: int | None = None
    blank_lines: int = 0
    group_is_sheet: bool = False
    survey: bool = False
    role: Role | None = None

    @model_validator(mode="after")
    def _anchor_exists(self) -> Self:
        if self.anchor not in self.fields:
            raise ValueError(f"the anchor '{self.anchor}' is not one of the fields")
        return self


class RecogniseLayout(_Part):
    """What tells this sender from others: texts that must all stand in the first rows, and where the period stands.

    Every mention of the period must agree, unless the return holds many and `latest` is asked for. `cells` limits
    where it is looked for, by address. Of a layout for many senders the pattern also names the groups `sector` and, for
    a return about one employer, `employer`. `versions` are those of a template that the layout reads; the pattern then
    names the group `version`.
    """

    marks: tuple[str, ...] = Field(min_length=1)
    period: tuple[Pattern, ...] = Field(min_length=1)
    cells: Pattern | None = None
    latest: bool = False
    versions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _says_version(self) -> Self:
        if self.versions and not all("(?P<version>" in pattern for pattern in self.period):
            raise ValueError("a layout with versions needs the group `version` in every period pattern")
        return self


class Layout(_Part):
    """One sender's return: who, what, how recognised, and the tables.

    A layout for many senders has no sender and sector of its own: the workbook says them, and its `employer_code`.
    """

    sender: str = ""
    name: str
    sector: str = ""
    employer_code: str | None = None
    period: PeriodKind
    recognise: RecogniseLayout
    tables: dict[str, TableLayout]
    locale: Locale = "nl"
    tokens: Tokens = Tokens()
    ignored_sheets: dict[Pattern, str] = {}
    texts: tuple[Pattern, ...] = ()
    hidden: tuple[Pattern, ...] = ()
    required: tuple[str, ...] = ("target_jobs", "realised_jobs")
    survey: Survey = Survey()
    layout_hash: str = ""

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        told = all("(?P<sector>" in pattern for pattern in self.recognise.period)
        if not (self.sender and self.sector) and (not told or self.sender or self.sector):
            raise ValueError("give both sender and sector, or neither and the group `sector` in every period pattern")
        return self


class _Change(_Part):
    """A yearly difference: from this period on, these keys replace those of the base; null removes one."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @model_validator(mode="after")
    def _recognised_alike(self) -> Self:
        fixed = {"sender", "sector", "period", "recognise"} & set(self.model_extra or {})
        if fixed:
            raise ValueError(
                f"{', '.join(sorted(fixed))} can't differ per year: a return is recognised before its year is known"
            )
        return self

    from_: Annotated[str, Field(alias="from"), AfterValidator(lambda text: str(Period.parse(text)))]


class LayoutFile:
    """One YAML file: the base layout and its yearly differences."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        changes = [dict(change) for change in content.get("changes", ())]
        base = {key: value for key, value in content.items() if key != "changes"}
        self.versions = [("0000", Layout.model_validate(_hashed(base)))]
        for change in sorted(changes, key=lambda item: str(item.get("from"))):
            since = _Change.model_validate(change).from_
            base = _merge(base, {key: value for key, value in change.items() if key != "from"})
            self.versions.append((since, Layout.model_validate(_hashed(base))))
        self.base = self.versions[0][1]

    def at(self, period: str) -> Layout:
        """The layout as it holds for a period."""
        return next(layout for since, layout in reversed(self.versions) if since <= period)


def _merge(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _hashed(content: Mapping[str, Any]) -> dict[str, Any]:
    digest = hashlib.sha256(yaml.safe_dump(dict(content), sort_keys=True).encode()).hexdigest()
    return {**content, "layout_hash": digest[:16]}


class Layouts:
    """All layouts of a folder, by id (the file's name without its ending)."""

    def __init__(self, files: Mapping[str, LayoutFile], sectors: Iterable[str]) -> None:
        self.files, self.sectors = dict(files), frozenset(sectors)

    @classmethod
    def load(cls, folder: Path, sectors: Iterable[str], measures: Iterable[str]) -> Layouts:
        """Read every layout; `sectors` and `measures` are the codes that exist.

        Raises LayoutError on a key, regular expression, sector or measure that does not exist, and when two layouts
        serve the same sector and kind of period.
        """
        known = set(sectors)
        files = {path.stem: _load_file(path, known, set(measures)) for path in sorted(folder.glob("*.yaml"))}
        served: dict[tuple[str, str], str] = {}
        for layout_id, file in files.items():
            key = (file.base.sector or layout_id, file.base.period.value)
            if key in served:
                raise LayoutError(f"{layout_id}.yaml and {served[key]}.yaml both serve {key[0]} per {key[1]}")
            served[key] = layout_id
        return cls(files, known)


def _load_file(path: Path, sectors: set[str], measures: set[str]) -> LayoutFile:
    try:
        file = LayoutFile(yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValidationError, AttributeError, TypeError) as error:
        raise LayoutError(f"{path.name} is not a good layout: {error}") from error
    for layout in [file.base, *(layout for _, layout in file.versions)]:
        _check_names(path.name, layout, sectors, measures)
    return file


def _check_names(file_name: str, layout: Layout, sectors: set[str], measures: set[str]) -> None:
    fields = [field for table in layout.tables.values() for field in table.fields.values()]
    named = {field.measure for field in fields} | {field.converts_to for field in fields} | set(layout.required)
    for table in layout.tables.values():
        named |= {measure for record in table.records for measure in (record.measures or {}).values()}
    for product in layout.survey.products:
        named |= {product.raised, product.unweighted, product.weight}
    for spec in layout.survey.sums:
        named |= {spec.total, spec.rows, spec.weight}
    for field in fields:
        named |= set(re.compile(field.pattern).groupindex) if field.pattern else set()
    if unknown := named - measures - {None}:
        raise LayoutError(
            f"{file_name} names measures that are not in measures.csv: {', '.join(sorted(map(str, unknown)))}"
        )
    if unknown_sectors := {layout.sector, *(field.sector for field in fields)} - sectors - {None, ""}:
        raise LayoutError(
            f"{file_name} names sectors that are not in sectors.csv: {', '.join(map(str, unknown_sectors))}"
        )


@cache
def matcher(pattern: str) -> re.Pattern[str]:
    """A layout's pattern, compiled: whole text, upper and lower case alike."""
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=32_768)
def groups_of(pattern: str, text: str) -> Mapping[str, str | None] | None:
    """The named groups of a text that fits a layout's pattern; None when it does not.

    Remembered, for thousands of workbooks hold the same texts.
    """
    match = matcher(pattern).fullmatch(text)
    return match.groupdict() if match else None


def fits_one(patterns: Iterable[str], text: str) -> bool:
    """Whether a text fits one of these patterns."""
    return any(groups_of(pattern, text) is not None for pattern in patterns)


_AS_WORDS = (
    (r"\(\?P<(?:of_)?year>[^()]*\)|\\d\{4\}", "JJJJ"),
    (r"\(\?P<\w+>[^()]*\)\??|\.[*+]|\\d\\d", "…"),
    (r"\[[^\]]*\]\?|-\?|\\s\*|\\d\?", ""),
    (r"\[[^\]]*\]|\\d\+?", "…"),
    (r"\|", " of "),
    (r"\\(.)", r"\1"),
)


def readable(pattern: str) -> str:
    r"""A pattern as a sender reads it: `Doel (?P<of_year>\d{4})` is «Doel JJJJ»."""
    for part, words in _AS_WORDS:
        pattern = re.sub(part, words, pattern)
    return pattern.strip()
