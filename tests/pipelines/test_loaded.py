"""What is loaded of the observations and stays: a build that starts from it is as one made of everything."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from tests.pipelines.runs import POLITIE_2023, DataFolders, banenafspraak, corrected
from tests.returns.workbooks import POLITIE, sample, with_cells
from warehouse.storage import Storage

_ONE_LESS = {"D11": 8, "P11": 248, "D14": 18, "P14": 488}


def _loaded(data: DataFolders) -> Path:
    (path,) = data.storage.observation_folder.glob("*.duckdb")
    return path


def _as_left(path: Path) -> None:
    """Have the file taken for the one that was left."""
    path.with_suffix(".sha256").write_text(hashlib.sha256(path.read_bytes()).hexdigest())


def _made_of_everything(data: DataFolders, folder: Path) -> dict[str, list[str]]:
    """The observations and revisions that the same ledger gives to who has nothing loaded."""
    other = DataFolders(folder / "raw", folder / "warehouse")
    data.copy_to(other)
    other.storage.snapshot.unlink()
    other.storage.forget_loaded()
    other.run()
    return _of_observations(other)


def _of_observations(data: DataFolders) -> dict[str, list[str]]:
    tables = data.tables()
    return {name: tables[name] for name in ("core.observation", "core.employer", "core.period", "audit.revision")}


def test_each_build_is_as_one_made_of_everything(data: DataFolders, tmp_path: Path) -> None:
    steps: list[Callable[[], object]] = [
        lambda: data.take({"politie.xlsx": sample(POLITIE)}),
        lambda: data.take({"politie 2023.xlsx": sample(POLITIE_2023)}),
        lambda: data.take({"verbeterd.xlsx": corrected()}),
        lambda: data.accept("politie-2024-v2"),
        lambda: data.take({"weer.xlsx": with_cells(POLITIE, dict(_ONE_LESS))}),
        lambda: data.withdraw("politie-2024-v2"),
        lambda: data.reread(),
    ]
    for number, step in enumerate(steps):
        step()
        assert _of_observations(data) == _made_of_everything(data, tmp_path / str(number)), number
    said = banenafspraak("verify", *data.options)
    assert said.code == 0, said.out


def test_what_did_not_change_is_not_loaded_again(data: DataFolders) -> None:
    data.take({"politie.xlsx": sample(POLITIE), "politie 2023.xlsx": sample(POLITIE_2023)})
    with duckdb.connect(str(_loaded(data))) as connection:
        connection.execute("UPDATE core.observation SET remark = 'stond er al' WHERE submission_id = 'politie-2023-v1'")
    _as_left(_loaded(data))
    data.take({"verbeterd.xlsx": corrected()})
    data.accept("politie-2024-v2")
    told = dict(data.query("SELECT submission_id, bool_and(remark = 'stond er al') FROM core.observation GROUP BY ALL"))
    assert told == {"politie-2023-v1": True, "politie-2024-v2": None}


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _other_bytes(path: Path) -> None:
    path.write_bytes(b"geen database")


def _another_figure(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute("UPDATE core.observation SET value = 12 WHERE cell = 'D11'")


def _another_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _without_its_checksum(path: Path) -> None:
    path.with_suffix(".sha256").unlink()


@pytest.mark.parametrize(
    "damage", [_cut_off, _other_bytes, _another_figure, _another_byte, _without_its_checksum, Path.unlink]
)
def test_when_it_is_damaged_everything_is_loaded_anew(
    data: DataFolders, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    data.take({"politie.xlsx": sample(POLITIE)})
    damage(_loaded(data))
    data.take({"verbeterd.xlsx": corrected()})
    data.accept("politie-2024-v2")
    assert ("loaded anew" in caplog.text) is (damage is not Path.unlink)
    assert banenafspraak("verify", *data.options).code == 0


def test_what_another_version_of_the_program_loaded_is_not_used_and_goes(data: DataFolders) -> None:
    data.take({"politie.xlsx": sample(POLITIE)})
    path = _loaded(data)
    other = Storage.loaded_observations(data.storage, "ander-1.0")
    path.rename(other)
    data.take({"verbeterd.xlsx": corrected()})
    assert _loaded(data) == path


@pytest.mark.parametrize("damage", [_another_figure, _cut_off])
def test_verify_tells_that_it_was_changed_by_hand(data: DataFolders, damage: Callable[[Path], None]) -> None:
    data.take({"politie.xlsx": sample(POLITIE)})
    damage(_loaded(data))
    said = banenafspraak("verify", *data.options)
    assert said.code == 3
    assert f"{_loaded(data).name} does not hold what the archive gives: remove it" in " ".join(said.out.split())
