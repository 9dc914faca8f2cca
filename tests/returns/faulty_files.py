"""Files that are faulty as files: made to harm, damaged on the way, something else, or with more in them than cells.

Each function makes the file of the fault in `faults.yaml` that has its name. What is wrong inside a sheet does not
belong here.
"""

from __future__ import annotations

import io
import struct
import zipfile

import xlwt  # type: ignore[import-untyped]  # has no stubs
from xlwt.CompoundDoc import XlsDoc  # type: ignore[import-untyped]  # has no stubs

from tests.returns.packages import (
    BOOK,
    BOOK_RELATIONS,
    NFU_XLS,
    POLITIE,
    SHEET,
    TEXTS,
    TYPES,
    WVOI_ODS,
    changed,
    packed,
    parts_of,
    politie,
    related,
    replaced,
    with_parts,
    without_part,
)
from tests.returns.workbooks import sample

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MILLION = 1_000_000
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml"


# -- made to harm ------------------------------------------------------------------------------------------------------


def zip_bomb() -> bytes:
    sheet = politie()[SHEET]
    return with_parts({SHEET: sheet.replace(b"</sheetData>", b"</sheetData>" + b" " * 30 * _MILLION)})


def zip_bomb_that_lies_about_its_size() -> bytes:
    content = bytearray(zip_bomb())
    size = struct.pack("<I", len(politie()[SHEET]) + 30 * _MILLION)
    return bytes(content.replace(size, struct.pack("<I", 5_000)))


def more_bytes_than_are_opened() -> bytes:
    return bytes(50_000_001)


def thousands_of_parts() -> bytes:
    return with_parts({f"xl/media/image{number}.png": b"" for number in range(2_100)})


def a_million_shared_texts() -> bytes:
    texts = politie()[TEXTS].replace(b"</sst>", b"<si><t/></si>" * _MILLION + b"</sst>")
    return with_parts({TEXTS: texts})


def _with_document_type(part: str, document_type: str) -> bytes:
    return changed({part: lambda text: text.replace("?>", f"?>{document_type}", 1)})


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _with_document_type(TEXTS, f'<!DOCTYPE sst [<!ENTITY l0 "ha">{entities}]>')


def quadratic_blow_up() -> bytes:
    return _with_document_type(SHEET, f'<!DOCTYPE worksheet [<!ENTITY a "{"a" * 100_000}">]>')


def entity_from_a_file() -> bytes:
    return _with_document_type(SHEET, '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/passwd">]>')


def document_type_from_the_network() -> bytes:
    return _with_document_type(BOOK, '<!DOCTYPE workbook SYSTEM "http://127.0.0.1:9/workbook.dtd">')


def _entities_in(encoding: str, declared: str) -> bytes:
    text = politie()[SHEET].decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    declaration, rest = text.split("?>", 1)
    doubtful = f'{declaration}?><!DOCTYPE worksheet [<!ENTITY a "b">]>{rest}'
    return with_parts({SHEET: doubtful.encode(encoding)})


def entities_in_utf_16_with_little_end_first() -> bytes:
    return _entities_in("utf-16", "UTF-16")


def entities_in_utf_16_with_big_end_first() -> bytes:
    text = _entities_in("utf-16", "UTF-16")
    return with_parts({SHEET: b"\xfe\xff" + parts_of(text)[SHEET].decode("utf-16").encode("utf-16-be")})


def entities_in_ebcdic() -> bytes:
    declaration, rest = parts_of(_entities_in("utf-8", "cp037"))[SHEET].decode().split("?>", 1)
    return with_parts({SHEET: f"{declaration}?>".encode() + rest.encode("cp037")})


def entities_in_a_part_that_is_not_named_xml() -> bytes:
    content = parts_of(billion_laughs())
    content["xl/texts.dat"] = content.pop(TEXTS)
    for name, old, new in ((TYPES, TEXTS, "xl/texts.dat"), (BOOK_RELATIONS, "sharedStrings.xml", "texts.dat")):
        content[name] = content[name].replace(old.encode(), new.encode())
    return packed(content)


def entities_in_an_ods() -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    document_type = b'?><!DOCTYPE a [<!ENTITY b "b">]>'
    return packed(parts | {"content.xml": parts["content.xml"].replace(b"?>", document_type, 1)})


def part_name_that_climbs_out() -> bytes:
    return with_parts({"../../../../tmp/kwaad.xml": b"<kwaad/>", "/etc/cron.d/kwaad": b""})


def relation_that_climbs_out() -> bytes:
    return replaced(BOOK_RELATIONS, "worksheets/sheet1.xml", "../../../../etc/passwd")


# -- damaged -----------------------------------------------------------------------------------------------------------


def empty_file() -> bytes:
    return b""


def cut_off_after_a_hundred_bytes() -> bytes:
    return sample(POLITIE)[:100]


def cut_off_half_way() -> bytes:
    content = sample(POLITIE)
    return content[: len(content) // 2]


def cut_off_before_the_directory() -> bytes:
    content = sample(POLITIE)
    return content[: content.index(_CENTRAL)]


def cut_off_one_byte_before_the_end() -> bytes:
    return sample(POLITIE)[:-1]


def cut_off_xls() -> bytes:
    content = sample(NFU_XLS)
    return content[: len(content) // 2]


def ole_header_alone() -> bytes:
    return _OLE + bytes(600)


def without_its_first_bytes() -> bytes:
    return sample(POLITIE)[1_000:]


def bytes_after_the_end() -> bytes:
    return sample(POLITIE) + bytes(512)


def another_workbook_in_front() -> bytes:
    return changed({SHEET: lambda text: text.replace("<v>713</v>", "<v>999</v>")}) + sample(POLITIE)


def part_twice() -> bytes:
    parts = politie()
    other = parts[SHEET].replace(b"<v>448</v>", b"<v>999</v>")
    return packed([*parts.items(), (SHEET, other)])


def part_twice_but_for_a_capital() -> bytes:
    other = politie()[SHEET].replace(b"<v>448</v>", b"<v>999</v>")
    return with_parts({"xl/worksheets/Sheet1.xml": other})


def _with_wrong_checksum(part: str) -> bytes:
    content = bytearray(sample(POLITIE))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        checksum = struct.pack("<I", archive.getinfo(part).CRC)
    return bytes(content.replace(checksum, b"\x01\x02\x03\x04"))


def wrong_checksum_of_a_sheet() -> bytes:
    return _with_wrong_checksum(SHEET)


def wrong_checksum_of_a_part_without_cells() -> bytes:
    return _with_wrong_checksum("docProps/app.xml")


def flipped_bit_in_a_sheet() -> bytes:
    content = bytearray(sample(POLITIE))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo(SHEET)
    content[part.header_offset + 30 + len(SHEET) + part.compress_size // 2] ^= 0x10
    return bytes(content)


def ods_without_manifest() -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    del parts["META-INF/manifest.xml"]
    return packed(parts)


def no_content_types() -> bytes:
    return without_part(TYPES)


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
    content = sample(NFU_XLS)
    unused = b"\0" * 64 + struct.pack("<H", 0)
    name = "_VBA_PROJECT_CUR".encode("utf-16-le")
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


def active_x_control() -> bytes:
    return with_parts({"xl/activeX/activeX1.bin": bytes(100), "xl/activeX/activeX1.xml": b"<ocx/>"})
