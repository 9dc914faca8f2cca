"""Waivers: what one covers and until when, that it stops loudly, and which waivers are refused.

The findings are those of real returns: a percentage that does not follow, provinces without a realisation.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from expectations.catalogue import load_catalogue
from expectations.validate import Validation, validate
from expectations.waivers import Waiver, WaiverError, Waivers, WaiverState, add_waiver
from tests.expectations.readings import NOBODY_LISTED, REFERENCE, employer, failures, figure, reading, result
from warehouse.records import Finding, Outcome, Reading, Scope, Severity, SubmissionStatus

PERCENTAGE, COVERAGE, RETURNED = "stated_percentage_follows", "coverage_at_least", "employers_returned"
TODAY, LAST_DAY, DAY_AFTER = date(2025, 6, 1), date(2025, 12, 31), date(2026, 1, 1)
WAIVER = Waiver(
    waiver="W001",
    rule=PERCENTAGE,
    sector_code=NOBODY_LISTED,
    period="2024",
    sheet="Opgave",
    cell="H31",
    expect="56,6%",
    requested_by="A. Vermeer",
    approved_by="B. de Wit",
    reason="Zo gepubliceerd; de sector herstelt het volgend jaar.",
    granted_on=date(2025, 5, 1),
    expires_on=LAST_DAY,
)
OF_COVERAGE = replace(WAIVER, rule=COVERAGE, sector_code="provincies", sheet="", cell="", expect="9 van 12")
OF_RETURNED = replace(OF_COVERAGE, rule=RETURNED, expect="Opgave!DPV01=n.b.; Opgave!DPV02=n.b.")


def _percentages(stated: str) -> Reading:
    """329 of 552 is 59.6%, for the sector and for an employer that states 70%."""
    row = {"target_jobs": "552", "realised_jobs": "329"}
    return reading(
        *(figure(measure, shown) for measure, shown in row.items()),
        *(employer("1", measure, shown) for measure, shown in row.items()),
        figure("stated_pct", stated, cell="H31"),
        employer("1", "stated_pct", "70", cell="H7"),
    )


def _provinces(unknown: Sequence[str] = (), absent: Sequence[str] = (), least: str = "8") -> Reading:
    """The twelve provinces; of some the realisation is not known, and some have no row."""
    codes = [code for code in (f"PV{n:02}" for n in range(1, 13)) if code not in absent]
    rows = [employer(code, "realised_jobs", None if code in unknown else least) for code in codes]
    return reading(*rows, sector="provincies")


READINGS = {
    "wrong": _percentages("56.6"),
    "otherwise wrong": _percentages("56.7"),
    "mended": _percentages("59.6"),
    "unknown goal": reading(
        figure("target_jobs", None), figure("realised_jobs", "329"), figure("stated_pct", "56.6", cell="H31")
    ),
    "two unknown": _provinces(["PV01", "PV02"]),
    "one unknown": _provinces(["PV01"]),
    "three unknown": _provinces(["PV01", "PV02", "PV03"]),
    "two others unknown": _provinces(["PV01", "PV03"]),
    "four unknown": _provinces(["PV01", "PV02", "PV03", "PV04"]),
    "three unknown and a negative": _provinces(["PV01", "PV02", "PV03"], least="-8"),
    "two absent": _provinces(absent=["PV01", "PV02"]),
    "two others absent": _provinces(absent=["PV01", "PV03"]),
}


@pytest.fixture(scope="module")
def judged() -> dict[str, Validation]:
    """What the rules come to on these returns, before any waiver."""
    return dict(zip(READINGS, validate(list(READINGS.values()), REFERENCE), strict=True))


def _cover(judged: dict[str, Validation], name: str, *waivers: Waiver, today: date = TODAY) -> Validation:
    return Waivers(waivers).cover(judged[name], READINGS[name].identity, today)


def _covered(validation: Validation) -> list[tuple[str, str | None, str | None]]:
    return [(one.rule, one.cell, one.waiver) for one in validation.findings if one.waiver]


def _scope(name: str, sha256: str = "a1") -> Scope:
    identity = READINGS[name].identity
    assert identity is not None
    return Scope(sha256, f"{name}.xlsx", f"{sha256}-v1", identity.sector_code, identity.period)


def _states(
    judged: dict[str, Validation], waiver: Waiver, *names: str, today: date = TODAY
) -> tuple[WaiverState, list[tuple[Scope, Validation]]]:
    """How a waiver stands beside these returns, and what the rule about waivers comes to."""
    waivers = Waivers([waiver])
    scopes = [_scope(name, f"a{number}") for number, name in enumerate(names)]
    found = [(scope, one) for scope, name in zip(scopes, names, strict=True) for one in judged[name].findings]
    _, states = waivers.applied(found, today)
    return states[waiver.waiver], waivers.validate(states, scopes)


# -- what a waiver covers ----------------------------------------------------------------------------------------------


def test_a_waiver_covers_exactly_its_finding(judged: dict[str, Validation]) -> None:
    assert {one.cell for one in failures(judged["wrong"], PERCENTAGE)} == {"H31", "H7"}
    validation = _cover(judged, "wrong", WAIVER)
    assert _covered(validation) == [(PERCENTAGE, "H31", "W001")]
    assert [replace(one, waiver=None) for one in validation.findings] == judged["wrong"].findings
    assert validation.rule_results == judged["wrong"].rule_results


@pytest.mark.parametrize(
    "otherwise",
    [
        {"rule": "repeated_in_return"},
        {"sector_code": "overheid"},
        {"period": "2023"},
        {"sheet": "Blad2"},
        {"cell": "H32"},
        {"cell": ""},
        {"expect": "56,7%"},
        {"expect": ""},
        {"expires_on": date(2025, 5, 31)},
    ],
    ids=str,
)
def test_a_waiver_of_something_else_covers_nothing(judged: dict[str, Validation], otherwise: dict[str, Any]) -> None:
    assert not _covered(_cover(judged, "wrong", replace(WAIVER, **otherwise)))


def test_a_waiver_works_until_and_on_its_last_day(judged: dict[str, Validation]) -> None:
    assert _covered(_cover(judged, "wrong", WAIVER, today=LAST_DAY))
    assert not _covered(_cover(judged, "wrong", WAIVER, today=DAY_AFTER))


def test_each_finding_has_its_own_waiver(judged: dict[str, Validation]) -> None:
    other = replace(WAIVER, waiver="W002", cell="H7", expect="70%")
    assert set(_covered(_cover(judged, "wrong", other, WAIVER))) == {
        (PERCENTAGE, "H31", "W001"), (PERCENTAGE, "H7", "W002"),
    }  # fmt: skip


def test_what_could_not_be_evaluated_is_not_covered(judged: dict[str, Validation]) -> None:
    assert [one.outcome for one in judged["unknown goal"].findings] == [Outcome.NOT_EVALUABLE]
    assert not _covered(_cover(judged, "unknown goal", WAIVER))
    assert _states(judged, WAIVER, "unknown goal")[0] is WaiverState.NOT_NEEDED


def test_nothing_covers_a_file_that_nobody_recognised(judged: dict[str, Validation]) -> None:
    assert Waivers([WAIVER]).cover(judged["wrong"], None, TODAY) == judged["wrong"]


def test_a_waiver_that_no_longer_works_leaves_no_mark(judged: dict[str, Validation]) -> None:
    marked = [(_scope("wrong"), one) for one in _cover(judged, "wrong", WAIVER).findings]
    found, _ = Waivers([WAIVER]).applied(marked, DAY_AFTER)
    assert [one for _, one in found] == judged["wrong"].findings


# -- an error that may be waived ---------------------------------------------------------------------------------------


def test_a_covered_error_does_not_reject_the_return(judged: dict[str, Validation]) -> None:
    assert judged["three unknown"].status is SubmissionStatus.REJECTED
    validation = _cover(judged, "three unknown", OF_COVERAGE)
    assert _covered(validation) == [(COVERAGE, None, "W001")]
    assert validation.status is SubmissionStatus.ACCEPTED_WITH_FINDINGS


@pytest.mark.parametrize(("name", "today"), [("four unknown", TODAY), ("three unknown", DAY_AFTER)])
def test_it_does_when_the_value_changed_or_the_date_passed(
    judged: dict[str, Validation], name: str, today: date
) -> None:
    assert _cover(judged, name, OF_COVERAGE, today=today).status is SubmissionStatus.REJECTED


def test_another_error_still_rejects_it(judged: dict[str, Validation]) -> None:
    validation = _cover(judged, "three unknown and a negative", OF_COVERAGE)
    assert _covered(validation) == [(COVERAGE, None, "W001")]
    assert validation.status is SubmissionStatus.REJECTED


# -- a whole return ----------------------------------------------------------------------------------------------------


def test_a_waiver_of_a_whole_return_covers_every_place_with_its_value(judged: dict[str, Validation]) -> None:
    assert _covered(_cover(judged, "two unknown", OF_RETURNED)) == [
        (RETURNED, "DPV01", "W001"), (RETURNED, "DPV02", "W001"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["one unknown", "three unknown", "two others unknown"])
def test_one_place_more_or_less_or_another_ends_it(judged: dict[str, Validation], name: str) -> None:
    assert not _covered(_cover(judged, name, OF_RETURNED))
    assert _states(judged, OF_RETURNED, name)[0] is WaiverState.VALUE_CHANGED


def test_a_waiver_for_employers_without_a_row_does_not_cover_others(
    judged: dict[str, Validation], tmp_path: Path
) -> None:
    blank = replace(OF_RETURNED, expect="")
    given = add_waiver(tmp_path / "waivers.csv", blank, failures(judged["two absent"], RETURNED))
    assert len(_covered(_cover(judged, "two absent", given))) == 2
    assert not _covered(_cover(judged, "two others absent", given))


# -- how it stops ------------------------------------------------------------------------------------------------------

TITLE = "Het opgegeven percentage volgt uit realisatie en doel"
STOPPED = f"Ontheffing W001 van «{TITLE}» (landelijk 2024 Opgave H31) werkt niet meer: "


@pytest.mark.parametrize(
    ("name", "today", "state", "why"),
    [
        ("wrong", DAY_AFTER, WaiverState.EXPIRED, "verlopen na 31-12-2025."),
        ("otherwise wrong", TODAY, WaiverState.VALUE_CHANGED, "de waarde is niet meer «56,6%»."),
        ("otherwise wrong", DAY_AFTER, WaiverState.EXPIRED, "verlopen na 31-12-2025."),
        ("mended", TODAY, WaiverState.NOT_NEEDED, "er is niets meer dat zij dekt."),
    ],
)
def test_a_waiver_that_stops_working_is_a_finding_at_its_place(
    judged: dict[str, Validation], name: str, today: date, state: WaiverState, why: str
) -> None:
    found, [(scope, validation)] = _states(judged, WAIVER, name, today=today)
    assert (found, scope) == (state, _scope(name, "a0"))
    [finding] = validation.findings
    assert (finding.rule, finding.severity, finding.outcome) == ("waivers_hold", Severity.WARNING, Outcome.FAILS)
    assert (finding.sheet, finding.cell) == ("Opgave", "H31")
    assert finding.message == STOPPED + why
    assert result(validation, "waivers_hold").places_failed == 1


@pytest.mark.parametrize(
    ("name", "today", "state"),
    [
        ("wrong", TODAY, WaiverState.ACTIVE),
        ("wrong", LAST_DAY, WaiverState.ACTIVE),
        ("mended", DAY_AFTER, WaiverState.ENDED),
    ],
)
def test_a_waiver_that_works_or_has_ended_is_quiet(
    judged: dict[str, Validation], name: str, today: date, state: WaiverState
) -> None:
    found, [(_, validation)] = _states(judged, WAIVER, name, today=today)
    assert found is state
    counts = result(validation, "waivers_hold")
    assert (counts.outcome, counts.places_checked, validation.findings) == (Outcome.HOLDS, 1, [])


def test_a_return_without_waivers_cannot_be_judged_on_them(judged: dict[str, Validation]) -> None:
    elsewhere = replace(WAIVER, period="2023")
    _, validations = _states(judged, elsewhere, "wrong")
    by_period = {scope.period: (scope, validation) for scope, validation in validations}
    assert result(by_period["2024"][1], "waivers_hold").outcome is Outcome.NOT_EVALUABLE
    # the return that the waiver is about was never received
    scope, validation = by_period["2023"]
    assert scope == Scope(None, None, None, NOBODY_LISTED, "2023")
    assert result(validation, "waivers_hold").outcome is Outcome.FAILS


def test_a_version_that_no_longer_stands_says_nothing_about_a_waiver(judged: dict[str, Validation]) -> None:
    versions = {"a1": "wrong", "a2": "mended"}
    found = [(_scope(name, sha), one) for sha, name in versions.items() for one in judged[name].findings]
    assert Waivers([WAIVER]).applied(found, TODAY)[1] == {"W001": WaiverState.ACTIVE}
    assert Waivers([WAIVER]).applied(found, TODAY, gone={"a1"})[1] == {"W001": WaiverState.NOT_NEEDED}


def test_of_two_versions_the_one_with_the_expected_value_is_covered(judged: dict[str, Validation]) -> None:
    versions = {"a1": "wrong", "a2": "otherwise wrong"}
    found = [(_scope(name, sha), one) for sha, name in versions.items() for one in judged[name].findings]
    applied, states = Waivers([WAIVER]).applied(found, TODAY)
    assert states == {"W001": WaiverState.ACTIVE}
    assert [(scope.file_sha256, one.cell) for scope, one in applied if one.waiver] == [("a1", "H31")]


def test_the_fingerprint_changes_with_what_is_said_and_when_one_expires() -> None:
    today = Waivers([WAIVER]).fingerprint(TODAY)
    assert Waivers([WAIVER]).fingerprint(LAST_DAY) == today
    others = [
        Waivers([WAIVER]).fingerprint(DAY_AFTER),
        Waivers([replace(WAIVER, reason="anders")]).fingerprint(TODAY),
        Waivers().fingerprint(TODAY),
    ]
    assert today not in others


# -- giving one --------------------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of waivers that does not exist yet."""
    return tmp_path / "waivers.csv"


def _asked(**overrides: Any) -> Waiver:
    """A waiver as it is asked for: without its number, and without what it expects."""
    return replace(WAIVER, **{"waiver": "", "expect": "", **overrides})


def _at_fault(judged: dict[str, Validation]) -> list[Finding]:
    return failures(judged["wrong"], PERCENTAGE)


def test_a_waiver_is_numbered_expects_what_is_found_and_is_read_back(judged: dict[str, Validation], path: Path) -> None:
    first = add_waiver(path, _asked(), _at_fault(judged))
    assert first == WAIVER
    # a comma, quotes and an accent in the reason
    second = add_waiver(path, _asked(cell="H7", reason='Zie «brief», punt "3"; beëindigd'), _at_fault(judged))
    assert (second.waiver, second.expect) == ("W002", "70%")
    assert Waivers.load(path).waivers == (first, second)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == (
        "waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on"
    )
    assert lines[1] == (
        'W001,stated_percentage_follows,landelijk,2024,Opgave,H31,"56,6%",A. Vermeer,B. de Wit,'
        "Zo gepubliceerd; de sector herstelt het volgend jaar.,2025-05-01,2025-12-31"
    )
    assert len(lines) == 3


def test_what_a_sender_wrote_is_no_formula_in_the_file_and_covers_as_it_was_written(
    judged: dict[str, Validation], path: Path
) -> None:
    """People open the file in a spreadsheet program, and it holds names of sheets and what was found in a cell."""
    sheet, found = "=1+1", "'=HYPERLINK(0);@SUM(1)"
    (finding,) = [one for one in _at_fault(judged) if one.cell == "H31"]
    hostile = replace(finding, sheet=sheet, found=found)
    given = add_waiver(path, _asked(sheet=sheet, reason="-1 was +1\n=1"), [hostile])
    assert (given.expect, Waivers.load(path).waivers) == (found, (given,))
    with path.open(encoding="utf-8", newline="") as file:
        fields = [field for row in csv.reader(file) for field in row]
    assert [field for field in fields if re.search(r"(^|[;\n])[=+@-]", field)] == []
    again = add_waiver(path, _asked(cell="H7"), _at_fault(judged))
    assert Waivers.load(path).waivers == (given, again)


def test_the_next_number_follows_the_highest(judged: dict[str, Validation], path: Path) -> None:
    for cell in ("H31", "H7"):
        add_waiver(path, _asked(cell=cell), _at_fault(judged))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], lines[2], ""]), encoding="utf-8")
    assert add_waiver(path, _asked(), _at_fault(judged)).waiver == "W003"


def test_a_waiver_of_a_whole_return_expects_every_place(judged: dict[str, Validation], path: Path) -> None:
    given = add_waiver(path, replace(OF_RETURNED, expect=""), failures(judged["two unknown"], RETURNED))
    assert given.expect == "Opgave!DPV01=n.b.; Opgave!DPV02=n.b."
    assert _cover(judged, "two unknown", *Waivers.load(path).waivers).findings != judged["two unknown"].findings


def test_what_is_expected_may_be_said_when_it_is_what_is_found(judged: dict[str, Validation], path: Path) -> None:
    assert add_waiver(path, _asked(expect="56,6%"), _at_fault(judged)) == WAIVER


@pytest.mark.parametrize(
    ("overrides", "why"),
    [
        ({"approved_by": "A. Vermeer"}, "another person must"),
        ({"approved_by": "  a.  VERMEER "}, "another person must"),
        ({"approved_by": ""}, "who approves it"),
        ({"requested_by": "  "}, "who requests it"),
        ({"reason": " "}, "a reason"),
        ({"rule": "not_negative"}, "'not_negative' is no rule that can be waived"),
        ({"rule": "waivers_hold"}, "'waivers_hold' is no rule that can be waived"),
        ({"rule": "no_such_rule"}, "'no_such_rule' is no rule that can be waived"),
        ({"cell": "H32"}, r"nothing to waive\. It fails at: Opgave!H31=56,6%, Opgave!H7=70%\."),
        ({"expect": "56,7%"}, "expects «56,7%», but what is found is «56,6%»"),
        ({"expires_on": date(2025, 4, 30)}, "would never work"),
    ],
    ids=str,
)
def test_a_bad_waiver_is_refused_and_not_written(
    judged: dict[str, Validation], path: Path, overrides: dict[str, Any], why: str
) -> None:
    with pytest.raises(WaiverError, match=why):
        add_waiver(path, _asked(**overrides), _at_fault(judged))
    assert not path.exists()


def test_there_is_nothing_to_waive_in_a_return_that_is_right(judged: dict[str, Validation], path: Path) -> None:
    with pytest.raises(WaiverError, match="nothing to waive"):
        add_waiver(path, _asked(), [])
    [unsure] = judged["unknown goal"].findings
    with pytest.raises(WaiverError, match="nothing to waive"):
        add_waiver(path, _asked(), [unsure])


def test_of_the_errors_only_coverage_can_be_waived() -> None:
    waivable = {entry.id for entry in load_catalogue() if entry.severity is Severity.ERROR and entry.waivable}
    assert waivable == {COVERAGE}


# -- the file ----------------------------------------------------------------------------------------------------------

GOOD = (
    "waiver,rule,sector_code,period,sheet,cell,expect,requested_by,approved_by,reason,granted_on,expires_on\n"
    'W001,stated_percentage_follows,landelijk,2024,Opgave,H31,"56,6%",A. Vermeer,B. de Wit,nagevraagd,2025-05-01,'
    "2025-12-31\n"
)


def test_a_file_that_is_not_there_has_no_waivers(path: Path) -> None:
    assert Waivers.load(path).waivers == ()


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "as Excel saves it"])
def test_a_file_made_by_hand_is_read(path: Path, mark: str) -> None:
    path.write_text(mark + GOOD, encoding="utf-8")
    assert Waivers.load(path).waivers == (replace(WAIVER, reason="nagevraagd"),)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("B. de Wit", "a.  vermeer"),
        ("stated_percentage_follows", "not_negative"),
        ("2025-12-31", "31-12-2025"),
        ("nagevraagd", ""),
        (",2025-12-31", ""),
        (",2025-12-31", ",2025-12-31,nog iets"),
        ("W002", "ontheffing 2"),
    ],
)
def test_a_damaged_line_is_named_with_its_file(path: Path, old: str, new: str) -> None:
    second = GOOD.splitlines()[1].replace("W001", "W002")
    assert old in second
    path.write_text(f"{GOOD}{second.replace(old, new)}\n", encoding="utf-8")
    with pytest.raises(WaiverError, match=rf"Line 3 of .*{path.name} is not a good waiver"):
        Waivers.load(path)


def test_a_file_without_one_of_the_columns_is_refused(path: Path) -> None:
    path.write_text(GOOD.replace("approved_by,", "").replace("B. de Wit,", ""), encoding="utf-8")
    with pytest.raises(WaiverError, match="Line 2"):
        Waivers.load(path)


def test_two_waivers_with_one_number_are_refused(path: Path) -> None:
    path.write_text(GOOD + GOOD.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(WaiverError, match="W001"):
        Waivers.load(path)


def test_a_damaged_file_is_not_written_over(judged: dict[str, Validation], path: Path) -> None:
    damaged = GOOD.replace("2025-12-31", "ooit")
    path.write_text(damaged, encoding="utf-8")
    with pytest.raises(WaiverError, match="Line 2"):
        add_waiver(path, _asked(), _at_fault(judged))
    assert path.read_text(encoding="utf-8") == damaged


def test_the_waivers_of_the_project_are_good() -> None:
    assert Waivers.load(Path(__file__).parents[2] / "expectations" / "waivers.csv") is not None
