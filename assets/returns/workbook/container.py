"""Look at a file from outside before a reader opens it: what it is, whether it is too large, what comes along with it.

What can be told without knowing a cell belongs here; what the sheets hold is the readers'.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from decimal import Decimal
from html import unescape
from typing import NoReturn

from assets.returns.workbook.cells import WorkbookError, with_entities
from assets.returns.workbook.file_limits import FILE_LIMITS
from assets.returns.workbook.formulas import reaches_out
from assets.returns.workbook.package import Package, remembered
from warehouse.presentation import dutch_number
from warehouse.records import Problem

_OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_SMALLER = "Verwijder uit de werkmap wat niet bij de opgave hoort."
_MANIFEST = "META-INF/manifest.xml"
_XML = (".xml", ".rels", ".vml", ".psmdcp")
_PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_DOCUMENT_TYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_SHARED_TEXT = re.compile(rb"<(?:[^\s<>/:]+:)?si[\s/>]")
_BOOK = "xl/workbook.xml"
_DEFINED_NAME = re.compile(rb"<(?:[^\s<>/:]+:)?definedName\s[^>]*>([^<]*)<")
_OTHER_KINDS = {
    b"%PDF": "een PDF", b"\x89PNG": "een afbeelding", b"\xff\xd8\xff": "een afbeelding", b"GIF8": "een afbeelding",
    b"{\\rtf": "een RTF-document", b"Rar!": "een archief (RAR)", b"7z\xbc\xaf": "een archief (7z)",
    b"\x1f\x8b": "een archief (gzip)",
}  # fmt: skip
_OTHER_PARTS = {
    "word/document.xml": "een Word-document",
    "ppt/presentation.xml": "een PowerPoint-presentatie",
    "xl/workbook.bin": "een binaire Excel-werkmap (.xlsb)",
}
_OTHER_STREAMS = {"WordDocument": "een Word-document", "PowerPoint Document": "een PowerPoint-presentatie"}
_WORKBOOK_ENTRIES = tuple(name.encode("utf-16-le").ljust(64, b"\0") for name in ("Workbook", "Book"))
_COMPANIONS = {
    Problem.MACROS: re.compile(
        r"(?:^|/)vbaProject\w*\.bin$|^xl/(?:macro|intlMacro|dialog)sheets/|^(?:Basic|Scripts)/."
    ),
    Problem.EXTERNAL_LINKS: re.compile(r"^xl/externalLinks/|^xl/connections\.xml$|^xl/queryTables/"),
    Problem.EMBEDDED_OBJECTS: re.compile(r"^xl/(?:embeddings|activeX|ctrlProps)/.|^Object [^/]*/content\.xml$"),
}
_STREAMS_OF_XLS = {
    Problem.MACROS: re.compile("_VBA_PROJECT_CUR".encode("utf-16-le")),
    Problem.EMBEDDED_OBJECTS: re.compile(rb"M\0B\0D\0(?:[0-9A-F]\0){8}"),
}


def refuse_size(size: int) -> None:
    """Raise WorkbookError when a file has too many bytes to be opened at all."""
    if size > FILE_LIMITS.file_bytes:
        _refuse_large("Het bestand", size, FILE_LIMITS.file_bytes, "bytes")


def package_of(content: bytes) -> Package | None:
    """The parts of these bytes, by what they are and not by the file's name; None of the old binary format (`.xls`).

    Raises WorkbookError when they are no workbook, are encrypted or too large, or hold what a workbook never holds.
    """
    refuse_size(len(content))
    if content.startswith(_OLE_MAGIC):
        _refuse_other_ole(content)
        return None
    if not zipfile.is_zipfile(io.BytesIO(content)):
        _refuse_kind(_kind_of(content))
    package = Package(content)
    _check_package(package, len(content))
    return package


def is_ods(package: Package) -> bool:
    """Whether parts are those of an OpenDocument spreadsheet; of an Excel workbook otherwise."""
    return "mimetype" in package.names and package.read("mimetype").strip() == _ODS_TYPE


def companions(package: Package) -> dict[Problem, str]:
    """What comes along in a workbook and is not read, each with the first part of the file that it stands in.

    That are macros, links to other files, and objects of other programs.
    """
    names = [name for name in package.names if not _is_chart(package, name)]
    parts = ((problem, next(filter(pattern.search, names), None)) for problem, pattern in _COMPANIONS.items())
    found = {problem: part for problem, part in parts if part is not None}
    if _BOOK in package.names and _has_name_that_reaches_out(package.read(_BOOK)):
        found.setdefault(Problem.EXTERNAL_LINKS, _BOOK)
    return found


def companions_of_xls(content: bytes) -> dict[Problem, str]:
    """The same of a workbook of the old binary format."""
    streams = ((problem, pattern.search(content)) for problem, pattern in _STREAMS_OF_XLS.items())
    return {problem: found[0].decode("utf-16-le") for problem, found in streams if found}


@remembered
def _has_name_that_reaches_out(data: bytes) -> bool:
    """Whether a name in the workbook stands for something outside it; a name may stand for a formula."""
    names = _DEFINED_NAME.findall(_without_zeros(data))
    return any(reaches_out(unescape(name.decode(errors="replace"))) for name in names)


def _is_chart(package: Package, part: str) -> bool:
    """Whether a part is a chart of an .ods: LibreOffice keeps charts as it keeps objects of other programs."""
    return part.startswith("Object ") and part.endswith("/content.xml") and b"<office:chart" in package.read(part)


def _refuse_other_ole(content: bytes) -> None:
    if any(entry in content for entry in _WORKBOOK_ENTRIES):
        return  # whatever else it holds is embedded in it
    if "EncryptedPackage".encode("utf-16-le") in content:
        refuse_encrypted()
    for stream, kind in _OTHER_STREAMS.items():
        if stream.encode("utf-16-le") in content:
            _refuse_kind(kind)


def _check_package(package: Package, size: int) -> None:
    """Sizes are looked at before anything is unpacked."""
    _refuse_expansion(package.infos, size)
    if any(info.flag_bits & 0x1 for info in package.infos):
        refuse_encrypted()
    _refuse_two_readings(package.infos)
    _refuse_packing(package.infos)
    for part, kind in _OTHER_PARTS.items():
        if part in package.names:
            _refuse_kind(kind)
    if not is_ods(package) and "[Content_Types].xml" not in package.names:
        _refuse_kind("een zipbestand")
    _check_parts(package)
    if is_ods(package):
        _check_manifest(package)


def _refuse_expansion(parts: list[zipfile.ZipInfo], size: int) -> None:
    if len(parts) > FILE_LIMITS.parts:
        _refuse_large("Het aantal onderdelen in het bestand", len(parts), FILE_LIMITS.parts)
    expanded = sum(part.file_size for part in parts)
    if expanded > FILE_LIMITS.expanded_bytes:
        _refuse_large("Het uitgepakte bestand", expanded, FILE_LIMITS.expanded_bytes, "bytes")
    if expanded > max(FILE_LIMITS.expansion_counts_from_bytes, FILE_LIMITS.expansion_ratio * size):
        _refuse_large(
            "Het bestand wordt bij het uitpakken", expanded // size, FILE_LIMITS.expansion_ratio, "keer zo groot"
        )


def _refuse_two_readings(parts: list[zipfile.ZipInfo]) -> None:
    """A file of which it depends on the program what it says; to Excel capitals in names make no difference."""
    if parts and min(part.header_offset for part in parts) > 0:
        _refuse_damage("er staat iets voor haar begin")
    names = Counter(part.filename.casefold() for part in parts)
    for name, times in names.items():
        if times > 1:
            _refuse_damage(f"onderdeel {name} komt dubbel voor")


def _refuse_packing(parts: list[zipfile.ZipInfo]) -> None:
    """A part packed in a way that Excel has not: Python would read what the sender never saw."""
    for part in parts:
        if part.compress_type not in _PACKINGS:
            _refuse_damage(f"onderdeel {part.filename} is ingepakt op een manier die Excel niet kent")


def _check_manifest(package: Package) -> None:
    """An `.ods` says in its manifest which parts it has, and whether they are encrypted."""
    if _MANIFEST not in package.names:
        _refuse_damage(f"{_MANIFEST} ontbreekt")
    if b"encryption-data" in package.read(_MANIFEST):
        refuse_encrypted()


def _check_parts(package: Package) -> None:
    """Every part is read, also those without cells: reading is what compares it with its checksum.

    Elements are counted whatever a part is called: it is named by the file itself.
    """
    elements = 0
    for name in package.names:
        data = _without_zeros(package.read(name))
        if name.endswith(_XML) and b"<!" in data and _DOCUMENT_TYPE.search(data):
            raise with_entities()
        elements += data.count(b"<")
        if elements > FILE_LIMITS.xml_elements:
            _refuse_large("Het aantal XML-elementen", elements, FILE_LIMITS.xml_elements)
    if elements > FILE_LIMITS.shared_texts:  # else there can't be as many texts
        _refuse_shared_texts(package)


def _refuse_shared_texts(package: Package) -> None:
    parts = (_without_zeros(package.read(name)) for name in package.names)
    texts = sum(1 for data in parts for _ in _SHARED_TEXT.finditer(data))
    if texts > FILE_LIMITS.shared_texts:
        _refuse_large("Het aantal verschillende teksten", texts, FILE_LIMITS.shared_texts)


def _without_zeros(data: bytes) -> bytes:
    """The bytes of a part, of one in UTF-16 as if it were in ASCII."""
    return data.replace(b"\0", b"") if b"\0" in data else data


def _kind_of(content: bytes) -> str:
    """What bytes are that are no workbook, as a person would say it."""
    if not content:
        return "een leeg bestand"
    for start, kind in _OTHER_KINDS.items():
        if content.startswith(start):
            return kind
    beginning = content[:2_000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith((b"<!doctype html", b"<html")) or b"<table" in beginning:
        return "een webpagina (HTML)"
    if content.startswith(b"PK"):
        raise WorkbookError(Problem.UNREADABLE, "De werkmap is onvolledig: het einde ontbreekt. Stuur haar nog eens.")
    is_text = b"\0" not in content[:2_000]
    return "een tekstbestand, zoals CSV" if is_text else "een onbekend soort bestand"


def _refuse_damage(what: str) -> NoReturn:
    raise WorkbookError(
        Problem.UNREADABLE, f"De werkmap is beschadigd: {what}. Sla haar opnieuw op en stuur haar nog eens."
    )


def _refuse_kind(kind: str) -> NoReturn:
    raise WorkbookError(
        Problem.NOT_A_WORKBOOK,
        f"Dit is geen Excel- of ODS-werkmap maar {kind}, hoe het bestand ook heet. Sla de opgave op als .xlsx en "
        "stuur die.",
    )


def refuse_encrypted() -> NoReturn:
    """Raise WorkbookError because a password is needed to read the file."""
    raise WorkbookError(
        Problem.ENCRYPTED, "De werkmap is beveiligd met een wachtwoord. Sla haar zonder wachtwoord op en stuur die."
    )


def _refuse_large(what: str, found: int, limit: int, unit: str = "") -> NoReturn:
    told = f"{what}: {dutch_number(Decimal(found))} {unit}".rstrip()
    raise WorkbookError(
        Problem.TOO_LARGE, f"{told}; hoogstens {dutch_number(Decimal(limit))} wordt gelezen. {_SMALLER}"
    )
