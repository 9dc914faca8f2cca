"""Find the texts of a workbook that stand beside its cells: in shapes, above pages, in what is kept of other tables.

Where such texts stand in a file belongs here; whether one holds data of a person is `personal.py`'s. The old binary
format (`.xls`) has no parts to look in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.parsers import expat

from assets.returns.workbook.cells import TextBeside
from assets.returns.workbook.package import Package, remembered


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of part, by its name in any capitals, and the elements in which a person's words or figures stand."""

    part: re.Pattern[str]
    place: str
    elements: frozenset[str]


def _kind(part: str, place: str, elements: str) -> _Kind:
    return _Kind(re.compile(part, re.IGNORECASE), place, frozenset(elements.split()))


_PROPERTIES = "title subject creator initial-creator lastModifiedBy description keywords keyword category"
_KINDS = (
    _kind(r"xl/(?:worksheets|chartsheets)/[^/]+\.xml", "een kop- of voettekst, bericht of keuzelijst",
          "headerFooter dataValidations hyperlinks"),
    _kind(r"xl/(?:drawings|charts|diagrams)/[^/]+\.(?:xml|vml)", "een tekstvak, vorm of grafiek", "p div cNvPr"),
    _kind(r"xl/threadedComments/[^/]+\.xml", "een opmerking", "text"),
    _kind(r"xl/pivotCache/[^/]+\.xml", "de gegevens achter een draaitabel", "sharedItems pivotCacheRecords"),
    _kind(r"xl/externalLinks/[^/]+\.xml", "bewaarde waarden van een gekoppelde werkmap", "v"),
    _kind(r"xl/workbook\.xml", "een naam van een bereik", "definedName"),
    _kind(r"docProps/core\.xml|package/services/metadata/core-properties/[^/]+\.psmdcp|meta\.xml",
          "de eigenschappen van het bestand", _PROPERTIES),
    _kind(r"content\.xml", "een tekstvak, vorm of bericht",
          "text-box custom-shape rect ellipse circle polygon polyline path line connector caption title desc "
          "help-message error-message"),
    _kind(r"styles\.xml", "een kop- of voettekst",
          "header header-left header-first footer footer-left footer-first"),
)  # fmt: skip
_ATTRIBUTES = frozenset({
    "v", "minValue", "maxValue", "descr", "title", "prompt", "promptTitle", "error", "errorTitle", "tooltip", "display",
    "comment",
})  # fmt: skip
_LINES = frozenset({"p", "h", "div"})
_SPACES = frozenset({"tab", "s", "br", "line-break"})
_ARGUMENTS = frozenset({"definedName", "formula1", "formula2"})
_CELLS = re.compile(rb"<(?:\w+:)?sheetData>.*</(?:\w+:)?sheetData>", re.DOTALL)


def texts_beside(package: Package) -> Iterator[TextBeside]:
    """All texts beside the cells of an `.xlsx` or `.ods`, a paragraph each; of a part up to where it is no XML.

    What programs write about a file for themselves is left out: identifiers, labels, properties of document systems.
    """
    for part in package.names:
        kind = _kind_of(part)
        if kind:
            data = _CELLS.sub(b"", package.read(part))  # the readers give those
            yield from (TextBeside(kind.place, part, text) for text in _texts(data, kind.elements))


@lru_cache(maxsize=1024)
def _kind_of(part: str) -> _Kind | None:
    return next((kind for kind in _KINDS if kind.part.fullmatch(part)), None)


@remembered
def _texts(data: bytes, elements: frozenset[str]) -> tuple[str, ...]:
    return tuple(_Listener(elements).texts_of(data))


@dataclass(slots=True)
class _Listener:
    """Hears a part of a file, and keeps the texts within elements of these names, whatever their namespace."""

    elements: frozenset[str]
    _texts: list[str] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _depth_within: int = 0
    _depth_of_lines: int = 0

    def texts_of(self, data: bytes) -> list[str]:
        """The texts of a part that is given as bytes."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        try:
            parser.Parse(data, True)
        except expat.ExpatError:
            self._flush()
        return self._texts

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._depth_within += name in self.elements
        if not self._depth_within:
            return
        self._break(name)
        self._depth_of_lines += name in _LINES
        self._texts += [value for key, value in attributes.items() if key.rpartition(":")[2] in _ATTRIBUTES]

    def _end(self, tag: str) -> None:
        if not self._depth_within:
            return
        name = tag.rpartition(":")[2]
        self._depth_of_lines -= name in _LINES
        if name in _ARGUMENTS:
            self._pieces = [piece.replace(",", ", ") for piece in self._pieces]
        self._break(name)
        self._depth_within -= name in self.elements

    def _break(self, name: str) -> None:
        if self._depth_of_lines == 0:
            self._flush()
        elif name in _LINES or name in _SPACES:
            self._pieces.append(" ")

    def _flush(self) -> None:
        if self._pieces:
            self._texts.append("".join(self._pieces))
            self._pieces = []

    def _hear(self, text: str) -> None:
        if self._depth_within:
            self._pieces.append(text)
