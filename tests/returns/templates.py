"""Helpers of the template's tests: filling workbooks in as people do, and what should come out, worked out on its own.

What is expected is computed here in decimals from the answers, by the domain rules and not from the formulas.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from random import Random

import openpyxl
from openpyxl.utils import range_boundaries

from tests.returns.workbooks import saved
from warehouse.records import Level, Reading, Role, Status

SOFFICE = shutil.which("soffice")
NO_JOBS, UNKNOWN, NOT_APPLICABLE = "geen banen", "niet bekend", "niet van toepassing"
OPEN, WRONG = "nog in te vullen", "niet te berekenen"
Answer = Decimal | str | None
FORMS = ("vast", "tijdelijk", "inleen")

MEASURES = {
    "personeel_fte": "workforce_fte",
    "personeel_uren": "workforce_weekly_hours",
    "personen_vast": "persons_permanent",
    "personen_tijdelijk": "persons_temporary",
    "personen_inleen": "persons_hired",
    "personen": "persons",
    "uren_vast": "weekly_hours_permanent",
    "uren_tijdelijk": "weekly_hours_temporary",
    "uren_inleen": "weekly_hours_hired",
    "uren": "weekly_hours",
    "banen_vast": "realised_permanent",
    "banen_tijdelijk": "realised_temporary",
    "banen_in_dienst": "realised_employed",
    "banen_inleen": "realised_hired",
    "banen": "realised_jobs",
    "doel": "target_jobs",
    "percentage": "stated_pct",
    "inkoop_uren": "procurement_weekly_hours",
    "inkoop_banen": "procurement_jobs",
    "banen_met_inkoop": "realised_incl_procurement",
    "percentage_met_inkoop": "stated_pct_incl_procurement",
    "heeft_werknemers": "has_employees",
    "acties": "took_action",
    "jaarverslag": "in_annual_report",
}
ASKED = (
    "personeel_fte", "personeel_uren", *(f"personen_{form}" for form in FORMS), *(f"uren_{form}" for form in FORMS),
    "inkoop_uren", "heeft_werknemers", "acties", "jaarverslag",
)  # fmt: skip
TEXTS = ("heeft_werknemers", "acties", "jaarverslag")
UNREAD = ("aandeel_vast", "aandeel_tijdelijk", "aandeel_inleen", "nog_te_realiseren")


@dataclass(frozen=True)
class Filled:
    """One employer's answers, and the year's quota percentage."""

    code: str
    answers: Mapping[str, Answer]
    quota: Decimal | None


def outcomes(filled: Filled) -> dict[str, Answer]:
    """Every figure of the workbook: what was answered, and what follows from it."""
    given = filled.answers
    found: dict[str, Answer] = dict(given)
    found["personen"] = _sum([given[f"personen_{form}"] for form in FORMS])
    found["uren"] = _sum([given[f"uren_{form}"] for form in FORMS])
    for form in FORMS:
        found[f"banen_{form}"] = _jobs(_sum([given[f"uren_{form}"]]))
    found["banen_in_dienst"] = _jobs(_sum([given["uren_vast"], given["uren_tijdelijk"]]))
    found["banen"] = _jobs(found["uren"])
    for form in FORMS:
        found[f"aandeel_{form}"] = _part(found[f"banen_{form}"], found["banen"])
    if filled.quota is not None:
        hours = _sum([given["personeel_uren"]])
        found["doel"] = hours * filled.quota / 100 / Decimal("25.5") if isinstance(hours, Decimal) else hours
    found["percentage"] = _part(found["banen"], _sum([found["doel"]]))
    found["inkoop_banen"] = _jobs(_sum([given["inkoop_uren"]]))
    found["banen_met_inkoop"] = _jobs(_sum([found["uren"], given["inkoop_uren"]]))
    found["percentage_met_inkoop"] = _part(found["banen_met_inkoop"], _sum([found["doel"]]))
    found["nog_te_realiseren"] = _shortfall(found["banen"], _sum([found["doel"]]))
    return found


def folded(answer: Answer) -> Answer:
    """An answer as it is meant: white space and capitals make no difference, and «geen banen» is 0."""
    if not isinstance(answer, str):
        return answer
    word = " ".join(answer.split()).casefold()
    return Decimal(0) if word == NO_JOBS else word or None


def _stops(values: Sequence[Answer]) -> str | None:
    """The word that goes before any number: what is blank first, then what is wrong, then what is not known."""
    if None in values or OPEN in values:
        return OPEN
    if any(_is_wrong(value) for value in values):
        return WRONG
    return UNKNOWN if UNKNOWN in values else None


def _is_wrong(value: Answer) -> bool:
    return value < 0 if isinstance(value, Decimal) else value not in {UNKNOWN, NOT_APPLICABLE}


def _sum(answers: Sequence[Answer]) -> Answer:
    values = [folded(answer) for answer in answers]
    known = [value for value in values if isinstance(value, Decimal)]
    return _stops(values) or (sum(known, Decimal(0)) if known else NOT_APPLICABLE)


def _jobs(hours: Answer) -> Answer:
    return hours / Decimal("25.5") if isinstance(hours, Decimal) else hours


def _part(part: Answer, whole: Answer) -> Answer:
    word = _stops([part, whole])
    if word or not isinstance(part, Decimal) or not isinstance(whole, Decimal) or whole == 0:
        return word or NOT_APPLICABLE
    return 100 * part / whole


def _shortfall(realised: Answer, goal: Answer) -> Answer:
    word = _stops([realised, goal])
    if word or not isinstance(realised, Decimal) or not isinstance(goal, Decimal):
        return word or NOT_APPLICABLE
    return max(Decimal(0), goal - realised)


# -- answers at random -------------------------------------------------------------------------------------------------


def random_answers(random: Random, quota: Decimal | None) -> dict[str, Answer]:
    """Valid answers: numbers that fit together, and now and then each of the words, as people write them."""
    fte = Decimal(random.randint(200, 30_000)) / 10
    answers: dict[str, Answer] = {
        "personeel_fte": _or_word(random, fte, [UNKNOWN, NOT_APPLICABLE]),
        "personeel_uren": _or_word(random, round(fte * random.randint(3600, 4000) / 100, 1), [UNKNOWN, NOT_APPLICABLE]),
    }
    for form in FORMS:
        hours = Decimal(random.randint(0, int(fte * 72))) / 100  # at most two hundredths of the hours of all personnel
        words = [NO_JOBS, UNKNOWN, NOT_APPLICABLE]
        answers[f"uren_{form}"] = _or_word(random, round(hours, random.randint(0, 2)), words)
        answers[f"personen_{form}"] = _or_word(random, Decimal(int(hours / 20) + 1), words)
    hours = round(Decimal(random.randint(0, 60_000)) / 1000, random.randint(0, 3))
    answers["inkoop_uren"] = _or_word(random, hours, [NO_JOBS, UNKNOWN, NOT_APPLICABLE])
    if quota is None:
        goal = round(fte * random.randint(20, 60) / 1000 + 1, random.randint(0, 2))
        answers["doel"] = _or_word(random, goal, [UNKNOWN, NOT_APPLICABLE])
    answers["heeft_werknemers"] = random.choice(["ja", "nee", UNKNOWN])
    answers["acties"] = random.choice(["ja", "Nee", UNKNOWN])
    answers["jaarverslag"] = random.choice(["Ja", "nee", UNKNOWN, NOT_APPLICABLE])
    return answers


def _or_word(random: Random, number: Decimal, words: Sequence[str]) -> Answer:
    if random.random() < 0.7:
        return number
    word = random.choice(words)
    return random.choice([word, word, word.capitalize(), f" {word.replace(' ', '  ')} "])


# -- filling in --------------------------------------------------------------------------------------------------------


def cells_of(book: openpyxl.Workbook, name: str, code: str | None = None) -> str:
    """The address of a named cell; of a named column, in the row of an employer."""
    (sheet_name, area), *_ = book.defined_names[name].destinations
    first_column, first_row, _, last_row = range_boundaries(area)
    sheet = book[sheet_name]
    row = first_row
    if code is not None:
        row = next(
            row for row in range(int(first_row or 0), int(last_row or 0) + 1) if sheet.cell(row, 1).value == code
        )
    return str(sheet.cell(int(row or 0), int(first_column or 0)).coordinate)


def filled_in(content: bytes, *given: Filled, in_rows: bool = False, calculated: bool = False) -> bytes:
    """A workbook with answers in its cells; `calculated` also puts what follows from them in place of the formulas."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for filled in given:
        values = outcomes(filled) if calculated else filled.answers
        for name, answer in values.items():
            cell = book["Opgave"][cells_of(book, name, filled.code if in_rows else None)]
            is_percentage = calculated and "%" in cell.number_format and isinstance(answer, Decimal)
            number = answer / 100 if is_percentage and isinstance(answer, Decimal) else answer
            cell.value = float(number) if isinstance(number, Decimal) else number
    if calculated:
        for row in book["Opgave"].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    cell.value = "In orde" if cell.column == 3 else None
    return saved(book)


def recalculated(folder: Path, contents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Workbooks by name as LibreOffice saves them after calculating, all in one call."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    command = [
        str(SOFFICE), "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", "xlsx",
        "--outdir", str(folder / "uit"), *(str(folder / name) for name in contents),
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=120 + 5 * len(contents), check=True)
    return {name: (folder / "uit" / name).read_bytes() for name in contents}


# -- comparing ---------------------------------------------------------------------------------------------------------


def differences(reading: Reading, filled: Filled, sector_code: str, period: str) -> list[str]:
    """Where what was read of an employer is not what was answered, or does not follow from it.

    An answer must come back exactly, what was calculated to nine decimals: spreadsheets calculate in doubles.
    """
    wrong = []
    own = {
        o.measure: o for o in reading.observations
        if o.role is Role.OWN and o.level is Level.EMPLOYER and o.employer_code == filled.code
    }  # fmt: skip
    expected = outcomes(filled)
    if set(own) != set(MEASURES.values()):
        wrong.append(f"{filled.code}: measures {sorted(set(own) ^ set(MEASURES.values()))}")
    for name, measure in MEASURES.items():
        if measure not in own:
            continue
        found, answer = own[measure], folded(expected[name])
        said = folded(found.text_value) if name in TEXTS and found.text_value else found.value
        exact = name in filled.answers
        if not _same(said, answer if isinstance(answer, Decimal) or answer in {"ja", "nee"} else None, exact=exact):
            wrong.append(f"{filled.code}.{name}: {said} read, {answer} expected")
        if found.status is not _status(answer):
            wrong.append(f"{filled.code}.{name}: {found.status} read for {answer}")
        if (found.sector_code, found.period) != (sector_code, period):
            wrong.append(f"{filled.code}.{name}: about {found.sector_code} {found.period}")
    return wrong


def differences_in_unread_cells(content: bytes, filled: Filled, *, in_rows: bool = False) -> list[str]:
    """Where a calculated cell that the reader leaves out does not hold what follows from the answers."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    wrong = []
    for name in UNREAD:
        value = book["Opgave"][cells_of(book, name, filled.code if in_rows else None)].value
        found: Answer = Decimal(repr(value)) if isinstance(value, int | float) else str(value)
        if isinstance(found, Decimal) and name.startswith("aandeel"):
            found *= 100
        expected = outcomes(filled)[name]
        if not _same(found, expected, exact=False):
            wrong.append(f"{filled.code}.{name}: {found} calculated, {expected} expected")
    return wrong


def remarks(content: bytes) -> list[str]:
    """What the workbook's own checks say."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return [str(cell.value) for (cell,) in book["Opgave"]["C8:C60"] if cell.value is not None]


def without_formulas(content: bytes) -> bool:
    """Whether no cell of the sheet `Opgave` holds a formula."""
    return not any(
        cell.data_type == "f" for row in openpyxl.load_workbook(io.BytesIO(content))["Opgave"] for cell in row
    )


def _same(found: Answer, expected: Answer, *, exact: bool) -> bool:
    if isinstance(found, Decimal) and isinstance(expected, Decimal) and not exact:
        return abs(found - expected) <= Decimal("1e-9") * max(Decimal(1), abs(expected))
    return found == expected


def _status(answer: Answer) -> Status:
    if isinstance(answer, Decimal) or answer in {"ja", "nee"}:
        return Status.REPORTED
    if answer in {OPEN, WRONG}:
        return Status.NOT_SUPPLIED
    return Status.NOT_APPLICABLE if answer == NOT_APPLICABLE else Status.MISSING


def safe_name(code: str) -> str:
    """A name for a file."""
    return re.sub(r"\W+", "-", code)
