"""Swapping in a new snapshot: one step, with nothing beside it, and never in the way of a reader.

What is in the file is `test_warehouse.py`.
"""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import duckdb

from tests.pipelines.runs import POLITIE_2023, DataFolders, corrected, files


def test_publication_leaves_one_file_and_nothing_beside_it(police: DataFolders) -> None:
    police.take({"verbeterd.xlsx": corrected()})
    assert [path.name for path in police.warehouse.iterdir() if path.is_file()] == ["banenafspraak.duckdb"]


def test_readers_keep_what_they_have_open_and_a_new_program_sees_the_new_figures(police: DataFolders) -> None:
    query = "SELECT realised_jobs FROM mart.sector_progress"
    with duckdb.connect(str(police.storage.snapshot), read_only=True) as reader:
        police.take({"verbeterd.xlsx": corrected()})
        police.accept("politie-2024-v2")
        assert reader.execute(query).fetchall() == [(Decimal("489.0"),)]
        program = (
            f"import duckdb; c = duckdb.connect({str(police.storage.snapshot)!r}, read_only=True);"
            f"print(c.execute({query!r}).fetchall())"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "490" in done.stdout
    assert police.realised() == {("politie", "2024"): Decimal(490)}


def test_a_build_that_was_broken_off_is_no_obstacle(police: DataFolders) -> None:
    police.storage.building.write_bytes(b"half a database")
    police.storage.building.with_name("building.duckdb.wal").write_bytes(b"half a log")
    police.take(files(POLITIE_2023))
    assert police.realised() == {("politie", "2023"): Decimal(387), ("politie", "2024"): Decimal(489)}
    assert [path.name for path in police.warehouse.iterdir() if path.is_file()] == ["banenafspraak.duckdb"]
