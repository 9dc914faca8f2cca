"""Find the numbers of nine digits that a file holds beside its cells: what a workbook says where no reader looks.

Where such texts stand in a file belongs here; whether a number is a person's is `personal.py`'s.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator

# Digits as 9, what may stand between groups of them as a dot, all else as x: then a search has one text to look for.
_SHAPES = bytes(
    ord("9") if chr(byte).isdecimal() else ord(".") if chr(byte) in ".-\t\n\r " else ord(",") if byte == 44 else 120
    for byte in range(256)
)
_NINE = (b"999999999", b"999.999.999", b"9999.99.999")
_NINE_DIGITS = re.compile(rb"999(?:999999|\.999\.999|9\.99\.999)(?!9)")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}".encode()
_XML_PLACES = tuple(
    (re.compile(pattern), place)
    for pattern, place in (
        (r"xl/(?:worksheets|chartsheets)/[^/]+\.xml", "een kop- of voettekst, formule, bericht of bedekte cel"),
        (r"xl/sharedStrings\.xml", "een tekst die in geen cel te zien is"),
        (r"xl/(?:drawings|charts)/[^/]+\.(?:xml|vml)", "een tekstvak, vorm of grafiek"),
        (r"xl/(?:threadedComments/[^/]+|comments[^/]*)\.xml", "een opmerking"),
        (r"xl/pivotCache/[^/]+\.xml", "de gegevens achter een draaitabel"),
        (r"xl/externalLinks/[^/]+\.xml", "bewaarde waarden van een gekoppelde werkmap"),
        (r"xl/workbook\.xml", "een naam van een bereik"),
        (r"docProps/core\.xml|meta\.xml", "de eigenschappen van het bestand"),
        (r"content\.xml", "een tekstvak of vorm"),
        (r"styles\.xml", "een kop- of voettekst"),
    )
)
_BINARY_PLACE = "een kop- of voettekst, tekstvak, bedekte cel of eigenschap"
_ATTRIBUTES = {b"v", b"descr", b"title", b"prompt", b"error", b"display", b"tooltip", b"comment"}
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*([\"'])[^\"'<>]*\Z")
_WITHIN_A_LINE = re.compile(rb"</?(?:a|text):(?!p[\s>]|h[\s>]|br\b|line-break\b)[^>]*>")
_IDENTIFIER = re.compile(r"(?=[0-9x-]*[A-Fa-f])[0-9A-Fa-fx-]{20,}|\b[0-9A-Z]{8,}-\d+-\d+\b")
_UNPRINTABLE = re.compile(rb"[\x00-\x1f\x7f]")
_AROUND = 200  # bytes on either side of a number that are looked at with it


def numbers_beside(content: bytes) -> Iterator[tuple[str, str]]:
    """Each text with a number of nine digits (whole or in groups) in the file of a workbook, after its kind of place.

    Texts of cells are among them, as they can't be told from others here; numbers in identifiers of machines are not.
    Which parts of an .xlsx or .ods may hold what a person wrote is in the table above; an .xls has no parts.
    """
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                place = next((place for pattern, place in _XML_PLACES if pattern.fullmatch(name)), None)
                if place:
                    yield from ((place, _without_identifiers(text)) for text in _in_xml(archive.read(name)))
        return
    for letters in (content, content[0::2], content[1::2]):  # as they are, and the low bytes of UTF-16
        yield from ((_BINARY_PLACE, _without_identifiers(text)) for text in _in_binary(letters))


def _in_xml(part: bytes) -> Iterator[str]:
    data = part.replace(b"\0", b"").replace(_NO_BREAK_SPACE, b" ")  # without the zeros of UTF-16
    if b"<a:" in data or b"<text:" in data:
        data = _WITHIN_A_LINE.sub(b"", data)
    for start, end in _runs(data):
        before, after = data[max(0, start - _AROUND) : start], data[end : end + _AROUND]
        last = b"<"
        if before.rfind(b"<") > before.rfind(b">"):
            attribute = _ATTRIBUTE.search(before)
            if not attribute or attribute[1] not in _ATTRIBUTES:
                continue
            last = attribute[2]
            before = before[attribute.end(2) :]
        text = before.rpartition(b">")[2] + data[start:end] + after.partition(last)[0]
        yield html.unescape(text.decode("utf-8", "replace"))


def _in_binary(data: bytes) -> Iterator[str]:
    for start, end in _runs(data):
        before = _UNPRINTABLE.split(data[max(0, start - _AROUND) : start])[-1]
        after = _UNPRINTABLE.split(data[end : end + _AROUND], 1)[0]
        yield (before + data[start:end] + after).decode("latin-1")


def _runs(data: bytes) -> Iterator[tuple[int, int]]:
    """Where nine digits begin and end that are no part of a longer number, nor decimals."""
    shapes = data.translate(_SHAPES)
    if any(nine in shapes for nine in _NINE):
        for match in _NINE_DIGITS.finditer(shapes):
            before = shapes[max(0, match.start() - 2) : match.start()]
            if not before.endswith(b"9") and before not in {b"9.", b"9,"}:
                yield match.span()


def _without_identifiers(text: str) -> str:
    return _IDENTIFIER.sub(" ", text)
