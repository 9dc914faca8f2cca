"""A return with personal data: kept apart, told nowhere, purged by a named person, and gone from then on.

Seeing such data in a workbook is `tests/returns/test_personal.py`; who can read which folder is `test_access.py`.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from assets.intake.arrivals import look_again
from assets.returns import read, side_by_side
from assets.returns.packed import PackedReading, pack
from assets.returns.side_by_side import Document
from assets.returns.workbook import Workbook, WorkbookError
from tests.pipelines.runs import POLITIE_490, DataFolders, banenafspraak, once, put
from tests.pipelines.written import texts
from tests.returns.filled import employer_workbooks, filled
from tests.returns.workbooks import POLITIE, book_of, first_sheet, sample, saved, with_cells
from warehouse.records import Problem

NUMBER, OTHER = "123456782", "111222333"
"""Both pass the eleven-test: 154 = 14 × 11 and 66 = 6 × 11."""
NAME = f"opgave politie {NUMBER} (J. Jansen).xlsx"
TOLD_NAME = "opgave politie nummer-weggelaten (J. Jansen).xlsx"
PURGE = ("--by", "A. Vermeer", "--reason", "op verzoek van de afzender")


@dataclass(frozen=True)
class Sent:
    """A workbook that was sent."""

    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def _with_persons() -> bytes:
    """The police return with numbers of persons as text, number and date, in a note, hidden, and as name of a sheet."""
    book = book_of(POLITIE)
    sheet = first_sheet(book)
    sheet["T30"], sheet["T31"], sheet["T32"] = f"BSN 1234.56.782 en {OTHER}", int(NUMBER), int(OTHER)
    sheet["T32"].number_format = "dd-mm-yyyy"
    sheet["D11"].comment = Comment(f"zie {NUMBER}", "politie")
    hidden = book.create_sheet(f"lijst {OTHER}")
    hidden["A1"], hidden["A2"] = "Geboortedatum", date(1990, 1, 2)
    hidden.sheet_state = "veryHidden"
    return saved(book)


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """The same bytes for all processes of a test session: a workbook has other ones each time it is saved."""
    data = once(tmp_path_factory, "sent", lambda data: put(data.raw, {"sent.xlsx": _with_persons()}))
    return Sent((data.raw / "sent.xlsx").read_bytes())


def told_in(text: str) -> list[str]:
    """The numbers of persons in a text, however they are written."""
    bare = re.sub(r"[\s._-]", "", text)
    return [number for number in (NUMBER, OTHER) if number in bare]


def told_on_disk(data: DataFolders) -> list[str]:
    """The files that tell a number of a person, or are called after one; without those in quarantine."""
    found = {name for folder in (data.raw, data.warehouse) for name, text in texts(folder) if told_in(text)}
    return sorted(name for name in found if not name.startswith("quarantine/"))


def events(data: DataFolders, *kinds: str) -> list[dict[str, str]]:
    lines = [json.loads(line) for line in data.storage.ledger.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line["event"] in kinds]


@pytest.fixture(scope="session")
def persons_once(police_once: DataFolders, sent: Sent, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    def make(data: DataFolders) -> None:
        police_once.copy_to(data)
        data.take({NAME: sent.content})

    return once(tmp_path_factory, "persons", make)


@pytest.fixture
def persons(data: DataFolders, persons_once: DataFolders) -> DataFolders:
    """The police return of 2024 is in, and a second one with personal data is in quarantine."""
    persons_once.copy_to(data)
    return data


@pytest.fixture(scope="session")
def purged_once(persons_once: DataFolders, sent: Sent, tmp_path_factory: pytest.TempPathFactory) -> DataFolders:
    def make(data: DataFolders) -> None:
        persons_once.copy_to(data)
        assert banenafspraak("purge", sent.sha256, *PURGE, *data.options).code == 0

    return once(tmp_path_factory, "purged", make)


@pytest.fixture
def purged(data: DataFolders, purged_once: DataFolders) -> DataFolders:
    """The same, and a person had the file removed."""
    purged_once.copy_to(data)
    return data


# -- kept apart --------------------------------------------------------------------------------------------------------


def test_it_is_refused_and_kept_apart_and_nothing_else_tells_a_number(police: DataFolders, sent: Sent) -> None:
    before = police.realised()
    police.drop({NAME: sent.content})
    said = banenafspraak("run", *police.options)
    assert said.code == 1
    assert told_in(said.out + said.err) == []
    assert TOLD_NAME in " ".join(said.out.split())
    assert police.storage.quarantined(sent.sha256).read_bytes() == sent.content
    assert not police.storage.archived(sent.sha256).exists()
    assert not police.storage.sidecar(sent.sha256).exists()
    assert list(police.storage.inbox.iterdir()) == []
    assert [event["sha256"] for event in events(police, "quarantined")] == [sent.sha256]
    assert told_on_disk(police) == []
    assert (police.realised(), police.submissions()["politie-2024-v2"]) == (before, "rejected")


def test_where_the_numbers_stand_is_told(persons: DataFolders, sent: Sent) -> None:
    rows = persons.query(f"SELECT sheet, cell FROM audit.finding WHERE file_sha256 = '{sent.sha256}' ORDER BY ALL")
    sheet = first_sheet(book_of(POLITIE)).title
    assert rows == [(sheet, "D11"), (sheet, "T30"), (sheet, "T31"), (None, "A1"), (None, None)]


def test_verify_accepts_it_and_every_other_command_tells_no_number(
    persons: DataFolders, tmp_path: Path, sent: Sent
) -> None:
    put(tmp_path / "sent", {NAME: sent.content})
    said = [
        banenafspraak("verify", *persons.options),
        banenafspraak("status", *persons.options),
        banenafspraak("sql", "FROM audit.file", *persons.options),
        banenafspraak("reread", "--json", *persons.options),
        banenafspraak(
            "check", tmp_path / "sent" / NAME, "--annotate", "--output", tmp_path / "copies", *persons.options
        ),
        banenafspraak("purge", "nooit gezien.xlsx", *PURGE, *persons.options),
    ]
    assert [one.code for one in said] == [0, 0, 0, 1, 1, 2]
    assert told_in("".join(one.out + one.err for one in said)) == []
    assert not (tmp_path / "copies").exists()
    assert told_on_disk(persons) == []


def test_a_number_in_the_name_of_a_clean_return_is_left_out_and_the_return_is_taken_in(data: DataFolders) -> None:
    data.take({f"politie-{NUMBER[:3]}.{NUMBER[3:6]}.{NUMBER[6:]}.xlsx": sample(POLITIE)})
    data.take({f"nog eens {OTHER}.xlsx": sample(POLITIE)})
    assert data.query("SELECT file_name, other_names, outcome, quarantined FROM audit.file") == [
        ("politie-nummer-weggelaten.xlsx", "nog eens nummer-weggelaten.xlsx", "accepted_with_findings", False)
    ]
    assert told_on_disk(data) == []


def test_an_annotated_copy_is_not_called_after_a_number(data: DataFolders, tmp_path: Path) -> None:
    (tmp_path / f"{NUMBER}.xlsx").write_bytes(sample(POLITIE))
    said = banenafspraak("check", tmp_path / f"{NUMBER}.xlsx", "--annotate", "--output", tmp_path / "copies", "--json")
    assert said.json["files"][0]["file"] == "nummer-weggelaten.xlsx"
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["nummer-weggelaten - bevindingen.xlsx"]


def test_what_the_sensor_remembers_of_the_inbox_holds_no_name(data: DataFolders, sent: Sent) -> None:
    data.drop({NAME: sent.content})
    assert told_in(repr(look_again(data.storage.inbox, {}))) == []


def test_a_file_that_nobody_recognises_is_kept_apart_too(police: DataFolders) -> None:
    book = openpyxl.Workbook()
    first_sheet(book)["A1"] = f"BSN {NUMBER}"
    content = saved(book)
    police.take({"lijst.xlsx": content})
    assert police.storage.quarantined(hashlib.sha256(content).hexdigest()).exists()
    assert police.query("SELECT outcome, quarantined FROM audit.file WHERE file_name = 'lijst.xlsx'") == [
        ("rejected", True)
    ]
    assert banenafspraak("verify", *police.options).code == 0


def test_the_same_file_again_is_kept_apart_again_and_never_archived(persons: DataFolders, sent: Sent) -> None:
    persons.take({"nog eens.xlsx": sent.content})
    assert not persons.storage.archived(sent.sha256).exists()
    assert persons.query(f"SELECT other_names FROM audit.file WHERE file_sha256 = '{sent.sha256}'") == [
        ("nog eens.xlsx",)
    ]


# -- purged ------------------------------------------------------------------------------------------------------------


def test_a_purge_leaves_hash_name_reason_and_moment_and_verify_accepts_the_gap(
    persons: DataFolders, sent: Sent
) -> None:
    before = persons.realised()
    said = banenafspraak("purge", NAME, *PURGE, *persons.options)  # by the name as it was sent
    assert (said.code, said.err, told_in(said.out)) == (0, "", [])
    assert list(persons.storage.quarantine.iterdir()) == []
    [event] = events(persons, "purged")
    assert (event["sha256"], event["decided_by"], event["reason"]) == (sent.sha256, PURGE[1], PURGE[3])
    rows = persons.query("SELECT file_sha256, purged_by, purged_because FROM audit.file WHERE purged_at IS NOT NULL")
    assert rows == [(sent.sha256, PURGE[1], PURGE[3])]
    assert persons.realised() == before
    said = banenafspraak("verify", *persons.options)
    assert (said.code, "1 files against their checksums; 1 more purged" in said.out) == (0, True)
    found = banenafspraak("verify", "--json", *persons.options).json
    assert (found["files"], found["purged"]) == (1, 1)
    [page] = [
        path for path in persons.warehouse.glob("reports/*/opgave-politie-2024-v2.html") if PURGE[3] in path.read_text()
    ]
    assert "Gewist door" in page.read_text(encoding="utf-8")


def test_after_a_purge_everything_goes_on_and_is_made_again_from_archive_and_ledger_alone(purged: DataFolders) -> None:
    before = purged.tables()
    for command in ("run", "reread"):
        assert banenafspraak(command, *purged.options).code == 0
        assert purged.tables() == before
    shutil.rmtree(purged.warehouse)
    assert banenafspraak("run", *purged.options).code == 0
    assert purged.tables() == before
    assert banenafspraak("verify", *purged.options).code == 0


def test_a_purged_file_that_comes_again_is_told_and_not_taken_in(purged: DataFolders, sent: Sent) -> None:
    purged.drop({"weer.xlsx": sent.content})
    said = banenafspraak("run", *purged.options)
    assert said.code == 1
    assert "Purged before, and not taken in again" in said.out
    assert "weer.xlsx is a file that was purged on" in said.err
    assert list(purged.storage.quarantine.iterdir()) == []
    assert not purged.storage.archived(sent.sha256).exists()
    assert list(purged.storage.inbox.iterdir()) == []
    assert banenafspraak("verify", *purged.options).code == 0


ARCHIVED = hashlib.sha256(sample(POLITIE)).hexdigest()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nooit gezien.xlsx", *PURGE), "The ledger knows no file nooit gezien.xlsx. In quarantine: SENT"),
        ((ARCHIVED, *PURGE), "is not in quarantine, and nothing is ever removed from the archive"),
        ((POLITIE, *PURGE), "is not in quarantine, and nothing is ever removed from the archive"),
        (("SENT", "--by", "  ", "--reason", "op verzoek"), "needs the name of the person"),
        (("SENT", "--by", "A. Vermeer", "--reason", ""), "needs the name of the person"),
        (("SENT", "--by", "A. Vermeer", "--reason", f"nummer {NUMBER}"), "holds what may be a citizen service number"),
    ],
    ids=["unknown", "archived", "archived by name", "nobody", "no reason", "a number as reason"],
)
def test_what_cannot_be_purged_is_told_and_stays(
    persons: DataFolders, words: tuple[str, ...], told: str, sent: Sent
) -> None:
    before = persons.storage.ledger.read_bytes()
    said = banenafspraak("purge", *[word.replace("SENT", sent.sha256) for word in words], *persons.options)
    assert said.code == 2
    assert told.replace("SENT", sent.sha256) in said.err
    assert told_in(said.err) == []
    assert persons.storage.ledger.read_bytes() == before
    assert persons.storage.quarantined(sent.sha256).exists()


def test_what_was_purged_is_not_purged_twice_and_a_name_of_several_files_is_no_choice(
    purged: DataFolders, sent: Sent
) -> None:
    said = banenafspraak("purge", sent.sha256, *PURGE, *purged.options)
    assert (said.code, "was purged by A. Vermeer on" in said.err) == (2, True)
    for number in (NUMBER, OTHER):
        put(purged.storage.inbox / number, {"lijst.xlsx": with_cells(POLITIE, {"T30": number})})
    purged.run()
    said = banenafspraak("purge", "lijst.xlsx", *PURGE, *purged.options)
    assert (said.code, "More than one file in quarantine is called lijst.xlsx" in said.err) == (2, True)


def _of_employers(letters: str) -> dict[str, bytes]:
    """Returns of these umc's themselves; that of B has a number of a person in a remark."""
    empty = employer_workbooks("umc", "2025", {f"UMC-{letter}": f"Voorbeeld-umc {letter}" for letter in letters})
    sent = {f"{letter.lower()}.xlsx": filled(empty[f"UMC-{letter}"], Decimal(51), 4) for letter in letters}
    book = openpyxl.load_workbook(io.BytesIO(sent["b.xlsx"]))
    book["Opgave"]["E8"] = f"nagevraagd bij {NUMBER}"
    return sent | {"b.xlsx": saved(book)}


def test_an_employers_own_return_is_kept_apart_and_purged_like_any_other(police: DataFolders) -> None:
    police.take(_of_employers("AB"))
    asked = (
        "SELECT file_name, outcome, quarantined, purged_at IS NOT NULL FROM audit.file WHERE employer_code IS NOT NULL"
    )
    clean = ("a.xlsx", "accepted", False, False)
    for purged in (False, True):
        assert sorted(police.query(asked)) == [clean, ("b.xlsx", "rejected", True, purged)]
        assert told_on_disk(police) == []
        assert banenafspraak("verify", *police.options).code == 0
        if not purged:
            assert banenafspraak("purge", "b.xlsx", *PURGE, *police.options).code == 0
    before = police.tables()
    shutil.rmtree(police.warehouse)
    police.run()
    assert police.tables() == before


# -- what was interrupted, done by hand, or seen later -----------------------------------------------------------------


def test_a_purge_that_was_interrupted_is_finished_by_the_next_run(purged: DataFolders, sent: Sent) -> None:
    purged.storage.quarantined(sent.sha256).write_bytes(sent.content)
    said = banenafspraak("verify", *purged.options)
    assert (said.code, "it was purged" in " ".join(said.out.split())) == (3, True)
    assert banenafspraak("run", *purged.options).code == 0
    assert list(purged.storage.quarantine.iterdir()) == []


def test_verify_names_what_lies_in_quarantine_by_hand_and_what_is_gone_from_it(
    persons: DataFolders, sent: Sent
) -> None:
    (persons.storage.quarantine / "stiekem.xlsx").write_bytes(b"stiekem")
    persons.storage.quarantined(sent.sha256).unlink()
    said = banenafspraak("verify", *persons.options)
    told = " ".join(said.out.split())
    assert said.code == 3
    assert "stiekem.xlsx is in the quarantine but not in the ledger" in told
    assert f"{persons.storage.quarantined(sent.sha256)} is gone. Restore it from a backup of the quarantine" in told
    assert "archived file" not in told
    (persons.storage.quarantine / "stiekem.xlsx").unlink()
    assert banenafspraak("purge", sent.sha256, *PURGE, *persons.options).code == 0
    assert banenafspraak("verify", *persons.options).code == 0


def _read_here(patch: pytest.MonkeyPatch, data: DataFolders) -> None:
    """Have workbooks read in this process: what is patched holds nowhere else."""
    reader = data.workspace.reader

    def read_each(_: object, tasks: list[tuple[Document, object]]) -> Iterator[PackedReading]:
        read = ((reader.read(one.path.read_bytes(), one.received_on), one.sha256) for one, _ in tasks)
        return (pack(reading, reader.reference, sha256) for reading, sha256 in read)

    patch.setattr(side_by_side, "run_apart", read_each)


@pytest.fixture
def seen_late(police: DataFolders, monkeypatch: pytest.MonkeyPatch) -> DataFolders:
    """A return with a number of a person that an earlier program took for a clean one, and published."""
    with monkeypatch.context() as patch:
        _read_here(patch, police)
        patch.setattr(read, "personal_places", lambda *_: [])
        police.take({"later gezien.xlsx": with_cells(POLITIE, {**POLITIE_490, "R11": f"zie {NUMBER}"})})
        police.accept("politie-2024-v2")
    assert police.submissions()["politie-2024-v2"].startswith("accepted")
    return police


def test_personal_data_that_are_seen_later_count_no_more_and_are_told_nowhere(seen_late: DataFolders) -> None:
    archived = [path.name for path in seen_late.storage.archive.iterdir()]
    assert banenafspraak("reread", *seen_late.options).code == 1
    [moved] = [path.name for path in seen_late.storage.quarantine.iterdir()]
    assert moved in archived
    assert not seen_late.storage.archived(moved).exists()
    assert seen_late.submissions() == {"politie-2024-v1": "accepted_with_findings", "politie-2024-v2": "rejected"}
    assert seen_late.realised()["politie", "2024"] == 489
    assert told_on_disk(seen_late) == []
    assert banenafspraak("verify", *seen_late.options).code == 0


def test_an_employers_own_return_in_which_they_are_seen_later_is_purged_like_any_other(
    police: DataFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _read_here(patch, police)
        patch.setattr(read, "personal_places", lambda *_: [])
        police.take(_of_employers("ABCDEFG"))
    counted = (
        "SELECT count(DISTINCT employer_code) FROM core.own_observation WHERE sector_code = 'umc' AND period = '2025'"
    )
    assert police.query(counted) == [(7,)]
    assert banenafspraak("reread", *police.options).code == 1
    for command in ((), ("purge", "b.xlsx", *PURGE), ("run",), ("reread",)):
        if command:
            banenafspraak(*command, *police.options)
        assert police.query(counted) == [(6,)]
        assert banenafspraak("verify", *police.options).code == 0
        assert told_on_disk(police) == []


def test_what_was_kept_of_it_goes_too_when_that_was_interrupted(seen_late: DataFolders) -> None:
    kept = seen_late.storage.observations("politie", "2024", "politie-2024-v2")
    content = kept.read_bytes()
    seen_late.reread()
    assert not kept.exists()
    kept.write_bytes(content)
    assert banenafspraak("run", *seen_late.options).code == 0
    assert not kept.exists()


def test_what_is_kept_apart_and_can_be_read_no_more_stays_apart(persons: DataFolders, sent: Sent) -> None:
    def refuse(_: bytes) -> Workbook:
        raise WorkbookError(Problem.TOO_LARGE, "te groot")

    with pytest.MonkeyPatch.context() as patch:
        _read_here(patch, persons)
        patch.setattr(read, "open_workbook", refuse)
        persons.reread()
    assert persons.storage.quarantined(sent.sha256).read_bytes() == sent.content
    assert not persons.storage.archived(sent.sha256).exists()
    assert told_on_disk(persons) == []


def test_what_is_no_longer_taken_for_a_person_comes_back_to_the_archive(police: DataFolders) -> None:
    """The number turns out to be the code of an employer, and is entered in the list of employers."""
    content = with_cells(POLITIE, {**POLITIE_490, "R11": f"zie {NUMBER}"})
    sha256 = hashlib.sha256(content).hexdigest()
    police.take({"opgave.xlsx": content})
    assert police.storage.quarantined(sha256).exists()
    with pytest.MonkeyPatch.context() as patch:
        reference = police.workspace.reader.reference
        _read_here(patch, police)
        patch.setitem(reference.__dict__, "employer_codes", frozenset({NUMBER}))
        police.reread()
        assert police.storage.archived(sha256).read_bytes() == content
        assert not police.storage.quarantined(sha256).exists()
        assert police.submissions()["politie-2024-v2"] == "awaiting_acceptance"
