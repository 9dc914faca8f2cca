"""Who can read what: analysts the published figures, and nobody but the owner what senders sent.

The modes hold whatever the umask is; that they keep another user out is tried by becoming one.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipelines.runs import DataFolders, once
from tests.returns.workbooks import POLITIE, sample, with_cells

ANALYST = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _work(data: DataFolders) -> None:
    data.warehouse.mkdir(parents=True)
    data.take({POLITIE: sample(POLITIE), "personen.xlsx": with_cells(POLITIE, {"T30": "123456782"})})


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_modes_do_not_depend_on_the_umask(data: DataFolders, umask: int) -> None:
    before = os.umask(umask)
    try:
        _work(data)
    finally:
        os.umask(before)
    storage, (published,) = data.storage, data.publications()
    kept = storage.kept_snapshot(published.snapshot_id)
    assert {_mode(folder) for folder in (storage.archive, storage.quarantine)} == {0o700}
    assert {_mode(path) for path in storage.quarantine.iterdir()} == {0o400}
    assert {_mode(path) for path in storage.archive.iterdir() if path.suffix != ".json"} == {0o400}
    assert _mode(storage.ledger) == 0o600
    assert {_mode(path) for path in storage.raw.glob("*.lock")} | {_mode(storage.lock)} == {0o600}
    assert {_mode(path) for path in (kept, storage.manifest(published.snapshot_id), storage.snapshot)} == {0o444}
    assert {_mode(folder) for folder in (storage.snapshots, kept.parent)} == {0o755}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, apart: None) -> Iterator[DataFolders]:
    """Data folders that everybody can get to, as on a server."""
    made = once(tmp_path_factory, "access", _work)
    root = Path(tempfile.mkdtemp(prefix="access-"))
    root.chmod(0o755)
    data = DataFolders(root / "raw", root / "warehouse")
    made.copy_to(data)
    yield data
    shutil.rmtree(root)


def _as_analyst(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*ANALYST, *map(str, command)], capture_output=True, check=False)


needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("setpriv") is None, reason="needs root and setpriv, to become another user"
)


@pytest.mark.root
@needs_root
def test_another_user_reads_what_is_published(shared: DataFolders) -> None:
    (published,) = shared.publications()
    kept = shared.storage.kept_snapshot(published.snapshot_id)
    for path in (shared.storage.snapshot, kept, shared.storage.manifest(published.snapshot_id)):
        assert _as_analyst("cat", path).stdout == path.read_bytes()


@pytest.mark.root
@needs_root
def test_another_user_reads_nothing_of_what_was_sent_and_changes_nothing(shared: DataFolders) -> None:
    storage = shared.storage
    sent = [storage.ledger, *storage.archive.iterdir(), *storage.quarantine.iterdir()]
    assert len(sent) == 4
    for path in sent:
        found = _as_analyst("cat", path)
        assert (found.returncode, found.stdout) == (1, b"")
    for folder in (storage.archive, storage.quarantine):
        assert _as_analyst("ls", folder).stdout == b""
    for path in (storage.snapshot, storage.ledger):
        assert _as_analyst("cp", "/etc/hostname", path).returncode != 0
        assert _as_analyst("rm", "-f", path).returncode != 0
