"""The archive keeps bytes as they came; the ledger keeps what happened, and what holds now follows from it.

What storing and remembering must guarantee belongs here; what a run does with it is `tests/pipelines/`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from assets.intake.archive import ArchiveError, fetch, sha256_of, store
from assets.intake.ledger import Ledger, LedgerError, State, published_event
from assets.intake.take_in import take_in
from assets.returns.read import ReturnReader
from tests.intake.events import AT, DECISION, IDENTITY, PUBLISHED, READ, received, standings, submit
from tests.returns.workbooks import POLITIE, sample
from warehouse.records import Identity, Publication, PublishedFigure
from warehouse.storage import Storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "raw", tmp_path / "warehouse")


# -- the archive -------------------------------------------------------------------------------------------------------


def test_bytes_are_stored_unchanged_under_their_sha256(storage: Storage) -> None:
    content = b"\x00 any bytes \xff"
    sha256 = store(storage, content, "opgave.xlsx", AT, IDENTITY)
    assert sha256 == sha256_of(content)
    assert (storage.raw / "archive" / sha256).read_bytes() == content == fetch(storage, sha256)


def test_an_archived_file_is_read_only(storage: Storage) -> None:
    sha256 = store(storage, b"content", "opgave.xlsx", AT, IDENTITY)
    assert storage.archived(sha256).stat().st_mode & 0o222 == 0


def test_the_sidecar_says_name_sender_time_and_size(storage: Storage) -> None:
    sha256 = store(storage, b"content", "opgave één.xlsx", AT, IDENTITY)
    assert json.loads(storage.sidecar(sha256).read_text(encoding="utf-8")) == {
        "file_name": "opgave één.xlsx",
        "sender_code": "mbo_raad",
        "received_at": "2025-11-18T12:00:00+00:00",
        "size_bytes": 7,
    }


def test_a_file_of_nobody_has_a_sidecar_without_sender(storage: Storage) -> None:
    sha256 = store(storage, b"content", "opgave.xlsx", AT, None)
    assert json.loads(storage.sidecar(sha256).read_text(encoding="utf-8"))["sender_code"] is None


def test_the_same_bytes_are_stored_once_with_the_first_sidecar(storage: Storage) -> None:
    sha256 = store(storage, b"content", "first.xlsx", AT, IDENTITY)
    before = _files(storage.raw)
    assert store(storage, b"content", "second.xlsx", datetime(2026, 1, 1, tzinfo=UTC), None) == sha256
    assert _files(storage.raw) == before


def test_a_changed_archived_file_is_not_used(storage: Storage) -> None:
    sha256 = store(storage, b"content", "opgave.xlsx", AT, IDENTITY)
    storage.archived(sha256).chmod(0o644)
    storage.archived(sha256).write_bytes(b"contents")
    with pytest.raises(ArchiveError, match=sha256):
        fetch(storage, sha256)


def test_a_missing_archived_file_is_named(storage: Storage) -> None:
    sha256 = store(storage, b"content", "opgave.xlsx", AT, IDENTITY)
    storage.archived(sha256).unlink()
    with pytest.raises(ArchiveError, match=sha256):
        fetch(storage, sha256)


def test_nothing_half_written_stays_in_the_archive(storage: Storage) -> None:
    sha256 = store(storage, b"content", "opgave.xlsx", AT, IDENTITY)
    assert {path.name for path in (storage.raw / "archive").iterdir()} == {sha256, f"{sha256}.json"}


# -- taking in ---------------------------------------------------------------------------------------------------------


def _take_in(storage: Storage, folder: Path) -> State:
    ledger = Ledger(storage.ledger)
    take_in(storage, ledger, ledger.state(), ReturnReader(), folder)
    return ledger.state()


def test_a_received_file_is_in_archive_and_ledger_with_the_identity_its_content_gives(storage: Storage) -> None:
    storage.inbox.mkdir(parents=True)
    (storage.inbox / "naam die niets zegt.xlsx").write_bytes(sample(POLITIE))
    (file,) = _take_in(storage, storage.inbox).files.values()
    assert file.sha256 == sha256_of(sample(POLITIE))
    assert file.identity == Identity("politie", "politie", "politie", "2024")
    assert storage.archived(file.sha256).read_bytes() == sample(POLITIE)
    assert list(storage.inbox.iterdir()) == []


@pytest.mark.parametrize("name", [".DS_Store", "~$opgave.xlsx", "README.md", "Thumbs.db", "desktop.ini"])
def test_files_that_come_along_with_a_folder_are_nobodys_return(storage: Storage, name: str) -> None:
    storage.inbox.mkdir(parents=True)
    (storage.inbox / name).write_bytes(b"along")
    assert _take_in(storage, storage.inbox).files == {}
    assert (storage.inbox / name).exists()


@pytest.mark.parametrize(
    "name", ["regel\u2028scheider.xlsx", "oud\x85eind.xlsx", 'aan"haling\\s.xlsx', "nieuwe\nregel.xlsx"]
)
def test_any_file_name_can_be_remembered(storage: Storage, name: str) -> None:
    storage.inbox.mkdir(parents=True)
    (storage.inbox / name).write_bytes(b"content")
    (file,) = _take_in(storage, storage.inbox).files.values()
    assert file.file_name == name


def test_a_file_name_that_is_not_utf_8_stops_nobody(storage: Storage) -> None:
    """As in a zip file made by an old program: `opgave één.xlsx` in Latin-1."""
    storage.inbox.mkdir(parents=True)
    (storage.inbox / os.fsdecode("opgave één.xlsx".encode("latin-1"))).write_bytes(b"content")
    state = _take_in(storage, storage.inbox)
    assert [file.sha256 for file in state.files.values()] == [sha256_of(b"content")]


def test_an_inbox_file_never_goes_while_its_archived_bytes_are_gone(storage: Storage) -> None:
    storage.inbox.mkdir(parents=True)
    for _ in range(2):
        (storage.inbox / "opgave.xlsx").write_bytes(b"content")
        _take_in(storage, storage.inbox)
        kept = [storage.inbox / "opgave.xlsx", storage.archived(sha256_of(b"content"))]
        assert any(path.exists() for path in kept), "the only copy was deleted"
        storage.archived(sha256_of(b"content")).unlink(missing_ok=True)


def test_of_hundreds_of_files_each_is_archived_and_in_the_ledger_once_however_far_apart_its_names_are(
    storage: Storage,
) -> None:
    """They are read while earlier ones are stored: what comes again is not in the ledger yet when it is met."""
    storage.inbox.mkdir(parents=True)
    contents = {f"{number:03}.xlsx": str(number).encode() for number in range(600)}
    contents |= {f"{number:03}.xlsx": b"again" for number in (0, 1, 240, 260, 480, 599)}
    for name, content in contents.items():
        (storage.inbox / name).write_bytes(content)
    state = _take_in(storage, storage.inbox)
    assert {file.file_name: file.sha256 for file in state.files.values()} == {
        name: sha256_of(content) for name, content in contents.items() if name == "000.xlsx" or content != b"again"
    }
    assert state.files[sha256_of(b"again")].other_names == [f"{number:03}.xlsx" for number in (1, 240, 260, 480, 599)]
    assert {path.name for path in storage.archive.iterdir() if not path.suffix} == set(state.files)
    assert all(sha256_of(storage.archived(sha256).read_bytes()) == sha256 for sha256 in state.files)
    assert list(storage.inbox.iterdir()) == []


def test_what_can_not_be_stored_is_not_told_to_the_ledger_and_is_taken_in_later(storage: Storage) -> None:
    """A folder where the sidecar of one of the files must come is what a disk that refuses is to the archive."""
    storage.inbox.mkdir(parents=True)
    for number in range(300):
        (storage.inbox / f"{number:03}.xlsx").write_bytes(str(number).encode())
    in_the_way = storage.sidecar(sha256_of(b"290"))
    in_the_way.mkdir(parents=True)
    with pytest.raises(OSError, match=re.escape(str(in_the_way))):
        _take_in(storage, storage.inbox)
    known = Ledger(storage.ledger).state().files
    assert 0 < len(known) < 300
    assert len(list(storage.inbox.iterdir())) == 300 - len(known)
    assert [path for path in storage.archive.iterdir() if path.name.startswith(".")] == []
    assert all(sha256_of(storage.archived(sha256).read_bytes()) == sha256 for sha256 in known)
    in_the_way.rmdir()
    assert len(_take_in(storage, storage.inbox).files) == 300


# -- the ledger --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


def test_a_ledger_that_does_not_exist_is_empty_and_is_not_made(ledger: Ledger) -> None:
    assert ledger.state() == State()
    assert not ledger.path.exists()


def test_the_ledger_only_grows_at_its_end(ledger: Ledger) -> None:
    submit(ledger, ["accepted"])
    before = ledger.path.read_bytes()
    submit(ledger, ["rejected", "accepted_with_findings"])
    assert ledger.path.read_bytes().startswith(before)
    assert len(ledger.path.read_bytes().splitlines()) == 6


def test_the_heads_are_the_hashes_of_the_lines(ledger: Ledger) -> None:
    assert ledger.state().head == ""
    state = submit(ledger, ["accepted", "rejected"])
    assert state.heads == [hashlib.sha256(line).hexdigest() for line in ledger.path.read_bytes().splitlines()]
    assert state.head == state.heads[-1]


def test_what_is_appended_is_what_is_read_back(ledger: Ledger) -> None:
    state = ledger.state()
    ledger.append(
        state,
        [
            received(1),
            {"event": "seen", "sha256": "file1", "file_name": "anders.xlsx", "at": "2025-11-18T12:00:00+00:00"},
        ],
    )
    assert ledger.state() == state
    assert state.files["file1"].other_names == ["anders.xlsx"]


def _cut_short(lines: list[str]) -> None:
    lines[2] = lines[2][:20]


def _emptied(lines: list[str]) -> None:
    lines[2] = "{}"


def _not_an_object(lines: list[str]) -> None:
    lines[2] = "[]"


def _nonsense(lines: list[str]) -> None:
    lines[2] = "\x00\x00\x00"


@pytest.mark.parametrize("damage", [_cut_short, _emptied, _not_an_object, _nonsense])
def test_a_damaged_line_is_named(ledger: Ledger, damage: Callable[[list[str]], None]) -> None:
    submit(ledger, ["accepted", "accepted"])
    lines = ledger.path.read_text(encoding="utf-8").splitlines()
    damage(lines)
    ledger.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(LedgerError, match=rf"[Ll]ine 3 of {re.escape(str(ledger.path))}"):
        ledger.state()


def test_bytes_that_are_not_text_are_damage(ledger: Ledger) -> None:
    submit(ledger, ["accepted"])
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"mbo_raad", b"mbo\xff\xfead", 1))
    with pytest.raises(LedgerError):
        ledger.state()


def test_a_last_line_that_was_cut_short_is_damage(ledger: Ledger) -> None:
    """As a full disk or a lost power leaves it."""
    submit(ledger, ["accepted"])
    ledger.path.write_bytes(ledger.path.read_bytes()[:-25])
    with pytest.raises(LedgerError, match="ine 2"):
        ledger.state()


def test_a_last_line_that_is_being_written_just_now_is_no_damage(ledger: Ledger) -> None:
    """One who only reads takes no lock, and may see half of what a run is adding."""
    submit(ledger, ["accepted"])
    whole = ledger.path.read_bytes()
    ledger.path.write_bytes(whole[:-25])
    with ledger.path.open("ab", buffering=0) as file:
        timer = threading.Timer(0.3, file.write, [whole[-25:]])
        timer.start()
        assert standings(ledger.state()) == ["accepted"]
        timer.join()


def test_a_last_line_that_was_cut_short_is_set_aside_and_kept(ledger: Ledger) -> None:
    """It was never committed: what it would have said is done again by the run that sets it aside."""
    submit(ledger, ["accepted"])
    assert not ledger.set_torn_line_aside()
    whole = ledger.path.read_bytes()
    torn = whole[:-25].rpartition(b"\n")[2]
    ledger.path.write_bytes(whole[:-25])
    assert ledger.set_torn_line_aside()
    assert ledger.path.with_suffix(".torn").read_bytes() == torn + b"\n"
    assert ledger.path.read_bytes() + torn == whole[:-25]
    assert list(ledger.state().files) == ["file1"]


def test_a_last_line_without_its_end_is_not_run_together_with_the_next(ledger: Ledger) -> None:
    submit(ledger, ["accepted"])
    ledger.path.write_bytes(ledger.path.read_bytes().removesuffix(b"\n"))
    assert standings(submit(ledger, ["accepted"])) == ["superseded", "accepted"]


def test_what_the_disk_refuses_is_taken_back_and_can_be_written_later(ledger: Ledger) -> None:
    """A file that may not grow beyond the middle of the second line is what a full disk is to the ledger."""
    state = ledger.state()
    ledger.append(state, [received(1)])
    before, limits = ledger.path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) * 3 // 2, limits[1]))
    try:
        with pytest.raises(OSError, match=re.escape(str(ledger.path))):
            ledger.append(state, [received(2), received(3)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert ledger.path.read_bytes() == before
    ledger.append(state, [received(2), received(3)])
    assert list(ledger.state().files) == ["file1", "file2", "file3"]


def test_a_removed_line_is_noticed(ledger: Ledger) -> None:
    submit(ledger, ["accepted", "accepted"])
    lines = ledger.path.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.path.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    with pytest.raises(LedgerError, match="line 2"):
        ledger.state()


def test_a_changed_line_is_noticed(ledger: Ledger) -> None:
    submit(ledger, ["rejected", "accepted"])
    changed = ledger.path.read_text(encoding="utf-8").replace('"status": "rejected"', '"status": "accepted"', 1)
    ledger.path.write_text(changed, encoding="utf-8")
    with pytest.raises(LedgerError, match="line 3"):
        ledger.state()


def _chained(ledger: Ledger, events: list[dict[str, object]]) -> None:
    """Write lines as another program might: each with the hash of the one before, whatever they say."""
    previous = ""
    with ledger.path.open("wb") as file:
        for event in events:
            line = json.dumps({**event, "previous": previous}).encode()
            file.write(line + b"\n")
            previous = hashlib.sha256(line).hexdigest()


def test_lines_with_every_event_and_key_are_read(ledger: Ledger) -> None:
    _chained(ledger, [received(1), READ, DECISION, {**DECISION, "event": "withdrawn"}, PUBLISHED])
    assert standings(ledger.state()) == ["withdrawn"]
    assert len(ledger.state().publications) == 1


@pytest.mark.parametrize(
    ("event", "key"),
    [
        *((READ, key) for key in sorted(READ.keys() - {"at", "findings"})),
        *((DECISION, key) for key in sorted(DECISION)),
        *((PUBLISHED, key) for key in sorted(PUBLISHED)),
    ],
    ids=lambda value: value if isinstance(value, str) else value["event"],
)
def test_an_event_that_lacks_a_key_is_named_by_its_line(ledger: Ledger, event: dict[str, object], key: str) -> None:
    before = [received(1)] if event is READ else [received(1), READ]
    _chained(ledger, [*before, {name: value for name, value in event.items() if name != key}])
    with pytest.raises(LedgerError, match=rf"[Ll]ine {len(before) + 1} of {re.escape(str(ledger.path))}.*{key}"):
        ledger.state()


@pytest.mark.parametrize(
    "event",
    [
        {**DECISION, "event": "celebrated"},
        {**DECISION, "submission_id": "mbo-2024-v9"},
        {**READ, "sha256": "file9"},
        {**READ, "status": "superb"},
        {**READ, "identity": {"sector": "mbo"}},
        {**PUBLISHED, "at": "ooit"},
        {**PUBLISHED, "changes": [["sector_progress", "mbo|2024", "realised_jobs"]]},
        {**PUBLISHED, "changes": None},
    ],
    ids=[
        "unknown event",
        "unknown submission",
        "unknown file",
        "unknown status",
        "unknown identity",
        "unknown moment",
        "change without a value",
        "no changes",
    ],
)
def test_an_event_that_no_ledger_has_is_named_by_its_line(ledger: Ledger, event: dict[str, object]) -> None:
    _chained(ledger, [received(1), READ, event])
    with pytest.raises(LedgerError, match=rf"[Ll]ine 3 of {re.escape(str(ledger.path))}"):
        ledger.state()


# -- publications ------------------------------------------------------------------------------------------------------


def test_a_publication_is_remembered_as_it_was(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted"])
    figure = PublishedFigure("letter_table", "2024|6", "note", "'geen «opgave»' \u2028 | 489,5")
    first = Publication("20251118T120000Z-12345678", AT.replace(tzinfo=None), "12345678", [figure])
    second = Publication("20251118T120000Z-abcdef00", AT.replace(tzinfo=None), "abcdef00", [])
    ledger.append(state, [published_event(first)])
    ledger.append(state, [published_event(second)])
    assert state.publications == [first, second]
    assert ledger.state() == state


def test_a_publication_changes_nothing_of_what_the_next_build_is_made_from(ledger: Ledger) -> None:
    """Else every publication would ask for another one."""
    assert ledger.state().content_head == ""
    state = submit(ledger, ["accepted"])
    assert (state.content_head, state.lines_with_content) == (state.head, 2)
    ledger.append(state, [PUBLISHED])
    assert (state.content_head, state.lines_with_content) == (state.heads[1], 2)
    assert state.head == state.heads[2] != state.content_head
    state = submit(ledger, ["rejected"])
    assert (state.content_head, state.lines_with_content) == (state.head, 5)


# -- what holds now ----------------------------------------------------------------------------------------------------


def test_the_next_accepted_version_supersedes_the_one_before(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted", "accepted_with_findings"])
    assert standings(state) == ["superseded", "accepted_with_findings"]
    assert state.current()["mbo", "2024"].submission_id == "mbo-2024-v2"
    assert state.next_version(IDENTITY) == 3


def test_a_rejected_later_version_never_displaces_an_accepted_one(ledger: Ledger) -> None:
    state = submit(ledger, ["accepted", "rejected", "rejected"])
    assert standings(state) == ["accepted", "rejected", "rejected"]
    assert state.current()["mbo", "2024"].version == 1


def test_a_rejected_first_version_leaves_nothing_in_force(ledger: Ledger) -> None:
    assert submit(ledger, ["rejected"]).current() == {}


def test_versions_count_per_sender_sector_and_period(ledger: Ledger) -> None:
    submit(ledger, ["accepted", "accepted"])
    next_year = Identity("mbo", "mbo_raad", "mbo", "2025")
    state = submit(ledger, ["accepted"], next_year)
    assert state.next_version(IDENTITY) == 3
    assert state.next_version(next_year) == 2
    assert {key: submission.version for key, submission in state.current().items()} == {
        ("mbo", "2024"): 2,
        ("mbo", "2025"): 1,
    }


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}
