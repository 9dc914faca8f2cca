"""Nothing is fetched and nothing phones home: the whole main job, in programs of their own that have no network."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.pipelines.runs import DataFolders, environment
from tests.returns.workbooks import MBO, POLITIE, sample

WITHOUT_NETWORK = ("unshare", "--map-root-user", "--net", "--")
REFUSING = """
import socket, sys

def refuse(event, arguments):
    local = event == "socket.connect" and arguments[0].family == socket.AF_UNIX
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"} and not local:
        raise SystemExit(f"the network was asked for: {event} {arguments[1:]}")

if __name__ == "__main__":
    sys.addaudithook(refuse)
    from pipelines.cli import main
    main()
"""


def _allowed() -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, check=False).returncode == 0


def _run(data: DataFolders, *program: str) -> subprocess.CompletedProcess[str]:
    words = ["run", *map(str, data.options)]
    return subprocess.run(
        [*program, *words], cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def sent(data: DataFolders) -> DataFolders:
    data.drop({POLITIE: sample(POLITIE), MBO: sample(MBO)})
    return data


@pytest.mark.namespaces
@pytest.mark.skipif(not _allowed(), reason="no network namespace can be made: apt-get install util-linux, or be root")
def test_the_main_job_publishes_where_there_is_no_network(sent: DataFolders) -> None:
    said = _run(sent, *WITHOUT_NETWORK, sys.executable, "-m", "pipelines.cli")
    assert said.returncode == 0, said.stderr
    assert sent.realised()["politie", "2024"] == 489


def test_the_main_job_asks_for_no_address_and_no_connection(sent: DataFolders, tmp_path: Path) -> None:
    program = tmp_path / "refusing.py"
    program.write_text(REFUSING, encoding="utf-8")
    said = _run(sent, sys.executable, str(program))
    assert said.returncode == 0, said.stderr
    assert sent.realised()["politie", "2024"] == 489
