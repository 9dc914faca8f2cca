"""The round trip: workbooks filled in at random, calculated and saved by LibreOffice, come back without a difference.

`TEMPLATES=200 pytest -s tests/returns/test_template_roundtrip.py` (`make roundtrip`) does as many as are asked for; the
tests have time for six.
"""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from assets.returns.template.generate import generate
from expectations.validate import validate
from tests.returns.templates import (
    SOFFICE,
    Filled,
    differences,
    differences_in_unread_cells,
    filled_in,
    random_answers,
    recalculated,
    remarks,
)
from tests.returns.workbooks import READER, TODAY, problems
from warehouse.periods import Period
from warehouse.records import Outcome

TEMPLATES = int(os.environ.get("TEMPLATES", "6"))
SECTORS = ("po", "vo", "mbo", "gemeenten")
QUOTAS = {"2023": None, "2024": Decimal("2.76")}  # published, and not: warehouse/reference/quota.csv
ROWS = 12

pytestmark = [
    pytest.mark.libreoffice,
    pytest.mark.skipif(SOFFICE is None, reason="soffice is not on the PATH: apt-get install libreoffice-calc"),
]


def test_filled_in_and_saved_by_libreoffice_it_reads_back_exactly(tmp_path: Path) -> None:
    random = Random(25_500)
    given = {f"{number}.xlsx": _case(random, number) for number in range(TEMPLATES)}
    contents = {name: _workbook(*case) for name, case in given.items()}
    saved = recalculated(tmp_path, contents)
    wrong: list[str] = []
    for name, (sector_code, period, filled) in given.items():
        content, in_rows = saved[name], len(filled) > 1
        reading = READER.read(content, TODAY)
        wrong += [f"{name}: {problem}" for problem in problems(reading)]
        for one in filled:
            wrong += differences(reading, one, sector_code, period)
            wrong += differences_in_unread_cells(content, one, in_rows=in_rows)
        wrong += [f"{name}: {remark}" for remark in remarks(content) if remark.startswith("Nog")]
        if not in_rows:
            assert reading.identity is not None
            assert reading.identity.employer_code == filled[0].code
            (validation,) = validate([reading], READER.reference)
            wrong += [f"{name}: {f.message}" for f in validation.failures if f.outcome is Outcome.FAILS]
    figures = sum(len(filled) for _, _, filled in given.values())
    print(f"{len(given)} workbooks, {figures} employers, {len(wrong)} differences")  # noqa: T201 - for `make roundtrip`
    assert wrong == []


def _case(random: Random, number: int) -> tuple[str, str, list[Filled]]:
    """A sector, a period and answers: every tenth workbook, the sixth first, is of a whole sector."""
    sector_code, period = random.choice(SECTORS), random.choice(list(QUOTAS))
    size = ROWS if number % 10 == 5 else 1
    quota = QUOTAS[period]
    return (
        sector_code,
        period,
        [Filled(f"{number:04}{row:02}", random_answers(random, quota), quota) for row in range(size)],
    )


def _workbook(sector_code: str, period: str, filled: list[Filled]) -> bytes:
    employers = [(one.code, f"Werkgever & Zn. {one.code}") for one in filled]
    of_sector = len(filled) > 1
    ((_, empty),) = generate(
        READER.reference, Path("geen momentopname"), sector_code, Period.parse(period), employers=employers,
        whole_sector=of_sector,
    )  # fmt: skip
    return filled_in(empty, *filled, in_rows=of_sector)
