"""Workbooks of which the XML inside says what no program writes, or refers to what is not there.

Each function makes the file of the fault in `faults.yaml` that has its name, from the police's return. In it C12 holds
16 persons of unit E01, and O12 the 448 of all units. What a sender can do in Excel does not belong here.
"""

from __future__ import annotations

from tests.returns.packages import (
    BOOK,
    BOOK_RELATIONS,
    OFFICE,
    SHEET,
    STYLES,
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

_XLINK = ' xmlns:xlink="http://www.w3.org/1999/xlink" '
_PERSONS = '<c r="C12" s="5"><v>16</v></c>'


def _with_persons(cell: str) -> bytes:
    """The cell with 16 persons, written otherwise."""
    return replaced(SHEET, _PERSONS, cell)


def below_the_table(rows: str) -> bytes:
    """The police's return with more rows below its table."""
    return replaced(SHEET, "</sheetData>", f"{rows}</sheetData>")


# -- too large ---------------------------------------------------------------------------------------------------------


def merge_of_the_whole_sheet() -> bytes:
    return replaced(SHEET, "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')


def thousands_of_merges_over_each_other() -> bytes:
    merges = '<mergeCell ref="A100:Z199"/>' * 5_000
    return replaced(SHEET, "</sheetData>", f"</sheetData><mergeCells>{merges}</mergeCells>")


def hidden_columns_told_a_hundred_thousand_times() -> bytes:
    """They stand beside the table, so that they hide nothing."""
    return _with_columns('<col min="20" max="16384" width="9" hidden="1"/>' * 100_000)


def hidden_columns_over_each_other() -> bytes:
    return _with_columns("".join(f'<col min="{first}" max="16384" hidden="1"/>' for first in range(20, 16_385)))


def hidden_columns_beyond_the_last() -> bytes:
    return _with_columns('<col min="20" max="999999999" hidden="1"/>')


def _with_columns(columns: str) -> bytes:
    """The police's return with more columns told in its sheet."""
    return replaced(SHEET, "</cols>", f"{columns}</cols>")


def link_at_the_whole_sheet() -> bytes:
    links = '<hyperlinks><hyperlink ref="A1:XFD1048576" location="Toelichting!A1"/></hyperlinks>'
    return replaced(SHEET, "</sheetData>", f"</sheetData>{links}")


def text_in_the_last_cell_of_the_sheet() -> bytes:
    return below_the_table('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>')


def row_beyond_the_last_row() -> bytes:
    return below_the_table('<row r="99999999"><c r="B99999999"><v>1</v></c></row>')


def ods_row_repeated_without_end() -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    more = (
        b'<table:table-row table:number-rows-repeated="1048000"><table:table-cell office:value-type="string" '
        b'table:number-columns-repeated="200"><text:p>x</text:p></table:table-cell></table:table-row></table:table>'
    )
    return packed(parts | {"content.xml": parts["content.xml"].replace(b"</table:table>", more, 1)})


def ods_note_beyond_the_last_row() -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    note = (
        b'<table:table-row table:number-rows-repeated="1048599"><table:table-cell/></table:table-row><table:table-row>'
        b"<table:table-cell><office:annotation><text:p>x</text:p></office:annotation></table:table-cell>"
        b"</table:table-row></table:table>"
    )
    return packed(parts | {"content.xml": parts["content.xml"].replace(b"</table:table>", note, 1)})


def tens_of_thousands_of_stray_numbers() -> bytes:
    return below_the_table("".join(f'<row r="{row}"><c r="B{row}"><v>7</v></c></row>' for row in range(100, 60_100)))


def one_long_text_in_hundreds_of_cells() -> bytes:
    parts = politie()
    number = parts[TEXTS].count(b"<si>")
    text = b"<si><t>" + b"lang en " * 4_095 + b"langer!</t></si></sst>"
    cells = "".join(f'<row r="{row}"><c r="B{row}" t="s"><v>{number}</v></c></row>' for row in range(100, 500))
    sheet = parts[SHEET].replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    return packed({**parts, TEXTS: parts[TEXTS].replace(b"</sst>", text), SHEET: sheet})


def hundreds_of_thousands_of_rows_without_cells() -> bytes:
    return below_the_table("".join(f'<row r="{number}"/>' for number in range(100, 300_100)))


def column_beyond_the_last_column() -> bytes:
    return below_the_table('<row r="40"><c r="AAAA40"><v>1</v></c></row>')


def dimension_that_exaggerates() -> bytes:
    return replaced(SHEET, '<dimension ref="B1:O12"/>', '<dimension ref="A1:XFD1048576"/>')


# -- cells -------------------------------------------------------------------------------------------------------------


def cells_out_of_order() -> bytes:
    other = '<c r="D12" s="5"><v>27</v></c>'
    return replaced(SHEET, f"{_PERSONS}{other}", f"{other}{_PERSONS}")


def rows_out_of_order() -> bytes:
    def swap(text: str) -> str:
        head, first, second = text.rsplit("<row ", 2)
        second, tail = second.split("</sheetData>")
        return f"{head}<row {second}<row {first}</sheetData>{tail}"

    return changed({SHEET: swap})


def cells_without_addresses() -> bytes:
    def without(text: str) -> str:
        head, row = text.rsplit('<row r="12"', 1)
        for column in "BCDEFGHIJKLMNO":
            row = row.replace(f'<c r="{column}12"', "<c")
        return f'{head}<row r="12"{row.replace(">", "><c/>", 1)}'

    return changed({SHEET: without})


def cell_twice_with_other_values() -> bytes:
    return _with_persons(f'{_PERSONS}<c r="C12" s="5"><v>61</v></c>')


def row_twice_with_other_values() -> bytes:
    return below_the_table('<row r="12"><c r="C12" s="5"><v>61</v></c></row>')


def cell_of_another_row() -> bytes:
    return _with_persons('<c r="C13" s="5"><v>16</v></c>')


def two_values_in_a_cell() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>16</v><v>61</v></c>')


def text_and_value_in_a_cell() -> bytes:
    return _with_persons('<c r="C12" s="5"><is><t>zestien</t></is><v>61</v></c>')


def value_before_its_formula() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>16</v><f>8+8</f></c>')


def something_else_in_a_cell() -> bytes:
    return _with_persons('<c r="C12" s="5"><x/><v>16</v></c>')


def value_of_an_unknown_kind() -> bytes:
    return _with_persons('<c r="C12" s="5" t="getal"><v>16</v></c>')


def negative_number_of_a_style() -> bytes:
    return _with_persons('<c r="C12" s="-1"><v>16</v></c>')


def style_that_is_not_there() -> bytes:
    return _with_persons('<c r="C12" s="9999"><v>16</v></c>')


def negative_number_of_a_text() -> bytes:
    return replaced(SHEET, '<c r="C5" s="3" t="s"><v>17</v>', '<c r="C5" s="3" t="s"><v>-1</v>')


def text_that_is_not_there() -> bytes:
    return replaced(SHEET, '<c r="C5" s="3" t="s"><v>17</v>', '<c r="C5" s="3" t="s"><v>9999</v>')


# -- numbers -----------------------------------------------------------------------------------------------------------


def number_with_an_underscore() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>1_6</v></c>')


def number_in_arabic_digits() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>١٦</v></c>')


def number_that_is_a_word() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>zestien</v></c>')


def not_a_number() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>NaN</v></c>')


def infinite_number() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>INF</v></c>')


def preposterous_number() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>1E+308</v></c>')


def number_too_large_for_a_double() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>1E+999</v></c>')


def minus_zero() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>-0</v></c>')


def number_of_seventeen_digits() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>16.000000000000004</v></c>')


def number_with_an_exponent() -> bytes:
    return _with_persons('<c r="C12" s="5"><v>1.6E+1</v></c>')


# -- formulas: they are never carried out ------------------------------------------------------------------------------


def formula_with_its_value() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>8+8</f><v>16</v></c>')


def formula_that_shows_a_link() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>HYPERLINK("http://127.0.0.1:9/",16)</f><v>16</v></c>')


def formula_that_starts_a_program() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>cmd|\'/c calc\'!A0</f></c>')


def formula_that_asks_a_web_service() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>WEBSERVICE("http://127.0.0.1:9/"&amp;C5)</f></c>')


def formula_that_started_a_program() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>cmd|\'/c calc\'!A0</f><v>16</v></c>')


def formula_that_asked_a_web_service() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>_xlfn.WEBSERVICE("http://127.0.0.1:9/"&amp;C5)</f><v>16</v></c>')


def formula_that_asked_a_web_service_in_disguise() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>web&#83;ervice ("http://127.0.0.1:9/")</f><v>16</v></c>')


def formula_with_another_workbook() -> bytes:
    return _with_persons('<c r="C12" s="5"><f>\'[1]Blad 1\'!A1</f><v>16</v></c>')


def formula_with_another_workbook_for_the_slow_reader() -> bytes:
    return _with_persons('<c r="C12" s="5"><!-- traag --><f>[1]Blad!A1</f><v>16</v></c>')


def formula_that_only_looks_like_a_call() -> bytes:
    formula = 'IF("a|b"="WEBSERVICE(",8,Tabel1[[#This Row],[1]])+Tabel1[1]+Blad!A1'
    return _with_persons(f'<c r="C12" s="5"><f>{formula}</f><v>16</v></c>')


def name_that_starts_a_program() -> bytes:
    name = "<definedNames><definedName name=\"x\">cmd|'/c calc'!A0</definedName></definedNames>"
    return replaced(BOOK, "</sheets>", f"</sheets>{name}")


def _ods_with_formula(formula: str) -> bytes:
    """The research institutes' .ods with a formula at its one figure of 47.6."""
    figure = 'office:value-type="float" office:value="47.6"'
    return _ods_with(figure, f'{figure} table:formula="{formula}"')


def _ods_with(old: str, new: str) -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    assert parts["content.xml"].count(old.encode()) == 1
    return packed(parts | {"content.xml": parts["content.xml"].replace(old.encode(), new.encode())})


def ods_formula_with_another_workbook() -> bytes:
    return _ods_with_formula("of:=['file:///tmp/ander.ods'#$Blad1.A1]")


def ods_formula_that_asked_a_program() -> bytes:
    return _ods_with_formula("of:=DDE(&quot;soffice&quot;;&quot;/tmp/ander.ods&quot;;&quot;A1&quot;)")


def ods_formula_with_rows_of_an_array() -> bytes:
    return _ods_with_formula("of:=SUM({1;2|3;4})+SUM([.A1:.B2]![.B1:.C2])")


def ods_sheet_from_another_workbook() -> bytes:
    table = '<table:table table:name="Opgave" table:style-name="ta1">'
    source = '<table:table-source xlink:href="file:///tmp/ander.ods" table:table-name="Blad1"/>'
    return _ods_with(table, f"{table}{source.replace(' ', _XLINK, 1)}")


def formula_of_which_an_error_came() -> bytes:
    return _with_persons('<c r="C12" s="5" t="e"><f>1/0</f><v>#DIV/0!</v></c>')


# -- parts that are missing or damaged ---------------------------------------------------------------------------------


def no_styles() -> bytes:
    return without_part(STYLES)


def no_shared_texts() -> bytes:
    return without_part(TEXTS)


def shared_texts_not_declared() -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    return replaced(TYPES, f'<Override PartName="/{TEXTS}" ContentType="{kind}"/>', "")


def no_workbook_part() -> bytes:
    return without_part(BOOK)


def no_relations() -> bytes:
    return without_part(BOOK_RELATIONS)


def no_part_for_a_sheet() -> bytes:
    return without_part(SHEET)


def no_part_for_a_sheet_that_is_not_read() -> bytes:
    return without_part("xl/worksheets/sheet2.xml")


def sheet_without_relation() -> bytes:
    return replaced(BOOK, ' r:id="rId2"', "")


def relation_of_no_kind() -> bytes:
    return replaced(BOOK_RELATIONS, f'Type="{OFFICE}/worksheet"', 'Type=""')


def file_that_starts_elsewhere() -> bytes:
    return replaced("_rels/.rels", "xl/workbook.xml", "xl/styles.xml")


def two_sheets_of_one_name() -> bytes:
    return replaced(BOOK, 'name="Toelichting"', 'name="Overzicht"')


def two_sheets_from_one_part() -> bytes:
    return replaced(BOOK_RELATIONS, "worksheets/sheet2.xml", "worksheets/sheet1.xml")


def two_ods_sheets_of_one_name() -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    content = parts["content.xml"].replace(b'table:name="Toelichting"', b'table:name="Opgave"')
    assert content != parts["content.xml"]
    return packed(parts | {"content.xml": content})


def ods_cell_of_no_kind() -> bytes:
    parts = parts_of(sample(WVOI_ODS))
    kind = b'office:value-type="float" office:value="47.6"'
    assert parts["content.xml"].count(kind) == 1
    return packed(parts | {"content.xml": parts["content.xml"].replace(kind, b'office:value="47.6"')})


def xml_cut_off() -> bytes:
    return changed({SHEET: lambda text: text[: len(text) // 2]})


def tag_that_is_not_closed() -> bytes:
    return replaced(SHEET, "</sheetData>", "")


def sheet_without_bytes() -> bytes:
    return with_parts({SHEET: b""})


def bytes_that_are_no_utf_8() -> bytes:
    return with_parts({TEXTS: politie()[TEXTS].replace(b"Doel", b"Do\xffel")})


def zero_bytes_in_a_sheet() -> bytes:
    return replaced(SHEET, "<v>16</v>", "<v>16\0</v>")


def control_character_in_a_text() -> bytes:
    return replaced(TEXTS, "Voorbeeldeenheid 01", "Voorbeeld\x07eenheid 01")


def sheet_that_is_another_document() -> bytes:
    return with_parts({SHEET: b'<?xml version="1.0"?><html><body>16</body></html>'})
