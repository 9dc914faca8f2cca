"""What lies in the inbox, look after look: which files have arrived whole, and which are still being written.

A file is known by its content alone; taking it in is `take_in.py`.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from assets.intake.dropped import files_in, open_below

_LOOKS_TO_SETTLE = 2
_LOOKS_TO_GIVE_UP = 20
"""What is no zip file, as a workbook is, mostly lacks its end still: it is left alone much longer, an old .xls too."""


class Look(NamedTuple):
    """What a file held at the last look, and at how many looks on end it held that."""

    sha256: str
    looks: int
    is_whole: bool

    @property
    def has_settled(self) -> bool:
        """Whether nobody is writing it any more, as far as looking at it can tell."""
        return self.looks >= (_LOOKS_TO_SETTLE if self.is_whole else _LOOKS_TO_GIVE_UP)


def look_again(inbox: Path, before: Mapping[str, Look]) -> dict[str, Look]:
    """Look at every file of the inbox; `before` and the answer are by a hash of the path, in order of name.

    The names themselves are not remembered: there may be a number of a person in one.
    """
    found = {}
    for path in files_in(inbox):
        try:
            with open_below(inbox, path) as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                is_whole = zipfile.is_zipfile(file)
        except OSError:  # taken away between listing and looking, a link, or not ours to read: the others go on
            continue
        key = hashlib.sha256(os.fsencode(path)).hexdigest()
        last = before.get(key)
        looks = last.looks + 1 if last is not None and last.sha256 == sha256 else 1
        found[key] = Look(sha256, looks, is_whole)
    return found
