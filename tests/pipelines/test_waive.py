"""Waivers from end to end: given on the command line, carried by findings, and loud when they stop working."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.pipelines.runs import DataFolders, Said, banenafspraak, files, once, put
from tests.returns.workbooks import MBO, POLITIE, with_cells

RULE = "stated_percentage_follows"
COLUMNS = (
    "waiver", "rule", "sector_code", "period", "sheet", "cell", "expect", "requested_by", "approved_by", "reason",
    "granted_on", "expires_on",
)  # fmt: skip
# 36 of 51 schools are known and 60 % must be; ten fewer is 27 of 51.
TOO_FEW = dict.fromkeys(("D5", "D6", "D7", "D8", "D11", "D12", "D13", "D15", "D16", "D17"), "n.b.")


def _waive(*words: str, rule: str = RULE, sector: str = "politie", by: str = "J. Jansen", **options: str) -> Said:
    chosen = {"approved-by": "P. de Vries", "reason": "bekend", "expires": "2099-12-31", **options}
    told = [text for name, value in chosen.items() for text in (f"--{name.replace('_', '-')}", value)]
    return banenafspraak("waive", rule, sector, "2024", "--requested-by", by, *told, *words)


def _rows(data: DataFolders) -> list[dict[str, str]]:
    with data.storage.waivers.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, **changes: str) -> None:
    """The file of waivers, written by hand: one waiver of the percentage of the police."""
    row = dict(zip(COLUMNS, ("W001", RULE, "politie", "2024", "Overzicht", "P15", "68,4%", "J. Jansen", "P. de Vries",
                             "bekend", "2020-01-01", "2099-12-31"), strict=True)) | changes  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerow(row)


def _states(data: DataFolders) -> list[tuple[object, ...]]:
    return data.query("SELECT waiver, state FROM audit.waiver")


def _of_percentage(data: DataFolders) -> list[tuple[object, ...]]:
    return data.query(
        f"SELECT submission_id, found, waiver FROM audit.finding WHERE rule = '{RULE}' AND outcome = 'fails' ORDER BY 1"
    )


def _stopped(data: DataFolders) -> list[tuple[object, ...]]:
    return data.query(
        "SELECT sector_code, period, sheet, cell FROM audit.finding WHERE rule = 'waivers_hold' AND outcome = 'fails'"
    )


def test_a_waived_finding_carries_its_waiver_until_another_value_is_accepted(police: DataFolders) -> None:
    assert _of_percentage(police) == [("politie-2024-v1", "68,4%", None)]
    said = _waive(sheet="Overzicht", cell="P15")
    assert said.code == 0, said.err
    assert "W001" in said.out
    (row,) = _rows(police)
    assert (row["waiver"], row["expect"], row["requested_by"], row["approved_by"], row["expires_on"]) == (
        "W001", "68,4%", "J. Jansen", "P. de Vries", "2099-12-31",
    )  # fmt: skip
    assert banenafspraak("run").code == 0
    assert _states(police) == [("W001", "active")]
    assert _of_percentage(police) == [("politie-2024-v1", "68,4%", "W001")]
    assert _stopped(police) == []
    assert banenafspraak("verify").code == 0

    police.take({"anders.xlsx": with_cells(POLITIE, {"P15": "68,3%"})})
    assert _states(police) == [("W001", "active")]
    police.accept("politie-2024-v2")
    assert _of_percentage(police) == [("politie-2024-v1", "68,4%", None), ("politie-2024-v2", "68,3%", None)]
    assert _states(police) == [("W001", "value_changed")]
    assert _stopped(police) == [("politie", "2024", "Overzicht", "P15")]


def test_an_expired_waiver_no_longer_works_and_a_run_says_so(police: DataFolders) -> None:
    _write(police.storage.waivers, expires_on="2020-12-31")
    said = banenafspraak("run")
    assert said.code == 0
    assert "31-12-2020" in said.out
    assert (_states(police), _stopped(police)) == ([("W001", "expired")], [("politie", "2024", "Overzicht", "P15")])
    assert _of_percentage(police) == [("politie-2024-v1", "68,4%", None)]
    (told,) = (
        finding
        for finding in banenafspraak("run", "--json").json["findings_across_returns"]
        if finding["rule"] == "waivers_hold"
    )
    assert (told["sector_code"], told["cell"]) == ("politie", "P15")


def test_a_waiver_of_what_no_longer_fails_is_told_to_be_removed(police: DataFolders) -> None:
    _write(police.storage.waivers, cell="O15")
    police.run()
    assert _states(police) == [("W001", "not_needed")]
    assert len(_stopped(police)) == 1


REFUSED: dict[str, tuple[dict[str, str], str]] = {
    "approved by the requester": ({"by": " p. de  VRIES"}, "P. de Vries"),
    "nobody asks": ({"by": " "}, "requests"),
    "no reason": ({"reason": " "}, "reason"),
    "a rule that cannot be waived": ({"rule": "headers_known"}, "can be waived"),
    "no rule": ({"rule": "nonsense"}, "nonsense"),
    "it does not fail there": ({"sheet": "Overzicht", "cell": "D15"}, "Overzicht!P15=68,4%"),
    "it expects another value": ({"expect": "68,5%"}, "68,4%"),
    "it would never work": ({"expires": "2020-12-31"}, "2020-12-31"),
    "no such return": ({"sector": "mbo"}, "nothing to waive"),
}


@pytest.mark.parametrize(("options", "told"), REFUSED.values(), ids=REFUSED.keys())
def test_a_waiver_that_is_no_good_is_refused_and_not_written(
    police: DataFolders, options: dict[str, str], told: str
) -> None:
    before = police.on_disk()
    said = _waive(**options)
    assert (said.code, told in " ".join(said.err.split()), "Traceback" in said.err) == (2, True, False)
    assert not police.storage.waivers.exists()
    assert police.on_disk() == before


BAD_FILES = {
    "self-approved": {"approved_by": "j. jansen"},
    "no such rule": {"rule": "nonsense"},
    "not waivable": {"rule": "headers_known"},
    "no date": {"expires_on": "eind 2026"},
    "no number": {"waiver": "eerste"},
}


@pytest.mark.parametrize("changes", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_bad_line_in_the_file_is_named_and_nothing_is_published(police: DataFolders, changes: dict[str, str]) -> None:
    _write(police.storage.waivers, **changes)
    before = police.on_disk()
    for command in ("run", "verify"):
        said = banenafspraak(command)
        assert (said.code, "Line 2 of" in said.err, "Traceback" in said.err) == (2, True, False)
    assert {path: seen[0] for path, seen in police.on_disk().items()} == {p: seen[0] for p, seen in before.items()}


# -- an error that is waived -------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def too_few_once(police_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    """The police return, and one of the mbo with too few schools: rejected."""

    def make(data: DataFolders) -> None:
        police_once.copy_to(data)
        data.take({"mbo.xlsx": with_cells(MBO, dict(TOO_FEW))})

    return once(tmp_path_factory, "too_few", make)


@pytest.fixture
def too_few(data: DataFolders, too_few_once: DataFolders) -> DataFolders:
    too_few_once.copy_to(data)
    return data


def test_a_return_with_too_few_employers_is_accepted_by_rereading_once_that_is_waived(too_few: DataFolders) -> None:
    assert too_few.submissions()["mbo-2024-v1"] == "rejected"
    said = _waive(rule="coverage_at_least", sector="mbo")
    assert said.code == 0, said.err
    assert "reread" in said.out
    assert banenafspraak("reread").code == 0
    assert too_few.submissions()["mbo-2024-v1"] == "accepted_with_findings"
    assert too_few.realised()["mbo", "2024"] == 706
    found = too_few.query("SELECT severity, waiver FROM audit.finding WHERE rule = 'coverage_at_least'")
    assert found == [("error", "W001")]
    assert banenafspraak("verify").code == 0


def test_check_judges_with_the_waivers_too(too_few: DataFolders, tmp_path: Path) -> None:
    path = put(tmp_path / "given", {"mbo.xlsx": with_cells(MBO, dict(TOO_FEW))}) / "mbo.xlsx"
    assert banenafspraak("check", path).code == 1
    assert _waive(rule="coverage_at_least", sector="mbo").code == 0
    said = banenafspraak("check", "--json", path)
    assert (said.code, said.json["files"][0]["outcome"]) == (0, "accepted_with_findings")


def test_when_the_waiver_of_an_accepted_return_expires_that_is_told_and_the_return_stands(
    too_few: DataFolders,
) -> None:
    assert _waive(rule="coverage_at_least", sector="mbo").code == 0
    too_few.reread()
    text = too_few.storage.waivers.read_text(encoding="utf-8")
    (granted,) = {row["granted_on"] for row in _rows(too_few)}
    too_few.storage.waivers.write_text(
        text.replace("2099-12-31", "2020-12-31").replace(granted, "2020-01-01"), encoding="utf-8"
    )
    assert "31-12-2020" in banenafspraak("run").out
    assert too_few.submissions()["mbo-2024-v1"] == "accepted_with_findings"
    assert [row[0] for row in _stopped(too_few)] == ["mbo"]
    assert banenafspraak("verify").code == 0
    banenafspraak("reread")
    assert too_few.submissions()["mbo-2024-v1"] == "accepted_with_findings"
    assert too_few.realised()["mbo", "2024"] == 706
    assert banenafspraak("verify").code == 0


def test_the_same_finding_elsewhere_is_not_waived(too_few: DataFolders) -> None:
    """A waiver is of one sector and period: that of the mbo over 2023 says nothing of 2024."""
    _write(too_few.storage.waivers, rule="coverage_at_least", sector_code="mbo", period="2023", sheet="", cell="")
    banenafspraak("reread")
    assert too_few.submissions()["mbo-2024-v1"] == "rejected"


def test_waivers_are_numbered_on_and_kept(police: DataFolders) -> None:
    police.take(files(MBO))
    assert _waive().code == 0
    first = _rows(police)
    assert _waive(rule="employers_returned", sector="mbo", reason="een komma, en «meer»").code == 0
    assert [row["waiver"] for row in _rows(police)] == ["W001", "W002"]
    assert _rows(police)[0] == first[0]
    banenafspraak("run")
    waived = police.query("SELECT waiver, count(*) FROM audit.finding WHERE waiver IS NOT NULL GROUP BY ALL ORDER BY 1")
    assert waived == [("W001", 1), ("W002", 14)]
