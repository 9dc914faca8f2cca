"""What reading workbooks is set against: bare calamine, pandas with openpyxl, and the way a team would first write it.

Nothing of ours is measured here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
from python_calamine import CalamineWorkbook

if TYPE_CHECKING:
    import great_expectations as gx

PROCESSES = 2
_RULES = 24


def read_with_calamine(path: str) -> int:
    """Every cell of a workbook, and nothing done with it."""
    book = CalamineWorkbook.from_path(path)
    return sum(len(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names)


def read_with_pandas(path: str) -> int:
    """Every sheet of a workbook as a frame, by way of openpyxl."""
    return sum(len(frame) for frame in pd.read_excel(path, sheet_name=None, header=None, engine="openpyxl").values())


def seconds_side_by_side(read: Callable[[str], int], paths: list[str]) -> float:
    """How long it takes as many processes as we use ourselves, which have started already."""
    with ProcessPoolExecutor(PROCESSES, get_context("forkserver")) as pool:
        list(pool.map(read, paths[:PROCESSES]))
        start = time.perf_counter()
        list(pool.map(read, paths, chunksize=8 if len(paths) > 8 * PROCESSES else 1))
        return time.perf_counter() - start


def seconds_a_file_at_first(paths: list[str], folder: Path, first_row: int) -> float:
    """As a team would first write it: pandas with openpyxl, Great Expectations and an insert for each file.

    `first_row` is where the answers on the sheet `Opgave` begin, counted from 0. Importing Great Expectations is not
    counted, and done here: processes that read import the module of the benchmark, and must not wait for it.
    """
    from expectations.validate import new_context

    source = new_context().data_sources.add_pandas("naive")
    batch = source.add_dataframe_asset("naive").add_batch_definition_whole_dataframe("naive")
    start = time.perf_counter()
    with duckdb.connect(str(folder / "naive.duckdb")) as connection:
        connection.execute("CREATE TABLE answer (file VARCHAR, question VARCHAR, answer VARCHAR)")
        for path in paths:
            frame = pd.read_excel(path, sheet_name="Opgave", header=None, engine="openpyxl", dtype=object)
            answers = frame.iloc[first_row:].melt(id_vars=[0], value_name="answer").dropna()
            answers = answers[[0, "answer"]].set_axis(["question", "answer"], axis=1)
            answers.insert(0, "file", path)
            batch.get_batch({"dataframe": answers}).validate(_suite())
            answers = answers.astype(str)
            connection.execute("INSERT INTO answer SELECT * FROM answers")
    return (time.perf_counter() - start) / len(paths)


def _suite() -> gx.ExpectationSuite:
    import great_expectations as gx

    numbers = [{"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "answer"}}] * _RULES
    numbered = [{**one, "meta": {"number": n}} for n, one in enumerate(numbers)]
    return gx.ExpectationSuite(name="naive", expectations=numbered)
