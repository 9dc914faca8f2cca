"""Workbooks damaged at random, each by its number: the same number is always the same workbook.

Of samples of every format; in their bytes, in the bytes of a part, and in the structure of their XML. What must hold of
them is `test_fuzz.py`.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from typing import NamedTuple
from xml.etree import ElementTree

from tests.conftest import sample_files
from tests.returns.faulty_workbooks import packed, parts_of

HOSTILE = (
    "", "-1", "0", "1", "2147483648", "99999999999999999999", "1E+308", "-0", "NaN", "INF", "1e5", "12,5", "1.207",
    "A0", "XFD1048576", "A1:XFD1048576", "B5:A1", "../../x", "s", "str", "e", "b", "inlineStr", "true", "#REF!", "=1+1",
    "x" * 5_000, "\N{RIGHT-TO-LEFT OVERRIDE}", "http://kwaad.example/", "veryHidden", "+/- 31", "niet bekend",
    "12 uren",
)  # fmt: skip

Bytes = bytearray
Change = Callable[[random.Random, bytes], bytes]


class Mutated(NamedTuple):
    """A damaged workbook: what it was, what was done to it, and what it is now."""

    number: int
    sample: str
    done: str
    content: bytes


def _flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    return data[:start] + data[start + chance.choice((1, 16, 512, len(data))) :]


def _insert(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + chance.choice((bytes(16), chance.randbytes(16), b"<", b"&", b"\xff", b"\x00")) + data[place:]


def _splice(chance: random.Random, data: bytes) -> bytes:
    start, target, size = chance.randrange(len(data)), chance.randrange(len(data)), chance.choice((4, 64, 1_024))
    return data[:target] + data[start : start + size] + data[target + size :]


def _number(chance: random.Random, data: bytes) -> bytes:
    """Another digit where one stands: what damages a figure without a trace."""
    digits = [place for place, byte in enumerate(data) if byte in b"0123456789"]
    changed = bytearray(data)
    if digits:
        changed[chance.choice(digits)] = chance.choice(b"0123456789")
    return bytes(changed)


IN_BYTES: tuple[Change, ...] = (_flip, _cut, _insert, _splice, _number)


def _delete(chance: random.Random, parent: ElementTree.Element, place: int) -> None:
    del parent[place]


def _double(chance: random.Random, parent: ElementTree.Element, place: int) -> None:
    parent.insert(chance.randrange(len(parent) + 1), parent[place])


def _swap(chance: random.Random, parent: ElementTree.Element, place: int) -> None:
    other = chance.randrange(len(parent))
    parent[place], parent[other] = parent[other], parent[place]


def _attribute(chance: random.Random, parent: ElementTree.Element, place: int) -> None:
    attributes = parent[place].attrib
    if attributes:
        attributes[chance.choice(sorted(attributes))] = chance.choice(HOSTILE)


def _no_attribute(chance: random.Random, parent: ElementTree.Element, place: int) -> None:
    attributes = parent[place].attrib
    if attributes:
        del attributes[chance.choice(sorted(attributes))]


def _text(chance: random.Random, parent: ElementTree.Element, place: int) -> None:
    parent[place].text = chance.choice(HOSTILE)


IN_XML = (_delete, _double, _swap, _attribute, _no_attribute, _text)


def _in_xml(chance: random.Random, data: bytes) -> tuple[str, bytes]:
    root = ElementTree.fromstring(data)
    parents = [element for element in root.iter() if len(element)]
    done = []
    for _ in range(chance.choice((1, 1, 2, 5)) if parents else 0):
        change, parent = chance.choice(IN_XML), chance.choice(parents)
        if len(parent):
            change(chance, parent, chance.randrange(len(parent)))
            done.append(change.__name__)
    return " ".join(done), ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _in_package(chance: random.Random, content: bytes) -> tuple[str, bytes]:
    parts = parts_of(content)
    name = chance.choice([*(one for one in parts if "sheet" in one or one == "content.xml"), *parts])
    way = chance.choice(("xml", "xml", "xml", "bytes", "remove", "empty", "swap", "rename"))
    data = parts[name]
    if way == "xml" and name.endswith((".xml", ".rels")):
        way, parts[name] = _in_xml(chance, data)
    elif way == "remove":
        del parts[name]
    elif way == "empty":
        parts[name] = b""
    elif way == "swap":
        other = chance.choice(list(parts))
        parts[name], parts[other] = parts[other], parts[name]
    elif way == "rename":
        parts[f"{name}x"] = parts.pop(name)
    elif data:
        change = chance.choice(IN_BYTES)
        way, parts[name] = change.__name__, change(chance, data)
    return f"{way} in {name}", packed(parts.items())


def mutated(number: int) -> Mutated:
    """The damaged workbook of a number."""
    chance = random.Random(number)
    path = chance.choice([path for path in sample_files() if path.suffix != ".md"])
    content = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(content)) and chance.random() < 0.8:
        done, changed = _in_package(chance, content)
    else:
        change = chance.choice(IN_BYTES)
        done, changed = f"{change.__name__} in the file", change(chance, content)
    return Mutated(number, path.name, done, changed)
