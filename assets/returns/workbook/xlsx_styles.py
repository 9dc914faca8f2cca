"""What the styles of an Excel workbook show: decimals, percentage, date, fill. For the fast reader.

The look of a cell belongs here; its value does not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, is_date_format, is_timedelta_format

from assets.returns.workbook.cells import shown_by
from assets.returns.workbook.package import remembered
from assets.returns.workbook.xlsx_xml import MAIN, not_understood, parsed

_BLACK = "00000000"  # the colour of a solid fill that names none
_COLOUR = re.compile(r"(?:[0-9A-Fa-f]{2}){3,4}")


@dataclass(frozen=True, slots=True)
class Style:
    """How cells look: the decimals they show (None: those of the number), and so on; `fill` is aRGB."""

    decimals: int | None
    is_percentage: bool
    is_date: bool
    is_duration: bool
    fill: str | None


@remembered
def read_styles(data: bytes) -> tuple[Style, ...]:
    """The styles that cells point at by number."""
    root = parsed(data, f"{MAIN}styleSheet")
    formats = {int(item.attrib["numFmtId"]): item.attrib["formatCode"] for item in _items(root, "numFmts", "numFmt")}
    fills = [_fill(item) for item in _items(root, "fills", "fill")]
    if fills[0] is not None:
        not_understood("a fill that cells without a style would have")
    return tuple(
        _style(_number_format(int(item.get("numFmtId", "0")), formats), fills[int(item.get("fillId", "0"))])
        for item in _items(root, "cellXfs", "xf")
    )


def _items(root: ElementTree.Element, group: str, name: str) -> list[ElementTree.Element]:
    groups = root.findall(f"{MAIN}{group}")
    items = [item for found in groups for item in found]
    if len(groups) > 1 or any(item.tag != f"{MAIN}{name}" for item in items):
        not_understood(group)
    return items


def _number_format(number: int, formats: dict[int, str]) -> str | None:
    if number in formats:
        return formats[number]
    return BUILTIN_FORMATS.get(number) if 0 <= number < BUILTIN_FORMATS_MAX_SIZE else not_understood(number)


@lru_cache(maxsize=1024)
def _style(number_format: str | None, fill: str | None) -> Style:
    decimals, is_percentage = shown_by(number_format or "General")
    return Style(decimals, is_percentage, is_date_format(number_format), is_timedelta_format(number_format), fill)


def _fill(element: ElementTree.Element) -> str | None:
    (pattern,) = element
    if pattern.tag not in {f"{MAIN}patternFill", f"{MAIN}gradientFill"}:
        not_understood(pattern.tag)
    if pattern.get("patternType") != "solid" or pattern.tag == f"{MAIN}gradientFill":
        return None
    colours = pattern.findall(f"{MAIN}fgColor")
    if len(colours) > 1 or pattern.attrib.keys() - {"patternType"}:
        not_understood(pattern.tag)
    return _colour(colours[0]) if colours else _BLACK


def _colour(element: ElementTree.Element) -> str | None:
    """The colour as it is given; None for one of the theme or of a palette, which no layout asks for."""
    if element.attrib.keys() & {"indexed", "theme", "auto", "index", "type"}:
        return None
    value = element.get("rgb", _BLACK)
    if not _COLOUR.fullmatch(value):
        not_understood(value)
    return value.rjust(8, "0")
