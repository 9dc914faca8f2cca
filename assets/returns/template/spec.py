"""What the template asks, as `opgave.yaml` says it.

The form of that file and its loading belong here; how a workbook looks and calculates does not.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

SPEC_PATH = Path(__file__).parent / "opgave.yaml"
QUOTA = "quotum"
SHEET = "Opgave"
PLACEHOLDER = re.compile(r"\{(\w+)(?::(cell|known))?\}")
Word = Literal["zero", "unknown", "not_applicable"]


class TemplateError(Exception):
    """A template can't be made; the message says what to do."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Part):
    """The words that stand in place of a number."""

    zero: str
    unknown: str
    not_applicable: str
    unanswered: str
    incomputable: str
    unavailable: str


class Check(_Part):
    """Something odd: when it is so, and what is said of it."""

    when: str
    say: str


class Question(_Part):
    """One question; the keys are explained at the head of the YAML."""

    question: str
    help: str = Field(max_length=255)
    measure: str | None = None
    words: tuple[Word, ...] = ()
    choices: tuple[str, ...] = ()
    formula: str | None = None
    skips_not_applicable: bool = False
    divides_by: str | None = None
    percentage: bool = False
    without_quota: str | None = Field(default=None, max_length=255)
    total: Literal["sum", "formula", "none"] = "sum"
    checks: tuple[Check, ...] = ()
    last_year: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether a person gives the answer; otherwise the workbook calculates it."""
        return self.formula is None

    @property
    def is_number(self) -> bool:
        """Whether the answer is a number."""
        return not self.choices

    @property
    def needs(self) -> list[str]:
        """The questions that the formula uses, in their order."""
        return list(dict.fromkeys(name for name in named_in(self.formula or "") if name != QUOTA))

    def asked_without_quota(self) -> Question:
        """The question as a person answers it when the year has no quota percentage."""
        return self.model_copy(update={"formula": None, "help": self.without_quota or self.help})


class Section(_Part):
    """Questions under one title."""

    title: str
    questions: dict[str, Question]


class Spec(_Part):
    """The whole template."""

    id: str
    version: int
    issued: date
    titles: dict[Literal["employer", "sector"], str]
    words: Words
    sections: tuple[Section, ...]
    introduction: tuple[str, ...]

    @cached_property
    def questions(self) -> dict[str, Question]:
        """All questions by the name of their cell."""
        return {name: question for section in self.sections for name, question in section.questions.items()}

    @model_validator(mode="after")
    def _names_exist(self) -> Self:
        for name, question in self.questions.items():
            texts = [question.formula or "", *(check.when for check in question.checks)]
            used = {one for text in texts for one in named_in(text)} | {question.divides_by or name}
            if unknown := used - {*self.questions, QUOTA}:
                raise ValueError(f"'{name}' uses questions that do not exist: {', '.join(sorted(unknown))}")
        return self

    def for_quota(self, quota: Decimal | None) -> Spec:
        """The template for a year with this quota percentage; without one, what needs it is asked."""
        if quota is not None:
            return self
        sections = tuple(
            section.model_copy(
                update={
                    "questions": {
                        name: question.asked_without_quota() if question.without_quota else question
                        for name, question in section.questions.items()
                    }
                }
            )
            for section in self.sections
        )
        same = {name: getattr(self, name) for name in Spec.model_fields}
        return Spec(**{**same, "sections": sections})


def named_in(text: str) -> list[str]:
    """The names between braces in a formula."""
    return [match[1] for match in PLACEHOLDER.finditer(text)]


def load_spec(path: Path = SPEC_PATH) -> Spec:
    """Read the template; raises TemplateError when the file is wrong."""
    try:
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Spec.model_validate(content)
    except (yaml.YAMLError, ValidationError) as error:
        raise TemplateError(f"{path.name} is not a good template: {error}") from error
