"""A collection of thousands of employers' own workbooks, from inbox to published snapshot, against reading them alone.

Run as `python -m benchmarks.employers`, with COPIES workbooks (2,500 when left out). The workbooks are generated from
the template and filled in; employers and figures are invented. What a collection is belongs to docs/decisions/0012.
Told is when the snapshot is published, and when all is done: open data are written after it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import cycle
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assets.returns.template.generate import generate
from benchmarks.baselines import read_with_calamine, read_with_pandas, seconds_a_file_at_first, seconds_side_by_side
from benchmarks.clock import noted
from tests.returns.filled import filled
from warehouse.periods import Period
from warehouse.reference import REFERENCE_FOLDER, Reference

_SECTOR, _PERIOD, _ROUNDS = "po", Period.parse("2025"), 3
_MODEL = ("39999999", "Voorbeeldbestuur 39999999")  # digits that stand nowhere else in it, such as in a colour
_FIRST_ANSWER, _AT_FIRST_FILES, _MODELS = 9, 250, 25


def employers(count: int) -> list[tuple[str, str]]:
    """Codes and names of invented school boards."""
    return [(f"{40_000_000 + number}", f"Voorbeeldbestuur {40_000_000 + number}") for number in range(count)]


def write_reference(folder: Path, count: int, sector_codes: Sequence[str] = (_SECTOR,)) -> Path:
    """The reference data, with so many invented employers for those of these sectors."""
    shutil.copytree(REFERENCE_FOLDER, folder)
    _rewrite(
        folder / "employers.csv",
        lambda rows: [
            *(row for row in rows if row["sector_code"] not in sector_codes),
            *(
                {
                    "sector_code": sector_code,
                    "employer_code": code,
                    "name": name,
                    "level": "employer",
                    "source": "verzonnen",
                }
                for sector_code in sector_codes
                for code, name in employers(count)
            ),
        ],
    )
    _rewrite(
        folder / "sectors.csv",
        lambda rows: [
            {**row, "employers_expected": str(count)} if row["sector_code"] in sector_codes else row for row in rows
        ],
    )
    return folder


def _rewrite(path: Path, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names, rows = reader.fieldnames or [], list(reader)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(change(rows))


def write_workbooks(folder: Path, count: int) -> None:
    """A workbook of each board: some are generated and filled in, the others are these with their own code and name."""
    folder.mkdir(parents=True)
    ((_, empty),) = generate(Reference(), Path("none"), _SECTOR, _PERIOD, employers=[_MODEL])
    models = [filled(empty, Decimal(102) + number, 9) for number in range(_MODELS)]
    for (code, name), model in zip(employers(count), cycle(models), strict=False):
        (folder / f"opgave-{code}.xlsx").write_bytes(_renamed(model, code, name))


def _renamed(model: bytes, code: str, name: str) -> bytes:
    """The model of another employer."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(model)) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for member in given.infolist():
            content = given.read(member)
            if member.filename.endswith(".xml"):
                content = content.replace(_MODEL[1].encode(), name.encode()).replace(_MODEL[0].encode(), code.encode())
            made.writestr(member.filename, content)
    return stream.getvalue()


def ours(folder: Path, count: int) -> dict[str, float]:
    """A program of its own: from inbox to published snapshot, and then one corrected workbook."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.employers", str(folder), str(count)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def run_in_this_process(folder: Path, count: int) -> None:
    """What `ours` measures; the clock starts before anything is imported that a program would import."""
    start = time.perf_counter()
    from assets import workspace as module
    from assets.returns.read import ReturnReader
    from assets.snapshot import asset
    from assets.snapshot.publication import publish_built
    from pipelines import main_job

    reader = ReturnReader(reference=Reference(folder / "reference"))
    module._reader = lambda: reader  # type: ignore[assignment]  # invented employers are in no reference data of ours
    workspace = module.Workspace(raw_dir=str(folder / "raw"), warehouse_dir=str(folder / "warehouse"))
    published: list[float] = []
    asset.publish_built = noted(publish_built, published)  # type: ignore[attr-defined]  # the one that is called there
    result = main_job.run(workspace, folder / "in")
    whole, done = published[-1] - start, time.perf_counter() - start
    code, name = employers(count)[count // 2]
    ((_, empty),) = generate(Reference(), Path("none"), _SECTOR, _PERIOD, employers=[(code, name)])
    workspace.storage.inbox.mkdir(parents=True, exist_ok=True)
    (workspace.storage.inbox / "correctie.xlsx").write_bytes(filled(empty, Decimal(51), 9))
    start = time.perf_counter()
    corrected = main_job.run(workspace, None)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told = {
        "whole": whole,
        "done": done,
        "corrected": published[-1] - start,
        "corrected_done": time.perf_counter() - start,
        "peak_mb": peak / 1024,
        "published": float(not result.not_published_because and not corrected.not_published_because),
    }
    sys.stdout.write(json.dumps(told) + "\n")


def put_aside(folder: Path, number: int) -> None:
    """Make room for the next round; removing thousands of files makes the next ones dearer for a while, on ext4."""
    for part in ("reference", "raw", "warehouse"):
        (folder / part).rename(folder / f"{part}-{number}")


def _sizes(largest: int) -> Iterator[int]:
    yield from (size for size in (25, 250) if size < largest)
    yield largest


def main() -> None:
    """Measure and print."""
    largest = int(os.environ.get("COPIES", "2500"))
    table = Table("workbooks", "calamine alone", "pandas + openpyxl", "first way, scaled", "ours: published",
                  "all done", "published ÷ calamine", "ms a workbook", "correction", "all done", "peak MB")  # fmt: skip
    for size in _sizes(largest):
        with tempfile.TemporaryDirectory(prefix="employers-") as name:
            folder = Path(name)
            write_workbooks(folder / "in", size)
            paths = [str(path) for path in sorted((folder / "in").iterdir())]
            rounds = _ROUNDS if size == largest else 1
            bare = statistics.median(seconds_side_by_side(read_with_calamine, paths) for _ in range(rounds))
            frames = seconds_side_by_side(read_with_pandas, paths)
            first_way = seconds_a_file_at_first(paths[:_AT_FIRST_FILES], folder, _FIRST_ANSWER) * size
            measured = []
            for number in range(rounds):
                write_reference(folder / "reference", size)
                measured.append(ours(folder, size))
                put_aside(folder, number)
                assert measured[number]["published"]
            middle = {name: statistics.median(one[name] for one in measured) for name in measured[0]}
            figures = (bare, frames, first_way, middle["whole"], middle["done"])
            table.add_row(
                f"{size:,}", *(f"{seconds:.1f} s" for seconds in figures), f"{middle['whole'] / bare:.1f}",
                f"{1000 * middle['whole'] / size:.0f}", f"{middle['corrected']:.1f} s",
                f"{middle['corrected_done']:.1f} s", f"{max(one['peak_mb'] for one in measured):.0f}",
            )  # fmt: skip
    Console(width=200).print(table)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run_in_this_process(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()
