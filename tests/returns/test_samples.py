"""The thirty-five samples: recognised, without a problem, equal to the letter, every kind of cell read as it is meant.

Expected values come from the letter, from openpyxl, or from the eye on the workbook.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

import openpyxl
import pytest

from tests.conftest import LetterFigure, letter_figures, sample_files
from tests.returns.workbooks import (
    DEFENSIE,
    IPO,
    MBO,
    NFU,
    POLITIE,
    UNL,
    book_of,
    numbers_as_text,
    observation,
    problems,
    read_sample,
    sample,
)
from warehouse.records import Observation

RIJK = "Rijk_banenafspraak_2024.xlsx"
RIJK_Q2 = "Kwartaalrapportage banenafspraak Rijk 2024-Q2.xlsx"
VNG = "Opgave banenafspraak VNG 2024 def.xlsx"
STOPLICHT = "IPO_stoplicht_2024H1.xlsx"
UVW = "UvW banenafspraak 2024.xlsx"
NFU_2023 = "NFU uitvraag banenafspraak umc 2023.xls"
PO = "PO-Raad_rapportage_banenafspraak_2024.xlsx"
VO = "VO-raad monitor banenafspraak 2024.xlsx"
WVOI = "WVOI opgave onderzoeksinstellingen 2024.xlsx"
WVOI_2023 = "WVOI opgave onderzoeksinstellingen 2023.ods"
HBO = "VH_Zestor_participatiebanen_hbo_2024.xlsx"
SZW = "SZW Landelijke monitor banenafspraak 2015-2024.xlsx"
UWV = "UWV kwartaalrapportage doelgroepregister 2024Q4.xlsx"

SAMPLES: dict[str, tuple[str, str]] = {
    "Rijk_banenafspraak_2023.xlsx": ("rijk", "2023"),
    RIJK: ("rijk", "2024"),
    "Kwartaalrapportage banenafspraak Rijk 2023-Q4.xlsx": ("rijk", "2023Q4"),
    "Kwartaalrapportage banenafspraak Rijk 2024-Q1.xlsx": ("rijk", "2024Q1"),
    RIJK_Q2: ("rijk", "2024Q2"),
    "Kwartaalrapportage banenafspraak Rijk 2024-Q3.xlsx": ("rijk", "2024Q3"),
    "Kwartaalrapportage banenafspraak Rijk 2024-Q4.xlsx": ("rijk", "2024Q4"),
    "Opgave Banenafspraak Defensie 2023.xlsx": ("defensie", "2023"),
    DEFENSIE: ("defensie", "2024"),
    "Opgave banenafspraak VNG 2023 def.xlsx": ("gemeenten", "2023"),
    VNG: ("gemeenten", "2024"),
    "IPO jaaropgave banenafspraak 2023.xlsx": ("provincies", "2023"),
    IPO: ("provincies", "2024"),
    STOPLICHT: ("provincies", "2024H1"),
    "IPO_stoplicht_2024H2.xlsx": ("provincies", "2024H2"),
    "UvW banenafspraak 2023.xlsx": ("waterschappen", "2023"),
    UVW: ("waterschappen", "2024"),
    "Politie - Blauwe Baan stand 31-12-2023.xlsx": ("politie", "2023"),
    POLITIE: ("politie", "2024"),
    NFU_2023: ("umc", "2023"),
    NFU: ("umc", "2024"),
    "PO-Raad_rapportage_banenafspraak_2023.xlsx": ("po", "2023"),
    PO: ("po", "2024"),
    "VO-raad monitor banenafspraak 2023.xlsx": ("vo", "2023"),
    VO: ("vo", "2024"),
    "MBO Raad - banenafspraak 2023.xlsx": ("mbo", "2023"),
    MBO: ("mbo", "2024"),
    "VH_Zestor_participatiebanen_hbo_2023.xlsx": ("hbo", "2023"),
    HBO: ("hbo", "2024"),
    "UNL banenafspraak universiteiten 2023.xlsx": ("wo", "2023"),
    UNL: ("wo", "2024"),
    WVOI_2023: ("onderzoeksinstellingen", "2023"),
    WVOI: ("onderzoeksinstellingen", "2024"),
    SZW: ("landelijk", "2024"),
    UWV: ("landelijk", "2024Q4"),
}
SAMPLE_OF = {identity: name for name, identity in SAMPLES.items()}
SURVEYS = {"po", "vo"}

# How many figures stand in the workbook as text, without unit or percent sign.
NUMBERS_AS_TEXT = {
    "Opgave Banenafspraak Defensie 2023.xlsx": 5,
    DEFENSIE: 5,
    "Opgave banenafspraak VNG 2023 def.xlsx": 220,
    VNG: 218,
    "VO-raad monitor banenafspraak 2023.xlsx": 9,
    VO: 9,
    "UNL banenafspraak universiteiten 2023.xlsx": 3,
    UNL: 3,
}

# How many employers have a row, by the workbook (and README.md of the samples).
EMPLOYERS = {
    "rijk": {14},
    "defensie": {7},
    "gemeenten": {342},
    "provincies": {12},
    "waterschappen": {21},
    "politie": {12},
    "umc": {7},
    "po": {411, 423},
    "vo": {176, 183},
    "mbo": {51},
    "hbo": {36},
    "wo": {14},
    "onderzoeksinstellingen": {3},
    "landelijk": {0},
}


def sector_values(observations: Iterable[Observation], measure: str, period: str) -> list[Decimal | None]:
    return [
        o.value for o in observations if (o.level, o.role, o.measure, o.period) == ("sector", "own", measure, period)
    ]


def to_ten_places(value: Decimal) -> Decimal:
    return value.quantize(Decimal("1e-10"), ROUND_HALF_UP)


def test_the_table_names_every_sample() -> None:
    assert {path.name for path in sample_files()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_recognised_by_its_content_and_has_no_problem(name: str) -> None:
    reading = read_sample(name)
    assert reading.identity is not None
    assert (reading.identity.sector_code, reading.identity.period) == SAMPLES[name]
    assert problems(reading) == []


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith(".xlsx")])
def test_the_numbers_that_openpyxl_reads_as_text_are_told(name: str) -> None:
    """Cells with a figure by the layout, of which the text is a number and nothing else once the comma is a point."""
    book = openpyxl.load_workbook(io.BytesIO(sample(name)), data_only=True)
    figures = {(o.sheet, o.cell) for o in read_sample(name).observations if o.value is not None}
    text = {place for place in figures if _is_number_in_text(book[place[0]][place[1]].value)}
    assert set(numbers_as_text(read_sample(name))) == text
    assert len(text) == NUMBERS_AS_TEXT.get(name, 0)


def _is_number_in_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        float(value.replace(".", "").replace(",", "."))
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("figure", letter_figures(), ids=lambda figure: f"{figure.sector_code}-{figure.period}")
def test_a_sector_total_is_that_of_the_letter(figure: LetterFigure) -> None:
    observations = read_sample(SAMPLE_OF[figure.sector_code, figure.period]).observations
    assert sector_values(observations, "target_jobs", figure.period) == [figure.target_jobs]
    assert sector_values(observations, "realised_jobs", figure.period) == [figure.realised_jobs]
    if figure.procurement_jobs is not None:
        assert sector_values(observations, "procurement_jobs", figure.period) == [figure.procurement_jobs]


@pytest.mark.parametrize(
    "figure",
    [figure for figure in letter_figures() if figure.sector_code not in SURVEYS],
    ids=lambda figure: f"{figure.sector_code}-{figure.period}",
)
def test_the_rows_that_count_add_up_to_the_letter(figure: LetterFigure) -> None:
    counted = [o for o in read_sample(SAMPLE_OF[figure.sector_code, figure.period]).observations if o.counts]
    for measure, total in (("target_jobs", figure.target_jobs), ("realised_jobs", figure.realised_jobs)):
        assert sum(o.value or 0 for o in counted if o.measure == measure) == total


@pytest.mark.parametrize("name", SAMPLES)
def test_only_employers_own_figures_count(name: str) -> None:
    sector, period = SAMPLES[name]
    counted = [o for o in read_sample(name).observations if o.counts]
    assert {(o.level, o.role, o.period) for o in counted} <= {("employer", "own", period)}
    assert not {o.measure for o in counted} & {"procurement_jobs", "persons", "weekly_hours", "stated_pct"}
    assert bool(counted) == (sector not in SURVEYS and sector != "landelijk")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_employer_has_a_code(name: str) -> None:
    below = [o for o in read_sample(name).observations if o.level in {"employer", "unit"}]
    assert all(o.employer_code and o.employer_name for o in below)
    assert len({o.employer_code for o in below if o.level == "employer"}) in EMPLOYERS[SAMPLES[name][0]]
    names = {o.employer_name or "" for o in below}
    assert names == {" ".join(name.split()) for name in names}


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith(".xlsx") and not name.startswith("UNL")])
def test_every_stored_number_is_the_one_openpyxl_reads(name: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(sample(name)), data_only=True)
    stored = {
        (sheet.title, cell.coordinate): Decimal(f"{cell.value:.15g}") * (100 if "%" in cell.number_format else 1)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    read = {(o.sheet, o.cell): o.value for o in read_sample(name).observations if o.converted_from is None}
    both = read.keys() & stored.keys()
    assert both
    assert {place: read[place] for place in both} == {place: to_ten_places(stored[place]) for place in both}


# -- cells looked at one by one ----------------------------------------------------------------------------------------


class Seen(NamedTuple):
    """What a person saw at a cell: the measure it holds and some of what the reader should say of it."""

    file: str
    sheet: str
    cell: str
    measure: str
    said: dict[str, object]


def number(value: str, **more: object) -> dict[str, object]:
    return {"status": "reported", "value": Decimal(value), **more}


def no_value(status: str, **more: object) -> dict[str, object]:
    return {"status": status, "value": None, "counts": False, **more}


DJI = {"level": "unit", "counts": False, "employer_name": "DJI"}
COURTS = {"level": "unit", "counts": False, "employer_name": "Rechtspraak"}
SEEN = [
    Seen(RIJK, "Tabel 1", "F15", "of_which_binnenwerk", number("200", unit="job", employer_name="JenV")),
    Seen(RIJK, "Tabel 1", "E15", "realised_jobs", number("936", level="employer", counts=True, period="2024")),
    Seen(RIJK, "Tabel 1", "B9", "target_jobs", number("17.2", decimals=0)),
    Seen(RIJK, "Tabel 1", "E16", "realised_jobs", number("290.2", **DJI)),
    Seen(RIJK, "Tabel 1", "E17", "realised_jobs", number("159.1", **COURTS)),
    Seen(RIJK, "Tabel 1", "G25", "stated_pct", number("85", unit="percent", level="sector", decimals=0)),
    Seen(RIJK, "Tekst brief", "C4", "realised_jobs", number("5078", role="repeated", period="2024", counts=False)),
    Seen(RIJK, "Tekst brief", "B4", "realised_jobs", number("4517", role="repeated", period="2023", counts=False)),
    Seen(RIJK_Q2, "Q2-2024", "D6", "realised_jobs", number("13.9", role="own", period="2024Q2", counts=True)),
    Seen(RIJK_Q2, "Q2-2024", "C6", "realised_jobs", number("13.7", role="repeated", period="2024Q1", counts=False)),
    Seen(RIJK_Q2, "Q2-2024", "E7", "change_jobs", number("-1.6", employer_name="BZ")),
    Seen(RIJK_Q2, "Q2-2024", "D13", "realised_jobs", number("274.9", **DJI)),
    Seen(RIJK_Q2, "Q2-2024", "D14", "realised_jobs", number("150.8", **COURTS)),
    Seen(DEFENSIE, "Opgave", "D9", "realised_jobs", number("595.4", level="sector", literal="595,4", decimals=1)),
    Seen(DEFENSIE, "Opgave", "D15", "procurement_jobs", number("230.9", counts=False)),
    Seen(DEFENSIE, "Opgave", "D17", "persons", number("652", unit="person", counts=False)),
    Seen(DEFENSIE, "Opgave", "D18", "workforce_fte", no_value("missing", literal="n.b.", unit="fte")),
    Seen(VNG, "Provincie 01", "D6", "target_jobs", number("3.3", employer_code="00137", group_name="Provincie 01")),
    Seen(VNG, "Provincie 01", "D9", "target_jobs", number("24.4", employer_name="Voorbeeldgemeente 004")),
    Seen(VNG, "Provincie 01", "D13", "target_jobs", number("29.3", employer_name="Voorbeeldgemeente 008")),
    Seen(VNG, "Provincie 01", "H18", "realised_jobs", number("218.6", level="group", counts=False)),
    Seen(VNG, "Provincie 02", "D6", "target_jobs", number("3.9", literal="3,9", counts=True)),
    Seen(VNG, "Provincie 02", "E7", "realised_permanent", no_value("missing", literal="-")),
    Seen(VNG, "Provincie 02", "F7", "realised_temporary", no_value("missing", literal=None)),
    Seen(VNG, "Provincie 03", "D9", "target_jobs", number("4.6", remark="opgave niet ontvangen", counts=True)),
    Seen(VNG, "Provincie 03", "E9", "realised_permanent", no_value("not_supplied")),
    Seen(VNG, "Provincie 03", "H9", "realised_jobs", no_value("not_supplied", remark="opgave niet ontvangen")),
    Seen(VNG, "Provincie 04", "H12", "realised_jobs", number("0", counts=True)),
    Seen(VNG, "Provincie 05", "C8", "workforce_fte", number("1777", unit="fte", literal="1.777")),
    Seen(VNG, "Totaaloverzicht", "H19", "realised_jobs", number("6051", level="sector", counts=False)),
    Seen(IPO, "Provincies", "G6", "realised_jobs", number("59.54", role="own", period="2024", counts=True)),
    Seen(IPO, "Provincies", "D6", "realised_jobs", number("53.7", role="repeated", period="2023", counts=False)),
    Seen(IPO, "Provincies", "D18", "realised_jobs", number("395.5", role="repeated", period="2023", level="sector")),
    Seen(IPO, "Provincies", "I18", "procurement_jobs", no_value("missing", literal="niet bekend", level="sector")),
    Seen(STOPLICHT, "Stoplicht 2024-H1", "E5", "stated_traffic_light", {"text_value": "groen", "status": "reported"}),
    Seen(STOPLICHT, "Stoplicht 2024-H1", "E9", "stated_traffic_light", {"text_value": "oranje", "value": None}),
    Seen(STOPLICHT, "Stoplicht 2024-H1", "E6", "stated_traffic_light", {"text_value": "rood", "unit": "none"}),
    Seen(STOPLICHT, "Stoplicht 2024-H1", "E17", "stated_traffic_light", {"text_value": "oranje", "level": "sector"}),
    Seen(STOPLICHT, "Stoplicht 2024-H1", "C5", "realised_jobs", number("58.82", period="2024H1", employer_code="PV01")),
    Seen(UVW, "Waterschappen 2024", "K7", "realised_jobs", number("18.9", role="repeated", period="2023")),
    Seen(UVW, "Waterschappen 2024", "G7", "realised_jobs", number("21.1", role="own", employer_code="01")),
    Seen(UVW, "Waterschappen 2024", "G9", "realised_jobs", number("7.8", employer_name="Voorbeeldwaterschap 03")),
    Seen(UVW, "Waterschappen 2024", "G11", "realised_jobs", number("9.6", employer_name="Voorbeeldwaterschap 05")),
    Seen(UVW, "Waterschappen 2024", "G22", "realised_jobs", number("140.8", level="group", group_name="Midden")),
    Seen(UVW, "Waterschappen 2024", "G14", "realised_jobs", number("22.6", level="employer", group_name="Midden")),
    Seen(POLITIE, "Overzicht", "D10", "target_jobs", number("40", employer_code="E01", counts=True)),
    Seen(POLITIE, "Overzicht", "D16", "persons", number("20", unit="person", counts=False)),
    Seen(POLITIE, "Overzicht", "P14", "realised_jobs", number("489", level="sector", employer_code=None)),
    Seen(POLITIE, "Overzicht", "P15", "stated_pct", number("68.4", decimals=1, literal="68,4%")),
    Seen(NFU_2023, "umc's 2023", "E9", "realised_jobs", no_value("not_supplied", literal="niet aangeleverd")),
    Seen(NFU_2023, "umc's 2023", "C9", "realised_employed", no_value("not_supplied", literal=None)),
    Seen(NFU_2023, "umc's 2023", "D9", "realised_hired", no_value("not_supplied")),
    Seen(NFU_2023, "umc's 2023", "F9", "stated_pct", no_value("not_supplied")),
    Seen(NFU_2023, "umc's 2023", "G9", "procurement_jobs", no_value("not_supplied")),
    Seen(NFU_2023, "umc's 2023", "B9", "target_jobs", number("359", counts=True)),
    Seen(NFU_2023, "umc's 2023", "F5", "stated_pct", number("16.6", decimals=1)),
    Seen(NFU, "umc's 2024", "G5", "procurement_jobs", no_value("missing", literal="niet geregistreerd")),
    Seen(NFU, "umc's 2024", "G9", "procurement_jobs", no_value("missing", literal=None)),
    Seen(NFU, "umc's 2024", "G12", "procurement_jobs", no_value("missing", literal="zie per umc")),
    Seen(PO, "Samenvatting", "B7", "realised_jobs", number("1372", status="estimated", level="sector")),
    Seen(PO, "Samenvatting", "B9", "procurement_jobs", number("184", status="estimated", counts=False)),
    Seen(PO, "Samenvatting", "B6", "target_jobs", number("5858")),
    Seen(PO, "Ophoging", "F2", "realised_jobs", number("41.9", status="estimated", group_name="tot 50 fte")),
    Seen(PO, "Respons", "F3", "realised_jobs", number("1.13", employer_code="00094", counts=False, survey=True)),
    Seen(PO, "Respons", "G4", "procurement_jobs", number("0")),
    Seen(PO, "Respons", "G8", "procurement_jobs", no_value("missing")),
    Seen(VO, "Rapportage", "B4", "respondents", number("183", unit="count", literal="183 van 280")),
    Seen(VO, "Rapportage", "B4", "population", number("280", unit="count", literal="183 van 280")),
    Seen(VO, "Rapportage", "B6", "realised_jobs", number("750", status="estimated")),
    Seen(VO, "Rapportage", "B7", "target_jobs", number("3842", literal="3.842")),
    Seen(VO, "Rapportage", "B8", "stated_pct", number("20", footnote="9", literal="20%.9")),
    Seen(VO, "Schoolbesturen", "E2", "weekly_hours", number("15.5", unit="hour_per_week", employer_code="000226")),
    Seen(VO, "Schoolbesturen", "E2", "realised_jobs", number("0.6078431373", unit="job", counts=False, survey=True)),
    Seen(VO, "Schoolbesturen", "E3", "realised_jobs", number("8.9803921569", converted_from="weekly_hours")),
    Seen(VO, "Schoolbesturen", "F2", "procurement_jobs", number("3.1764705882", counts=False)),
    Seen(MBO, "mbo-scholen", "D6", "realised_jobs", number("31", status="approximate", qualifier="+/-", counts=True)),
    Seen(MBO, "mbo-scholen", "D16", "realised_jobs", number("13", status="approximate", qualifier="±")),
    Seen(MBO, "mbo-scholen", "D53", "realised_jobs", number("10", status="approximate", qualifier="ca.")),
    Seen(MBO, "mbo-scholen", "D9", "realised_jobs", number("0", counts=True)),
    Seen(MBO, "mbo-scholen", "D10", "realised_jobs", no_value("not_supplied", literal="geen opgave")),
    Seen(MBO, "mbo-scholen", "D10", "realised_jobs", {"employer_name": "Voorbeeldcollege 06"}),
    Seen(MBO, "mbo-scholen", "D23", "realised_jobs", no_value("missing", literal=None)),
    Seen(MBO, "mbo-scholen", "D42", "realised_jobs", no_value("missing", literal="?")),
    Seen(MBO, "mbo-scholen", "D46", "realised_jobs", number("20.53", employer_code="92E0")),
    Seen(MBO, "mbo-scholen", "D49", "realised_jobs", no_value("not_applicable", literal="nvt")),
    Seen(MBO, "mbo-scholen", "C57", "target_jobs", number("1929", status="approximate", level="sector")),
    Seen(MBO, "mbo-scholen", "D58", "stated_pct", number("37", status="approximate", level="sector")),
    Seen(MBO, "mbo-scholen", "D59", "procurement_jobs", no_value("missing", level="sector")),
    Seen(HBO, "Hogescholen", "E8", "persons", number("26", counts=False, employer_code="H01")),
    Seen(HBO, "Hogescholen", "F8", "realised_jobs", number("22.7", counts=True)),
    Seen(HBO, "Hogescholen", "H8", "procurement_jobs", number("6.2", counts=False)),
    Seen(HBO, "Hogescholen", "L8", "share_permanent", number("67.3", level="sector", unit="percent")),
    Seen(HBO, "Hogescholen", "I46", "stated_pct_incl_procurement", number("36", level="sector")),
    Seen(UNL, "Data", "F27", "realised_jobs", number("1024", level="sector", literal="1.024 fta")),
    Seen(UNL, "Data", "I27", "realised_incl_procurement", number("1207", literal="1207 fta")),
    Seen(UNL, "Data", "F12", "realised_jobs", number("46.5", employer_name="Voorbeelduniversiteit B")),
    Seen(UNL, "Data", "F20", "realised_jobs", number("135.2", group_name="Technische universiteiten")),
    Seen(UNL, "Samenvatting", "B4", "realised_incl_procurement", number("1207", role="repeated", literal="1.207")),
    Seen(WVOI, "Opgave", "B6", "realised_jobs", number("32.1", period="2024H1", role="own", counts=False)),
    Seen(WVOI, "Opgave", "B7", "realised_jobs", number("30.4", period="2024", role="own", counts=True)),
    Seen(WVOI, "Opgave", "B7", "realised_jobs", {"employer_name": "Voorbeeldinstituut I", "level": "employer"}),
    Seen(WVOI, "Opgave", "B16", "realised_jobs", number("14.9", employer_name="Voorbeeldinstituut II")),
    Seen(WVOI, "Opgave", "B32", "realised_jobs", number("54.2", period="2024H1", level="sector")),
    Seen(WVOI, "Opgave", "B33", "realised_jobs", number("51.4", period="2024", level="sector", counts=False)),
    Seen(SZW, "Banenafspraak totaal", "E14", "extra_jobs_official", number("11634", sector_code="overheid")),
    Seen(SZW, "Banenafspraak totaal", "E14", "extra_jobs_official", {"period": "2023", "role": "own"}),
    Seen(SZW, "Banenafspraak totaal", "D6", "extra_jobs_target", number("3000", period="2015")),
    Seen(SZW, "Banenafspraak totaal", "C14", "extra_jobs_official", number("74031", sector_code="markt")),
    Seen(SZW, "Banenafspraak totaal", "E11", "extra_jobs_official", no_value("missing", period="2020")),
    Seen(SZW, "Banenafspraak totaal", "G9", "extra_jobs_official", no_value("missing", sector_code="landelijk")),
    Seen(SZW, "Banenafspraak totaal", "G15", "extra_jobs_official", number("90000", status="approximate")),
    Seen(SZW, "Banenafspraak totaal", "G15", "extra_jobs_official", {"qualifier": "bijna", "period": "2024"}),
    Seen(UWV, "Tabel 1", "C5", "register_persons", number("274804", period="2024Q4", role="own", level="sector")),
    Seen(UWV, "Tabel 1", "B5", "register_persons", number("272737", period="2024Q3", role="repeated")),
    Seen(UWV, "Tabel 1", "C7", "register_working_pct", number("51.8", unit="percent")),
    Seen(UWV, "Tabel 2 regio", "C4", "register_persons", number("9515", level="group")),
]  # fmt: skip


@pytest.mark.parametrize("seen", SEEN, ids=lambda seen: f"{seen.file[:12]}-{seen.cell}-{seen.measure}")
def test_a_cell_says_what_a_person_sees(seen: Seen) -> None:
    found = observation(read_sample(seen.file), seen.sheet, seen.cell, seen.measure)
    assert {name: getattr(found, name) for name in seen.said} == seen.said


def test_the_hours_of_every_school_board_are_also_jobs_at_the_same_cell() -> None:
    sheet = book_of(VO)["Schoolbesturen"]
    hours = {f"E{row}": Decimal(str(sheet[f"E{row}"].value).replace(",", ".")) for row in range(2, sheet.max_row + 1)}
    read = {o.cell: o.value for o in read_sample(VO).observations if o.survey and o.measure == "realised_jobs"}
    assert read == {cell: to_ten_places(h / Decimal("25.5")) for cell, h in hours.items()}
    assert len(read) == 183


def test_the_formats_of_one_sender_read_alike() -> None:
    def measures(name: str) -> set[tuple[str, str]]:
        return {(str(o.level), o.measure) for o in read_sample(name).observations}

    assert measures(WVOI_2023) == measures(WVOI)
    assert measures(NFU_2023) == measures(NFU)
