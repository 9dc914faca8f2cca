"""Analysts who read while snapshots are published: no error, nothing half built, no versions mixed.

`SWAPS=200 pytest tests/warehouse/test_readers.py` (`make readers`) goes on for longer than the tests have time for.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.pipelines.runs import DataFolders
from tests.returns.workbooks import POLITIE, with_cells

SWAPS = int(os.environ.get("SWAPS", "2"))

# Another program: it opens the file at its stable path again and again, and asks what must agree within one version.
READER = """
import json, pathlib, sys, time
import duckdb
path, stop = sys.argv[1], pathlib.Path(sys.argv[2])
reads, snapshots, wrong = 0, set(), []
last = False
while not last:
    last = stop.exists()
    with duckdb.connect(path, read_only=True) as connection:
        snapshot, at = connection.execute("SELECT snapshot_id, published_at FROM audit.snapshot").fetchone()
        sector = connection.execute("SELECT realised_jobs, rows_total FROM mart.sector_progress").fetchall()
        nation = connection.execute("SELECT realised_jobs FROM mart.national_progress WHERE period = '2024' "
            "AND basis = 'sector_returns'").fetchone()
        cells = connection.execute("SELECT sum(value) FROM core.observation WHERE measure = 'realised_jobs' "
            "AND counts AND role = 'own'").fetchone()
        then = connection.execute("SELECT realised_jobs FROM mart.sector_progress_as_of(?)", [at]).fetchall()
        newest = connection.execute("SELECT arg_max(snapshot_id, publication) FROM audit.publication").fetchone()
    (figures,) = sector
    if not (figures[0] == figures[1] == nation[0] == cells[0] == then[0][0] and newest == (snapshot,)):
        wrong.append([snapshot, str(sector), str(nation), str(cells), str(then), str(newest)])
    reads += 1
    snapshots.add(snapshot)
    time.sleep(0.02)
print(json.dumps({"reads": reads, "snapshots": len(snapshots), "wrong": wrong}))
"""

# One more program: it keeps the file open that was published first.
HOLDER = """
import json, pathlib, sys, time
import duckdb
stop = pathlib.Path(sys.argv[2])
reads, seen = 0, set()
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    while not stop.exists():
        seen.add(str(connection.execute("FROM mart.sector_progress").fetchall()))
        reads += 1
        time.sleep(0.2)
print(json.dumps({"reads": reads, "answers": len(seen)}))
"""


def _return_with(jobs: int) -> bytes:
    """The police return of 2024 with this many permanent jobs more, carried through to the totals."""
    changed = {"D11": 9 + jobs, "P11": 249 + jobs, "D14": 19 + jobs, "P14": 489 + jobs, "D15": "n.b.", "P15": "n.b."}
    return with_cells(POLITIE, changed)


def test_readers_never_meet_an_error_or_mixed_versions_while_snapshots_are_swapped(
    police: DataFolders, tmp_path: Path
) -> None:
    stop = tmp_path / "stop"
    reader, holder = (_start(program, police.storage.snapshot, stop) for program in (READER, HOLDER))
    for jobs in range(1, SWAPS // 2 + 1):
        police.take({f"{jobs}.xlsx": _return_with(jobs)})
        police.accept(f"politie-2024-v{jobs + 1}")
    stop.touch()
    read, held = _told(reader), _told(holder)
    assert read["wrong"] == []
    assert read["reads"] >= read["snapshots"] >= 2
    assert held["reads"] > 0
    assert held["answers"] == 1
    assert police.query("SELECT count(*) FROM audit.publication") == [(1 + SWAPS,)]
    sys.stdout.write(f"{SWAPS} swaps, {read['reads']:,} reads of {read['snapshots']} snapshots\n")


def _start(program: str, snapshot: Path, stop: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", program, snapshot, stop], stdout=subprocess.PIPE, text=True)


def _told(program: subprocess.Popen[str]) -> dict[str, Any]:
    """What the program told when it was done; it fails when anything went wrong in it."""
    told, _ = program.communicate(timeout=60)
    assert program.returncode == 0
    content: dict[str, Any] = json.loads(told)
    return content
