"""Files that arrive in the inbox: left alone while they are written, known by their content."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from assets.intake.archive import sha256_of
from assets.intake.arrivals import Look, look_again
from assets.intake.dropped import NoFileError, files_in, open_below
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


def _link_to_a_file(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere / POLITIE)


def _link_to_a_folder(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere)


def _link_to_nothing(path: Path, elsewhere: Path) -> None:
    path.symlink_to(elsewhere / "niets")


def _link_to_itself(path: Path, _: Path) -> None:
    path.symlink_to(path)


def _link_to_a_device(path: Path, _: Path) -> None:
    path.symlink_to("/dev/zero")


def _pipe(path: Path, _: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path, _: Path) -> None:
    os.mknod(path, stat.S_IFSOCK | 0o600)


NO_FILES = [
    _link_to_a_file, _link_to_a_folder, _link_to_nothing, _link_to_itself, _link_to_a_device, _pipe, _socket,
]  # fmt: skip


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder that whoever drops files can't read, and we can."""
    folder = tmp_path / "elders"
    folder.mkdir()
    (folder / POLITIE).write_bytes(sample(POLITIE))
    return folder


@pytest.mark.parametrize("make", NO_FILES)
@pytest.mark.parametrize("below", ["", "map"])
def test_a_link_and_what_is_no_file_are_named_and_never_read(
    inbox: Path, elsewhere: Path, below: str, make: Callable[[Path, Path], None]
) -> None:
    (inbox / below).mkdir(exist_ok=True)
    (inbox / "unl.xlsx").write_bytes(sample(UNL))
    make(inbox / below / "opgave.xlsx", elsewhere)
    assert contents_of(inbox, frozenset()) == ({sha256_of(sample(UNL))}, ["opgave.xlsx"])
    looks = look_again(inbox, {})
    assert [look.sha256 for look in looks.values()] == [sha256_of(sample(UNL))]
    assert len(look_again(inbox, looks)) == 1


@pytest.mark.parametrize("below", ["", "map"])
def test_a_link_that_takes_the_place_of_what_was_listed_leads_nowhere(inbox: Path, elsewhere: Path, below: str) -> None:
    """The file, or the folder that it was found in, is replaced between looking and opening."""
    (inbox / below).mkdir(exist_ok=True)
    path = inbox / below / POLITIE
    path.write_bytes(sample(POLITIE))
    [found] = files_in(inbox)
    path.unlink()
    if below:
        path.parent.rmdir()
        path.parent.symlink_to(elsewhere)
    else:
        path.symlink_to(elsewhere / POLITIE)
    assert found.read_bytes() == sample(POLITIE)
    with pytest.raises(NoFileError):
        open_below(inbox, found)


def test_the_folder_itself_may_be_a_link(inbox: Path, tmp_path: Path) -> None:
    (inbox / "politie.xlsx").write_bytes(sample(POLITIE))
    link = tmp_path / "postvak"
    link.symlink_to(inbox)
    assert contents_of(link, frozenset()) == ({sha256_of(sample(POLITIE))}, [])
    assert len(look_again(link, {})) == 1


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
