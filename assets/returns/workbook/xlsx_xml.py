"""The XML of an Excel workbook, as far as the fast reader trusts itself with it.

How one part is parsed and what makes it odd belongs here; what the parts mean does not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn
from xml.etree import ElementTree

from assets.returns.workbook.package import remembered

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_TEXT = f"{MAIN}t"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PROLOG = re.compile(
    rb"""<\?xml\ version=(?:"1\.0"|'1\.0')(?:\ encoding=["'](?i:utf-8)["'])?(?:\ standalone=["']yes["'])?\ ?\?>""",
    re.VERBOSE,
)
_REFERENCE = re.compile(r"&([^;]*);?")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*", re.ASCII)
_FLAGS = {None: False, "0": False, "false": False, "1": True, "true": True}


class NotUnderstoodError(Exception):
    """The fast reader does not know for certain what this means; openpyxl must read the file."""


def not_understood(what: object) -> NoReturn:
    """Give the file up."""
    raise NotUnderstoodError(str(what))


def checked(data: bytes) -> bytes:
    """The bytes of a part, when they are plain UTF-8 XML without comments, CDATA sections and a document type."""
    if b"<!" in data or b"\0" in data or (data.startswith(b"<?") and not _PROLOG.match(data)):
        not_understood("XML of an unusual kind")
    return data


@remembered
def parsed(data: bytes, root: str) -> ElementTree.Element:
    """The root element of a part. It must have this tag; entities can't be there, so the parser is safe."""
    element = ElementTree.fromstring(checked(data))
    if element.tag != root:
        not_understood(element.tag)
    return element


def unescaped(text: str) -> str:
    """Text as it stands between tags, with its references replaced."""
    return _without_references(text) if "&" in text else text


@lru_cache(maxsize=1024)
def _without_references(text: str) -> str:
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    if name in _NAMED and reference[0].endswith(";"):
        return _NAMED[name]
    if not re.fullmatch(r"#[0-9]{1,6}|#x[0-9a-fA-F]{1,5}", name) or not reference[0].endswith(";"):
        not_understood(reference[0])
    digits = name[1:]
    code = int(f"0{digits}", 0) if digits.startswith("x") else int(digits)
    if not (code in {9, 10, 13} or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE):
        not_understood(reference[0])
    return chr(code)


def is_set(flag: str | None) -> bool:
    """What a yes-or-no attribute says; no when it is absent."""
    return _FLAGS[flag] if flag in _FLAGS else not_understood(flag)


def plain_text(element: ElementTree.Element) -> str:
    """The text in an element that holds `t` and `r` elements, without its markup and phonetic hints."""
    if len(element) == 1 and element[0].tag == _TEXT:
        return element[0].text or ""
    plain, runs = "", []
    for child in element:
        if child.tag == _TEXT:
            plain = child.text or ""
        elif child.tag == f"{MAIN}r":
            runs += [part.text or "" for part in child if part.tag == _TEXT]
        elif child.tag not in {f"{MAIN}rPh", f"{MAIN}phoneticPr"}:
            not_understood(child.tag)
    return plain + "".join(runs)
