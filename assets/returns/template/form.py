"""The workbook of one employer: a form, with a question and its answer on each row.

Only where things stand on its sheet belongs here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from xlsxwriter.workbook import Workbook  # type: ignore[import-untyped]  # has no stubs
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]  # has no stubs

from assets.returns.template.formulas import FOLLOWS, NOT_ANSWERED, calculation, remark_on
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

_COLUMNS = {"Vraag": 46, "Antwoord": 20, "Controle": 50, "Vorig jaar": 24, "Opmerking": 46}
_QUESTION, _ANSWER, _CHECK, _LAST_YEAR, _REMARK = range(5)
_HEADING_ROW, _ROW_HEIGHT = 6, 18


def employer_workbook(spec: Spec, about: About, last_year: Mapping[str, Decimal]) -> bytes:
    """An empty workbook for one employer; `last_year` gives last year's accepted figures by measure."""
    return workbook_bytes(
        spec, about, lambda book, sheet, looks: _Form(book, sheet, looks, spec, about).fill(last_year)
    )


class _Form:
    """The sheet `Opgave` while it is filled."""

    def __init__(self, book: Workbook, sheet: Worksheet, looks: Looks, spec: Spec, about: About) -> None:
        self.book, self.sheet, self.looks, self.spec, self.about = book, sheet, looks, spec, about
        quota = {} if about.quota is None else {QUOTA: str(about.quota)}
        self.references = {name: name for name in spec.questions} | quota  # the name of a cell is that of its question

    def fill(self, last_year: Mapping[str, Decimal]) -> None:
        """Write everything."""
        for column, width in enumerate(_COLUMNS.values()):
            self.sheet.set_column(column, column, width)
        for column, heading in enumerate(_COLUMNS):
            told = f"{heading} ({self.about.year - 1})" if column == _LAST_YEAR else heading
            self.sheet.write_string(_HEADING_ROW, column, told, self.looks.heading)
        self.sheet.set_default_row(_ROW_HEIGHT)
        self._name_employer()
        last = self._sections(last_year)
        remarks = f"$C${_HEADING_ROW + 2}:$C${last + 1}"
        still_open = sum(question.is_answered for question in self.spec.questions.values())
        write_head(self.sheet, self.looks, self.spec, self.about, remarks, still_open)
        colour(self.sheet, self.looks, remarks.replace("$", ""))
        self._finish(last)

    def _name_employer(self) -> None:
        row = _HEADING_ROW + 1
        self.sheet.write_string(row, _QUESTION, "Werkgever", self.looks.label)
        self.sheet.write_string(row, _ANSWER, self.about.employer_name or "", self.looks.name)
        define(self.book, "werkgever", f"$B${row + 1}")
        define(self.book, "kenmerk", "$A$2")

    def _sections(self, last_year: Mapping[str, Decimal]) -> int:
        row = _HEADING_ROW + 1
        for section in self.spec.sections:
            row += 1
            for column in _COLUMNS:
                self.sheet.write_blank(row, list(_COLUMNS).index(column), None, self.looks.section)
            self.sheet.write_string(row, _QUESTION, section.title, self.looks.section)
            for name, question in section.questions.items():
                row += 1
                self._question(row, name, question)
                self._figure_of_last_year(row, question, last_year)
                self.sheet.write_blank(row, _REMARK, None, self.looks.remark)
        return row

    def _question(self, row: int, name: str, question: Question) -> None:
        sheet, looks, words = self.sheet, self.looks, self.spec.words
        define(self.book, name, f"$B${row + 1}")
        sheet.write_string(row, _QUESTION, question.question, looks.label)
        if question.is_answered:
            sheet.write_blank(row, _ANSWER, None, looks.answer)
            offer(sheet, f"B{row + 1}", question, self.spec)
        else:
            formula = calculation(question, self.references, words)
            sheet.write_formula(row, _ANSWER, formula, looks.of_figure(question), words.unanswered)
        if question.is_answered or question.checks:
            stored = NOT_ANSWERED if question.is_answered else FOLLOWS
            sheet.write_formula(row, _CHECK, remark_on(name, question, self.references, words), looks.check, stored)
        else:
            sheet.write_blank(row, _CHECK, None, looks.check)

    def _figure_of_last_year(self, row: int, question: Question, last_year: Mapping[str, Decimal]) -> None:
        look = self.looks.plain if question.is_answered else self.looks.of_figure(question)
        figure = last_year.get(question.measure or "")
        if question.measure is None or not question.is_number:
            self.sheet.write_blank(row, _LAST_YEAR, None, self.looks.plain)
        elif figure is None:
            self.sheet.write_string(row, _LAST_YEAR, self.spec.words.unavailable, self.looks.plain)
        else:
            self.sheet.write_number(row, _LAST_YEAR, float(figure / 100 if question.percentage else figure), look)

    def _finish(self, last: int) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.freeze_panes(_HEADING_ROW + 1, 1)
        self.sheet.repeat_rows(_HEADING_ROW)
        self.sheet.print_area(0, 0, last, _REMARK)
        self.sheet.set_selection(_HEADING_ROW + 3, _ANSWER, _HEADING_ROW + 3, _ANSWER)
        protect(self.sheet)
        print_on(self.sheet, key_of(self.spec, self.about))
