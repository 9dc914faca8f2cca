"""The fault campaign: a run is killed at any moment, started again, and nothing of it shows.

`make faults` kills it at every step it takes in the data folders and at 200 random moments; `FAULTS` says at how many.
That nothing is lost when the power goes, as far as flushing files to disk helps, can't be shown by killing processes.
"""

from __future__ import annotations

import io
import json
import os
import random
import shutil
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
from tests.pipelines.runs import DataFolders, corrected, files, without_moments, wrong
from tests.pipelines.trouble import Step, exit_code, forked, general_name, kill_after, kill_at, steps_of
from tests.returns.workbooks import POLITIE, sample
from warehouse.publish import is_intact
from warehouse.storage import leftovers

_MOMENTS = int(os.environ.get("FAULTS", "10"))
_ALL_STEPS = "FAULTS" in os.environ
_SHARES = 10
_VERIFIED = 10
"""One of so many ends with `verify`, which takes as long as a run; all others end in the bytes and rows it goes by."""
_WVOI = "WVOI opgave onderzoeksinstellingen 2024.xlsx"

Content = dict[str, list[str]]


def _arrivals() -> dict[str, bytes]:
    """A return, a correction that will wait, one that is rejected, and the first one twice more.

    All are about one sector and year: a run reads them in one go, and takes half as long.
    """
    stream = io.BytesIO(sample(POLITIE))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = b"opnieuw verzonden"
    return {
        "a opgave.xlsx": sample(POLITIE),
        "b dezelfde bytes.xlsx": sample(POLITIE),
        "c dezelfde waarden.xlsx": stream.getvalue(),
        "d verbeterd.xlsx": corrected(),
        "e fout.xlsx": wrong(),
    }


@dataclass(frozen=True)
class Campaign:
    """Folders with one publication and five files in the inbox; what a run makes of them, its steps and how long."""

    before: DataFolders
    published: Content
    undisturbed: DataFolders
    becomes: Content
    steps: list[Step]
    seconds: float


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory, apart: None) -> Campaign:
    """Made in every process of a test session: each has to have its modules loaded, and times itself."""
    root = tmp_path_factory.mktemp("campaign")
    before, watched, timed, undisturbed = (
        DataFolders(root / name / "raw", root / name / "warehouse") for name in ("before", "watched", "timed", "whole")
    )
    before.take(files(_WVOI))
    before.drop(_arrivals())
    for other in (watched, timed, undisturbed):
        before.copy_to(other)
    undisturbed.run()
    steps = steps_of(watched, watched.run, root / "steps")
    started = time.monotonic()
    assert exit_code(forked(timed.run)) == 0
    seconds = time.monotonic() - started
    return Campaign(before, without_moments(before), undisturbed, without_moments(undisturbed), steps, seconds)


def _events(data: DataFolders) -> Counter[str]:
    """How often the ledger tells of what, about which file or submission."""
    events = map(json.loads, data.storage.ledger.read_text(encoding="utf-8").splitlines())
    return Counter(f"{event['event']} {event.get('submission_id')} {event.get('sha256')}" for event in events)


def _check_stands(data: DataFolders, campaign: Campaign) -> None:
    """After being killed: the snapshot opens, and is the one before or the one after; the ledger's chain is whole."""
    assert without_moments(data) in (campaign.published, campaign.becomes)
    data.workspace.ledger.state()


def _check_finished(data: DataFolders, campaign: Campaign, *, with_verify: bool) -> None:
    """After starting again: nothing lost, nothing doubled, nothing left over, and every row as if nothing happened."""
    storage, workspace = data.storage, data.workspace
    assert data.run().not_published_because == []
    assert without_moments(data) == campaign.becomes
    assert _events(data) == _events(campaign.undisturbed)
    assert _kept(data) == _kept(campaign.undisturbed)
    assert leftovers(storage) == []
    last = data.publications()[-1].snapshot_id
    assert is_intact(storage.snapshot, storage.manifest(last))
    assert open_data_version(storage) == last
    if with_verify:
        assert verify(storage, workspace.reader, workspace.waivers, now()).problems == []


def _kept(data: DataFolders) -> dict[str, object]:
    """What else there is: archived bytes, findings, rows of observations, and how many files of each other kind."""
    found: dict[str, object] = {}
    for path in sorted((*data.raw.rglob("*"), *data.warehouse.rglob("*"))):
        if path.parent == data.warehouse / "findings" or (path.parent == data.storage.archive and not path.suffix):
            found[path.name] = path.read_bytes()
        elif path.suffix == ".parquet" and path.is_relative_to(data.storage.observation_folder):
            with duckdb.connect() as connection:
                found[path.name] = connection.execute(f"FROM '{path}' ORDER BY ALL").fetchall()
    others = Counter(general_name(data, path) for path in (*data.raw.rglob("*"), *data.warehouse.rglob("*")))
    return {**found, **others}


@pytest.mark.parametrize("seed", range(_MOMENTS))
def test_killed_at_a_random_moment(campaign: Campaign, tmp_path: Path, seed: int) -> None:
    data = DataFolders(tmp_path / "raw", tmp_path / "warehouse")
    campaign.before.copy_to(data)
    seconds = random.Random(seed).uniform(0, campaign.seconds)
    was_under_way = kill_after(seconds, data.run)
    print(f"{seed}: {'killed' if was_under_way else 'done'} after {seconds:.1f} s")  # noqa: T201 - for `make faults`
    _check_stands(data, campaign)
    _check_finished(data, campaign, with_verify=seed % _VERIFIED == 0)


@pytest.mark.skipif(not _ALL_STEPS, reason="takes minutes: `make faults` kills at every step")
@pytest.mark.parametrize("share", range(_SHARES))
def test_killed_at_every_step(campaign: Campaign, tmp_path: Path, share: int) -> None:
    for number, step in enumerate(campaign.steps[share::_SHARES]):
        data = DataFolders(tmp_path / str(number) / "raw", tmp_path / str(number) / "warehouse")
        campaign.before.copy_to(data)
        kill_at(data, step, data.run)
        _check_stands(data, campaign)
        _check_finished(data, campaign, with_verify=number % _VERIFIED == 0)
        shutil.rmtree(tmp_path / str(number))
        print(f"killed at {step}")  # noqa: T201 - for `make faults`
