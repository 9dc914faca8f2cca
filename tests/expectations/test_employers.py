"""Who is in a return: employers that are expected, that no longer exist, and whether there are enough of them.

The least share per sector is that of `expectations/limits.csv`, typed over by hand.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from expectations.validate import Validation, validate
from tests.expectations.readings import changed_reference, employer, failures, figure, reading, result
from warehouse.records import Level, Observation, Outcome, Reading, Role, SubmissionStatus
from warehouse.reference import Reference

HOLDS, FAILS, UNSURE = Outcome.HOLDS, Outcome.FAILS, Outcome.NOT_EVALUABLE
LEAST, MOST = "coverage_at_least", "coverage_at_most"
INSTITUTES = "onderzoeksinstellingen"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """Our reference data, in which one research institute ended and another began."""
    return changed_reference(tmp_path_factory.mktemp("employers") / "reference")


def _institutes(period: str, *codes: str) -> Reading:
    """A return of these research institutes, each with a realisation."""
    rows = [employer(code, "realised_jobs", "8", period=period) for code in codes]
    return reading(*rows, sector=INSTITUTES, period=period)


class Lists(NamedTuple):
    """Employers that the rule says do not exist, and that the rule says have not returned."""

    invalid: list[str]
    missing: list[str]


def _lists(validation: Validation) -> Lists:
    """By name, as the sender reads it."""

    def named(rule: str) -> list[str]:
        return [finding.message.split(" (")[0] for finding in failures(validation, rule)]

    return Lists(named("employer_valid"), named("employers_returned"))


# Institute II ended on the last day of 2023 and III began on the first of July 2024.
@pytest.mark.parametrize(
    ("period", "codes", "expected"),
    [
        ("2023", ("OI-1", "OI-2"), Lists([], [])),
        ("2023", ("OI-1",), Lists([], ["Voorbeeldinstituut II"])),
        ("2023", ("OI-1", "OI-2", "OI-3"), Lists(["Werkgever OI-3"], [])),
        ("2024H1", ("OI-1",), Lists([], [])),
        ("2024H1", ("OI-1", "OI-2", "OI-3"), Lists(["Werkgever OI-2", "Werkgever OI-3"], [])),
        ("2024Q3", ("OI-1",), Lists([], ["Voorbeeldinstituut III"])),
        ("2024", ("OI-1", "OI-3"), Lists([], [])),
        ("2024", ("OI-3",), Lists([], ["Voorbeeldinstituut I"])),
    ],
)
def test_an_employer_is_expected_as_long_as_it_exists_and_no_longer(
    reference: Reference, period: str, codes: tuple[str, ...], expected: Lists
) -> None:
    [judged] = validate([_institutes(period, *codes)], reference)
    assert _lists(judged) == expected


def test_a_day_decides(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The last day of an employer, and the first, are days on which it exists."""
    dates = {
        "employers": {
            "OI-2,Voorbeeldinstituut II,employer,,,,,": "OI-2,Voorbeeldinstituut II,employer,,,2024-12-30,OI-1,",
            "OI-3,Voorbeeldinstituut III,employer,,,,,": "OI-3,Voorbeeldinstituut III,employer,,2024-12-31,,,",
        }
    }
    listed = changed_reference(tmp_path_factory.mktemp("a day") / "reference", dates)
    [judged] = validate([_institutes("2024", "OI-1", "OI-2", "OI-3")], listed)
    assert _lists(judged) == Lists(["Werkgever OI-2"], [])


def test_one_that_is_not_yet_there_says_from_when(reference: Reference) -> None:
    [judged] = validate([_institutes("2023", "OI-3")], reference)
    [finding] = failures(judged, "employer_valid")
    assert finding.cell == "DOI-3"
    assert finding.message.endswith("bestaat op de peildatum niet: bestaat vanaf 01-07-2024.")


def test_an_employer_that_nobody_knows_is_not_also_one_that_does_not_exist(reference: Reference) -> None:
    [judged] = validate([_institutes("2024", "OI-1", "OI-3", "OI-9")], reference)
    assert failures(judged, "employer_known")
    counts = result(judged, "employer_valid")
    assert (counts.outcome, counts.places_checked) == (HOLDS, 2)


class Covered(NamedTuple):
    """A return, and what comes of the least and the most employers there can be."""

    reading: Reading
    least: Outcome
    most: Outcome


def _return(sector: str, returned: int, *others: Observation, survey: bool = False) -> Reading:
    """A return of a sector in which so many employers have a realisation."""
    rows = [employer(f"W{n}", "realised_jobs", "8", survey=survey) for n in range(returned)]
    return reading(*rows, *others, sector=sector)


COVERAGE = {
    # 90% of 14 departments is 12.6
    "rijk, enough": Covered(_return("rijk", 13), HOLDS, HOLDS),
    "rijk, too few": Covered(_return("rijk", 12), FAILS, HOLDS),
    # 80% of 21 is 16.8; 60% of 3 is 1.8
    "waterschappen, enough": Covered(_return("waterschappen", 17), HOLDS, HOLDS),
    "waterschappen, too few": Covered(_return("waterschappen", 16), FAILS, HOLDS),
    "institutes, enough": Covered(_return(INSTITUTES, 2), HOLDS, HOLDS),
    "institutes, too few": Covered(_return(INSTITUTES, 1), FAILS, HOLDS),
    # 40% of 880 boards is 352 exactly
    "po, exactly enough": Covered(_return("po", 352, survey=True), HOLDS, HOLDS),
    "po, one too few": Covered(_return("po", 351, survey=True), FAILS, HOLDS),
    "institutes, all": Covered(_return(INSTITUTES, 3), HOLDS, HOLDS),
    "institutes, more than there are": Covered(_return(INSTITUTES, 4), HOLDS, FAILS),
    # 50% of a stated population of 9 is 4.5, whatever the list says
    "the population stated goes first": Covered(_return("vo", 5, figure("population", "9")), HOLDS, HOLDS),
    "too few of the population stated": Covered(_return("vo", 4, figure("population", "9")), FAILS, HOLDS),
    "more than the population stated": Covered(_return("vo", 10, figure("population", "9")), HOLDS, FAILS),
    "a population that is not known": Covered(_return("vo", 139, figure("population", None)), FAILS, HOLDS),
    "the population of last year": Covered(_return("vo", 9, figure("population", "9", period="2023")), FAILS, HOLDS),
    "nought is a realisation": Covered(_return(INSTITUTES, 1, employer("OI-1", "realised_jobs", "0")), HOLDS, HOLDS),
    "not known is none": Covered(_return(INSTITUTES, 1, employer("OI-1", "realised_jobs", None)), FAILS, HOLDS),
    "a goal is no realisation": Covered(_return(INSTITUTES, 1, employer("OI-1", "target_jobs", "8")), FAILS, HOLDS),
    "a repeated one does not count": Covered(
        _return(INSTITUTES, 1, employer("OI-1", "realised_jobs", "8", role=Role.REPEATED)), FAILS, HOLDS
    ),
    "a unit does not count": Covered(
        _return(INSTITUTES, 1, employer("OI-1", "realised_jobs", "8", level=Level.UNIT)), FAILS, HOLDS
    ),
    "one of last year does not count": Covered(
        _return(INSTITUTES, 1, employer("OI-1", "realised_jobs", "8", period="2023")), FAILS, HOLDS
    ),
    "nobody": Covered(_return(INSTITUTES, 0, figure("realised_jobs", "8")), FAILS, HOLDS),
    "nobody knows how many there are": Covered(_return("hbo", 30), UNSURE, UNSURE),
    "a national series has no employers": Covered(_return("landelijk", 1), UNSURE, UNSURE),
}


@pytest.fixture(scope="module")
def covered(reference: Reference) -> dict[str, Validation]:
    """All returns, judged in one go."""
    return dict(zip(COVERAGE, validate([one.reading for one in COVERAGE.values()], reference), strict=True))


@pytest.mark.parametrize("name", COVERAGE)
def test_how_complete_a_return_is(covered: dict[str, Validation], name: str) -> None:
    outcomes = [result(covered[name], rule).outcome for rule in (LEAST, MOST)]
    assert outcomes == [COVERAGE[name].least, COVERAGE[name].most]


def test_too_few_employers_reject_a_return_and_too_many_do_not(covered: dict[str, Validation]) -> None:
    assert covered["rijk, too few"].status is SubmissionStatus.REJECTED
    assert covered["institutes, more than there are"].status is SubmissionStatus.ACCEPTED_WITH_FINDINGS


def test_how_many_there_are_is_said_in_the_message(covered: dict[str, Validation]) -> None:
    [finding] = failures(covered["too few of the population stated"], LEAST)
    assert (finding.found, finding.expected) == ("4 van 9", "ten minste 50%")
    [finding] = failures(covered["more than the population stated"], MOST)
    assert (finding.found, finding.expected) == ("10 van 9", "ten hoogste 9")


def test_a_sector_without_a_limit_can_have_too_many_employers_but_not_too_few(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    fourteenth = {"sectors": {"onderzoeksinstellingen,": "veiligheidsregios,Veiligheidsregio's,sector,2,verzonnen\n"
                              "onderzoeksinstellingen,"}}  # fmt: skip
    listed = changed_reference(tmp_path_factory.mktemp("fourteenth") / "reference", fourteenth)
    [judged] = validate([_return("veiligheidsregios", 3)], listed)
    counts = result(judged, LEAST)
    assert (counts.outcome, counts.places_checked, counts.places_not_evaluable) == (UNSURE, 1, 1)
    assert [finding.found for finding in failures(judged, MOST)] == ["3 van 2"]
