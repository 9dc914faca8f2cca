"""Change a workbook at random, as damage or malice would: bytes, parts, XML, cells and records.

Every mutator takes bytes and a source of chance, and gives other bytes. What must come of them is not here.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from random import Random
from typing import NamedTuple
from xml.etree import ElementTree

from tests.conftest import sample_files
from tests.returns.packages import packed, parts_of

_SMALL = 60_000  # bytes: fuzzing is about structures, and large samples only take longer
_HOSTILE = (
    "", "-1", "0", "1", "-0", "1_6", "٣", "NaN", "INF", "1e308", "1e999", "16.000000000000004", "99999999999999999999",
    "2147483648", "1048577", "A1", "XFD1048576", "A0", "AAAA1", "A1:XFD1048576", "C12", "true", "n", "s", "str", "b",
    "e", "d", "inlineStr", "#REF!", "=cmd|'/c calc'!A0", "../../../../etc/passwd", "http://127.0.0.1:9/", "x" * 40_000,
    "\u202e", "_x0000_", "rId1", "rId99", "worksheets/sheet2.xml", "1.207", "12 / 3", "ca. 15", "n.b.", "0%",
)  # fmt: skip
_NOTHING_TO_WORK_ON = (  # after what went before
    zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ElementTree.ParseError, LookupError,
    ValueError, struct.error,
)  # fmt: skip
_TAG = re.compile(r"<(?![?!/])[^<>]*>")
_ATTRIBUTE = re.compile(r'([\w:.-]+)="([^"]*)"')
_TEXT = re.compile(r">([^<>]+)<")
_CELL_XML = re.compile(r"<c [^<>]*(?:/>|>.*?</c>)")
_START_OF_RECORDS = bytes.fromhex("090810000006")


class Mutated(NamedTuple):
    """A changed workbook, and what was done to it."""

    content: bytes
    told: str


def samples() -> list[tuple[str, bytes]]:
    """Names and bytes of the samples that are fuzzed; those of rare formats come as often as the others together."""
    found = [(path.name, path.read_bytes()) for path in sample_files() if path.stat().st_size < _SMALL]
    rare = [one for one in found if not one[0].endswith(".xlsx")]
    return found + rare * (len(found) // (2 * len(rare)))


def mutated(random: Random, name: str, content: bytes) -> Mutated:
    """The workbook after one to three changes."""
    told = [name]
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        mutator = random.choice(_BY_SUFFIX[name.rpartition(".")[2]])
        try:
            content = mutator(random, content)
        except _NOTHING_TO_WORK_ON:
            content = change_bytes(random, content)
        told.append(mutator.__name__)
    return Mutated(content, " > ".join(told))


# -- bytes -------------------------------------------------------------------------------------------------------------


def change_bytes(random: Random, content: bytes) -> bytes:
    """Flip bits, cut, insert, or put a piece elsewhere."""
    data = bytearray(content)
    at = random.randrange(len(data) + 1)
    length = random.choice((1, 2, 8, 100, 2_000))
    kind = random.randrange(5)
    if kind == 0:
        for _ in range(random.choice((1, 3, 20))):
            data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    elif kind == 1:
        del data[at : at + length]
    elif kind == 2:
        data[at:at] = random.choice((random.randbytes(length), bytes(length), b"\xff" * length))
    elif kind == 3:
        start = random.randrange(len(data) + 1)
        data[at : at + length] = data[start : start + length]
    else:
        del data[at:]
    return bytes(data)


# -- parts -------------------------------------------------------------------------------------------------------------


def _chosen(random: Random, parts: dict[str, bytes]) -> str:
    """A part; those with cells more often than the others."""
    telling = [name for name in parts if re.search(r"sheets/sheet|sharedStrings|styles|content|workbook", name)]
    return random.choice(telling if telling and random.random() < 0.8 else list(parts))


def change_bytes_of_a_part(random: Random, content: bytes) -> bytes:
    """Damage that no checksum tells: a part is changed and packed again."""
    parts = parts_of(content)
    name = _chosen(random, parts)
    return packed(parts | {name: change_bytes(random, parts[name] or b"\0")})


def change_parts(random: Random, content: bytes) -> bytes:
    """Leave a part out, empty it, rename it, give it twice, or exchange two."""
    parts = parts_of(content)
    name, other = _chosen(random, parts), _chosen(random, parts)
    kind = random.randrange(5)
    if kind == 0:
        del parts[name]
    elif kind == 1:
        parts[name] = b""
    elif kind == 2:
        parts[random.choice((name.upper(), f"../{name}", "xl/extra.xml"))] = parts.pop(name)
    elif kind == 3:
        return packed([*parts.items(), (name, parts[other])])
    else:
        parts[name], parts[other] = parts[other], parts[name]
    return packed(parts)


def _of_text(change: Callable[[Random, str], str]) -> Callable[[Random, bytes], bytes]:
    """The mutator that makes a change in the XML of one part."""

    def mutator(random: Random, content: bytes) -> bytes:
        parts = parts_of(content)
        name = _chosen(random, {name: data for name, data in parts.items() if name.endswith((".xml", ".rels"))})
        return packed(parts | {name: change(random, parts[name].decode()).encode()})

    mutator.__name__ = change.__name__.strip("_")
    return mutator


def _replace_match(random: Random, text: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]) -> str:
    match = random.choice(list(pattern.finditer(text)))
    return text[: match.start()] + new(match) + text[match.end() :]


# -- XML ---------------------------------------------------------------------------------------------------------------


def _change_an_attribute(random: Random, text: str) -> str:
    def new(tag: re.Match[str]) -> str:
        kind, hostile = random.randrange(3), _escaped(random.choice(_HOSTILE))
        if kind == 0:
            return _ATTRIBUTE.sub(lambda match: f'{match[1]}="{hostile}"', tag[0], count=1)
        if kind == 1:
            return _replace_match(random, tag[0], _ATTRIBUTE, lambda match: f'{match[1]}="{hostile}"')
        return _replace_match(random, tag[0], _ATTRIBUTE, lambda _: "")

    return _replace_match(random, text, re.compile(r"<(?![?!/])[^<>]*=[^<>]*>"), new)


def _change_a_text(random: Random, text: str) -> str:
    return _replace_match(random, text, _TEXT, lambda _: f">{_escaped(random.choice(_HOSTILE))}<")


def _change_a_tag(random: Random, text: str) -> str:
    extra = random.choice(("<x/>", "<!-- x -->", "<![CDATA[15]]>", "&#0;", "&lt;", "<v>61</v>", "<row/>", "<c/>", ""))
    return _replace_match(random, text, _TAG, lambda match: random.choice((extra, match[0] + extra, match[0] * 2)))


def _change_the_tree(random: Random, text: str) -> str:
    """Delete, double, move or exchange elements, whatever they are; the XML stays well formed."""
    namespace = re.match(r"\{(.*)\}", ElementTree.fromstring(text).tag)
    if namespace:
        ElementTree.register_namespace("", namespace[1])
    root = ElementTree.fromstring(text)
    parent = random.choice([element for element in root.iter() if len(element)])
    child, other = random.choice(parent), random.choice(list(root.iter()))
    kind = random.randrange(5)
    if kind == 0:
        parent.remove(child)
    elif kind == 1:
        parent.insert(random.randrange(len(parent) + 1), child)
    elif kind == 2:
        parent[:] = random.sample(list(parent), len(parent))
    elif kind == 3 and child not in other.iter() and other not in child.iter():
        other.append(child)
        parent.remove(child)
    else:
        child.attrib, other.attrib = other.attrib, child.attrib
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _change_a_cell(random: Random, text: str) -> str:
    """Another value, kind, place or style of one cell, or the cell once more."""
    if not _CELL_XML.search(text):
        return _change_an_attribute(random, text)

    def new(match: re.Match[str]) -> str:
        cell, hostile = match[0], _escaped(random.choice(_HOSTILE))
        changes = (
            re.sub(r"<v>[^<]*</v>", f"<v>{hostile}</v>", cell),
            re.sub(r"<c ([^<>]*?)(?: t=\"\w+\")?(/?)>", rf'<c \1 t="{random.choice(_KINDS)}"\2>', cell, count=1),
            re.sub(r' r="[A-Z]+', f' r="{random.choice("ABCDEFGHIJ")}', cell, count=1),
            re.sub(r' r="([A-Z]+)[0-9]+', rf' r="\g<1>{random.randrange(70)}', cell, count=1),
            re.sub(r' s="[0-9]+"', f' s="{random.randrange(-2, 30)}"', cell, count=1),
            re.sub(r"<v>", "<f>1+1</f><v>", cell, count=1),
            re.sub(r"<v>[^<]*</v>", f"<v>{random.randrange(200)}</v>", cell),
            "",
        )
        return random.choice((*changes, cell + random.choice(changes)))

    return _replace_match(random, text, _CELL_XML, new)


_KINDS = ("n", "s", "str", "b", "e", "d", "inlineStr", "x")


def _change_the_sheet(random: Random, text: str) -> str:
    """Merged areas, hidden rows and columns, and the dimension."""
    area = f"{random.choice('ABCDEF')}{random.randrange(1, 20)}:{random.choice('CDEFGHXYZ')}{random.randrange(5, 70)}"
    if "</sheetData>" not in text:
        return _change_a_text(random, text)
    more = random.choice((
        f'<mergeCells><mergeCell ref="{area}"/></mergeCells>',
        f'<mergeCells><mergeCell ref="{area}"/><mergeCell ref="B2:D9"/></mergeCells>',
        f'<hyperlinks><hyperlink ref="{area.partition(":")[0]}" location="A1"/></hyperlinks>',
    ))  # fmt: skip
    row = random.choice(re.findall(r"<row ", text) or ["<row "])
    kind = random.randrange(4)
    if kind == 0:
        return text.replace("</sheetData>", f"</sheetData>{more}")
    if kind == 1:
        return text.replace(row, f'{row}hidden="1" ', random.choice((1, 5, -1)))
    if kind == 2:
        hidden = f'<cols><col min="{random.randrange(-1, 9)}" max="{random.randrange(20)}" hidden="1"/></cols>'
        return re.sub(r"<cols>.*?</cols>|(?=<sheetData>)", hidden, text, count=1)
    return re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{random.choice((area, "A1", "A1:XFD1048576"))}"', text)


# -- records of an .xls ------------------------------------------------------------------------------------------------


def change_a_record(random: Random, content: bytes) -> bytes:
    """Change the kind, length, place or content of one record of an .xls file."""
    data = bytearray(content)
    records: list[tuple[int, int]] = []
    at = data.index(_START_OF_RECORDS)
    while at + 4 <= len(data) and len(records) < 5_000:
        kind, length = struct.unpack_from("<HH", data, at)
        if not kind and not length:
            break
        records.append((at, length))
        at += 4 + length
    at, length = random.choice(records)
    if random.random() < 0.2:
        data[at + random.randrange(4)] = random.randrange(256)
    else:
        for _ in range(random.choice((1, 2, 6))):
            data[at + 4 + random.randrange(max(1, min(length, random.choice((6, 20, 8_000)))))] = random.randrange(256)
    return bytes(data)


_ZIPPED: Sequence[Callable[[Random, bytes], bytes]] = [
    change_bytes, change_bytes_of_a_part, change_parts,
    *(_of_text(change) for change in (_change_an_attribute, _change_a_text, _change_a_tag)),
    *(_of_text(_change_the_tree), _of_text(_change_the_tree)),
]  # fmt: skip
_OF_CELLS = [_of_text(_change_a_cell), _of_text(_change_the_sheet)]
_BY_SUFFIX: dict[str, Sequence[Callable[[Random, bytes], bytes]]] = {
    "xlsx": [*_ZIPPED, *_OF_CELLS, _OF_CELLS[0]],
    "ods": _ZIPPED,
    "xls": [change_bytes, change_a_record, change_a_record],
}
