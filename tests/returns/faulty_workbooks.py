"""Workbooks with one fault each, made by code and named by it; `faulty_workbooks.csv` says what must come of each.

How a fault is made belongs here. Most are the return of the police over 2024 (goal 713, realisation 489) with one thing
wrong.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from tests.returns.workbooks import MBO, MIME_OF_ODS, POLITIE, edited, ods, sample, saved, with_cells, zipped

SHEET = "xl/worksheets/sheet1.xml"
TEXTS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
BOOK = "xl/workbook.xml"
TYPES = "[Content_Types].xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
OLE = bytes.fromhex("D0CF11E0A1B11AE1")
NUMBER_OF_A_PERSON = "123456782"  # passes the eleven-test; nobody's: the one in every manual

Fault = Callable[[], bytes]
FAULTS: dict[str, Fault] = {}


def fault(make: Fault) -> Fault:
    """Enter a fault under the name of the function that makes it."""
    FAULTS[make.__name__] = make
    return make


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a zipped workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """A zip file of these parts, in this order; a name may come twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes], content: bytes | None = None) -> bytes:
    """The police's return, or another workbook, of which one part was changed."""
    parts = parts_of(content or sample(POLITIE))
    changed = change(parts.get(name, b""))
    assert changed != parts.get(name), f"{name} must change"
    return packed({**parts, name: changed}.items())


def replaced(name: str, old: str, new: str, content: bytes | None = None) -> bytes:
    """The police's return, or another workbook, with other text in one part."""
    return with_part(name, lambda data: data.replace(old.encode(), new.encode(), 1), content)


def without_part(name: str) -> bytes:
    """The police's return without one of its parts."""
    parts = parts_of(sample(POLITIE))
    del parts[name]
    return packed(parts.items())


def with_parts(**parts: bytes) -> bytes:
    """The police's return with more parts; `__` in a name stands for a slash and `_DOT_` for a dot."""
    more = {name.replace("__", "/").replace("_DOT_", "."): data for name, data in parts.items()}
    return packed({**parts_of(sample(POLITIE)), **more}.items())


def before_end(xml: str, end: str = "</worksheet>") -> bytes:
    """The police's return with more at the end of its first sheet."""
    return replaced(SHEET, end, xml + end)


def in_rows(xml: str) -> bytes:
    """The police's return with more rows behind those of its first sheet."""
    return replaced(SHEET, "</sheetData>", xml + "</sheetData>")


def with_cell(xml: str, address: str = "P14") -> bytes:
    """The police's return, in which a cell of the first sheet is written anew; `{}` is what it was."""

    def change(data: bytes) -> bytes:
        start = data.index(f'<c r="{address}"'.encode())
        end = data.index(b"</c>", start) + len(b"</c>")
        return data[:start] + xml.replace("{}", data[start:end].decode()).encode() + data[end:]

    return with_part(SHEET, change)


def police(**cells: object) -> bytes:
    """The police's return with other values in some cells."""
    return with_cells(POLITIE, dict(cells))


def schools(**cells: object) -> bytes:
    """The return of the schools with other values in some cells."""
    return with_cells(MBO, dict(cells))


def formula(address: str, text: str, stored: object) -> bytes:
    """The police's return with a formula in a cell, and what it came to."""
    kind = ' t="str"' if isinstance(stored, str) else ""
    value = "" if stored is None else f"<v>{stored}</v>"
    return with_cell(f'<c r="{address}"{kind}><f>{text}</f>{value}</c>', address)


# -- no workbook at all ------------------------------------------------------------------------------------------------

FAULTS["an_empty_file"] = lambda: b""
FAULTS["a_csv_behind_xlsx"] = lambda: b"Eenheid;Doel\nVoorbeeldeenheid 01;40\n"
FAULTS["an_html_table_behind_xls"] = lambda: b"<html><body><table><tr><td>Doel</td></tr></table></body></html>"
FAULTS["a_pdf_behind_xlsx"] = lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500)
FAULTS["a_png_behind_xlsx"] = lambda: b"\x89PNG\r\n\x1a\n" + bytes(500)
FAULTS["an_rtf_behind_xlsx"] = lambda: rb"{\rtf1\ansi Opgave}"
FAULTS["a_rar_behind_xlsx"] = lambda: b"Rar!\x1a\x07\x01\x00" + bytes(500)
FAULTS["noise"] = lambda: bytes(range(256)) * 20
FAULTS["a_word_document_behind_xlsx"] = lambda: zipped({TYPES: "<Types/>", "word/document.xml": "<w:document/>"})
FAULTS["a_presentation_behind_xlsx"] = lambda: zipped({TYPES: "<Types/>", "ppt/presentation.xml": "<p/>"})
FAULTS["a_binary_workbook_xlsb"] = lambda: zipped({TYPES: "<Types/>", "xl/workbook.bin": "x"})
FAULTS["a_plain_zip_behind_xlsx"] = lambda: zipped({"opgave.txt": "Doel 713"})
FAULTS["a_zip_with_a_workbook_in_it"] = lambda: packed([("opgave.xlsx", sample(POLITIE))])
FAULTS["an_old_word_document_behind_xls"] = lambda: OLE + bytes(504) + "WordDocument".encode("utf-16-le") + bytes(500)
FAULTS["an_encrypted_workbook"] = lambda: OLE + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(500)


@fault
def an_encrypted_part() -> bytes:
    content = bytearray(sample(POLITIE))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    return bytes(content)


@fault
def an_encrypted_ods() -> bytes:
    manifest = "<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    return zipped({"mimetype": MIME_OF_ODS, "content.xml": "\x00\x01", "META-INF/manifest.xml": manifest})


# -- damaged -----------------------------------------------------------------------------------------------------------

FAULTS["cut_off_after_100_bytes"] = lambda: sample(POLITIE)[:100]
FAULTS["cut_off_halfway"] = lambda: sample(POLITIE)[: len(sample(POLITIE)) // 2]
FAULTS["cut_off_before_the_last_byte"] = lambda: sample(POLITIE)[:-1]
FAULTS["without_its_first_half"] = lambda: sample(POLITIE)[len(sample(POLITIE)) // 2 :]
FAULTS["an_ole_header_alone"] = lambda: OLE + bytes(600)
FAULTS["without_content_types"] = lambda: without_part(TYPES)
FAULTS["without_a_workbook_part"] = lambda: without_part(BOOK)
FAULTS["without_relations"] = lambda: without_part(RELATIONS)
FAULTS["without_its_sheet"] = lambda: without_part(SHEET)
FAULTS["without_styles"] = lambda: without_part(STYLES)
FAULTS["without_shared_texts"] = lambda: without_part(TEXTS)
FAULTS["a_sheet_cut_off"] = lambda: with_part(SHEET, lambda data: data[: len(data) // 2])
FAULTS["a_sheet_of_no_bytes"] = lambda: with_part(SHEET, lambda _: b"")
FAULTS["without_the_sheet_that_explains"] = lambda: without_part("xl/worksheets/sheet2.xml")
FAULTS["an_ods_without_its_manifest"] = lambda: zipped({"mimetype": MIME_OF_ODS, "content.xml": "<a/>"})
FAULTS["a_relation_to_a_part_that_is_not_there"] = lambda: replaced(RELATIONS, "sheet1.xml", "sheet9.xml")
FAULTS["a_tag_that_is_not_closed"] = lambda: replaced(SHEET, "</sheetData>", "")
FAULTS["a_shared_text_that_is_not_there"] = lambda: with_cell('<c r="C14" t="s"><v>99999</v></c>', "C14")
FAULTS["a_shared_text_below_zero"] = lambda: with_cell('<c r="C14" t="s"><v>-99999</v></c>', "C14")
FAULTS["a_style_that_is_not_there"] = lambda: with_cell('<c r="P14" s="99999"><v>489</v></c>')
FAULTS["a_number_that_is_no_number"] = lambda: with_cell('<c r="P14"><v>vierhonderd</v></c>')
FAULTS["a_nul_in_the_xml"] = lambda: replaced(SHEET, "</sheetData>", "\x00</sheetData>")
FAULTS["a_control_character_in_the_xml"] = lambda: replaced(TEXTS, "Doel", "Do\x0bel")
FAULTS["bytes_that_are_no_utf8"] = lambda: with_part(TEXTS, lambda data: data.replace(b"Doel", b"Do\xffel"))


@fault
def a_checksum_that_is_wrong() -> bytes:
    parts = parts_of(sample(POLITIE))
    content = bytearray(packed(parts.items()))
    crc = zlib.crc32(parts[SHEET]).to_bytes(4, "little")
    while crc in content:
        content[content.index(crc)] ^= 0xFF
    return bytes(content)


@fault
def a_part_that_is_there_twice() -> bytes:
    parts = parts_of(sample(POLITIE))
    other = parts[SHEET].replace(b"<v>489</v>", b"<v>4890</v>")
    return packed(chain(parts.items(), [(SHEET, other)]))


# -- made to do harm ---------------------------------------------------------------------------------------------------

ENTITIES = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
FETCHING = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _declared(name: str, declaration: str) -> bytes:
    return with_part(name, lambda data: data.replace(b"?>", b"?>" + declaration.encode(), 1))


FAULTS["entities_that_grow_in_a_sheet"] = lambda: _declared(SHEET, ENTITIES)
FAULTS["entities_that_grow_in_the_styles"] = lambda: _declared(STYLES, ENTITIES)
FAULTS["an_entity_that_fetches_a_file"] = lambda: _declared(TEXTS, FETCHING)
FAULTS["a_document_type_that_fetches"] = lambda: _declared(BOOK, '<!DOCTYPE a SYSTEM "http://kwaad.example/a.dtd">')
FAULTS["entities_in_utf16"] = lambda: with_part(
    TEXTS, lambda data: data.decode().replace("UTF-8", "UTF-16").replace("?>", "?>" + ENTITIES, 1).encode("utf-16")
)
FAULTS["entities_in_an_ods"] = lambda: packed(
    {**parts_of(ods("")), "content.xml": f"<?xml version='1.0'?>{ENTITIES}<a>&c;</a>".encode()}.items()
)
FAULTS["a_bomb_of_spaces"] = lambda: with_parts(xl__media__a_DOT_xml=b" " * 60_000_000)
FAULTS["more_bytes_than_are_opened"] = lambda: bytes(50_000_001)
FAULTS["thousands_of_parts"] = lambda: packed(
    chain(parts_of(sample(POLITIE)).items(), ((f"xl/media/{n}.png", b"x") for n in range(2_100)))
)
FAULTS["a_million_shared_texts"] = lambda: with_part(
    TEXTS, lambda data: data.replace(b"</sst>", b"<si><t>x</t></si>" * 1_000_000 + b"</sst>")
)
FAULTS["hundreds_of_thousands_of_rows_without_cells"] = lambda: in_rows(
    "".join(f'<row r="{n}"/>' for n in range(100, 300_100))
)
FAULTS["every_cell_merged"] = lambda: before_end('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
FAULTS["many_merges_on_top_of_each_other"] = lambda: before_end(
    "<mergeCells>" + '<mergeCell ref="A20:Z2000"/>' * 300 + "</mergeCells>"
)
FAULTS["a_cell_at_the_far_end"] = lambda: in_rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
FAULTS["a_row_beyond_the_last"] = lambda: in_rows('<row r="99999999"><c r="A99999999"><v>1</v></c></row>')
FAULTS["a_column_beyond_the_last"] = lambda: in_rows('<row r="40"><c r="AAAA40"><v>1</v></c></row>')
FAULTS["an_ods_row_repeated_nine_million_times"] = lambda: ods(
    '<table:table-row table:number-rows-repeated="9000000"><table:table-cell office:value-type="string">'
    "<text:p>a</text:p></table:table-cell></table:table-row>"
)
FAULTS["a_part_named_like_a_path"] = lambda: packed(
    chain(parts_of(sample(POLITIE)).items(), [("../../../tmp/kwaad.xml", b"<a/>")])
)


# -- what comes along --------------------------------------------------------------------------------------------------

FAULTS["macros"] = lambda: with_parts(xl__vbaProject_DOT_bin=OLE + bytes(600))
FAULTS["a_macro_sheet"] = lambda: with_parts(xl__macrosheets__sheet1_DOT_xml=b"<xm:macrosheet xmlns:xm='m'/>")
FAULTS["a_link_to_another_workbook"] = lambda: with_parts(xl__externalLinks__externalLink1_DOT_xml=b"<externalLink/>")
FAULTS["a_connection_to_a_database"] = lambda: with_parts(xl__connections_DOT_xml=b"<connections/>")
FAULTS["an_embedded_document"] = lambda: with_parts(xl__embeddings__oleObject1_DOT_bin=OLE + bytes(600))
FAULTS["a_control_of_activex"] = lambda: with_parts(xl__activeX__activeX1_DOT_bin=bytes(100))
FAULTS["a_formula_that_fetches"] = lambda: formula_at_the_side('WEBSERVICE("http://kwaad.example")', "x")
FAULTS["a_formula_for_a_header"] = lambda: schools(J4="=HYPERLINK(1)")


def formula_at_the_side(text: str, stored: str) -> bytes:
    """The police's return with a formula outside its table."""
    escaped = text.replace('"', "&quot;")
    return in_rows(f'<row r="30"><c r="D30" t="str"><f>{escaped}</f><v>{stored}</v></c></row>')


FAULTS["a_formula_that_starts_a_program"] = lambda: formula_at_the_side("cmd|'/c calc'!A1", "x")


# -- odd, and yet to be read -------------------------------------------------------------------------------------------

FAULTS["nothing_wrong"] = lambda: sample(POLITIE)
FAULTS["bytes_after_the_end"] = lambda: sample(POLITIE) + bytes(40)
FAULTS["bytes_before_the_beginning"] = lambda: b"voorop" + sample(POLITIE)
FAULTS["a_formula_with_its_stored_value"] = lambda: formula("P14", "SUM(D14:O14)", 489)
FAULTS["cells_out_of_order"] = lambda: with_cell('{}<c r="A14"/>', "P14")
FAULTS["digits_beyond_what_a_spreadsheet_keeps"] = lambda: with_cell('<c r="P14"><v>489.00000000000001</v></c>')
FAULTS["a_sheet_name_that_turns_around"] = lambda: replaced(BOOK, 'name="Toelichting"', 'name="Toe\u202egnithcil"')
FAULTS["a_very_long_text"] = lambda: schools(G9="bevestigd: geen banen " + "x" * 32_000)


@fault
def the_same_cell_twice() -> bytes:
    """Which of the two a reader shows is chance."""
    return with_cell('{}<c r="P14"><v>4890</v></c>', "P14")


@fault
def the_same_row_twice() -> bytes:
    return in_rows('<row r="14"><c r="P14"><v>4890</v></c></row>')


@fault
def two_sheets_of_one_name() -> bytes:
    return replaced(BOOK, 'name="Toelichting"', 'name="Overzicht"')


# -- cells -------------------------------------------------------------------------------------------------------------

FAULTS["a_number_beyond_all_bounds"] = lambda: with_cell('<c r="P14"><v>1E+999</v></c>')
FAULTS["a_number_of_308_digits"] = lambda: with_cell('<c r="P14"><v>1E+308</v></c>')
FAULTS["not_a_number"] = lambda: with_cell('<c r="P14"><v>NaN</v></c>')
FAULTS["jobs_below_zero"] = lambda: schools(D7=-13.67)
FAULTS["a_date_for_a_number"] = lambda: police_date("P14")
FAULTS["yes_for_a_number"] = lambda: police(P14=True)
FAULTS["a_word_for_a_number"] = lambda: schools(D7="veel")
FAULTS["an_error_for_a_number"] = lambda: with_cell('<c r="P14" t="e"><v>#REF!</v></c>')
FAULTS["a_formula_without_its_value"] = lambda: formula("P14", "SUM(D14:O14)", None)
FAULTS["two_figures_in_one_cell"] = lambda: schools(D7="13 of 14")
FAULTS["a_number_as_text"] = lambda: schools(D7="13,67")
FAULTS["a_unit_that_contradicts"] = lambda: schools(D7="13,67 uren")
FAULTS["a_total_that_does_not_add_up"] = lambda: police(P14=498)
FAULTS["a_number_outside_the_table"] = lambda: police(D30=12)
FAULTS["a_text_outside_the_table"] = lambda: police(D30="zie bijlage")
FAULTS["a_row_without_its_name"] = lambda: schools(A9=None, B9=None)
FAULTS["a_header_wiped"] = lambda: police(C16=None)
FAULTS["a_header_renamed"] = lambda: police(C16="Aantal mensen")
FAULTS["a_header_twice"] = lambda: police(C16="Inhuur")
FAULTS["a_header_nobody_knows"] = lambda: schools(H4="Banen elders")
FAULTS["a_year_to_come"] = lambda: replaced(TEXTS, "Peildatum: 31 december 2024", "Peildatum: 31 december 2031")
FAULTS["nobodys_workbook"] = lambda: saved(openpyxl.Workbook())


def police_date(address: str) -> bytes:
    """The police's return with a date in a cell that should hold a number."""
    from datetime import date

    def change(sheet: Worksheet) -> None:
        sheet[address] = date(2024, 12, 31)
        sheet[address].number_format = "dd-mm-yyyy"

    return edited(POLITIE, change)


# -- sheets, rows and columns ------------------------------------------------------------------------------------------


def _police(change: Callable[[Worksheet], Any]) -> bytes:
    return edited(POLITIE, change)


def _added(sheet: Worksheet, title: str) -> Worksheet:
    book = sheet.parent
    assert book is not None
    added = book.create_sheet(title)
    assert isinstance(added, Worksheet)
    return added


def _hide_sheet(sheet: Worksheet) -> None:
    hidden = _added(sheet, "Verborgen")
    hidden["A1"] = "iets"
    hidden.sheet_state = "veryHidden"


def _hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[12].hidden = True


def _hide_column(sheet: Worksheet) -> None:
    sheet.column_dimensions["F"].hidden = True


def _rename(sheet: Worksheet) -> None:
    sheet.title = "Blad1"


FAULTS["a_hidden_sheet"] = lambda: _police(_hide_sheet)
FAULTS["a_hidden_row_with_figures"] = lambda: _police(_hide_row)
FAULTS["a_hidden_column_with_figures"] = lambda: _police(_hide_column)
FAULTS["a_sheet_renamed"] = lambda: _police(_rename)
FAULTS["merged_figures"] = lambda: edited(MBO, lambda sheet: sheet.merge_cells("D7:D8"))
FAULTS["a_sheet_nobody_knows"] = lambda: _police(lambda sheet: _added(sheet, "Extra").append(["iets"]))
FAULTS["without_its_total"] = lambda: _police(lambda sheet: sheet.delete_cols(16))


# -- data of persons ---------------------------------------------------------------------------------------------------


def _note(sheet: Worksheet) -> None:
    sheet["D10"].comment = Comment(f"zie {NUMBER_OF_A_PERSON}", "x")


def _on_hidden_sheet(sheet: Worksheet) -> None:
    hidden = _added(sheet, "Lijst")
    hidden["B3"] = int(NUMBER_OF_A_PERSON)
    hidden.sheet_state = "hidden"


FAULTS["a_number_of_a_person_in_a_cell"] = lambda: police(D30=int(NUMBER_OF_A_PERSON))
FAULTS["a_number_of_a_person_with_dots"] = lambda: police(D30="123.456.782")
FAULTS["a_number_of_a_person_in_a_note"] = lambda: _police(_note)
FAULTS["a_number_of_a_person_on_a_hidden_sheet"] = lambda: _police(_on_hidden_sheet)
FAULTS["a_column_of_names_of_persons"] = lambda: schools(H4="Naam medewerker", H5="x")
