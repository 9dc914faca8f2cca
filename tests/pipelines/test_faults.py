"""The fault campaign: a run is killed at any moment, started again, and nothing of it shows.

`make faults` kills it at every step it takes in the data folders and at 200 random moments; `FAULTS` says at how many.
What was being written when the power goes is not lost either, as far as flushing to disk helps: that is not shown here.
"""

from __future__ import annotations

import io
import json
import os
import random
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from assets.intake.ledger import now
from assets.open_data.package import open_data_version
from assets.snapshot.verify import verify
from tests.pipelines.runs import DataFolders, corrected, files
from tests.pipelines.trouble import Step, exit_code, forked, kill_after, kill_at, steps_of
from tests.returns.workbooks import POLITIE, sample
from warehouse.storage import leftovers

_MOMENTS = int(os.environ.get("FAULTS", "10"))
_ALL_STEPS = "FAULTS" in os.environ
_SHARES = 10
_WVOI = "WVOI opgave onderzoeksinstellingen 2024.xlsx"
_OF_THE_MOMENT = ("snapshot_id", "input_hash", "ledger_head")

Content = dict[str, list[str]]


def _arrivals() -> dict[str, bytes]:
    """A return, a correction that will wait, the same bytes under another name, and the same values in other bytes."""
    stream = io.BytesIO(sample(POLITIE))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"opnieuw verzonden"
    return {
        **files(_WVOI),
        "verbeterd.xlsx": corrected(),
        "nogmaals.xlsx": sample(POLITIE),
        "opnieuw.xlsx": stream.getvalue(),
    }


@dataclass(frozen=True)
class Campaign:
    """Folders with one publication and four files in the inbox; what a run makes of them, its steps and how long."""

    before: DataFolders
    published: Content
    undisturbed: DataFolders
    becomes: Content
    steps: list[Step]
    seconds: float


@pytest.fixture(scope="session")
def campaign(police_once: DataFolders, tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """Made in every process of a test session: each has to have its modules loaded, and times itself."""
    root = tmp_path_factory.mktemp("campaign")
    before, watched, timed, undisturbed = (
        DataFolders(root / name / "raw", root / name / "warehouse") for name in ("before", "watched", "timed", "whole")
    )
    police_once.copy_to(before)
    before.drop(_arrivals())
    for other in (watched, timed, undisturbed):
        before.copy_to(other)
    undisturbed.run()
    steps = steps_of(watched, watched.run, root / "steps")
    started = time.monotonic()
    assert exit_code(forked(timed.run)) == 0
    seconds = time.monotonic() - started
    return Campaign(before, _content(before), undisturbed, _content(undisturbed), steps, seconds)


def _content(data: DataFolders) -> Content:
    """Every row of every table of the published snapshot, but for moments and the names made of them."""
    with duckdb.connect(str(data.storage.snapshot), read_only=True) as connection:
        tables = connection.execute(
            "SELECT schema_name || '.' || table_name, string_agg(column_name, ', ' ORDER BY column_index) "
            "FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal "
            "AND data_type NOT LIKE 'TIMESTAMP%' AND column_name NOT IN ? GROUP BY ALL",
            [list(_OF_THE_MOMENT)],
        ).fetchall()
        return {
            name: sorted(map(repr, connection.execute(f"SELECT {columns} FROM {name}").fetchall()))
            for name, columns in tables
        }


def _events(data: DataFolders) -> Counter[str]:
    """How often the ledger tells of what, about which file or submission."""
    events = map(json.loads, data.storage.ledger.read_text(encoding="utf-8").splitlines())
    return Counter(f"{event['event']} {event.get('submission_id')} {event.get('sha256')}" for event in events)


def _check_stands(data: DataFolders, campaign: Campaign) -> None:
    """After being killed: the snapshot opens, and is the one before or the one after; the ledger's chain is whole."""
    assert _content(data) in (campaign.published, campaign.becomes)
    data.workspace.ledger.state()


def _check_finished(data: DataFolders, campaign: Campaign) -> None:
    """After starting again: nothing lost, nothing doubled, nothing left over, and every row as if nothing happened."""
    storage, workspace = data.storage, data.workspace
    assert data.run().not_published_because == []
    assert _content(data) == campaign.becomes
    assert _events(data) == _events(campaign.undisturbed)
    found = verify(storage, workspace.reader, workspace.waivers, now())
    assert found.problems == []
    assert _names(data.raw) == _names(campaign.undisturbed.raw)
    assert leftovers(storage) == []
    assert {path.name for path in data.warehouse.iterdir()} == {
        path.name for path in campaign.undisturbed.warehouse.iterdir()
    }
    last = data.publications()[-1].snapshot_id
    assert open_data_version(storage) == last
    assert len(data.kept()) == len(campaign.undisturbed.kept())


def _names(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("seed", range(_MOMENTS))
def test_killed_at_a_random_moment(campaign: Campaign, tmp_path: Path, seed: int) -> None:
    data = DataFolders(tmp_path / "raw", tmp_path / "warehouse")
    campaign.before.copy_to(data)
    kill_after(random.Random(seed).uniform(0, campaign.seconds), data.run)
    _check_stands(data, campaign)
    _check_finished(data, campaign)


@pytest.mark.skipif(not _ALL_STEPS, reason="takes minutes: `make faults` kills at every step")
@pytest.mark.parametrize("share", range(_SHARES))
def test_killed_at_every_step(campaign: Campaign, tmp_path: Path, share: int) -> None:
    for number, step in enumerate(campaign.steps[share::_SHARES]):
        data = DataFolders(tmp_path / str(number) / "raw", tmp_path / str(number) / "warehouse")
        campaign.before.copy_to(data)
        kill_at(data, step, data.run)
        _check_stands(data, campaign)
        _check_finished(data, campaign)
        print(f"\n{share} {step}")  # noqa: T201 - `make faults` shows it
