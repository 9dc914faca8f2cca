"""Sample returns of years that there are none of, made by shifting the years in the yearly samples. Invented figures.

Which years to make, and what to do with them, is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from assets.returns.read import ReturnReader
from tests.conftest import sample_files
from warehouse.periods import Period, PeriodKind

_LABEL = "SYNTHETISCH"
_EXPLANATION_SHEET = "Toelichting"


def synthetic_years(folder: Path, years: Iterable[int]) -> list[Path]:
    """Write a return of every sector for these years in a folder; returns the files, in order of year and sector.

    The figures are those of the first year that the sector's sample is an .xlsx of; formulas are replaced by their
    values. File name and title of the workbook begin with SYNTHETISCH.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return [_shift(source, of_year, year, folder) for year in years for source, of_year in _sources()]


@cache
def yearly_samples() -> dict[tuple[str, int], Path]:
    """The sample returns of a sector over a year, by sector and year."""
    reader = ReturnReader()
    found = {}
    for path in sample_files():
        identity = reader.read(path.read_bytes(), date.today()).identity
        if identity is not None and reader.reference.sectors[identity.sector_code].kind == "sector":
            period = Period.parse(identity.period)
            if period.kind is PeriodKind.YEAR:
                found[identity.sector_code, period.year] = path
    return dict(sorted(found.items()))


def _sources() -> Iterator[tuple[Path, int]]:
    """The sample of each sector that others are made from, and its year: openpyxl reads no .xls and no .ods."""
    sources: dict[str, tuple[Path, int]] = {}
    for (sector_code, year), path in yearly_samples().items():
        if path.suffix == ".xlsx":
            sources.setdefault(sector_code, (path, year))
    yield from sources.values()


def _shift(source: Path, of_year: int, year: int, folder: Path) -> Path:
    """Write the return of one year as that of another."""
    workbook = openpyxl.load_workbook(source, data_only=True)  # a formula that openpyxl writes has no stored value
    for sheet in workbook.worksheets:
        if sheet.title != _EXPLANATION_SHEET:  # it tells where the figures of the sample come from
            sheet.title = _text_shifted(sheet.title, of_year, year)
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        cell.value = _shifted(cell.value, of_year, year)
    workbook.properties.title = f"{_LABEL} {workbook.properties.title}"
    workbook.properties.description = f"Verzonnen cijfers over {year}, gemaakt uit {source.name}"
    path = folder / f"{_LABEL} {_text_shifted(source.stem, of_year, year)}.xlsx"
    workbook.save(path)
    return path


def _shifted(value: object, of_year: int, year: int) -> Any:
    """What a cell holds, with the year of the return and the year before it shifted."""
    if isinstance(value, str):
        return _text_shifted(value, of_year, year)
    if isinstance(value, datetime):
        return value.replace(year=value.year - of_year + year)
    return value - of_year + year if value in (of_year - 1, of_year) and isinstance(value, int) else value


def _text_shifted(text: str, of_year: int, year: int) -> str:
    pattern = rf"(?<!\d)(?:{of_year - 1}|{of_year})(?!\d)"
    return re.sub(pattern, lambda match: str(int(match[0]) - of_year + year), text)
