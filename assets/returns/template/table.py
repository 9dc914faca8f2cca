"""The workbook of a whole sector: a table with one employer on each row, and a row of totals.

Only where things stand on its sheet belongs here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from xlsxwriter.utility import xl_col_to_name, xl_range_abs, xl_rowcol_to_cell  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # has no stubs

from assets.returns.template.formulas import NOT_ANSWERED, calculation, remark_on_row, total_of
from assets.returns.template.sheets import (
    About,
    Looks,
    colour,
    define,
    key_of,
    offer,
    print_on,
    protect,
    workbook_bytes,
    write_head,
)
from assets.returns.template.spec import QUOTA, Question, Spec

_SECTION_ROW, _HEADING_ROW, _FIRST_ROW = 6, 7, 8
_CODE, _NAME, _CHECK, _FIRST_QUESTION = 0, 1, 2, 3
_WIDTHS = {_CODE: 12, _NAME: 38, _CHECK: 34}
_COLUMN_WIDTH, _REMARK_WIDTH, _HEADING_HEIGHT = 22, 46, 48

Figures = Mapping[tuple[str, str], Decimal]
"""Figures by employer code and measure."""


def sector_workbook(spec: Spec, about: About, employers: Sequence[tuple[str, str]], last_year: Figures) -> bytes:
    """An empty workbook for a sector, with these employers as (code, name)."""

    def fill(book: Workbook, sheet: Worksheet, looks: Looks) -> None:
        _Table(book, sheet, looks, spec, about, employers).fill(last_year)

    return workbook_bytes(spec, about, fill)


class _Table:
    """The sheet `Opgave` while it is filled."""

    def __init__(
        self,
        book: Workbook,
        sheet: Worksheet,
        looks: Looks,
        spec: Spec,
        about: About,
        employers: Sequence[tuple[str, str]],
    ) -> None:
        self.book, self.sheet, self.looks, self.spec, self.about = book, sheet, looks, spec, about
        self.employers = employers
        self.columns = {name: _FIRST_QUESTION + number for number, name in enumerate(spec.questions)}
        self.repeated = [name for name, question in spec.questions.items() if question.last_year]
        self.after = _FIRST_QUESTION + len(self.columns)
        self.last_row = _FIRST_ROW + len(employers) - 1

    def fill(self, last_year: Figures) -> None:
        """Write everything."""
        self._headings()
        for row, (code, name) in enumerate(self.employers, start=_FIRST_ROW):
            self._employer(row, code, name, last_year)
        for name, question in self.spec.questions.items():
            column = self.columns[name]
            define(self.book, name, xl_range_abs(_FIRST_ROW, column, self.last_row, column))
            if question.is_answered:
                letter = xl_col_to_name(column)
                offer(self.sheet, f"{letter}{_FIRST_ROW + 1}:{letter}{self.last_row + 1}", question, self.spec)
        define(self.book, "kenmerk", "$A$2")
        self._totals()
        remarks = xl_range_abs(_FIRST_ROW, _CHECK, self.last_row, _CHECK)
        write_head(self.sheet, self.looks, self.spec, self.about, remarks, len(self.employers))
        colour(self.sheet, self.looks, remarks.replace("$", ""))
        self._finish()

    def _headings(self) -> None:
        sheet, looks = self.sheet, self.looks
        for column, width in _WIDTHS.items():
            sheet.set_column(column, column, width)
        sheet.set_column(_FIRST_QUESTION, self.after + len(self.repeated) - 1, _COLUMN_WIDTH)
        remark = self.after + len(self.repeated)
        sheet.set_column(remark, remark, _REMARK_WIDTH)
        sheet.set_row(_HEADING_ROW, _HEADING_HEIGHT)
        for section in self.spec.sections:
            sheet.write_string(_SECTION_ROW, self.columns[next(iter(section.questions))], section.title, looks.section)
        repeated = [f"{self.spec.questions[name].question} in {self.about.year - 1}" for name in self.repeated]
        asked = [question.question for question in self.spec.questions.values()]
        for column, heading in enumerate(["Code", "Werkgever", "Controle", *asked, *repeated, "Opmerking"]):
            sheet.write_string(_HEADING_ROW, column, heading, looks.heading)

    def _references(self, row: int) -> dict[str, str]:
        quota = {} if self.about.quota is None else {QUOTA: str(self.about.quota)}
        return {name: xl_rowcol_to_cell(row, column) for name, column in self.columns.items()} | quota

    def _employer(self, row: int, code: str, employer_name: str, last_year: Figures) -> None:
        sheet, looks, words = self.sheet, self.looks, self.spec.words
        references = self._references(row)
        sheet.write_string(row, _CODE, code, looks.label)
        sheet.write_string(row, _NAME, employer_name, looks.label)
        open_ = sum(question.is_answered for question in self.spec.questions.values())
        remark = remark_on_row(self.spec.questions, references, words)
        sheet.write_formula(row, _CHECK, remark, looks.check, f"{NOT_ANSWERED}: {open_}")
        for name, question in self.spec.questions.items():
            if question.is_answered:
                sheet.write_blank(row, self.columns[name], None, looks.answer)
            else:
                formula = calculation(question, references, words)
                sheet.write_formula(row, self.columns[name], formula, looks.of_figure(question), words.unanswered)
        for column, name in enumerate(self.repeated, start=self.after):
            self._figure_of_last_year(row, column, last_year.get((code, self.spec.questions[name].measure or "")))
        sheet.write_blank(row, self.after + len(self.repeated), None, looks.remark)

    def _figure_of_last_year(self, row: int, column: int, figure: Decimal | None) -> None:
        if figure is None:
            self.sheet.write_string(row, column, self.spec.words.unavailable, self.looks.plain)
        else:
            self.sheet.write_number(row, column, float(figure), self.looks.calculated)

    def _totals(self) -> None:
        row, looks = self.last_row + 1, self.looks
        for column in range(self.after + len(self.repeated) + 1):
            self.sheet.write_blank(row, column, None, looks.total_label)
        self.sheet.write_string(row, _NAME, "Totaal", looks.total_label)
        references = self._references(row)
        for name, question in self.spec.questions.items():
            formula = self._total(name, question, references)
            if formula is not None:
                look = looks.total_percentage if question.percentage else looks.total
                self.sheet.write_formula(row, self.columns[name], formula, look, self.spec.words.unanswered)

    def _total(self, name: str, question: Question, references: Mapping[str, str]) -> str | None:
        if not question.is_number or question.total == "none":
            return None
        if question.total == "formula":
            return calculation(question, references, self.spec.words)
        column = self.columns[name]
        return total_of(xl_range_abs(_FIRST_ROW, column, self.last_row, column), self.spec.words)

    def _finish(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.freeze_panes(_FIRST_ROW, _FIRST_QUESTION)
        self.sheet.repeat_rows(_HEADING_ROW)
        self.sheet.repeat_columns(_CODE, _NAME)
        self.sheet.print_area(0, 0, self.last_row + 1, self.after + len(self.repeated))
        self.sheet.set_selection(_FIRST_ROW, _FIRST_QUESTION, _FIRST_ROW, _FIRST_QUESTION)
        protect(self.sheet)
        print_on(self.sheet, key_of(self.spec, self.about), pages_wide=3)
