"""Files that are faulty as files: made to harm, or damaged on the way.

Each function makes the file of the fault in `faults.yaml` that has its name. What is wrong inside a sheet does not
belong here, nor what is no workbook or comes with one.
"""

from __future__ import annotations

import io
import struct
import zipfile
from random import Random

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
    replaced,
    with_parts,
    without_part,
)
from tests.returns.workbooks import sample

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_MILLION = 1_000_000
_LOCAL, _CENTRAL = b"PK\x03\x04", b"PK\x01\x02"


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


def millions_of_elements() -> bytes:
    """The picture does not pack, so that the whole does not expand too far."""
    picture = Random(1).randbytes(_MILLION)
    return with_parts({"xl/media/image1.png": picture, "xl/theme/theme2.xml": b"<a>" + b"<b/>" * 25 * _MILLION})


def a_million_shared_texts() -> bytes:
    texts = politie()[TEXTS].replace(b"</sst>", b"<si><t/></si>" * _MILLION + b"</sst>")
    return with_parts({TEXTS: texts})


def a_million_shared_texts_with_spaces_in_their_tags() -> bytes:
    texts = politie()[TEXTS].replace(b"</sst>", b"<si ><t/></si >" * _MILLION + b"</sst>")
    return with_parts({TEXTS: texts})


def a_million_shared_texts_in_another_part() -> bytes:
    """The part has a name of no XML, and the elements have a prefix."""
    parts = politie()
    namespace = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    parts["xl/texts.dat"] = b'<x:sst xmlns:x="' + namespace + b'">' + b"<x:si/>" * _MILLION + b"</x:sst>"
    declared = b'<Override PartName="/xl/texts.dat" ContentType="' + kind + b'"/></Types>'
    return packed(parts | {TYPES: parts[TYPES].replace(b"</Types>", declared)})


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


def _with_wrong_checksum(part: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        checksum = struct.pack("<I", archive.getinfo(part).CRC)
    return bytes(content.replace(checksum, b"\x01\x02\x03\x04"))


def wrong_checksum_of_a_sheet() -> bytes:
    return _with_wrong_checksum(SHEET, with_parts({}))


def wrong_checksum_of_a_part_without_cells() -> bytes:
    return _with_wrong_checksum("docProps/app.xml", with_parts({}))


def wrong_checksum_of_a_picture() -> bytes:
    name = "xl/media/image1.png"
    return _with_wrong_checksum(name, with_parts({name: b"picture"}))


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


def _packed_otherwise(packing: int) -> bytes:
    """The police's return with its sheet packed in another way."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in politie().items():
            archive.writestr(name, data, compress_type=packing if name == SHEET else None)
    return stream.getvalue()


def sheet_packed_by_bzip2() -> bytes:
    return _packed_otherwise(zipfile.ZIP_BZIP2)


def sheet_packed_by_lzma() -> bytes:
    return _packed_otherwise(zipfile.ZIP_LZMA)


def sheet_not_packed() -> bytes:
    return _packed_otherwise(zipfile.ZIP_STORED)


def no_content_types() -> bytes:
    return without_part(TYPES)
