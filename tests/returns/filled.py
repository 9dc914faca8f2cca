"""Employers' workbooks, generated and filled in: what a spreadsheet program would store is put in as plain values.

What must be read from them does not belong here.
"""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl

from assets.returns.template.generate import generate
from tests.returns.workbooks import saved
from warehouse.periods import Period
from warehouse.reference import Reference

_HOURS_PER_JOB = Decimal("25.5")
_CHECK = 3
Answer = str | Decimal | int


def employer_workbooks(sector_code: str, period: str, employers: dict[str, str]) -> dict[str, bytes]:
    """The empty workbooks of these employers (code to name), by code."""
    made = generate(Reference(), Path("no-snapshot"), sector_code, Period.parse(period), employers=[*employers.items()])
    return dict(zip(employers, (content for _, content in made), strict=True))


def filled(workbook: bytes, hours: str | Decimal, target: int, *, hired: str | Decimal = "geen banen") -> bytes:
    """A workbook whose employer has these hours a week of people with a permanent contract, and this goal in jobs.

    Half as many hours are temporary; `hired` comes on top. A word in place of the hours is an answer too.
    """
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    sheet = book["Opgave"]
    for name, value in answers_of(hours, target, hired).items():
        ((_, address),) = book.defined_names[name].destinations
        sheet[address.replace("$", "")] = float(value) if isinstance(value, Decimal) else value
    for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
        cell.value = "In orde" if cell.column == _CHECK else "Alles is ingevuld."
    return saved(book)


def answers_of(hours: str | Decimal, target: int, hired: str | Decimal = "geen banen") -> dict[str, Answer]:
    """The value of each named cell of a workbook that is filled in like this, calculated ones too."""
    persons: dict[str, Answer] = {
        "personeel_fte": 900,
        "personeel_uren": 32400,
        "personen_vast": 3,
        "personen_tijdelijk": 2,
    }
    questions: dict[str, Answer] = {"heeft_werknemers": "ja", "acties": "nee", "jaarverslag": "ja", "doel": target}
    procured: dict[str, Answer] = {"inkoop_uren": 51, "inkoop_banen": 2}
    of_hired = Decimal(0) if isinstance(hired, str) else hired
    known = {
        **persons,
        **questions,
        **procured,
        "personen_inleen": 1 if of_hired else "geen banen",
        "uren_inleen": hired,
    }
    known |= {"personen": 5 + (1 if of_hired else 0), "banen_inleen": of_hired / _HOURS_PER_JOB}
    if isinstance(hours, str):
        unknown = (
            "uren_vast uren_tijdelijk uren banen_vast banen_tijdelijk banen_in_dienst banen aandeel_vast "
            "aandeel_tijdelijk aandeel_inleen percentage nog_te_realiseren banen_met_inkoop percentage_met_inkoop"
        )
        return {**known, **dict.fromkeys(unknown.split(), hours)}
    temporary = hours / 2
    employed, jobs = hours + temporary, (hours + temporary + of_hired) / _HOURS_PER_JOB
    return {
        **known,
        "uren_vast": hours,
        "uren_tijdelijk": temporary,
        "uren": employed + of_hired,
        "banen_vast": hours / _HOURS_PER_JOB,
        "banen_tijdelijk": temporary / _HOURS_PER_JOB,
        "banen_in_dienst": employed / _HOURS_PER_JOB,
        "banen": jobs,
        "aandeel_vast": hours / _HOURS_PER_JOB / jobs,
        "aandeel_tijdelijk": temporary / _HOURS_PER_JOB / jobs,
        "aandeel_inleen": of_hired / _HOURS_PER_JOB / jobs,
        "percentage": jobs / target,
        "nog_te_realiseren": max(Decimal(0), target - jobs),
        "banen_met_inkoop": jobs + 2,
        "percentage_met_inkoop": (jobs + 2) / target,
    }
