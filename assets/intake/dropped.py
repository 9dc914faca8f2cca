"""Files as others left them in a folder: which there are, and opening one without being led elsewhere.

Whoever may only drop files must not make us read what we can read and they can't: no link is followed. What becomes of
the files is `take_in.py`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from fnmatch import fnmatch
from io import FileIO
from pathlib import Path

# Files that come along with a folder and are nobody's return, and those that a program is still bringing.
IGNORED_NAMES = (
    ".*", "~$*", "*.md", "Thumbs.db", "desktop.ini", "*.filepart", "*.part", "*.partial", "*.crdownload", "*.tmp",
)  # fmt: skip
_LED_NOWHERE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # nor waiting for whoever writes in a pipe
_NO_FILE = {errno.ELOOP, errno.ENOTDIR, errno.ENXIO}


class NoFileError(OSError):
    """What lies there is no file of its own: a link, or a pipe, socket, device or folder."""


def files_in(folder: Path) -> Iterator[Path]:
    """What lies in a folder and its subfolders and may be a return, in order of name.

    What can't be looked at or opened is among them, also a subfolder and a link: opening it fails, and that is told.
    """
    unlisted: list[OSError] = []
    found: set[Path] = set()
    for at, folders, names in os.walk(folder, onerror=unlisted.append):
        found.update(Path(at) / name for name in names)
        found.update(filter(is_link, map(Path(at).joinpath, folders)))
    found.update(Path(error.filename) for error in unlisted if not isinstance(error, FileNotFoundError))
    for path in sorted(found):
        if not any(fnmatch(path.name, pattern) for pattern in IGNORED_NAMES):
            yield path


def is_link(path: Path) -> bool:
    """Whether a path is a symbolic link; where we may not look, there is none to be seen."""
    return os.path.islink(path)  # noqa: PTH114 - Path.is_symlink raises an error there


def open_below(folder: Path, path: Path) -> FileIO:
    """Open a file of a folder or its subfolders; raises NoFileError when it is a link, or within one, or no file.

    Each step of the way is opened as it is, so that nothing can take its place between looking and opening.
    """
    at = os.open(folder, os.O_RDONLY)
    for name in path.relative_to(folder).parts:
        try:
            below = os.open(name, _LED_NOWHERE, dir_fd=at)
        except OSError as error:
            if error.errno in _NO_FILE:
                raise NoFileError(error.errno, "No file of its own", str(path)) from error
            raise
        finally:
            os.close(at)
        at = below
    if not stat.S_ISREG(os.fstat(at).st_mode):
        os.close(at)
        raise NoFileError(errno.EINVAL, "No file of its own", str(path))
    return FileIO(at)


def sha256_below(folder: Path, path: Path) -> str:
    """The sha256 of a file of a folder or its subfolders, opened as `open_below` does."""
    with open_below(folder, path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
