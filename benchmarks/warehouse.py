"""What the warehouse costs when it is old: a hundred and twenty-five years of returns, about a million observations.

Run it with `make bench`; with `COPIES=10` every employer is there ten times, which makes about ten million. The years
are the sample returns of 2024 shifted, so invented. Baselines, in the same run: loading the same Parquet files into a
bare table, and asking the same marts as views over the observations.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from assets.workspace import Workspace
from pipelines import main_job
from tests.conftest import SAMPLES
from warehouse.build import BuildInput, SnapshotRow, SubmissionRow, build_core, build_marts
from warehouse.published import add_published_figures
from warehouse.reference import Reference
from warehouse.storage import Storage

_TIMES = 5
_FIRST_YEAR = 2024


def main() -> None:
    """Make the years, build, ask, and print."""
    years, copies = 125, int(os.environ.get("COPIES", "1"))
    with tempfile.TemporaryDirectory(prefix="banenafspraak-bench-") as folder:
        storage, submissions = _synthetic_years(Path(folder), years, copies)
        bare_seconds, observations = _bare_load(storage, submissions)
        moment = datetime(2026, 1, 1)
        build = BuildInput(SnapshotRow("bench", moment, "", "", 0), submissions, [], [], [], [])
        core_seconds, _ = _timed(lambda: build_core(storage, build, Reference()))
        ratio = core_seconds / bare_seconds
        marts_seconds, rows = _timed(lambda: build_marts(storage))
        published_seconds, changes = _timed(lambda: add_published_figures(storage.building, []))
        _print(
            f"{years} years, {len(submissions):,} returns, {observations:,} observations",
            f"bare table from the same Parquet (baseline)   {bare_seconds:8.2f} s   1.0 ×",
            f"core, with keys and checks (ours)             {core_seconds:8.2f} s   {ratio:.1f} ×",
            f"marts                                         {marts_seconds:8.2f} s",
            f"published figures ({len(changes):,})".ljust(46) + f"{published_seconds:8.2f} s",
            f"file                                          {storage.building.stat().st_size / 1e6:8.0f} MB",
            f"peak memory of this process                   {_peak_memory():8.0f} MB",
            "",
            "mart                       rows   one period   whole mart   as a view (baseline)   ratio",
        )
        _time_marts(storage.building, {name.removeprefix("mart."): count for name, count in rows.items()})


def _synthetic_years(folder: Path, years: int, copies: int) -> tuple[Storage, list[SubmissionRow]]:
    """The accepted returns of 2024, shifted over these years: their Parquet files and submissions."""
    source = Workspace(raw_dir=str(folder / "raw"), warehouse_dir=str(folder / "source"))
    main_job.run(source, SAMPLES)
    storage = Storage(folder / "raw", folder / "warehouse")
    names = ", ".join(SubmissionRow.__dataclass_fields__)
    with duckdb.connect(str(source.storage.snapshot), read_only=True) as connection:
        rows = connection.execute(
            f"SELECT {names} FROM core.submission WHERE period LIKE '{_FIRST_YEAR}%' AND status LIKE 'accepted%'"
        ).fetchall()
    accepted = [SubmissionRow(*row) for row in rows]
    with duckdb.connect() as connection:
        submissions = [
            _shifted(connection, source.storage, storage, submission, offset, copies)
            for offset in range(years)
            for submission in accepted
        ]
    return storage, submissions


def _shifted(
    connection: duckdb.DuckDBPyConnection,
    source: Storage,
    target: Storage,
    submission: SubmissionRow,
    years: int,
    copies: int,
) -> SubmissionRow:
    """One return of another year, its employers there so many times."""
    period = f"{int(submission.period[:4]) + years}{submission.period[4:]}"
    shifted = replace(
        submission, submission_id=f"{submission.sector_code}-{period}-v1", period=period, file_sha256=f"{period}"
    )
    path = target.observations(shifted.sector_code, period, shifted.submission_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    origin = source.observations(submission.sector_code, submission.period, submission.submission_id)
    connection.execute(
        f"COPY (SELECT * EXCLUDE (copy) REPLACE ("
        f"CAST(CAST(period[:4] AS INTEGER) + {years} AS VARCHAR) || period[5:] AS period, "
        "employer_code || CASE WHEN copy > 0 THEN '-' || copy ELSE '' END AS employer_code, "
        "sheet || CASE WHEN copy > 0 THEN ' ' || copy ELSE '' END AS sheet) "
        f"FROM read_parquet('{origin}'), range({copies}) AS copies (copy) "
        f"WHERE copy = 0 OR employer_code IS NOT NULL) TO '{path}' (FORMAT parquet)"
    )
    return shifted


def _bare_load(storage: Storage, submissions: list[SubmissionRow]) -> tuple[float, int]:
    files = [str(storage.observations(s.sector_code, s.period, s.submission_id)) for s in submissions]
    with duckdb.connect(str(storage.warehouse / "bare.duckdb")) as connection:
        seconds, _ = _timed(
            lambda: connection.execute("CREATE TABLE observation AS FROM read_parquet(?)", [files]).fetchall()
        )
        row = connection.execute("SELECT count(*) FROM observation").fetchone()
    return seconds, row[0] if row else 0


def _time_marts(database: Path, rows: dict[str, int]) -> None:
    views = {path.stem.split("_", 1)[1]: path for path in sorted((Path("warehouse") / "marts").glob("*.sql"))}
    with duckdb.connect(str(database)) as connection:
        for name, count in rows.items():
            columns = {column for (column, *_) in connection.execute(f"DESCRIBE mart.{name}").fetchall()}
            where = f"WHERE period = '{_FIRST_YEAR}'" if "period" in columns else ""
            live = f"SELECT sum(hash(t)) FROM ({_select_of(views[name])}) AS t {where}"
            one = _median(partial(_fetch, connection, f"FROM mart.{name} {where}"))
            whole = _median(partial(_fetch, connection, f"SELECT sum(hash(t)) FROM mart.{name} AS t"))
            view = _median(partial(_fetch, connection, live))
            _print(
                f"{name:20} {count:10,}   {one * 1000:7.1f} ms   {whole * 1000:7.1f} ms   {view * 1000:17.1f} ms"
                f"   {view / one:5.0f} ×"
            )


def _fetch(connection: duckdb.DuckDBPyConnection, query: str) -> object:
    return connection.execute(query).df()


def _select_of(path: Path) -> str:
    """The query of a mart's file, without making the table and without the comments on it."""
    text = path.read_text(encoding="utf-8")
    return text[text.index(" AS\n") + 4 : text.index("COMMENT ON TABLE")].strip().removesuffix(";")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def _median(work: Callable[[], object]) -> float:
    work()
    return statistics.median(_timed(work)[0] for _ in range(_TIMES))


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _print(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
