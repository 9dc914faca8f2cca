"""Every rule of the catalogue on three small returns: it holds for one, fails on one, and can't judge the third.

What rules say of sums and percentages in detail is `test_arithmetic.py`; here each rule is only shown to work, and to
speak to the sender. Rules across returns are `test_across.py`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

import pytest

from expectations.catalogue import rules_within
from expectations.validate import Validation, validate
from tests.expectations.readings import (
    REFERENCE,
    SHEET,
    cells,
    changed_reference,
    employer,
    failures,
    figure,
    group,
    observation,
    place,
    reading,
    result,
)
from tests.returns.workbooks import POLITIE, read, with_cells
from warehouse.records import (
    Level,
    Outcome,
    Place,
    Problem,
    Reading,
    Role,
    Severity,
    Status,
    SubmissionStatus,
    Survey,
    SurveyProduct,
    SurveySum,
)

EMPTY = reading()


class Case(NamedTuple):
    """Three returns for one rule, and what the finding says that the second must give (in each of these cells).

    `unsure_expected` is what a comparison that can't be made expected.
    """

    holds: Reading
    fails: Reading
    cell: str | tuple[str, ...] | None
    found: str
    expected: str | None
    message: str
    unsure: Reading = EMPTY
    sheet: str | None = SHEET
    unsure_expected: str = "niet te bepalen"


def _unrecognised(problem: Problem, found: str, expected: str | None) -> Reading:
    return Reading(None, places=[Place("file", None, None, found, expected, problem)])


def _place(
    kind: str, problem: Problem, found: str, expected: str | None, message: str, told: str | None = None
) -> Case:
    """A rule about places; the return with only another kind of place is the one it can't judge."""
    other = place("sheet" if kind != "sheet" else "text")
    wrong = place(kind, problem, found=found, expected=expected)
    return Case(
        reading(place(kind)), reading(place(kind), wrong), "B3", found, expected or told, message, reading(other)
    )


_PRODUCTS = Survey(products=(SurveyProduct("realised_jobs", "realised_jobs_unweighted"),))
_SUMS = Survey(sums=(SurveySum("realised_jobs", Level.SECTOR, "realised_jobs", weight="survey_weight"),))


def _raised(weight: str | None, raised: str) -> Reading:
    """A size class whose 20 unweighted jobs are raised by a weight."""
    return reading(
        group("klein", "survey_weight", weight, cell="E20"),
        group("klein", "realised_jobs_unweighted", "20", cell="F20"),
        group("klein", "realised_jobs", raised, cell="G20"),
        survey=_PRODUCTS,
    )


def _answers(total: str | None) -> Reading:
    """A survey of two answers, 10 × 2 and 5 × 3, and its stated total."""
    answers = [
        employer("1", "realised_jobs", "10", survey=True),
        employer("1", "survey_weight", "2.0", survey=True),
        employer("2", "realised_jobs", "5", survey=True),
        employer("2", "survey_weight", "3.0", survey=True),
    ]
    return reading(figure("realised_jobs", total), *answers, survey=_SUMS)


def _coverage(sector: str, count: int) -> Reading:
    """A return of so many employers with a realisation: of the twelve provinces 80% must have one, which is 9.6."""
    return reading(*(employer(f"PV{n:02}", "realised_jobs", "8") for n in range(1, count + 1)), sector=sector)


def _institutes(period: str) -> Reading:
    """Two research institutes, of which the second no longer exists after 2023."""
    rows = (employer(code, "realised_jobs", "8", period=period) for code in ("OI-1", "OI-2"))
    return reading(*rows, sector="onderzoeksinstellingen", period=period)


def _shares(permanent: str | None) -> Reading:
    """The kinds of contract as shares of the whole: 52.9 with these makes a hundred."""
    return reading(
        figure("share_permanent", permanent, cell="D11"),
        figure("share_temporary", "22.8", cell="D12"),
        figure("share_hired_and_procured", "24.3", cell="D13"),
    )


def _beside_workforce(measure: str, shown: str, fte: str | None) -> Reading:
    return reading(figure(measure, shown), figure("workforce_fte", fte, cell="C10"))


def _province(number: int, shown: str | None) -> Reading:
    """The twelve provinces, all with a realisation but perhaps one."""
    rows = [
        employer(
            f"PV{n:02}", "realised_jobs", shown if n == number else "8", cell=f"D{n}", employer_name=f"Provincie {n}"
        )
        for n in range(1, 13)
    ]
    return reading(*rows, sector="provincies")


CASES: dict[str, Case] = {
    "no_personal_data": _place(
        "personal", Problem.PERSONAL_DATA, "een kop boven persoonsgegevens («BSN»)", None,
        "Hier staat een kop boven persoonsgegevens («BSN»); een opgave mag geen gegevens van personen bevatten. "
        "De werkmap is verder niet gelezen.",
    ),
    "file_readable": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.UNREADABLE, "Dit is geen werkmap.", None),
        None, "Dit is geen werkmap.", None, "Dit is geen werkmap.", sheet=None,
    ),
    "file_is_a_workbook": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.NOT_A_WORKBOOK, "Dit is een PDF.", None),
        None, "Dit is een PDF.", None, "Dit is een PDF.", sheet=None,
    ),
    "file_not_encrypted": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.ENCRYPTED, "Er is een wachtwoord.", None),
        None, "Er is een wachtwoord.", None, "Er is een wachtwoord.", sheet=None,
    ),
    "file_within_limits": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.TOO_LARGE, "Te veel cellen.", None),
        None, "Te veel cellen.", None, "Te veel cellen.", sheet=None,
    ),
    "file_read_within_limits": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.TOOK_TOO_MUCH, "Het duurde te lang.", None),
        None, "Het duurde te lang.", None, "Het duurde te lang.", sheet=None,
    ),
    "file_without_entities": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.XML_ENTITIES, "Er staan definities in.", None),
        None, "Er staan definities in.", None, "Er staan definities in.", sheet=None,
    ),
    "no_macros": Case(
        reading(place("file", sheet=None, cell=None)),
        reading(Place("file", None, None, "xl/vbaProject.bin", None, Problem.MACROS)),
        None, "xl/vbaProject.bin", None,
        "De werkmap bevat macro's. Zij worden nooit uitgevoerd; de waarden die in de cellen staan zijn gelezen.",
        sheet=None,
    ),
    "no_external_links": Case(
        reading(place("file", sheet=None, cell=None)),
        reading(Place("file", None, None, "xl/vbaProject.bin", None, Problem.EXTERNAL_LINKS)),
        None, "xl/vbaProject.bin", None,
        "De werkmap haalt gegevens uit andere bestanden of bronnen. Gelezen is wat bij het opslaan in de cellen stond.",
        sheet=None,
    ),
    "no_embedded_objects": Case(
        reading(place("file", sheet=None, cell=None)),
        reading(Place("file", None, None, "xl/vbaProject.bin", None, Problem.EMBEDDED_OBJECTS)),
        None, "xl/vbaProject.bin", None,
        "In de werkmap zitten objecten van andere programma's. Zij zijn niet geopend; wat erin staat telt niet mee.",
        sheet=None,
    ),
    "named_as_its_format": Case(
        reading(place("file", sheet=None, cell=None)),
        reading(Place("file", None, None, ".xlsx", ".ods", Problem.NAMED_OTHERWISE)),
        None, ".xlsx", ".ods",
        "De naam eindigt op «.xlsx», maar het bestand is een werkmap van de soort «.ods». Zo is zij gelezen.",
        sheet=None,
    ),
    "sender_recognised": Case(
        reading(place("file", sheet=None, cell=None)),
        _unrecognised(Problem.UNRECOGNISED, "Blad1", "Unie van Waterschappen"),
        None, "Blad1", "Unie van Waterschappen",
        "Niet herkend (Blad1). Gezocht is naar: Unie van Waterschappen.", sheet=None,
    ),
    "period_consistent": _place(
        "period", Problem.PERIOD_CONTRADICTED, "Opgave 2023", "2024", "Hier staat «Opgave 2023», verwacht is 2024."
    ),
    "sheets_known": _place(
        "sheet", Problem.SHEET_UNKNOWN, "Blad7", "Opgave",
        "Blad onbekend of niet gevonden: gevonden «Blad7», gezocht «Opgave».",
    ),
    "headers_known": _place(
        "header", Problem.HEADER_UNKNOWN, "Banen {nieuw}", None,
        "De kop «Banen {nieuw}» is onbekend of komt dubbel voor.",
    ),
    "headers_present": _place(
        "header", Problem.HEADER_MISSING, "leeg", "Doel", "Een verwachte kop ontbreekt; gezocht is naar «Doel»."
    ),
    "rows_known": _place(
        "row", Problem.ROW_UNKNOWN, "Diversen", "Totaal",
        "Deze rij is onbekend of ontbreekt: gevonden «Diversen», verwacht «Totaal».",
    ),
    "numbers_mapped": _place(
        "text", Problem.NUMBER_UNMAPPED, "12", None, "Dit getal (12) staat buiten de tabel en wordt niet gelezen."
    ),
    "texts_known": _place("text", Problem.TEXT_UNKNOWN, "let op", None, "Deze tekst wordt niet gelezen: «let op»."),
    "data_not_merged": _place(
        "merged", Problem.MERGED_DATA, "vanaf C6", None,
        "Deze cel hoort bij een samengevoegd gebied (vanaf C6): voor welke rij of kolom geldt de waarde?",
    ),
    "employer_returned_once": _place(
        "employer", Problem.RETURNED_TWICE, "a.xlsx", "b.xlsx",
        "Van deze werkgever kwam eerder al a.xlsx; de laatst ontvangen opgave telt: b.xlsx.",
    ),
    "hidden_declared": _place("hidden", Problem.HIDDEN_UNDECLARED, "kolom K", None, "Verborgen gegevens: kolom K."),
    "values_understood": _place(
        "value", Problem.VALUE_UNKNOWN, "veel", "een getal",
        "«veel» is geen getal en geen bekende aanduiding (een getal).",
    ),
    "values_unambiguous": _place(
        "value", Problem.VALUE_AMBIGUOUS, "1.207", "1207 of 1,207",
        "«1.207» is op meer dan één manier te lezen en wordt niet gebruikt (1207 of 1,207).",
    ),
    "numbers_are_numbers": _place(
        "value", Problem.NUMBER_AS_TEXT, "508,5", "realisatie",
        "«508,5» is als tekst opgeslagen; het is gelezen als Nederlands getal.",
    ),
    "zero_is_meant": _place(
        "value", Problem.ZERO_CONTRADICTED, "0", "realisatie",
        "Hier staat 0, maar de opmerking ernaast zegt dat er geen opgave is.",
    ),
    "units_agree": _place(
        "value", Problem.UNIT_CONTRADICTED, "12 fte", "fta", "De eenheid bij «12 fte» past niet bij deze kolom (fta)."
    ),
    "cells_without_error": _place("value", Problem.ERROR_CELL, "#REF!", None, "De cel bevat een foutwaarde: #REF!."),
    "formulas_have_values": _place(
        "value", Problem.FORMULA_WITHOUT_VALUE, "=SUM(D1:D9)", None,
        "De formule =SUM(D1:D9) heeft geen opgeslagen uitkomst.",
    ),
    "unit_of_measure": Case(
        reading(observation()), reading(observation(unit="fte")), "D10", "10", None, "De eenheid is fte, verwacht job.",
    ),
    "value_matches_status": Case(
        reading(figure("realised_jobs", None)),
        reading(observation(status=Status.MISSING)),
        "D10", "10", None, "Status missing, maar de waarde is «10».",
    ),
    "required_present": Case(
        reading(figure("target_jobs", "12"), required=("target_jobs",)),
        reading(figure("target_jobs", None), required=("target_jobs",)),
        "D10", "n.b.", "een waarde", "Sectortotaal: «doel» ontbreekt (gevonden: n.b.).",
        reading(figure("target_jobs", None)),
    ),
    "not_negative": Case(
        reading(figure("realised_jobs", "0"), figure("change_jobs", "-3", cell="E10")),
        reading(figure("realised_jobs", "-1")),
        "D10", "-1", None, "Sectortotaal: realisatie is -1, en dat is negatief.",
        reading(figure("change_jobs", "-3")),
    ),
    "percentages_plausible": Case(
        reading(figure("stated_pct", "1000")),
        reading(figure("stated_pct", "1000.1")),
        "D10", "1000,1", None,
        "Sectortotaal: realisatiepercentage is 1000,1, en dat is geen mogelijk percentage.",
        reading(figure("realised_jobs", "1001")),
    ),
    "counts_plausible": Case(
        reading(figure("population", "880")),
        reading(figure("population", "9999999999")),
        "D10", "9.999.999.999", None,
        "Sectortotaal: populatie is 9.999.999.999, en dat is geen mogelijk aantal werkgevers.",
        reading(figure("realised_jobs", "1001")),
    ),
    "employer_identified": Case(
        reading(employer("7", "realised_jobs", "3")),
        reading(employer("7", "realised_jobs", "3", employer_code=None)),
        "D7", "3", None, "«Werkgever 7» staat niet in de lijst van werkgevers en heeft geen code.",
        reading(observation()),
    ),
    "employer_known": Case(
        _province(1, "8"),
        reading(*_province(1, "8").observations, employer("PV13", "realised_jobs", "8"), sector="provincies"),
        "DPV13", "8", None, "Werkgever PV13 «Werkgever PV13» staat niet in de lijst.",
    ),
    "employer_valid": Case(
        _institutes("2023"), _institutes("2024"),
        "DOI-2", "8", None,
        "Werkgever OI-2 (OI-2) bestaat op de peildatum niet: bestaat tot en met 31-12-2023, opgegaan in OI-1.",
        reading(employer("OI-9", "realised_jobs", "8", survey=True), sector="onderzoeksinstellingen"),
    ),
    "employer_unique": Case(
        reading(employer("1", "realised_jobs", "3"), employer("2", "realised_jobs", "3")),
        reading(employer("1", "realised_jobs", "3", cell="D8"), employer("1", "realised_jobs", "3", cell="D9")),
        ("D8", "D9"), "3", None, "Werkgever 1 komt dubbel voor (realisatie).",
        reading(observation(role=Role.REPEATED)),
    ),
    "parts_equal_total": Case(
        reading(
            figure("realised_jobs", "10"), figure("realised_employed", "7"), figure("realised_hired", "3")
        ),
        reading(
            figure("realised_jobs", "10"), figure("realised_employed", "7"), figure("realised_hired", "4")
        ),
        "D10", "10", "11", "Sectortotaal: realisatie is 10, de delen tellen op tot 11.",
        reading(
            figure("realised_jobs", "10"), figure("realised_employed", "7"), figure("realised_hired", None)
        ),
    ),
    "rows_equal_total": Case(
        reading(
            figure("realised_jobs", "10"), employer("1", "realised_jobs", "4"), employer("2", "realised_jobs", "6")
        ),
        reading(
            figure("realised_jobs", "10"), employer("1", "realised_jobs", "4"), employer("2", "realised_jobs", "7")
        ),
        "D10", "10", "11", "Sectortotaal: realisatie is 10, de rijen tellen op tot 11.",
        reading(figure("realised_jobs", None), employer("1", "realised_jobs", "4")),
    ),
    "survey_raised": Case(
        _raised("2.0", "40"), _raised("2.0", "50"),
        "G20", "50", "40", "klein: realisatie is 50, gewicht maal ongewogen is 40.",
        _raised(None, "40"),
    ),
    "survey_sums": Case(
        _answers("35"), _answers("50"),
        "D10", "50", "35", "Sectortotaal: realisatie is 50, de antwoorden tellen op tot 35.",
        _answers(None),
    ),
    "jobs_follow_hours": Case(
        reading(figure("realised_jobs", "10"), figure("weekly_hours", "255")),
        reading(figure("realised_jobs", "12"), figure("weekly_hours", "255", cell="E10")),
        "D10", "12", "10", "Sectortotaal: realisatie is 12, de uren gedeeld door 25,5 geven 10.",
        reading(figure("realised_jobs", "10"), figure("weekly_hours", None)),
    ),
    # 100 fte shown in whole numbers are at most 100.5 × 40 ÷ 25.5 = 157.65 jobs; 158 may be 157.5, and 159 may not
    "realised_within_workforce": Case(
        _beside_workforce("realised_jobs", "158", "100"), _beside_workforce("realised_jobs", "159", "100"),
        "D10", "159", "100 fte, dus ten hoogste 157,6 banen",
        "Sectortotaal: 159 banen van 25,5 uur zijn meer uren dan het hele personeelsbestand "
        "(100 fte, dus ten hoogste 157,6 banen).",
        _beside_workforce("realised_jobs", "158", None),
    ),
    # 200,750 × 2.76% = 5,540.7; × 36 ÷ 25.5 = 7,822.16 and × 40 ÷ 25.5 = 8,691.29
    "goal_follows_workforce": Case(
        _beside_workforce("target_jobs", "5541", "200750"), _beside_workforce("target_jobs", "5542", "200750"),
        "D10", "5.542", "5.540,7 (fte × 2,76%), of in uren 7.822,2 tot 8.691,3",
        "Sectortotaal: het doel is 5.542; uit het personeelsbestand volgt "
        "5.540,7 (fte × 2,76%), of in uren 7.822,2 tot 8.691,3.",
        _beside_workforce("target_jobs", "5541", None),
    ),
    "shares_sum_to_100": Case(
        _shares("52.9"), _shares("53.1"),
        "D11", "100,2%", "100%", "Sectortotaal: de aandelen tellen op tot 100,2%, niet tot 100%.",
        _shares(None), unsure_expected="100%",
    ),
    "repeated_in_return": Case(
        reading(figure("realised_jobs", "10"), figure("realised_jobs", "10", role=Role.REPEATED, record="elders")),
        reading(
            figure("realised_jobs", "10"),
            figure("realised_jobs", "12", role=Role.REPEATED, record="elders", sheet="Brief", cell="A2"),
        ),
        "A2", "12", "10", "Sectortotaal: realisatie is hier 12, elders in de werkmap 10.",
        reading(figure("realised_jobs", None), figure("realised_jobs", "10", role=Role.REPEATED, record="elders")),
        sheet="Brief",
    ),
    "stated_percentage_follows": Case(
        reading(figure("target_jobs", "552"), figure("realised_jobs", "329"), figure("stated_pct", "59.6")),
        reading(
            figure("target_jobs", "552"), figure("realised_jobs", "329"), figure("stated_pct", "56.6", cell="H31")
        ),
        "H31", "56,6%", "59,6%", "Sectortotaal: opgegeven is 56,6%, uit de aantallen volgt 59,6%.",
        reading(figure("target_jobs", None), figure("realised_jobs", "329"), figure("stated_pct", "56.6")),
    ),
    "employers_returned": Case(
        _province(5, "0"), _province(5, None),
        "D5", "n.b.", None, "Provincie 5 (PV05) heeft geen realisatie opgegeven (n.b.).",
        reading(employer("1", "realised_jobs", None, survey=True)),
    ),
    "values_exact": Case(
        reading(observation()),
        reading(observation(status=Status.APPROXIMATE, literal="+/- 10", qualifier="+/-")),
        "D10", "+/- 10", None, "Sectortotaal: realisatie is bij benadering opgegeven («+/- 10»).",
        reading(figure("realised_jobs", None)),
    ),
    "values_counted": Case(
        reading(observation()),
        reading(observation(status=Status.ESTIMATED)),
        "D10", "10", None, "Sectortotaal: realisatie is een ophoging of schatting (10).",
        reading(figure("realised_jobs", None)),
    ),
    "coverage_at_least": Case(
        _coverage("provincies", 10), _coverage("provincies", 9),
        None, "9 van 12", "ten minste 80%",
        "9 van 12 werkgevers met een opgave is te weinig voor een sectorcijfer (ten minste 80%).",
        _coverage("hbo", 9), sheet=None, unsure_expected="ten minste 80%",
    ),
    "coverage_at_most": Case(
        _coverage("provincies", 12), _coverage("provincies", 13),
        None, "13 van 12", "ten hoogste 12",
        "13 van 12 werkgevers met een opgave is meer dan er zijn (ten hoogste 12).",
        _coverage("hbo", 9), sheet=None, unsure_expected="ten hoogste –",
    ),
}  # fmt: skip

RULES = sorted(CASES)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Validation]:
    """All cases, judged in one go, with the changed reference data."""
    keys = [(rule, which) for rule in RULES for which in ("holds", "fails", "unsure")]
    reference = changed_reference(tmp_path_factory.mktemp("rules") / "reference")
    judged = validate([getattr(CASES[rule], which) for rule, which in keys], reference)
    return dict(zip(keys, judged, strict=True))


def test_every_rule_of_the_catalogue_has_its_cases() -> None:
    assert set(CASES) == {rule.id for rule in rules_within()}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds(outcomes: dict[tuple[str, str], Validation], rule: str) -> None:
    judged = outcomes[rule, "holds"]
    assert result(judged, rule).outcome is Outcome.HOLDS
    assert result(judged, rule).places_checked > 0
    assert not [finding for finding in judged.findings if finding.rule == rule]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fails_at_the_cell_and_says_so_in_dutch(outcomes: dict[tuple[str, str], Validation], rule: str) -> None:
    case, judged = CASES[rule], outcomes[rule, "fails"]
    found = [finding for finding in judged.findings if finding.rule == rule]
    where = case.cell if isinstance(case.cell, tuple) else (case.cell,)
    assert cells(found) == [(case.sheet, cell) for cell in where]
    assert {(one.outcome, one.found, one.expected) for one in found} == {(Outcome.FAILS, case.found, case.expected)}
    assert {one.message for one in found} == {case.message}
    counts = result(judged, rule)
    assert (counts.outcome, counts.places_failed) == (Outcome.FAILS, len(where))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_cannot_be_evaluated_says_so_and_does_not_fail(
    outcomes: dict[tuple[str, str], Validation], rule: str
) -> None:
    judged = outcomes[rule, "unsure"]
    counts = result(judged, rule)
    assert counts.outcome is Outcome.NOT_EVALUABLE
    assert counts.places_checked == counts.places_not_evaluable
    assert counts.places_failed == 0
    assert not failures(judged, rule)


@pytest.mark.parametrize("rule", [rule.id for rule in rules_within() if rule.expectation.get("column") == "excess"])
def test_a_comparison_with_an_unknown_figure_gives_a_finding_that_names_the_cell(
    outcomes: dict[tuple[str, str], Validation], rule: str
) -> None:
    [finding] = [finding for finding in outcomes[rule, "unsure"].findings if finding.rule == rule]
    assert finding.outcome is Outcome.NOT_EVALUABLE
    assert (finding.cell is None) == (CASES[rule].cell is None)  # how complete a return is stands in no cell
    assert finding.expected == CASES[rule].unsure_expected
    assert finding.message.startswith("Niet te beoordelen: ")


def test_an_error_rejects_and_a_warning_does_not(outcomes: dict[tuple[str, str], Validation]) -> None:
    for rule in rules_within():
        judged = outcomes[rule.id, "fails"]
        worst = {finding.severity for finding in judged.failures}
        assert rule.severity in worst
        if Severity.ERROR in worst:
            assert judged.status is SubmissionStatus.REJECTED
        else:
            assert judged.status is SubmissionStatus.ACCEPTED_WITH_FINDINGS


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("cells_without_error", SubmissionStatus.REJECTED),
        ("not_negative", SubmissionStatus.REJECTED),
        ("no_personal_data", SubmissionStatus.REJECTED),
        ("zero_is_meant", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
        ("numbers_are_numbers", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
        ("data_not_merged", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
        ("employer_returned_once", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
        ("texts_known", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
        ("stated_percentage_follows", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
        ("values_exact", SubmissionStatus.ACCEPTED_WITH_FINDINGS),
    ],
)
def test_what_becomes_of_a_return_with_one_failure(
    outcomes: dict[tuple[str, str], Validation], rule: str, status: SubmissionStatus
) -> None:
    assert {finding.rule for finding in outcomes[rule, "fails"].failures} == {rule}
    assert outcomes[rule, "fails"].status is status


@pytest.mark.parametrize("rule", ["values_exact", "units_agree", "jobs_follow_hours"])
def test_a_return_without_failures_is_accepted(outcomes: dict[tuple[str, str], Validation], rule: str) -> None:
    assert outcomes[rule, "holds"].status is SubmissionStatus.ACCEPTED


def test_what_could_not_be_evaluated_does_not_change_what_becomes_of_a_return(
    outcomes: dict[tuple[str, str], Validation],
) -> None:
    judged = outcomes["parts_equal_total", "unsure"]
    assert [finding.outcome for finding in judged.findings] == [Outcome.NOT_EVALUABLE]
    assert judged.status is SubmissionStatus.ACCEPTED


class Special(NamedTuple):
    """What more than one place, or more than one return, comes to."""

    look_alikes: Validation
    strangers: Validation
    mixed: Validation
    unlisted: Validation
    blank_sheet: Validation
    nothing: Validation


@pytest.fixture(scope="module")
def special() -> Special:
    """Returns with more than one place for a rule, judged in one go."""
    look_alikes = reading(
        employer("2", "realised_jobs", "3", cell="D9"),
        employer("2", "realised_jobs", "3", cell="D8", role=Role.REPEATED),
        employer("2", "realised_jobs", "3", cell="D10", level=Level.UNIT),
        employer("2", "realised_jobs", "3", cell="D11", period="2023"),
        employer("2", "persons", "3", cell="D12"),
    )
    strangers = reading(
        employer("1", "realised_jobs", "3", employer_code=None, employer_name="Nieuw A"),
        employer("2", "realised_jobs", "4", employer_code=None, employer_name="Nieuw B"),
    )
    mixed = reading(
        figure("realised_jobs", "10", record="a", cell="D1", period="2021"),
        figure("weekly_hours", "255", record="a", period="2021"),
        figure("realised_jobs", "20", record="b", cell="D2", period="2022"),
        figure("weekly_hours", "255", record="b", period="2022"),
        figure("realised_jobs", "30", record="c", cell="D3", period="2023"),
        figure("weekly_hours", None, record="c", period="2023"),
    )
    unlisted = reading(
        *(one for one in _province(12, "8").observations if one.employer_code != "PV12"), sector="provincies"
    )
    blank_sheet = reading(place("sheet", Problem.SHEET_MISSING, sheet=None, cell=None, found="Blad1, Blad2"))
    return Special(*validate([look_alikes, strangers, mixed, unlisted, blank_sheet, EMPTY], REFERENCE))


def test_a_repeated_figure_another_level_period_or_measure_is_not_a_double(special: Special) -> None:
    assert result(special.look_alikes, "employer_unique").outcome is Outcome.HOLDS


def test_two_employers_that_nobody_knows_are_not_one_employer_twice(special: Special) -> None:
    assert len(failures(special.strangers, "employer_identified")) == 2
    assert not failures(special.strangers, "employer_unique")


def test_a_result_counts_the_places_that_hold_fail_and_cannot_be_evaluated(special: Special) -> None:
    counts = result(special.mixed, "jobs_follow_hours")
    assert (counts.places_checked, counts.places_failed, counts.places_not_evaluable) == (3, 1, 1)
    assert counts.outcome is Outcome.FAILS
    assert [finding.cell for finding in failures(special.mixed, "jobs_follow_hours")] == ["D2"]


def test_an_expected_employer_without_a_row_is_missed_by_name(special: Special) -> None:
    [finding] = failures(special.unlisted, "employers_returned")
    assert (finding.cell, finding.found) == (None, "geen rij voor PV12")
    assert finding.message == "Voorbeeldprovincie 12 (PV12) heeft geen realisatie opgegeven (geen rij voor PV12)."


def test_a_finding_without_a_sheet_or_cell_says_none_rather_than_a_word(special: Special) -> None:
    [finding] = failures(special.blank_sheet, "sheets_known")
    assert (finding.sheet, finding.cell) == (None, None)
    assert "None" not in finding.message
    assert "nan" not in finding.message


def test_a_return_that_says_nothing_holds_nothing(special: Special) -> None:
    assert {one.outcome for one in special.nothing.rule_results} == {Outcome.NOT_EVALUABLE}
    assert len(special.nothing.rule_results) == len(rules_within())


def test_of_a_return_with_personal_data_nothing_else_is_told() -> None:
    told = reading(
        place("personal", Problem.PERSONAL_DATA, cell="K7"),
        observation(unit="fte"),
        figure("realised_jobs", "-2"),
        figure("realised_jobs", "10", role=Role.REPEATED, record="elders"),
        required=("target_jobs",),
        sector="provincies",
    )
    [judged] = validate([told], REFERENCE)
    assert [(one.rule, one.cell, one.outcome) for one in judged.findings] == [("no_personal_data", "K7", Outcome.FAILS)]
    assert judged.status is SubmissionStatus.REJECTED


@pytest.mark.parametrize("number", ["111222333", "111.222.333", 111222333])
def test_a_citizen_service_number_in_a_workbook_is_the_only_finding_and_is_not_repeated(number: object) -> None:
    # 9×1 + 8×1 + 7×1 + 6×2 + 5×2 + 4×2 + 3×3 + 2×3 - 3 = 66 = 6 × 11; beside it a goal that is no number
    content = with_cells(POLITIE, {"R11": number, "D10": "onzin", "A20": "Personeelsnummer"})
    [judged] = validate([read(content)], REFERENCE)
    assert {one.rule for one in judged.findings} == {"no_personal_data"}
    assert [(one.cell, one.found) for one in judged.findings] == [
        ("R11", "een nummer dat een burgerservicenummer kan zijn"),
        ("A20", "een kop boven persoonsgegevens («Personeelsnummer»)"),
    ]
    assert "222" not in repr(judged.findings)
    assert judged.status is SubmissionStatus.REJECTED


def test_each_return_gets_only_its_own_findings() -> None:
    first, second = validate(
        [reading(observation(unit="fte", cell="A1")), reading(figure("realised_jobs", "-2", cell="B2"))], REFERENCE
    )
    assert [(finding.rule, finding.cell) for finding in first.failures] == [("unit_of_measure", "A1")]
    assert [(finding.rule, finding.cell) for finding in second.failures] == [("not_negative", "B2")]


@pytest.mark.parametrize("rule", RULES)
def test_no_message_has_a_place_holder_left(outcomes: dict[tuple[str, str], Validation], rule: str) -> None:
    place_holders = {
        "{" + column + "}" for column in ("found", "expected", "measure_nl", "subject_nl", "unit", "status")
    }
    for which in ("holds", "fails", "unsure"):
        for finding in outcomes[rule, which].findings:
            assert finding.message
            assert not [one for one in place_holders if one in finding.message]


def test_a_value_is_compared_as_an_exact_decimal() -> None:
    least = Decimal("-1E-10")
    judged, at_zero = validate(
        [reading(observation(value=least)), reading(observation(value=Decimal("0E-10")))], REFERENCE
    )
    assert failures(judged, "not_negative")
    assert not failures(at_zero, "not_negative")
