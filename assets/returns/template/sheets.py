"""What all sheets of the template share: the looks of cells, lists beside them, the explanation, the finished bytes.

What stands where on the sheet `Opgave` is `form.py` and `table.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.format import Format  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # has no stubs

from assets.returns.template.formulas import GOOD, NOT_ANSWERED, ODD, choices_of, progress
from assets.returns.template.spec import SHEET, Question, Spec
from warehouse.presentation import dutch_number

EXPLANATION_SHEET = "Toelichting"
_BORDER = "#B8B8B8"
_A4 = 9
_LONGEST_INPUT_TITLE = 32


@dataclass(frozen=True, slots=True)
class About:
    """What a workbook is about; one without an employer is about a whole sector."""

    sector_code: str
    sector_name: str
    year: int
    quota: Decimal | None
    employer_code: str | None = None
    employer_name: str | None = None


class Looks:
    """The formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        base = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
        framed = {**base, "border": 1, "border_color": _BORDER, "indent": 1}
        self.title = book.add_format({**base, "bold": True, "font_size": 16, "font_color": "#154273"})
        self.key = book.add_format({**base, "font_size": 9, "font_color": "#595959"})
        self.text = book.add_format(base)
        self.paragraph = book.add_format({**base, "text_wrap": True, "valign": "top"})
        self.term = book.add_format({**base, "text_wrap": True, "valign": "top", "bold": True})
        self.strong = book.add_format({**base, "bold": True})
        self.name = book.add_format({**base, "bold": True, "indent": 1})
        self.heading = book.add_format(
            {**framed, "bold": True, "bg_color": "#154273", "font_color": "#FFFFFF", "text_wrap": True}
        )
        self.section = book.add_format({**base, "bold": True, "font_color": "#154273", "bottom": 1})
        self.label = book.add_format({**framed, "text_wrap": True})
        self.remark = book.add_format({**framed, "text_wrap": True, "locked": False, "bg_color": "#FFF9D6"})
        self.answer = book.add_format({**framed, "locked": False, "bg_color": "#FFF2B3", "align": "right"})
        self.check = book.add_format({**framed, "text_wrap": True, "font_size": 10})
        self._number = {**framed, "bg_color": "#EDEDED", "align": "right"}
        self.calculated = book.add_format({**self._number, "num_format": "#,##0.00"})
        self.percentage = book.add_format({**self._number, "num_format": "0.0%"})
        self.plain = book.add_format(self._number)
        self.total = book.add_format({**self._number, "bold": True, "num_format": "#,##0.00"})
        self.total_percentage = book.add_format({**self._number, "bold": True, "num_format": "0.0%"})
        self.total_label = book.add_format({**framed, "bold": True, "bg_color": "#EDEDED"})
        self.alarm = book.add_format({"font_color": "#9C0006", "bg_color": "#FFC7CE"})
        self.open = book.add_format({"font_color": "#7F6000", "bg_color": "#FBE5D6"})
        self.good = book.add_format({"font_color": "#006100", "bg_color": "#E2F0D9"})

    def of_figure(self, question: Question) -> Format:
        """How a figure that nobody types looks."""
        return self.percentage if question.percentage else self.calculated


def workbook_bytes(spec: Spec, about: About, fill: Callable[[Workbook, Worksheet, Looks], None]) -> bytes:
    """A workbook with the sheet that `fill` fills, and the explanation; the same bytes every time."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties(
        {
            "title": title_of(spec, about),
            "subject": key_of(spec, about),
            "created": datetime.combine(spec.issued, time()),
        }
    )
    looks = Looks(book)
    fill(book, book.add_worksheet(SHEET), looks)
    _explain(book.add_worksheet(EXPLANATION_SHEET), looks, spec)
    book.close()
    return stream.getvalue()


def title_of(spec: Spec, about: About) -> str:
    """The title, by which the layouts know the workbook."""
    return spec.titles["employer" if about.employer_code is not None else "sector"]


def key_of(spec: Spec, about: About) -> str:
    """The line that tells which template, version, sector, period and employer this is: what the layouts read."""
    kind = "werkgever" if about.employer_code is not None else "sector"
    told = f"sjabloon {spec.id}-{kind}; versie {spec.version}; sector {about.sector_code}; periode {about.year}"
    return f"{told}; werkgever {about.employer_code}" if about.employer_code is not None else told


def write_head(sheet: Worksheet, looks: Looks, spec: Spec, about: About, remarks: str, still_open: int) -> None:
    """The first rows of the sheet `Opgave`; `remarks` are the cells that say what is still to be done, in so many."""
    sheet.write_string("A1", title_of(spec, about), looks.title)
    sheet.write_string("A2", key_of(spec, about), looks.key)
    sheet.write_string("A3", f"Sector: {about.sector_name}. Verslagjaar {about.year}.", looks.strong)
    quota = f"{dutch_number(about.quota)}%" if about.quota is not None else "voor dit jaar niet gepubliceerd"
    sheet.write_string("A4", f"Quotumpercentage: {quota}. Uitleg staat op het blad {EXPLANATION_SHEET}.", looks.text)
    sheet.write_formula("A5", progress(remarks), looks.strong, f"{NOT_ANSWERED}: {still_open}. {ODD}: 0.")


def define(book: Workbook, name: str, cells: str) -> None:
    """Give cells of the sheet `Opgave` a name."""
    book.define_name(name, f"={SHEET}!{cells}")


def offer(sheet: Worksheet, cells: str, question: Question, spec: Spec) -> None:
    """The list and the message beside the cells of an answer; numbers pass where a number is asked."""
    sheet.data_validation(
        cells,
        {
            "validate": "list",
            "source": choices_of(question, spec.words),
            "ignore_blank": True,
            "input_title": question.question[:_LONGEST_INPUT_TITLE],
            "input_message": question.help,
            "show_error": not question.is_number,
            "error_title": "Kies uit de lijst",
            "error_message": "Kies een antwoord uit de lijst.",
        },
    )


def colour(sheet: Worksheet, looks: Looks, cells: str) -> None:
    """Show remarks in the colour of what they say; the words say it too."""
    for beginning, look in ((ODD, looks.alarm), (NOT_ANSWERED, looks.open), (GOOD, looks.good)):
        told: dict[str, Any] = {"type": "text", "criteria": "begins with", "value": beginning, "format": look}
        sheet.conditional_format(cells, told)


def protect(sheet: Worksheet) -> None:
    """Lock all but the answers, without a password; widths and heights may be changed."""
    sheet.protect("", {"format_columns": True, "format_rows": True})


def print_on(sheet: Worksheet, key: str, *, pages_wide: int = 1) -> None:
    """Print lying on A4, so many pages wide, with the key and the page number below."""
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(pages_wide, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L&8{key.replace('&', '&&')}&R&8&P van &N")


def _explain(sheet: Worksheet, looks: Looks, spec: Spec) -> None:
    """The sheet that says how to fill in, and what every question means."""
    sheet.set_column("A:A", 46)
    sheet.set_column("B:B", 100)
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, "Toelichting bij de invulwerkmap", looks.title)
    row = 2
    for number, paragraph in enumerate(spec.introduction, start=1):
        sheet.write_string(row, 0, f"Zo werkt het, {number}", looks.term)
        sheet.write_string(row, 1, paragraph, looks.paragraph)
        sheet.set_row(row, 15 * (1 + len(paragraph) // 105))
        row += 1
    for section in spec.sections:
        row += 1
        sheet.write_string(row, 0, section.title, looks.section)
        sheet.write_blank(row, 1, None, looks.section)
        for question in section.questions.values():
            row += 1
            sheet.write_string(row, 0, question.question, looks.term)
            sheet.write_string(row, 1, question.help, looks.paragraph)
            sheet.set_row(row, 15 * (1 + max(len(question.help) // 105, len(question.question) // 46)))
        row += 1
    protect(sheet)
    print_on(sheet, f"{EXPLANATION_SHEET}, sjabloon {spec.id}, versie {spec.version}")
