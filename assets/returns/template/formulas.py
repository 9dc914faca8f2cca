"""The formulas of the template's workbooks: what is calculated, and what is said of an answer.

An answer is a number or one of the words. Unknown goes on: what follows from an unknown number is unknown, never 0.
Where cells stand is decided by the sheets; here they are references, by the name of the question.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assets.returns.template.spec import PLACEHOLDER, QUOTA, Question, Words

NOT_ANSWERED, GOOD, ODD, FOLLOWS = "Nog in te vullen", "In orde", "Let op", "Volgt uit de antwoorden"


def calculation(question: Question, references: Mapping[str, str], words: Words) -> str:
    """The formula of a figure that follows from others."""
    cells = [references[name] for name in question.needs]
    outcome = _filled_in(question.formula or "", references, words)
    if question.divides_by is not None:
        zero = f"N({references[question.divides_by]})=0"
        outcome = f"IF({zero},{_text(words.not_applicable)},{outcome})"
    together = "AND" if question.skips_not_applicable else "OR"
    steps = [
        (_any(_is_open(cell, words) for cell in cells), words.unanswered),
        (_any(_is_wrong(cell, words) for cell in cells), words.incomputable),
        (_any(_is(cell, words.unknown) for cell in cells), words.unknown),
        (f"{together}({','.join(_is(cell, words.not_applicable) for cell in cells)})", words.not_applicable),
    ]
    for condition, word in reversed(steps):
        outcome = f"IF({condition},{_text(word)},{outcome})"
    return f"={outcome}"


def remark_on(name: str, question: Question, references: Mapping[str, str], words: Words) -> str:
    """The formula that says in Dutch whether an answer is good, and what to do when it is not."""
    cell = references[name]
    outcome = _text(GOOD)
    for check in reversed(question.checks):
        told = _text(f"{ODD}: {check.say}")
        outcome = f"IF({_filled_in(check.when, references, words)},{told},{outcome})"
    if question.is_answered:
        outcome = f"IF({wrong_answer(cell, question, words)},{_text(_what_to_do(question))},{outcome})"
        return f'=IF(TRIM({cell})="",{_text(NOT_ANSWERED)},{outcome})'
    return f"=IF(ISNUMBER({cell}),{outcome},{_text(FOLLOWS)})"


def wrong_answer(cell: str, question: Question, words: Words) -> str:
    """Whether what stands in a cell is neither a good number nor one of the words of its question."""
    allowed = [_is(cell, text) for text in choices_of(question, words)]
    if question.is_number:
        return f"IF(ISNUMBER({cell}),{cell}<0,NOT({_any(allowed)}))"
    return f"NOT({_any(allowed)})"


def choices_of(question: Question, words: Words) -> list[str]:
    """What the list beside a question offers."""
    return [*question.choices, *(getattr(words, word) for word in question.words)]


def total_of(cells: str, words: Words) -> str:
    """The sum of what is known in a column; a word when nothing in it is."""
    none_answered = f"COUNTBLANK({cells})+COUNTIF({cells},{_text(words.unanswered)})>0"
    outcome = f"IF({none_answered},{_text(words.unanswered)},{_text(words.unknown)})"
    all_out = f"COUNTIF({cells},{_text(words.not_applicable)})=ROWS({cells})"
    outcome = f"IF({all_out},{_text(words.not_applicable)},{outcome})"
    return f"=IF(COUNT({cells})+COUNTIF({cells},{_text(words.zero)})>0,SUM({cells}),{outcome})"


def remark_on_row(questions: Mapping[str, Question], references: Mapping[str, str], words: Words) -> str:
    """The formula that says what is still to be answered, or wrong, in a row of answers."""
    asked = {name: question for name, question in questions.items() if question.is_answered}
    blank = "+".join(f'(TRIM({references[name]})="")' for name in asked)
    wrong = [
        f'IF(TRIM({references[name]})="",FALSE,{wrong_answer(references[name], question, words)})'
        for name, question in asked.items()
    ]
    outcome = _text(GOOD)
    for question in reversed(list(questions.values())):
        for check in reversed(question.checks):
            told = _text(f"{ODD}: {check.say}")
            outcome = f"IF({_filled_in(check.when, references, words)},{told},{outcome})"
    outcome = f"IF({blank}>0,{_text(NOT_ANSWERED + ': ')}&({blank}),{outcome})"
    for (_, question), condition in reversed(list(zip(asked.items(), wrong, strict=True))):
        outcome = f"IF({condition},{_text(f'{ODD}: {question.question}')},{outcome})"
    return f"={outcome}"


def progress(remarks: str) -> str:
    """The formula that counts what is still to be done in a column of remarks."""
    open_, odd = f'COUNTIF({remarks},"{NOT_ANSWERED}*")', f'COUNTIF({remarks},"{ODD}*")'
    told = f'"Nog in te vullen: "&{open_}&". Let op: "&{odd}&"."'
    return f'=IF({open_}+{odd}=0,"Alles is ingevuld.",{told})'


def _filled_in(text: str, references: Mapping[str, str], words: Words) -> str:
    """A formula of the spec with cells in place of names."""

    def cell_or_number(match: re.Match[str]) -> str:
        cell = references[match[1]]
        if match[2] == "known":
            return f"OR(ISNUMBER({cell}),{_is(cell, words.zero)})"
        return cell if match[2] == "cell" or match[1] == QUOTA else f"N({cell})"

    return PLACEHOLDER.sub(cell_or_number, text)


def _what_to_do(question: Question) -> str:
    if question.is_number:
        return f"{ODD}: vul een getal in (0 of meer) of kies uit de lijst"
    return f"{ODD}: kies uit de lijst"


def _is_open(cell: str, words: Words) -> str:
    return f'TRIM({cell})="",{_is(cell, words.unanswered)}'


def _is_wrong(cell: str, words: Words) -> str:
    known = (words.zero, words.unknown, words.not_applicable)
    return f"IF(ISNUMBER({cell}),{cell}<0,NOT({_any(_is(cell, word) for word in known)}))"


def _is(cell: str, word: str) -> str:
    return f"TRIM({cell})={_text(word)}"


def _any(conditions: Iterable[str]) -> str:
    return f"OR({','.join(conditions)})"


def _text(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
