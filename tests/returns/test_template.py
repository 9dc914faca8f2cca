"""The template: what is in its workbooks, and what the reader and the rules make of them once they are filled in.

Figures are reckoned by hand. That LibreOffice reckons alike is `test_template_roundtrip.py`.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet

from assets.returns.read import ReturnReader
from assets.returns.template.generate import generate, read_employers
from assets.returns.template.spec import SPEC_PATH, Spec, TemplateError, load_spec
from expectations.validate import Validation, validate
from tests.returns.templates import (
    ASKED,
    MEASURES,
    SOFFICE,
    UNREAD,
    Answer,
    Filled,
    cells_of,
    differences,
    differences_in_unread_cells,
    filled_in,
    recalculated,
    remarks,
)
from tests.returns.workbooks import READER, TODAY, problems, read, saved
from warehouse.periods import Period
from warehouse.records import Level, Outcome, Reading, Role, Status, SubmissionStatus
from warehouse.reference import REFERENCE_FOLDER, Reference

NOWHERE = Path("geen momentopname")
EMPLOYERS = [("41234", "Stichting De Brug"), ("41777", "Vereniging & Zn.")]
QUOTA = Decimal("2.76")  # of 2024; none is published for 2023 and 2025
LAYOUTS = Path(__file__).parents[2] / "assets" / "returns" / "layouts"

GOOD: dict[str, Answer] = {
    "personeel_fte": Decimal("26.5"),
    "personeel_uren": Decimal(1000),
    "personen_vast": Decimal(2),
    "personen_tijdelijk": Decimal(1),
    "personen_inleen": "geen banen",
    "uren_vast": Decimal(51),
    "uren_tijdelijk": Decimal("25.5"),
    "uren_inleen": "geen banen",
    "inkoop_uren": Decimal("12.75"),
    "heeft_werknemers": "ja",
    "acties": "nee",
    "jaarverslag": "niet van toepassing",
}
BY_HAND = {
    "personen": "3",
    "uren": "76.5",
    "banen_vast": "2",  # 51 / 25,5
    "banen_tijdelijk": "1",
    "banen_in_dienst": "3",
    "banen_inleen": "0",
    "banen": "3",
    "doel": "1.0823529412",  # 1000 × 2,76% = 27,6 uur; / 25,5
    "percentage": "277.1739130435",  # 76,5 / 27,6
    "inkoop_banen": "0.5",  # 12,75 / 25,5
    "banen_met_inkoop": "3.5",
    "percentage_met_inkoop": "323.3695652174",  # 89,25 / 27,6
}


def templates(period: str = "2024", *, whole_sector: bool = False, spec: Spec | None = None) -> dict[str, bytes]:
    made = generate(
        READER.reference, NOWHERE, "po", Period.parse(period), employers=EMPLOYERS, whole_sector=whole_sector, spec=spec
    )
    return dict(made)


def template(period: str = "2024", spec: Spec | None = None) -> bytes:
    return templates(period, spec=spec)[f"opgave-po-{period}-41234.xlsx"]


def answered(period: str = "2024", **changes: Answer) -> tuple[bytes, Filled]:
    """A workbook with good answers but for these, and what follows from them in place of its formulas."""
    filled = Filled("41234", {**GOOD, **changes}, QUOTA if period == "2024" else None)
    return filled_in(template(period), filled, calculated=True), filled


def judged(reading: Reading) -> Validation:
    """What the rules make of a reading."""
    (validation,) = validate([reading], READER.reference)
    return validation


def failing(validation: Validation) -> list[tuple[str, str | None]]:
    """The rules that fail, and where."""
    return sorted((f.rule, f.cell) for f in validation.failures if f.outcome is Outcome.FAILS)


def failures(reading: Reading) -> list[tuple[str, str | None]]:
    """The rules that fail on a reading, and where."""
    return failing(judged(reading))


def sheet(content: bytes, *, values: bool = False) -> Worksheet:
    found = openpyxl.load_workbook(io.BytesIO(content), data_only=values)["Opgave"]
    assert isinstance(found, Worksheet)
    return found


def with_key(content: bytes, change: Callable[[str], str]) -> bytes:
    """A workbook whose key says something else."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    cell = book["Opgave"]["A2"]
    assert change(str(cell.value)) != cell.value
    cell.value = change(str(cell.value))
    return saved(book)


def figures(reading: Reading, level: Level = Level.EMPLOYER) -> Mapping[str, Decimal | None]:
    return {o.measure: o.value for o in reading.observations if o.level is level and o.role is Role.OWN}


# -- reading filled-in workbooks back ----------------------------------------------------------------------------------


def test_what_an_employer_fills_in_is_read_back_exactly() -> None:
    content, filled = answered()
    reading = read(content)
    assert reading.identity is not None
    assert (reading.identity.sector_code, reading.identity.period) == ("po", "2024")
    assert (reading.identity.employer_code, reading.identity.sender_code) == ("41234", "41234")
    assert problems(reading) == []
    assert differences(reading, filled, "po", "2024") == []
    assert {name: figures(reading)[MEASURES[name]] for name in BY_HAND} == {
        name: Decimal(value) for name, value in BY_HAND.items()
    }
    names = {o.employer_name for o in reading.observations}
    assert names == {"Stichting De Brug"}
    validation = judged(reading)
    assert validation.status is SubmissionStatus.ACCEPTED
    assert failing(validation) == []


@pytest.mark.parametrize("word", ["niet bekend", "Niet  Bekend ", "niet van toepassing", "geen banen", "GEEN BANEN"])
def test_a_word_in_place_of_a_number_says_what_it_says(word: str) -> None:
    content, filled = answered(uren_inleen=word, personen_inleen=word)
    reading = read(content)
    assert problems(reading) == []
    assert differences(reading, filled, "po", "2024") == []
    assert failures(reading) == []


def test_what_follows_from_an_unknown_number_is_unknown_and_never_zero() -> None:
    content, _ = answered(uren_inleen="niet bekend")
    by_measure = {o.measure: o for o in read(content).observations if o.role is Role.OWN}
    for measure in ("weekly_hours_hired", "realised_hired", "weekly_hours", "realised_jobs", "stated_pct"):
        assert (by_measure[measure].value, by_measure[measure].status) == (None, Status.MISSING)
    assert by_measure["realised_permanent"].value == 2
    assert by_measure["target_jobs"].value == Decimal("1.0823529412")


def test_a_blank_answer_is_not_an_answer() -> None:
    content, _ = answered(uren_inleen=None)
    validation = judged(read(content))
    where = cells_of(openpyxl.load_workbook(io.BytesIO(content)), "uren_inleen")
    total = cells_of(openpyxl.load_workbook(io.BytesIO(content)), "banen")
    assert failing(validation) == [("required_present", where), ("required_present", total)]
    assert validation.status is SubmissionStatus.REJECTED
    assert [f.message for f in validation.failures] == [
        "Stichting De Brug: «uren per week via inleen, inhuur of detachering» ontbreekt (gevonden: leeg).",
        "Stichting De Brug: «realisatie» ontbreekt (gevonden: nog in te vullen).",
    ]


@pytest.mark.parametrize(("answer", "rule"), [(Decimal(-5), "not_negative"), ("ongeveer tien", "values_understood")])
def test_a_wrong_answer_is_found_where_it_stands(answer: Answer, rule: str) -> None:
    content, _ = answered(uren_inleen=answer)
    book = openpyxl.load_workbook(io.BytesIO(content))
    expected = [(rule, cells_of(book, "uren_inleen")), ("required_present", cells_of(book, "banen"))]
    assert failures(read(content)) == sorted(expected)


def test_no_jobs_can_be_said_of_jobs_only() -> None:
    content, _ = answered(personeel_fte="geen banen")
    where = cells_of(openpyxl.load_workbook(io.BytesIO(content)), "personeel_fte")
    assert failures(read(content)) == [("values_understood", where)]


def test_the_goal_is_asked_for_a_year_without_quota() -> None:
    content, filled = answered("2023", doel=Decimal("4.5"))
    reading = read(content)
    assert differences(reading, filled, "po", "2023") == []
    assert figures(reading)["target_jobs"] == Decimal("4.5")
    assert failures(reading) == []
    unknown, _ = answered("2023", doel="niet bekend")
    assert failures(read(unknown)) == []
    blank, _ = answered("2023", doel=None)
    where = cells_of(openpyxl.load_workbook(io.BytesIO(blank)), "doel")
    assert failures(read(blank)) == [("required_present", where)]


def test_an_empty_workbook_asks_for_what_is_needed() -> None:
    needed = ("doel", "uren_vast", "uren_tijdelijk", "uren_inleen", "banen")
    book = openpyxl.load_workbook(io.BytesIO(template()))
    reading = read(template())
    assert problems(reading) == []
    assert failures(reading) == sorted(("required_present", cells_of(book, name)) for name in needed)


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="soffice is not on the PATH: apt-get install libreoffice-calc")
def test_libreoffice_calculates_and_checks_as_by_hand(tmp_path: Path) -> None:
    changes: dict[str, dict[str, Answer]] = {
        "goed.xlsx": {},
        "leeg.xlsx": {"uren_vast": None},
        "min.xlsx": {"uren_vast": Decimal(-1)},
        "tekst.xlsx": {"uren_vast": "veel"},
        "niets.xlsx": {name: "geen banen" for name in GOOD if name.startswith(("uren", "personen"))},
        "vreemd.xlsx": {"personen_vast": "geen banen", "heeft_werknemers": "nee", "uren_tijdelijk": Decimal(2000)},
    }
    given = {name: Filled("41234", {**GOOD, **change}, QUOTA) for name, change in changes.items()}
    in_libreoffice = recalculated(tmp_path, {name: filled_in(template(), one) for name, one in given.items()})
    for name, filled in given.items():
        assert differences(read(in_libreoffice[name]), filled, "po", "2024") == []
        assert differences_in_unread_cells(in_libreoffice[name], filled) == []
    by_measure = figures(read(in_libreoffice["goed.xlsx"]))
    assert {name: round(by_measure[MEASURES[name]] or 0, 9) for name in BY_HAND} == {
        name: round(Decimal(value), 9) for name, value in BY_HAND.items()
    }
    told = {name: [text for text in remarks(content) if text != "In orde"] for name, content in in_libreoffice.items()}
    assert told == {
        "goed.xlsx": [],
        "leeg.xlsx": ["Nog in te vullen", "Volgt uit de antwoorden"],
        "min.xlsx": ["Let op: vul een getal in (0 of meer) of kies uit de lijst", "Volgt uit de antwoorden"],
        "tekst.xlsx": [
            "Let op: vul een getal in (0 of meer) of kies uit de lijst",
            "Volgt uit de antwoorden",
        ],
        "niets.xlsx": ["Let op: geen personen opgegeven"],
        "vreemd.xlsx": [
            "Let op: wel uren maar geen personen",
            "Let op: meer dan 60 uur per persoon",
            "Let op: meer uren in dienst dan al het personeel samen",
            "Let op: wel personen opgegeven",
        ],
    }
    assert sheet(in_libreoffice["leeg.xlsx"], values=True)["A5"].value == "Nog in te vullen: 1. Let op: 0."
    assert sheet(in_libreoffice["goed.xlsx"], values=True)["A5"].value == "Alles is ingevuld."


# -- a whole sector ----------------------------------------------------------------------------------------------------


def test_what_a_sector_body_fills_in_is_read_back_exactly() -> None:
    empty = templates(whole_sector=True)["opgave-po-2024.xlsx"]
    given = [Filled("41234", GOOD, QUOTA), Filled("41777", {**GOOD, "uren_inleen": "niet bekend"}, QUOTA)]
    book = openpyxl.load_workbook(io.BytesIO(filled_in(empty, *given, in_rows=True, calculated=True)))
    totals = {"doel": "2.1647058824", "banen": "3", "uren_vast": "102"}  # of the one employer that knows its jobs
    for name, value in totals.items():
        cell = book["Opgave"][cells_of(book, name, "41777")]
        book["Opgave"].cell(cell.row + 1, cell.column).value = float(value)
    reading = read(saved(book))
    assert reading.identity is not None
    assert (reading.identity.sector_code, reading.identity.employer_code) == ("po", None)
    assert reading.identity.sender_code == "po_raad"
    assert problems(reading) == []
    assert [wrong for filled in given for wrong in differences(reading, filled, "po", "2024")] == []
    of_sector = figures(reading, Level.SECTOR)
    assert {name: of_sector[MEASURES[name]] for name in totals} == {n: Decimal(v) for n, v in totals.items()}


@pytest.mark.libreoffice
@pytest.mark.skipif(SOFFICE is None, reason="soffice is not on the PATH: apt-get install libreoffice-calc")
def test_the_totals_of_a_sector_are_those_of_what_is_known(tmp_path: Path) -> None:
    empty = templates(whole_sector=True)["opgave-po-2024.xlsx"]
    unknown = {**GOOD, "uren_inleen": "niet bekend", "personen_inleen": "niet van toepassing"}
    other = {**unknown, "inkoop_uren": "niet bekend", "personeel_fte": "niet van toepassing"}
    one, two = Filled("41234", {**GOOD, "inkoop_uren": "niet bekend"}, QUOTA), Filled("41777", other, QUOTA)
    in_libreoffice = recalculated(tmp_path, {"po.xlsx": filled_in(empty, one, two, in_rows=True)})["po.xlsx"]
    of_sector = {
        o.measure: o for o in read(in_libreoffice).observations if o.level is Level.SECTOR and o.role is Role.OWN
    }
    known = {
        "workforce_fte": "26.5", "workforce_weekly_hours": "2000", "persons_hired": "0", "persons": "6",
        "weekly_hours_permanent": "102", "weekly_hours_hired": "0", "weekly_hours": "76.5", "realised_permanent": "4",
        "realised_jobs": "3",
    }  # fmt: skip
    assert {measure: of_sector[measure].value for measure in known} == {m: Decimal(v) for m, v in known.items()}
    assert round(of_sector["target_jobs"].value or 0, 9) == Decimal("2.164705882")  # 2000 × 2,76% / 25,5
    assert round(of_sector["stated_pct"].value or 0, 9) == Decimal("138.586956522")  # 3 / 2,1647…
    assert of_sector["procurement_jobs"].status is Status.MISSING


# -- recognising -------------------------------------------------------------------------------------------------------


def test_a_version_that_is_not_known_is_said_so() -> None:
    content = with_key(template(), lambda key: key.replace("versie 1", "versie 7"))
    reading = read(content)
    assert reading.identity is None
    validation = judged(reading)
    assert failing(validation) == [("sender_recognised", "A2")]
    assert [finding.message for finding in validation.failures] == [
        "Niet herkend (Invulwerkmap van een werkgever, versie 7). Gezocht is naar: versie 1."
    ]


def test_older_versions_are_recognised_beside_a_new_one(tmp_path: Path) -> None:
    """A second version, of the spec and of a folder of layouts: it renames one question."""
    folder = tmp_path / "layouts"
    shutil.copytree(LAYOUTS, folder)
    path = folder / "template_employer.yaml"
    layout = yaml.safe_load(path.read_text(encoding="utf-8"))
    layout["recognise"]["versions"] = ["1", "2"]
    layout["tables"]["form"]["fields"]["realised"]["header"] = "Gerealiseerde banen|Banen die er zijn"
    path.write_text(yaml.safe_dump(layout), encoding="utf-8")
    content = yaml.safe_load(SPEC_PATH.read_text(encoding="utf-8"))
    content["version"] = 2
    content["sections"][2]["questions"]["banen"]["question"] = "Banen die er zijn"
    second = Spec.model_validate(content)
    filled = Filled("41234", GOOD, QUOTA)
    reader = ReturnReader(folder)
    for spec in (load_spec(), second):
        reading = reader.read(filled_in(template(spec=spec), filled, calculated=True), TODAY)
        assert problems(reading) == []
        assert differences(reading, filled, "po", "2024") == []


def test_a_sector_that_does_not_exist_is_said_so() -> None:
    content = with_key(template(), lambda key: key.replace("sector po", "sector bibliotheken"))
    reading = read(content)
    assert reading.identity is None
    (finding,) = judged(reading).failures
    assert (finding.rule, finding.cell, finding.found) == ("sender_recognised", "A2", "bibliotheken")
    assert finding.message.startswith("Niet herkend (bibliotheken). Gezocht is naar: ")


def test_last_years_figure_is_repeated_and_never_counted() -> None:
    content, _ = answered()
    book = openpyxl.load_workbook(io.BytesIO(content))
    row = book["Opgave"][cells_of(book, "banen")].row
    book["Opgave"].cell(row, 4).value = 2.5
    reading = read(saved(book))
    (before,) = (o for o in reading.observations if o.period == "2023" and o.value is not None)
    assert (before.measure, before.value, before.role, before.counts) == (
        "realised_jobs",
        Decimal("2.5"),
        Role.REPEATED,
        False,
    )
    assert before.employer_code == "41234"
    assert failures(reading) == []


# -- what is in a workbook ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole_sector", [False, True])
def test_the_same_workbook_is_the_same_bytes(whole_sector: bool) -> None:
    assert templates(whole_sector=whole_sector) == templates(whole_sector=whole_sector)


@pytest.mark.parametrize("whole_sector", [False, True])
def test_a_workbook_is_protected_and_self_contained(whole_sector: bool) -> None:
    for content in templates(whole_sector=whole_sector).values():
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.sheetnames == ["Opgave", "Toelichting"]
        assert all(sheet.protection.sheet and not sheet.protection.password for sheet in book.worksheets)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert not [name for name in archive.namelist() if "external" in name.lower() or "vba" in name.lower()]
        cells = [cell for row in book["Opgave"].iter_rows() for cell in row]
        assert all(cell.protection.locked for cell in cells if cell.value is not None)
        stored = sheet(content, values=True)
        formulas = [cell.coordinate for cell in cells if cell.data_type == "f"]
        assert formulas
        assert all(stored[address].value is not None for address in formulas)
        assert all(len(str(sheet(content)[address].value)) <= 8192 for address in formulas)  # the most Excel takes


@pytest.mark.parametrize("period", ["2024", "2025"])
def test_every_answer_has_a_name_a_list_and_a_message(period: str) -> None:
    asked = {*ASKED, "doel"} if period == "2025" else {*ASKED}
    book = openpyxl.load_workbook(io.BytesIO(template(period)))
    lists = {str(one.sqref): one for one in book["Opgave"].data_validations.dataValidation}
    assert set(book.defined_names) == {*MEASURES, *UNREAD, "werkgever", "kenmerk"}
    assert set(lists) == {cells_of(book, name) for name in asked}
    for name in asked:
        offered = lists[cells_of(book, name)]
        is_choice = name in {"heeft_werknemers", "acties", "jaarverslag"}
        assert not book["Opgave"][cells_of(book, name)].protection.locked
        assert "niet bekend" in offered.formula1
        assert ("ja,nee" in offered.formula1) is is_choice
        assert bool(offered.showErrorMessage) is is_choice  # a list that lets numbers through
        assert offered.showInputMessage
        assert offered.prompt


# -- who gets one ------------------------------------------------------------------------------------------------------


def test_employers_that_exist_at_the_end_of_the_period_get_one() -> None:
    names = [name for name, _ in generate(READER.reference, NOWHERE, "umc", Period.parse("2025"))]
    assert len(names) == 7  # domain rules: seven university medical centres
    assert names == sorted(set(names), key=names.index)


def test_a_sector_without_employers_in_our_list_needs_one(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE_FOLDER, folder)
    lines = (folder / "employers.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "employers.csv").write_text(
        "".join(line for line in lines if not line.startswith("po,")), encoding="utf-8"
    )
    with pytest.raises(TemplateError, match=r"has none of Primair onderwijs in 2025\. Give them with --employers"):
        dict(generate(Reference(folder), NOWHERE, "po", Period.parse("2025")))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code;name\n1;Een\n1;Twee\n", "line 3: code 1 stands there twice"),
        ("code,name\n1,\n", "line 2: give a code without spaces or semicolons, and a name"),
        ("code,name\n1 2,Een\n", "line 2: give a code"),
        ("naam\nEen\n", "needs a first line with the columns code and name"),
        ("", "needs a first line"),
    ],
)
def test_a_list_of_employers_that_is_no_good_is_refused_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=message):
        read_employers(path)


def test_a_list_of_employers_saved_by_excel_is_read(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_bytes("code;name\r\n00047;Café «De Brug»\r\n12/a;Twee, met een komma\r\n".encode("utf-8-sig"))
    employers = read_employers(path)
    assert employers == [("00047", "Café «De Brug»"), ("12/a", "Twee, met een komma")]
    made = dict(generate(READER.reference, NOWHERE, "po", Period.parse("2025"), employers=employers))
    assert list(made) == ["opgave-po-2025-00047.xlsx", "opgave-po-2025-12-a.xlsx"]
    identity = read(made["opgave-po-2025-12-a.xlsx"]).identity
    assert identity is not None
    assert identity.employer_code == "12/a"


def test_two_employers_never_share_a_file() -> None:
    with pytest.raises(TemplateError, match=r"The codes 12/a and 12-A give files of the same name"):
        dict(generate(READER.reference, NOWHERE, "po", Period.parse("2025"), employers=[("12/a", "X"), ("12-A", "Y")]))


def test_a_spec_that_is_no_good_is_refused(tmp_path: Path) -> None:
    content = yaml.safe_load(SPEC_PATH.read_text(encoding="utf-8"))
    content["sections"][2]["questions"]["banen"]["formula"] = "{uren_totaal} / 25.5"
    path = tmp_path / "opgave.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(TemplateError, match=r"'banen' uses questions that do not exist: uren_totaal"):
        load_spec(path)
