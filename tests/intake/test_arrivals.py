"""Files that arrive in the inbox: left alone while they are written, known by their content."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from assets.intake.archive import sha256_of
from assets.intake.arrivals import Look, look_again
from assets.intake.take_in import contents_of
from tests.pipelines.trouble import exit_code, forked
from tests.returns.workbooks import POLITIE, UNL, sample


def _settled(looks: dict[str, Look]) -> set[str]:
    return {look.sha256 for look in looks.values() if look.has_settled}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_a_file_has_arrived_when_two_looks_on_end_find_the_same(inbox: Path) -> None:
    (inbox / "politie.xlsx").write_bytes(sample(POLITIE))
    first = look_again(inbox, {})
    assert _settled(first) == set()
    assert _settled(look_again(inbox, first)) == {sha256_of(sample(POLITIE))}


def test_a_file_that_changes_between_looks_starts_anew_and_its_moment_says_nothing(inbox: Path) -> None:
    path = inbox / "opgave.xlsx"
    path.write_bytes(sample(UNL))
    looks = look_again(inbox, {})
    path.write_bytes(sample(POLITIE))
    looks = look_again(inbox, looks)
    assert _settled(looks) == set()
    path.touch()
    assert _settled(look_again(inbox, looks)) == {sha256_of(sample(POLITIE))}


@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_subfolder_that_is_not_ours_to_look_in_is_named_and_the_others_go_on(mode: int) -> None:
    """With mode 444 its files can be listed, and nothing else."""
    with tempfile.TemporaryDirectory() as name:
        inbox = Path(name)
        (inbox / "theirs").mkdir()
        for path in (inbox / "politie.xlsx", inbox / "theirs" / "unl.xlsx"):
            path.write_bytes(b"?")
        (inbox / "theirs").chmod(mode)
        inbox.chmod(0o755)

        def look() -> None:
            if os.geteuid() == 0:
                os.seteuid(65534)
            met, unread = contents_of(inbox, frozenset())
            assert (met, unread) == ({sha256_of(b"?")}, ["theirs" if mode == 0 else "unl.xlsx"])
            assert len(look_again(inbox, {})) == 1

        assert exit_code(forked(look)) == 0
        (inbox / "theirs").chmod(0o755)


@pytest.mark.parametrize("name", ["politie.xlsx.filepart", "politie.part", "politie.crdownload", ".politie.xlsx"])
def test_what_a_program_is_still_bringing_is_no_file_yet(inbox: Path, name: str) -> None:
    (inbox / name).write_bytes(sample(POLITIE))
    assert look_again(inbox, {}) == {}


def test_half_a_workbook_is_left_alone_much_longer_and_not_for_ever(inbox: Path) -> None:
    """Its writer pauses: the end of an .xlsx, which says what is in it, is not there yet."""
    path, half = inbox / "politie.xlsx", sample(POLITIE)[:5000]
    path.write_bytes(half)
    looks: dict[str, Look] = {}
    for _ in range(19):
        looks = look_again(inbox, looks)
    assert _settled(looks) == set()
    assert _settled(look_again(inbox, looks)) == {sha256_of(half)}
    path.write_bytes(sample(POLITIE))
    looks = look_again(inbox, look_again(inbox, looks))
    assert _settled(looks) == {sha256_of(sample(POLITIE))}


def test_a_file_that_is_gone_is_forgotten(inbox: Path) -> None:
    (inbox / "politie.xlsx").write_bytes(sample(POLITIE))
    looks = look_again(inbox, {})
    (inbox / "politie.xlsx").unlink()
    assert look_again(inbox, looks) == {}
