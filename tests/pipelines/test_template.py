"""The command that makes templates: where they go, last year's figures in them, and what it refuses."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from tests.pipelines.runs import DataFolders, banenafspraak
from tests.returns.templates import cells_of
from tests.returns.workbooks import READER, TODAY, problems


def _figures(content: bytes, name: str) -> tuple[object, object]:
    """The answer to a question, and last year's figure beside it."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    cell = book["Opgave"][cells_of(book, name)]
    return cell.value, book["Opgave"].cell(cell.row, 4).value


def test_last_years_accepted_figures_stand_beside_the_answers(police: DataFolders) -> None:
    said = banenafspraak("template", "--sector", "politie", "--period", "2025")
    assert said.code == 0
    made = sorted(police.storage.templates.iterdir())
    assert len(made) == 12  # the return of 2024 has twelve employers
    content = (police.storage.templates / "opgave-politie-2025-E01.xlsx").read_bytes()
    # the return of 2024 says of this unit: goal 40, permanent 9, temporary 6, hired 4, realised 19
    assert _figures(content, "doel") == (None, 40)
    assert [_figures(content, name)[1] for name in ("banen_vast", "banen_tijdelijk", "banen_inleen")] == [9, 6, 4]
    assert _figures(content, "banen") == ("nog in te vullen", 19)
    assert _figures(content, "uren") == ("nog in te vullen", "niet beschikbaar")
    reading = READER.read(content, TODAY)
    assert problems(reading) == []
    assert reading.identity is not None
    assert reading.identity.employer_code == "E01"


def test_without_a_snapshot_last_years_figures_are_not_available(data: DataFolders, tmp_path: Path) -> None:
    said = banenafspraak("template", "--sector", "umc", "--period", "2025", "--to", tmp_path / "hier")
    assert said.code == 0
    made = sorted((tmp_path / "hier").iterdir())
    assert len(made) == 7
    assert {_figures(path.read_bytes(), "banen")[1] for path in made} == {"niet beschikbaar"}
    assert not data.storage.templates.exists()


def test_one_workbook_for_a_whole_sector(police: DataFolders, tmp_path: Path) -> None:
    said = banenafspraak(
        "template", "--sector", "politie", "--period", "2025", "--whole-sector", "--to", tmp_path / "hier"
    )
    assert said.code == 0
    (made,) = (tmp_path / "hier").iterdir()
    assert made.name == "opgave-politie-2025.xlsx"
    reading = READER.read(made.read_bytes(), TODAY)
    assert problems(reading) == []
    jobs = {
        o.employer_code: o.value for o in reading.observations if (o.period, o.measure) == ("2024", "realised_jobs")
    }
    assert [jobs[code] for code in ("E01", "E02", "E03")] == [19, 31, 27]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sector", "bibliotheken", "--period", "2025"), "There is no sector 'bibliotheken'"),
        (("--sector", "umc", "--period", "2025H1"), "write 2025 instead of 2025H1"),
        (("--sector", "umc", "--period", "volgend jaar"), "is not a period"),
    ],
)
def test_wrong_usage_is_said(data: DataFolders, words: tuple[str, ...], message: str) -> None:
    said = banenafspraak("template", *words)
    assert said.code == 2
    assert message in said.err
    assert not data.storage.templates.exists()
