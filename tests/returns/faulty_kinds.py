"""Files that are something else than they are called, are locked, or have more in them than cells.

Each function makes the file of the fault in `faults.yaml` that has its name. A workbook that is damaged does not belong
here.
"""

from __future__ import annotations

import io
import struct

import xlwt  # type: ignore[import-untyped]  # has no stubs
from xlwt.CompoundDoc import XlsDoc  # type: ignore[import-untyped]  # has no stubs

from tests.returns.packages import (
    BOOK,
    NFU_XLS,
    POLITIE,
    TYPES,
    WVOI_ODS,
    changed,
    packed,
    parts_of,
    politie,
    related,
    with_parts,
)
from tests.returns.workbooks import sample

_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
_WRITE_ACCESS, _WRITE_ACCESS_BYTES, _SUPBOOK = 0x5C, 112, 0x1AE
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"


# -- something else ----------------------------------------------------------------------------------------------------


def csv_named_xlsx() -> bytes:
    return b"Eenheid;Doel;Totaal realisatie\nVoorbeeldeenheid 01;40;15\n"


def web_page_named_xlsx() -> bytes:
    return b"<html><body><table><tr><td>De Blauwe Baan</td><td>387</td></tr></table></body></html>"


def pdf_named_xlsx() -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def picture_named_xlsx() -> bytes:
    return b"\x89PNG\r\n\x1a\n" + bytes(200)


def rar_named_xlsx() -> bytes:
    return b"Rar!\x1a\x07\x01\x00" + bytes(500)


def noise() -> bytes:
    return bytes(range(256)) * 20


def rtf_named_xlsx() -> bytes:
    return rb"{\rtf1\ansi De Blauwe Baan\par}"


def zip_of_a_workbook() -> bytes:
    return packed({POLITIE: sample(POLITIE)})


def _office_document(part: str, kind: str) -> bytes:
    types = f'<Types><Override PartName="/{part}" ContentType="{kind}"/></Types>'
    return packed({TYPES: types.encode(), part: b"<document/>"})


def word_document_named_xlsx() -> bytes:
    return _office_document("word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml")


def presentation_named_xlsx() -> bytes:
    return _office_document("ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml")


def binary_workbook() -> bytes:
    return _office_document("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroEnabled.main")


def old_word_document() -> bytes:
    return _compound("WordDocument", bytes(4_096))


def xls_named_xlsx() -> bytes:
    return sample(NFU_XLS)


def ods_named_xlsx() -> bytes:
    return sample(WVOI_ODS)


def strict_open_xml() -> bytes:
    old, new = (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    parts = {name: data.replace(old.encode(), new.encode()) for name, data in politie().items()}
    old, new = "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument"
    return packed({name: data.replace(old.encode(), new.encode()) for name, data in parts.items()})


def xls_with_a_word_document_in_it() -> bytes:
    return _xls_with("WordDocument")


# -- locked ------------------------------------------------------------------------------------------------------------


def _compound(stream_name: str, data: bytes) -> bytes:
    """An OLE file with one stream."""
    file = io.BytesIO()
    XlsDoc().save(file, data)
    name, length = stream_name.encode("utf-16-le"), 2 * len(stream_name) + 2
    entry = "Workbook".encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 18)
    return file.getvalue().replace(entry, name.ljust(64, b"\0") + struct.pack("<H", length))


def workbook_with_a_password() -> bytes:
    return _compound("EncryptedPackage", struct.pack("<Q", 8_000) + bytes(8_000))


def part_with_a_password() -> bytes:
    content = bytearray(sample(POLITIE))
    for mark, flags in ((_LOCAL, 6), (_CENTRAL, 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def xls_with_a_password() -> bytes:
    book = xlwt.Workbook()
    book.add_sheet("Blad").write(0, 0, "Uitvraag banenafspraak 2023")
    records = book.get_biff_data()
    start = 4 + struct.unpack_from("<H", records, 2)[0]
    password = struct.pack("<HHHHHH", 0x2F, 6, 0, 1, 0, 0)[:10]
    return _compound("Workbook", records[:start] + password + records[start:])


def ods_with_a_password() -> bytes:
    manifest = b'<manifest><file-entry full-path="content.xml"><encryption-data/></file-entry></manifest>'
    return packed(parts_of(sample(WVOI_ODS)) | {"META-INF/manifest.xml": manifest, "content.xml": bytes(500)})


# -- with more in it than cells ----------------------------------------------------------------------------------------


def workbook_with_macros() -> bytes:
    plain, macro = f"{_MAIN}.sheet.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    parts = parts_of(changed({TYPES: lambda text: text.replace(plain, macro)}))
    return packed(parts | {"xl/vbaProject.bin": _compound("VBA", bytes(4_096))})


def xls_with_macros() -> bytes:
    return _xls_with("_VBA_PROJECT_CUR")


def _xls_with(entry: str) -> bytes:
    """The umc's .xls with one more entry in the directory of its OLE file."""
    content = sample(NFU_XLS)
    unused = b"\0" * 64 + struct.pack("<H", 0)
    name = entry.encode("utf-16-le")
    at = content.index(unused, content.index("Workbook".encode("utf-16-le")))
    return content[:at] + name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2) + content[at + 66 :]


def macro_sheet() -> bytes:
    part = "xl/macrosheets/sheet1.xml"
    kind = f'<Override PartName="/{part}" ContentType="application/vnd.ms-excel.macrosheet+xml"/>'
    sheet = '<macrosheet xmlns="http://schemas.microsoft.com/office/excel/2006/main"><sheetData/></macrosheet>'
    changes = related("xlMacrosheet", "macrosheets/sheet1.xml", kind)
    changes[BOOK] = lambda text: text.replace("</sheets>", '<sheet name="Macro1" sheetId="9" r:id="rId99"/></sheets>')
    return packed(parts_of(changed(changes)) | {part: sheet.encode()})


def link_to_another_workbook() -> bytes:
    part = "xl/externalLinks/externalLink1.xml"
    kind = f'<Override PartName="/{part}" ContentType="{_MAIN}.externalLink+xml"/>'
    link = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><ddeLink '
        'ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    )
    changes = related("externalLink", "externalLinks/externalLink1.xml", kind)
    return packed(parts_of(changed(changes)) | {part: link.encode()})


def connection_to_a_database() -> bytes:
    return with_parts({"xl/connections.xml": b'<connections><connection id="1" type="5"/></connections>'})


def embedded_object() -> bytes:
    return with_parts({"xl/embeddings/oleObject1.bin": _compound("Package", bytes(4_096))})


def embedded_workbook() -> bytes:
    return with_parts({"xl/embeddings/Microsoft_Excel_Sheet.xlsx": sample(POLITIE)})


def xls_with_a_link_to_another_workbook() -> bytes:
    return _xls_with_link(1, "\x01\x05file:///tmp/ander.xls", "Blad1")


def xls_with_a_link_that_starts_a_program() -> bytes:
    return _xls_with_link(0, "cmd\x03/c calc")


def _xls_with_link(sheets: int, *texts: str) -> bytes:
    """The umc's .xls with the record of a workbook that is referred to, or of a program, for that of who wrote it."""
    link = struct.pack("<H", sheets)
    for text in texts:
        link += struct.pack("<HB", len(text), 0) + text.encode("latin-1")
    content = sample(NFU_XLS)
    at = content.index(struct.pack("<HH", _WRITE_ACCESS, _WRITE_ACCESS_BYTES))
    record = struct.pack("<HH", _SUPBOOK, _WRITE_ACCESS_BYTES) + link.ljust(_WRITE_ACCESS_BYTES, b"\0")
    return content[:at] + record + content[at + len(record) :]


def _ods_with_object(document: str) -> bytes:
    """The research institutes' .ods with one more document in it."""
    content = f"<office:document-content><office:body>{document}</office:body></office:document-content>"
    return packed(parts_of(sample(WVOI_ODS)) | {"Object 1/content.xml": content.encode()})


def ods_with_a_chart() -> bytes:
    return _ods_with_object("<office:chart/>")


def object_in_an_ods() -> bytes:
    return _ods_with_object("<office:text/>")


def active_x_control() -> bytes:
    return with_parts({"xl/activeX/activeX1.bin": bytes(100), "xl/activeX/activeX1.xml": b"<ocx/>"})
