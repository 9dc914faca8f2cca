"""Which pages the site has, and what each of them shows.

Bringing together what belongs on one page is done here, without asking anything and without a word of HTML. Names of
pages are made of our own ids and hashes, never of a name that a sender chose.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.grouping import FindingGroup, grouped
from expectations.report import markup, words
from expectations.report.lineage import FIGURES
from expectations.report.markup import Place
from warehouse.presentation import dutch_number
from warehouse.records import Finding, Outcome, Severity

_TEMPLATES = Path(__file__).parent / "templates"
_SEVERITIES, _OUTCOMES = {one.value: one for one in Severity}, {one.value: one for one in Outcome}
_IN_FORCE = {"accepted", "accepted_with_findings"}
Row = dict[str, Any]
Answers = Mapping[str, Sequence[Row]]


class RevisionTable(NamedTuple):
    """Revised figures of one kind, against one earlier version."""

    kind: str
    before_id: str
    rows: list[Row]


def return_page(file: Row) -> str:
    """The page about a received file: named after its submission or, when it never became one, after its bytes."""
    return (
        submission_page(file["submission_id"]) if file["submission_id"] else f"bestand-{file['file_sha256'][:12]}.html"
    )


def submission_page(submission_id: str) -> str:
    """The page about the file that became this submission."""
    return f"opgave-{submission_id}.html"


def rule_page(rule: str) -> str:
    """The page about a rule."""
    return f"regel-{rule}.html"


def lineage_page(national: Row) -> str:
    """The page about the national figures of one year and series."""
    return f"herkomst-{national['period']}-{national['basis']}.html"


def messages_differ(places: Iterable[Place | Finding]) -> bool:
    """Whether places don't all have the same message."""
    return len({one.message for one in places}) > 1


def some_waived(places: Iterable[Place | Finding]) -> bool:
    """Whether a waiver covers any of these places."""
    return any(one.waiver for one in places)


def site(answers: Answers, not_evaluable: Iterable[Place], data_docs: str | None) -> Iterator[tuple[str, str]]:
    """Every file of the site: its name and its text.

    `answers` are the rows of each question in `questions/`, `not_evaluable` the places of which there can be a hundred
    thousand; `data_docs` is where the nav leads for Great Expectations.
    """
    environment = _environment()
    [summary] = answers["summary"]
    shared = {
        "summary": summary,
        "data_docs": data_docs,
        "files_by_sha256": {file["file_sha256"]: file for file in answers["files"]},
        "rules_by_id": {rule["rule"]: rule for rule in answers["rules"]},
    }
    for name, template, context in _pages(answers, _Findings(answers["failures"], not_evaluable)):
        yield name, environment.get_template(template).render(shared | context)
    yield "style.css", (_TEMPLATES / "style.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        words.dutch,
        words.moment,
        words.day,
        words.signed,
        words.whole,
        markup.status,
        markup.place_rows,
        markup.revision_rows,
        messages_differ,
        some_waived,
        return_page,
        submission_page,
        rule_page,
        lineage_page,
    )
    environment.filters.update({function.__name__: function for function in filters})
    environment.filters["number"] = dutch_number
    environment.globals["place"] = markup.place
    return environment


class _Findings:
    """The findings by the return they are about, and by rule: failures folded, the others as they are."""

    def __init__(self, failures: Iterable[Row], not_evaluable: Iterable[Place]) -> None:
        self._failures: dict[Any, list[Finding]] = defaultdict(list)
        for row in failures:
            self._failures[_about(row["file_sha256"], row["sector_code"], row["period"])].append(_finding(row))
        self._grouped: dict[Any, list[FindingGroup]] = {}
        self._not_evaluable: dict[Any, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        for (*about, rule), places in groupby(
            not_evaluable, attrgetter("file_sha256", "sector_code", "period", "rule")
        ):
            self._not_evaluable[_about(*about)][rule].extend(places)

    def failed(self, row: Row) -> list[FindingGroup]:
        """What fails in the return that a row is about, the gravest first."""
        about = _about(row["file_sha256"], row["sector_code"], row["period"])
        if about not in self._grouped:
            self._grouped[about] = grouped(self._failures[about])
        return self._grouped[about]

    def failed_rule(self, result: Row) -> FindingGroup | None:
        """What fails of one rule in one return."""
        return next((group for group in self.failed(result) if group.rule.id == result["rule"]), None)

    def not_evaluable(self, row: Row) -> Mapping[str, list[Place]]:
        """What could not be evaluated in the return that a row is about, by rule."""
        return self._not_evaluable[_about(row["file_sha256"], row["sector_code"], row["period"])]


def _about(file_sha256: str | None, sector_code: str | None, period: str | None) -> Any:
    """The return that something is about: its file or, when it is not there, its sector and period."""
    return file_sha256 or (sector_code, period)


def _finding(row: Row) -> Finding:
    return Finding(
        row["rule"], _SEVERITIES[row["severity"]], _OUTCOMES[row["outcome"]], row["sheet"], row["cell"], row["found"],
        row["expected"], row["message"], row["waiver"],
    )  # fmt: skip


def _pages(answers: Answers, findings: _Findings) -> Iterator[tuple[str, str, Row]]:
    """Every page: its name, its template, and what is its own in it."""
    yield "index.html", "index.html.j2", _index(answers, findings)
    yield "bestanden.html", "files.html.j2", {"files": answers["files"]}
    yield from _return_pages(answers, findings)
    yield "regels.html", "rules.html.j2", {"rules": answers["rules"]}
    yield from _rule_pages(answers, findings)
    waivers = {"waivers": answers["waivers"], "waived": _by(answers["waived"], "waiver")}
    yield "ontheffingen.html", "waivers.html.j2", waivers
    yield "revisies.html", "revisions.html.j2", _revisions(answers)
    yield from _lineage_pages(answers)


def _by(rows: Iterable[Row], *columns: str) -> dict[Any, list[Row]]:
    """Rows by the value of a column, or of several; an unknown key has none."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[columns[0]] if len(columns) == 1 else tuple(row[column] for column in columns)].append(row)
    return found


def _index(answers: Answers, findings: _Findings) -> Row:
    files = answers["files"]
    submissions = [file for file in files if file["submission_id"]]
    by_partition = _by(submissions, "sector_code", "period")
    years = {file["period"] for file in submissions if file["period_kind"] == "year"}
    parts = {file["period"] for file in submissions} - years
    absent = [result for result in answers["results"] if not result["file_sha256"] and result["outcome"] == "fails"]
    return {
        "overviews": [
            {
                "title": title,
                "periods": sorted(periods),
                "rows": _overview_rows(answers["sectors"], by_partition, periods, is_year=is_year),
            }
            for title, periods, is_year in (("Jaaropgaven", years, True), ("Kwartalen en halfjaren", parts, False))
        ],
        "unrecognised": [file for file in files if not file["sector_code"]],
        "absent": [(result, findings.failed_rule(result)) for result in absent],
        "national": _by(answers["national"], "basis"),
        "figures": FIGURES,
    }


def _overview_rows(
    sectors: Iterable[Row], by_partition: Mapping[Any, Sequence[Row]], periods: Iterable[str], *, is_year: bool
) -> list[Row]:
    """A row per sector, with what there is to see of each period; sectors that owe yearly returns always have one."""
    rows = []
    for sector in sectors:
        versions = {period: by_partition.get((sector["sector_code"], period), ()) for period in periods}
        if any(versions.values()) or (is_year and sector["kind"] == "sector"):
            rows.append({**sector, "cells": {period: _in_sight(found) for period, found in versions.items()}})
    return rows


def _in_sight(versions: Sequence[Row]) -> list[Row]:
    """The version in force and the one that awaits acceptance; when there is neither, the last one."""
    seen = [file for file in versions if file["outcome"] in _IN_FORCE]
    return seen + [file for file in versions if file["outcome"] == "awaiting_acceptance"] or list(versions[:1])


def _return_pages(answers: Answers, findings: _Findings) -> Iterator[tuple[str, str, Row]]:
    results, stated = _by(answers["results"], "file_sha256"), _by(answers["stated"], "submission_id")
    decisions, revisions = _by(answers["decisions"], "submission_id"), _by(answers["revisions"], "submission_id")
    versions = _by(answers["files"], "sector_code", "period", "employer_code")
    of_employers = _by((file for file in answers["files"] if file["employer_code"]), "sector_code", "period")
    for file in answers["files"]:
        submission_id = file["submission_id"]
        context = {
            "file": file,
            "versions": (
                versions[file["sector_code"], file["period"], file["employer_code"]] if file["sector_code"] else []
            ),
            "of_employers": (
                of_employers[file["sector_code"], file["period"]] if file["layout_id"] == "collection" else []
            ),
            "stated": stated[submission_id],
            "groups": findings.failed(file),
            "results": results[file["file_sha256"]],
            "not_evaluable": findings.not_evaluable(file),
            "decisions": decisions[submission_id],
            "revisions": _tables(revisions[submission_id]),
        }
        yield return_page(file), "return.html.j2", context


def _rule_pages(answers: Answers, findings: _Findings) -> Iterator[tuple[str, str, Row]]:
    results = _by(answers["results"], "rule")
    for rule in answers["rules"]:
        of_rule = results[rule["rule"]]
        context = {
            "rule": rule,
            "failed": [(result, findings.failed_rule(result)) for result in of_rule if result["outcome"] == "fails"],
            "not_evaluable": [result for result in of_rule if result["places_not_evaluable"]],
            "held": [result for result in of_rule if result["outcome"] == "holds"],
            "without_places": [
                result for result in of_rule if result["outcome"] == "not_evaluable" and not result["places_checked"]
            ],
        }
        yield rule_page(rule["rule"]), "rule.html.j2", context


def _revisions(answers: Answers) -> Row:
    """Versions that say otherwise than the one before: those that await acceptance first."""
    revisions = _by(answers["revisions"], "submission_id")
    files, awaiting = answers["files"], "awaiting_acceptance"
    of_each = {file["submission_id"]: revisions[file["submission_id"]] for file in files}
    return {
        "awaiting": [file for file in files if file["outcome"] == awaiting],
        "others": [file for file in files if file["outcome"] != awaiting and of_each[file["submission_id"]]],
        "revisions": {submission_id: _tables(rows) for submission_id, rows in of_each.items()},
        "counts": {submission_id: Counter(row["change"] for row in rows) for submission_id, rows in of_each.items()},
        "decisions": _by(answers["decisions"], "submission_id"),
    }


def _tables(revisions: Iterable[Row]) -> list[RevisionTable]:
    """The revisions of one version, in the order in which they are asked for."""
    tables = groupby(revisions, itemgetter("kind", "before_id"))
    return [RevisionTable(kind, before_id, list(rows)) for (kind, before_id), rows in tables]


def _lineage_pages(answers: Answers) -> Iterator[tuple[str, str, Row]]:
    cells, path = _by(answers["national_cells"], "basis", "period", "figure"), answers["path"]
    for national in answers["national"]:
        basis, period = national["basis"], national["period"]
        context = {
            "national": national,
            "figures": FIGURES[basis],
            "cells": {figure: cells[basis, period, figure] for figure in ("target_jobs", "realised_jobs")},
            "path_of_year": [row for row in path if row["period"] == period and basis == "official_monitor"],
            "end_of_path": path[-1:],
            "years": [other for other in answers["national"] if other["basis"] == basis],
        }
        yield lineage_page(national), "lineage.html.j2", context
