"""The archive keeps bytes as they came; the ledger keeps what happened, and what holds now follows from it.

What storing and remembering must guarantee belongs here; what a run does with it is `tests/pipelines/`.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.intake.archive import ArchiveError, fetch, sha256_of, store
from assets.intake.ledger import Ledger, LedgerError, State
from assets.intake.take_in import take_in
from assets.returns.read import ReturnReader
from tests.returns.workbooks import POLITIE, sample
from warehouse.records import Identity, SubmissionStatus
from warehouse.storage import Storage

AT = datetime(2025, 11, 18, 12, tzinfo=UTC)
IDENTITY = Identity("mbo", "mbo_raad", "mbo", "2024")


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


# -- the ledger --------------------------------------------------------------------------------------------------------


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


def _received(number: int, identity: Identity = IDENTITY) -> dict[str, Any]:
    return {
        "event": "received",
        "at": AT.isoformat(),
        "sha256": f"file{number}",
        "file_name": f"{number}.xlsx",
        "size_bytes": number,
        "identity": {
            "layout_id": identity.layout_id,
            "sender_code": identity.sender_code,
            "sector_code": identity.sector_code,
            "period": identity.period,
        },
    }


def _read(state: State, number: int, status: str, identity: Identity = IDENTITY) -> dict[str, Any]:
    """A first reading gets the next version; a further one keeps the version the file has."""
    before = state.submissions.get(state.files[f"file{number}"].submission_id or "")
    version = before.version if before else state.next_version(identity)
    return {
        **{key: value for key, value in _received(number, identity).items() if key in {"at", "sha256", "identity"}},
        "event": "read",
        "submission_id": f"{identity.sector_code}-{identity.period}-v{version}",
        "version": version,
        "status": status,
        "layout_hash": "layout",
        "rules_hash": "rules",
        "values_hash": f"values of {number}",
        "findings": 0,
    }


def _submit(ledger: Ledger, statuses: Iterable[str], identity: Identity = IDENTITY) -> State:
    """One file after another about the same sector and period, each read as it comes."""
    state = ledger.state()
    for status in statuses:
        number = len(state.files) + 1
        ledger.append(state, [_received(number, identity)])
        ledger.append(state, [_read(state, number, status, identity)])
    return ledger.state()


def _standings(state: State) -> list[str]:
    return [state.status_of(submission).value for submission in state.submissions.values()]


def test_a_ledger_that_does_not_exist_is_empty_and_is_not_made(ledger: Ledger) -> None:
    assert ledger.state() == State()
    assert not ledger.path.exists()


def test_the_ledger_only_grows_at_its_end(ledger: Ledger) -> None:
    _submit(ledger, ["accepted"])
    before = ledger.path.read_bytes()
    _submit(ledger, ["rejected", "accepted_with_findings"])
    assert ledger.path.read_bytes().startswith(before)
    assert len(ledger.path.read_bytes().splitlines()) == 6


def test_what_is_appended_is_what_is_read_back(ledger: Ledger) -> None:
    state = ledger.state()
    ledger.append(state, [_received(1), {"event": "seen", "sha256": "file1", "file_name": "anders.xlsx", "at": "now"}])
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
    _submit(ledger, ["accepted", "accepted"])
    lines = ledger.path.read_text(encoding="utf-8").splitlines()
    damage(lines)
    ledger.path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(LedgerError, match=rf"[Ll]ine 3 of {re.escape(str(ledger.path))}"):
        ledger.state()


def test_bytes_that_are_not_text_are_damage(ledger: Ledger) -> None:
    _submit(ledger, ["accepted"])
    ledger.path.write_bytes(ledger.path.read_bytes().replace(b"mbo_raad", b"mbo\xff\xfead", 1))
    with pytest.raises(LedgerError):
        ledger.state()


def test_a_last_line_that_was_cut_short_is_damage(ledger: Ledger) -> None:
    """As a full disk or a lost power leaves it."""
    _submit(ledger, ["accepted"])
    ledger.path.write_bytes(ledger.path.read_bytes()[:-25])
    with pytest.raises(LedgerError, match="ine 2"):
        ledger.state()


def test_a_last_line_without_its_end_is_not_run_together_with_the_next(ledger: Ledger) -> None:
    _submit(ledger, ["accepted"])
    ledger.path.write_bytes(ledger.path.read_bytes().removesuffix(b"\n"))
    assert _standings(_submit(ledger, ["accepted"])) == ["superseded", "accepted"]


def test_a_removed_line_is_noticed(ledger: Ledger) -> None:
    _submit(ledger, ["accepted", "accepted"])
    lines = ledger.path.read_text(encoding="utf-8").splitlines(keepends=True)
    ledger.path.write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    with pytest.raises(LedgerError, match="line 2"):
        ledger.state()


def test_a_changed_line_is_noticed(ledger: Ledger) -> None:
    _submit(ledger, ["rejected", "accepted"])
    changed = ledger.path.read_text(encoding="utf-8").replace('"status": "rejected"', '"status": "accepted"', 1)
    ledger.path.write_text(changed, encoding="utf-8")
    with pytest.raises(LedgerError, match="line 3"):
        ledger.state()


# -- what holds now ----------------------------------------------------------------------------------------------------


def test_the_next_accepted_version_supersedes_the_one_before(ledger: Ledger) -> None:
    state = _submit(ledger, ["accepted", "accepted_with_findings"])
    assert _standings(state) == ["superseded", "accepted_with_findings"]
    assert state.current()["mbo", "2024"].submission_id == "mbo-2024-v2"
    assert state.next_version(IDENTITY) == 3


def test_a_rejected_later_version_never_displaces_an_accepted_one(ledger: Ledger) -> None:
    state = _submit(ledger, ["accepted", "rejected", "rejected"])
    assert _standings(state) == ["accepted", "rejected", "rejected"]
    assert state.current()["mbo", "2024"].version == 1


def test_a_rejected_first_version_leaves_nothing_in_force(ledger: Ledger) -> None:
    assert _submit(ledger, ["rejected"]).current() == {}


def test_versions_count_per_sender_sector_and_period(ledger: Ledger) -> None:
    _submit(ledger, ["accepted", "accepted"])
    next_year = Identity("mbo", "mbo_raad", "mbo", "2025")
    state = _submit(ledger, ["accepted"], next_year)
    assert state.next_version(IDENTITY) == 3
    assert state.next_version(next_year) == 2
    assert {key: submission.version for key, submission in state.current().items()} == {
        ("mbo", "2024"): 2,
        ("mbo", "2025"): 1,
    }


PLACES = [("mbo", "2023"), ("mbo", "2024"), ("wo", "2024")]
EVENT = st.tuples(
    st.sampled_from(PLACES),
    st.sampled_from(["accepted", "accepted_with_findings", "rejected", "duplicate", "reread", "refused"]),
    st.sampled_from(["accepted", "rejected"]),
)


@settings(deadline=None, max_examples=150)
@given(events=st.lists(EVENT, max_size=20))
def test_at_most_one_submission_is_in_force_and_it_is_the_highest_accepted(
    events: Sequence[tuple[tuple[str, str], str, str]],
) -> None:
    """Files received and read, duplicates, and files read again: whatever happened, in whatever order."""
    statuses: dict[tuple[str, str], dict[int, str]] = {place: {} for place in PLACES}
    first_file: dict[tuple[str, str], int] = {}
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.jsonl")
        state = ledger.state()
        for number, (place, kind, outcome) in enumerate(events):
            identity, of_place = Identity("layout", "sender", *place), statuses[place]
            if kind in {"reread", "refused"}:
                if place not in first_file:
                    continue
                if kind == "reread":
                    ledger.append(state, [_read(state, first_file[place], outcome, identity)])
                    of_place[1] = outcome
                else:
                    refused = {"event": "refused", "sha256": f"file{first_file[place]}", "layout_hash": "new", "at": ""}
                    ledger.append(state, [refused])
                continue
            ledger.append(state, [_received(number, identity)])
            if kind == "duplicate":
                event = {"event": "duplicate", "sha256": f"file{number}", "duplicate_of": "x", "at": ""}
                ledger.append(state, [event])
                continue
            first_file.setdefault(place, number)
            ledger.append(state, [_read(state, number, kind, identity)])
            of_place[len(of_place) + 1] = kind
        state = ledger.state()
    for place, versions in statuses.items():
        accepted = [version for version, status in versions.items() if status != "rejected"]
        of_place_now = [s for s in state.submissions.values() if (s.identity.sector_code, s.identity.period) == place]
        in_force = [s.version for s in of_place_now if state.status_of(s) in IN_FORCE]
        assert in_force == ([max(accepted)] if accepted else [])
        assert sorted(s.version for s in of_place_now) == sorted(versions)
        current = state.current().get(place)
        assert [current.version] == in_force if current else in_force == []


IN_FORCE = {SubmissionStatus.ACCEPTED, SubmissionStatus.ACCEPTED_WITH_FINDINGS}


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in paths}
