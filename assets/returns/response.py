"""Who returned a workbook of its own for a sector and period, when, and who is missing: the response list.

It is made from the ledger and the list of employers, so that there is one also while nothing can be published.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font

from assets.intake.ledger import LedgerFile, State
from assets.returns.findings_sheets import write_text
from warehouse.periods import Period
from warehouse.records import Level
from warehouse.reference import Reference

_HEADINGS = {
    "Code": 14,
    "Werkgever": 44,
    "Stand": 12,
    "Ontvangen op": 18,
    "Bestand": 44,
    "Opgaven": 10,
    "In de lijst": 12,
}


class Answer(StrEnum):
    """Where an employer stands."""

    RETURNED = "ontvangen"
    REJECTED = "afgekeurd"
    MISSING = "ontbreekt"


@dataclass(frozen=True, slots=True)
class Response:
    """One employer: the return that counts or, without one, the last that was rejected; `returns` is how many came."""

    employer_code: str
    employer_name: str
    answer: Answer
    received_at: datetime | None
    file_name: str | None
    returns: int
    is_listed: bool


def responses(state: State, reference: Reference, sector_code: str, period: Period) -> list[Response]:
    """The employers that exist in a period by our list, and those that returned without standing on it, by code."""
    listed = {
        employer.code: employer.name
        for employer in reference.employers
        if (employer.sector_code, employer.level) == (sector_code, Level.EMPLOYER) and employer.exists_on(period.end)
    }
    files: dict[str, list[LedgerFile]] = defaultdict(list)
    for file in state.of_partition(sector_code, str(period)):
        if file.employer_code is not None:
            files[file.employer_code].append(file)
    counting = state.contributions(sector_code, str(period))
    return [
        _response(code, listed.get(code), files.get(code, []), counting.get(code)) for code in sorted({*listed, *files})
    ]


def _response(code: str, name: str | None, files: list[LedgerFile], counting: LedgerFile | None) -> Response:
    shown = counting or (files[-1] if files else None)
    answer = Answer.RETURNED if counting else Answer.REJECTED if files else Answer.MISSING
    return Response(
        code,
        name or "",
        answer,
        datetime.fromisoformat(shown.received_at) if shown else None,
        shown.file_name if shown else None,
        len(files),
        name is not None,
    )


def response_workbook(found: list[Response]) -> bytes:
    """The list as a workbook for the sector body."""
    book, file = Workbook(), BytesIO()
    sheet = book.create_sheet("Respons", 0)
    del book["Sheet"]
    for column, (heading, width) in enumerate(_HEADINGS.items(), start=1):
        cell = sheet.cell(1, column, heading)
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    for line, one in enumerate(found, start=2):
        received = f"{one.received_at:%d-%m-%Y %H:%M}" if one.received_at else ""
        texts = (one.employer_code, one.employer_name, one.answer, received, one.file_name or "")
        for column, text in enumerate(texts, start=1):
            write_text(sheet.cell(line, column), text)
        sheet.cell(line, len(texts) + 1, one.returns)
        write_text(sheet.cell(line, len(texts) + 2), "ja" if one.is_listed else "nee")
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    book.save(file)
    return file.getvalue()
