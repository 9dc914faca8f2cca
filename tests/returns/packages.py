"""Workbooks as zip files of parts, taken apart and put together again, also in ways that no program would.

What is wrong with a workbook is said by who changes its parts, not here.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache

from tests.returns.workbooks import sample

POLITIE = "Politie - Blauwe Baan stand 31-12-2023.xlsx"
WVOI_ODS = "WVOI opgave onderzoeksinstellingen 2023.ods"
NFU_XLS = "NFU uitvraag banenafspraak umc 2023.xls"
TYPES = "[Content_Types].xml"
BOOK = "xl/workbook.xml"
BOOK_RELATIONS = "xl/_rels/workbook.xml.rels"
SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a zipped workbook by name, in order."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def _parts_of_sample(name: str) -> Mapping[str, bytes]:
    return parts_of(sample(name))


def politie() -> dict[str, bytes]:
    """The parts of the sample return of the police, in which no rule finds anything."""
    return dict(_parts_of_sample(POLITIE))


def packed(parts: Mapping[str, bytes] | Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file of parts; given as pairs a name may come twice."""
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that comes twice
        for name, data in pairs:
            part = zipfile.ZipInfo(name)  # of 1980: the same bytes every time
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, data)
    return stream.getvalue()


def with_parts(parts: Mapping[str, bytes]) -> bytes:
    """The police's return with other or further parts."""
    return packed({**politie(), **parts})


def without_part(name: str) -> bytes:
    """The police's return without a part."""
    return packed({other: data for other, data in politie().items() if other != name})


def changed(changes: Mapping[str, Callable[[str], str]]) -> bytes:
    """The police's return with the text of some parts changed; every change must change something."""
    parts = politie()
    for name, change in changes.items():
        before = parts[name].decode()
        assert change(before) != before, "the change must change something"
        parts[name] = change(before).encode()
    return packed(parts)


def replaced(name: str, old: str, new: str) -> bytes:
    """The police's return with one text in one part replaced, where it stands first."""
    return changed({name: lambda text: text.replace(old, new, 1)})


def related(kind: str, target: str, declared: str = "") -> dict[str, Callable[[str], str]]:
    """The changes that relate the workbook to one more part, with the declaration of its type."""
    relation = f'<Relationship Id="rId99" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    changes: dict[str, Callable[[str], str]] = {
        BOOK_RELATIONS: lambda text: text.replace("</Relationships>", relation),
    }
    if declared:
        changes[TYPES] = lambda text: text.replace("</Types>", f"{declared}</Types>")
    return changes
