"""Make the template's workbooks of a sector and period, and put them in a folder.

Who gets one, what their files are called and last year's figures belong here; what a workbook holds does not.
"""

from __future__ import annotations

import csv
import logging
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import duckdb

from assets.returns.template.form import employer_workbook
from assets.returns.template.sheets import About
from assets.returns.template.spec import Spec, TemplateError, load_spec
from assets.returns.template.table import sector_workbook
from warehouse.periods import Period, PeriodKind
from warehouse.queries import ask
from warehouse.records import Level
from warehouse.reference import Reference, Sector
from warehouse.storage import write_atomically

_log = logging.getLogger(__name__)
_SEPARATORS = ",;"
_COLUMNS = ("code", "name")
Employers = Sequence[tuple[str, str]]


def generate(
    reference: Reference,
    snapshot: Path,
    sector_code: str,
    period: Period,
    *,
    employers: Employers | None = None,
    whole_sector: bool = False,
    spec: Spec | None = None,
) -> Iterator[tuple[str, bytes]]:
    """The name and bytes of each workbook: one for each employer, or one for the whole sector.

    `employers` are pairs of code and name; left out, they are those of the list of employers that exist at the end of
    the period. `snapshot` is the published file that last year's figures come from, where there is one. Raises
    TemplateError when there is no such sector or no employer, or when the period is not a year.
    """
    sector = _sector(reference, sector_code)
    if period.kind is not PeriodKind.YEAR:
        raise TemplateError(f"The template is about a year: write {period.year} instead of {period}.")
    chosen = _listed(reference, sector, period) if employers is None else employers
    quota = reference.quota.get(period.year)
    asked = (spec or load_spec()).for_quota(quota)
    figures = last_years_figures(snapshot, sector_code, period)
    if whole_sector:
        about = About(sector_code, sector.name, period.year, quota)
        yield f"opgave-{sector_code}-{period}.xlsx", sector_workbook(asked, about, chosen, figures)
        return
    for name, (code, employer_name) in zip(_file_names(sector_code, period, chosen), chosen, strict=True):
        about = About(sector_code, sector.name, period.year, quota, code, employer_name)
        own = {measure: value for (one, measure), value in figures.items() if one == code}
        yield name, employer_workbook(asked, about, own)


def write_templates(folder: Path, workbooks: Iterator[tuple[str, bytes]]) -> list[Path]:
    """Write workbooks into a folder, and log each; returns their paths."""
    paths = []
    for name, content in workbooks:
        write_atomically(folder / name, content)
        _log.info("%s", name)
        paths.append(folder / name)
    return paths


def read_employers(path: Path) -> list[tuple[str, str]]:
    """The codes and names of a CSV file with the columns `code` and `name`, with commas or semicolons between them.

    Raises TemplateError, which names the line, when it is no such file.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise TemplateError(f"{path.name} is not in UTF-8: save it as «CSV UTF-8».") from error
    separator = max(_SEPARATORS, key=(lines or [""])[0].count)
    rows = list(csv.DictReader(lines, delimiter=separator, strict=True))
    if not rows or not set(_COLUMNS) <= set(rows[0]):
        raise TemplateError(f"{path.name} needs a first line with the columns code and name, and a line per employer.")
    employers: dict[str, str] = {}
    for number, row in enumerate(rows, start=2):
        code, name = ((row[column] or "").strip() for column in _COLUMNS)
        if not re.fullmatch(r"[^\s;]+", code) or not name:
            raise TemplateError(f"{path.name}, line {number}: give a code without spaces or semicolons, and a name.")
        if code in employers:
            raise TemplateError(f"{path.name}, line {number}: code {code} stands there twice.")
        employers[code] = name
    return list(employers.items())


def last_years_figures(snapshot: Path, sector_code: str, period: Period) -> dict[tuple[str, str], Decimal]:
    """The figures of the year before that are in force, by employer code and measure; none without a snapshot."""
    if not snapshot.exists():
        return {}
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        about = {"sector_code": sector_code, "period": str(period.previous())}
        rows = ask(connection, "figures_of_sectors_employers", **about)
    return {(row["employer_code"], row["measure"]): row["value"] for row in rows}


def _sector(reference: Reference, sector_code: str) -> Sector:
    sectors = {code: sector for code, sector in reference.sectors.items() if sector.kind == "sector"}
    if sector_code not in sectors:
        raise TemplateError(f"There is no sector '{sector_code}'. There are: {', '.join(sectors)}.")
    return sectors[sector_code]


def _listed(reference: Reference, sector: Sector, period: Period) -> Employers:
    chosen = [
        (employer.code, employer.name)
        for employer in reference.employers
        if (employer.sector_code, employer.level) == (sector.code, Level.EMPLOYER) and employer.exists_on(period.end)
    ]
    if not chosen:
        raise TemplateError(
            f"The list of employers (warehouse/reference/employers.csv) has none of {sector.name} in {period}. "
            "Give them with --employers list.csv, a file with the columns code and name."
        )
    return chosen


def _file_names(sector_code: str, period: Period, employers: Employers) -> list[str]:
    """The names of the files: letters, digits, dots and dashes only, and no two alike on any system."""
    names: dict[str, str] = {}
    for code, _ in employers:
        safe = re.sub(r"[^A-Za-z0-9.]+", "-", code)
        name = f"opgave-{sector_code}-{period}-{safe}.xlsx"
        alike = next((other for other, known in names.items() if known.casefold() == name.casefold()), None)
        if alike is not None:
            raise TemplateError(f"The codes {alike} and {code} give files of the same name: {name}.")
        names[code] = name
    return list(names.values())
