"""Sectors' own workbooks of every year since the agreement: 62,000 rows of 25 figures, against reading them alone.

Run as `python -m benchmarks.sectors`, with SECTOR_YEARS workbooks (182 when left out: all there can be, thirteen
sectors from 2013 to 2026). They are generated from the template and filled in; employers and figures are invented. One
correction is then made with all of it in the archive, and accepted; the core that is built for it, from what is loaded
already, is set against one built of everything.
"""

from __future__ import annotations

import io
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import islice, product
from pathlib import Path

import openpyxl
from rich.console import Console
from rich.table import Table

from assets.returns.template.generate import generate
from benchmarks.baselines import read_with_calamine, read_with_pandas, seconds_a_file_at_first, seconds_side_by_side
from benchmarks.clock import noted, timed
from benchmarks.employers import employers, put_aside, write_reference
from tests.returns.filled import Answer, answers_of
from tests.returns.workbooks import saved
from warehouse.periods import Period
from warehouse.reference import Reference

_ROWS, _YEARS, _ALL, _ROUNDS, _AT_FIRST_FILES = 340, range(2026, 2012, -1), 182, 3, 5
_HOURS, _HOURS_MORE = Decimal(102), 160  # so many kinds of employers, none of which has reached its goal
_FIRST_ROW, _MODEL_SECTOR, _MODEL_YEAR = 9, "po", 2025
_LAST_YEAR = {"banen": f"Gerealiseerde banen in {_MODEL_YEAR - 1}", "doel": f"Doel (banen) in {_MODEL_YEAR - 1}"}
_MEMBERS = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")


def sector_codes() -> list[str]:
    """The thirteen sectors."""
    return [code for code, sector in Reference().sectors.items() if sector.kind == "sector"]


def model(hours: Decimal) -> bytes:
    """A sector's workbook in which every employer has these hours a week and some more, and the totals of them.

    Last year's figures that stand beside them are those of the model, which each year's workbook has.
    """
    period = Period.parse(str(_MODEL_YEAR))
    chosen = employers(_ROWS)
    made = generate(Reference(), Path("none"), _MODEL_SECTOR, period, employers=chosen, whole_sector=True)
    book = openpyxl.load_workbook(io.BytesIO(next(made)[1]))
    sheet = book["Opgave"]
    headers = {cell.value: cell.column or 0 for cell in sheet[_FIRST_ROW - 1]}
    columns = {}
    for name in answers_of(hours, 9):
        ((_, area),) = book.defined_names[name].destinations
        columns[name] = sheet[area.replace("$", "")][0][0].column
    for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
        cell.value = None if (cell.row or 0) >= _FIRST_ROW else "Alles is ingevuld."
    rows = _rows(hours)
    for row, given in enumerate([*rows, _total(rows)], start=_FIRST_ROW):
        for name, answer in given.items():
            sheet.cell(row, columns[name], _stored(answer))
    for row, given in enumerate(_rows(_HOURS), start=_FIRST_ROW):
        for name, header in _LAST_YEAR.items():
            sheet.cell(row, headers[header], _stored(given[name]))
    return saved(book)


def _rows(hours: Decimal) -> list[dict[str, Answer]]:
    return [answers_of(hours + Decimal(number % _HOURS_MORE) / 4, 9) for number in range(_ROWS)]


def _stored(answer: Answer) -> str | float:
    return float(answer) if isinstance(answer, Decimal) else answer


def _total(rows: Sequence[Mapping[str, Answer]]) -> Mapping[str, Answer]:
    """What a sector's workbook says of all employers together; nothing of shares and words."""
    added_up = [name for name, answer in rows[0].items() if not isinstance(answer, str) and name[:7] != "aandeel"]
    sums = {name: sum((Decimal(row[name]) for row in rows), Decimal(0)) for name in added_up}
    percentages = {"percentage": "banen", "percentage_met_inkoop": "banen_met_inkoop"}
    return sums | {name: sums[jobs] / sums["doel"] for name, jobs in percentages.items()}


def write_workbooks(folder: Path, count: int) -> None:
    """A workbook of each sector and year: those of the model, with another sector and year in it."""
    folder.mkdir(parents=True)
    content = model(_HOURS)
    for year, code in islice(product(_YEARS, sector_codes()), count):
        (folder / f"opgave-{code}-{year}.xlsx").write_bytes(about(content, code, year))


def about(content: bytes, sector_code: str, year: int) -> bytes:
    """The model about another sector and year."""
    changes = {
        f"sector {_MODEL_SECTOR}; periode {_MODEL_YEAR}": f"sector {sector_code}; periode {year}",
        f" in {_MODEL_YEAR - 1}<": f" in {year - 1}<",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for member in given.infolist():
            text = given.read(member)
            for old, new in changes.items() if member.filename in _MEMBERS else ():
                text = text.replace(old.encode(), new.encode())
            made.writestr(member.filename, text)
    return stream.getvalue()


def ours(folder: Path) -> dict[str, float]:
    """A program of its own: from inbox to published snapshot, and then one corrected workbook."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.sectors", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def run_in_this_process(folder: Path) -> None:
    """What `ours` measures; the clock starts before anything is imported that a program would import."""
    start = time.perf_counter()
    from assets import workspace as module
    from assets.returns.read import ReturnReader
    from assets.snapshot import asset, inputs
    from assets.snapshot.publication import publish_built
    from pipelines import main_job
    from warehouse.build import build_core

    reader = ReturnReader(reference=Reference(folder / "reference"))
    module._reader = lambda: reader  # type: ignore[assignment]  # invented employers are in no reference data of ours
    workspace = module.Workspace(raw_dir=str(folder / "raw"), warehouse_dir=str(folder / "warehouse"))
    core_seconds: list[float] = []
    published: list[float] = []
    # the ones that are called there
    inputs.build_core = timed(build_core, core_seconds)  # type: ignore[attr-defined]
    asset.publish_built = noted(publish_built, published)  # type: ignore[attr-defined]
    result = main_job.run(workspace, folder / "in")
    whole, done = published[-1] - start, time.perf_counter() - start
    workspace.storage.inbox.mkdir(parents=True, exist_ok=True)
    (workspace.storage.inbox / "correctie.xlsx").write_bytes(about(model(Decimal(51)), _MODEL_SECTOR, 2026))
    start = time.perf_counter()
    corrected = main_job.run(workspace, None)
    corrected_in, corrected_done = published[-1] - start, time.perf_counter() - start
    usage = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    version = f"{_MODEL_SECTOR}-2026-v2"
    start = time.perf_counter()
    accepted = main_job.accept(workspace, version, "A. Vermeer", "nagebeld")
    accepted_in = published[-1] - start
    assert workspace.ledger.state().current()[_MODEL_SECTOR, "2026"].submission_id == version
    workspace.storage.forget_loaded()
    main_job.withdraw(workspace, version, "A. Vermeer", "te vroeg")
    told = {
        "whole": whole,
        "done": done,
        "corrected": corrected_in,
        "corrected_done": corrected_done,
        "accepted": accepted_in,
        "core": core_seconds[-2],
        "anew": core_seconds[-1],
        "peak_mb": usage / 1024,
        "returns": float(len(workspace.ledger.state().current())),
        "published": float(not any(one.not_published_because for one in (result, corrected, accepted))),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def main() -> None:
    """Measure and print."""
    count = int(os.environ.get("SECTOR_YEARS", str(_ALL)))
    with tempfile.TemporaryDirectory(prefix="sectors-") as name:
        folder = Path(name)
        write_workbooks(folder / "in", count)
        paths = [str(path) for path in sorted((folder / "in").iterdir())]
        bare = statistics.median(seconds_side_by_side(read_with_calamine, paths) for _ in range(_ROUNDS))
        frames = seconds_side_by_side(read_with_pandas, paths)
        at_first = seconds_a_file_at_first(paths[:_AT_FIRST_FILES], folder, _FIRST_ROW - 1) * count
        measured = []
        for number in range(_ROUNDS if count < _ALL else 1):
            write_reference(folder / "reference", _ROWS, sector_codes())
            measured.append(ours(folder))
            put_aside(folder, number)
            assert measured[-1]["published"]
            assert measured[-1]["returns"] == count
        middle = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
        table = Table("rows", "calamine alone", "pandas + openpyxl", "first way, scaled", "ours: published", "all done",
                      "published ÷ calamine", "correction", "all done", "accepted", "its core", "anew",
                      "peak MB")  # fmt: skip
        table.add_row(
            f"{count * _ROWS:,}",
            *(f"{seconds:.1f} s" for seconds in (bare, frames, at_first, middle["whole"], middle["done"])),
            f"{middle['whole'] / bare:.1f}",
            *(f"{middle[name]:.1f} s" for name in ("corrected", "corrected_done", "accepted", "core", "anew")),
            f"{max(one['peak_mb'] for one in measured):.0f}",
        )  # fmt: skip
    Console(width=200).print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_in_this_process(Path(sys.argv[1]))
    else:
        main()
