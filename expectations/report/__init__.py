"""The site for auditors: static pages, to be read offline, about everything a warehouse file holds.

Writing the site belongs here. What is asked of the file is in `questions/`, which pages there are is `pages.py`, how
they look is in `templates/`; what holds and what does not was decided before, and is in the file.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from expectations.report.markup import Place
from expectations.report.pages import site
from warehouse.queries import run_query
from warehouse.storage import write_each_atomically

_QUESTIONS = Path(__file__).parent / "questions"
_NOT_EVALUABLE = Path(__file__).parent / "not_evaluable.sql"
_DATA_DOCS = "great_expectations/index.html"


def write_report(database: Path, folder: Path) -> None:
    """Write the site about a warehouse file into a folder, over the pages of an earlier writing.

    Data docs of Great Expectations that stand in that folder already are linked to.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        answers = {path.stem: run_query(connection, path) for path in sorted(_QUESTIONS.glob("*.sql"))}
        not_evaluable = connection.execute(_NOT_EVALUABLE.read_text(encoding="utf-8")).fetchall()
    data_docs = _DATA_DOCS if (folder / _DATA_DOCS).exists() else None
    pages = site(answers, map(Place._make, not_evaluable), data_docs)
    write_each_atomically(folder, ((name, content.encode()) for name, content in pages))
