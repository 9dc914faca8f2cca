"""Nothing calls home: neither Great Expectations nor Dagster tries the network while returns are checked and loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import PROJECT, SAMPLES

# Every attempt, from any thread and until the very end, is written down at once.
WATCH = """
import os, sys
log = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)

def watch(event, arguments):
    if event == "socket.getaddrinfo" or (event == "socket.connect" and not isinstance(arguments[1], (str, bytes))):
        os.write(log, f"{event} {arguments[-1] if event == 'socket.connect' else arguments[0]}\\n".encode())

sys.addaudithook(watch)
"""
WORK = """
from datetime import date
from pathlib import Path
from assets.returns.read import ReturnReader
from assets.workspace import Workspace
from expectations.validate import validate
from pipelines.main_job import run
from warehouse.reference import Reference

sample, folder = Path(sys.argv[2]), Path(sys.argv[3])
[validation] = validate([ReturnReader().read(sample.read_bytes(), date(2026, 1, 1))], Reference())
assert validation.rule_results
workspace = Workspace(raw_dir=str(folder / "raw"), warehouse_dir=str(folder / "warehouse"))
done = run(workspace, sample.parent)
assert [file.file_name for file in done.files] == [sample.name]
assert workspace.storage.snapshot.exists()
"""
KNOCK = """
import socket
for address in (("127.0.0.1", 9), ("localhost", 9)):
    try:
        socket.create_connection(address, timeout=1).close()
    except OSError:
        pass
"""


def _attempts(script: str, folder: Path) -> list[str]:
    """The network attempts of a script that is given one sample, in an environment that says nothing of telemetry."""
    inbox = folder / "in"
    inbox.mkdir()
    sample = inbox / "defensie.xlsx"
    sample.write_bytes((SAMPLES / "2024" / "Opgave Banenafspraak Defensie 2024.xlsx").read_bytes())
    silent = ("GX_", "DAGSTER_", "BANENAFSPRAAK_", "DO_NOT_TRACK")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(silent)}
    environment["HOME"] = str(folder)
    log = folder / "attempts.txt"
    command = [sys.executable, "-c", WATCH + script, str(log), str(sample), str(folder)]
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return log.read_text().splitlines()


def test_the_watch_sees_an_attempt(tmp_path: Path) -> None:
    attempts = _attempts(KNOCK, tmp_path)
    assert "socket.connect ('127.0.0.1', 9)" in attempts
    assert "socket.getaddrinfo localhost" in attempts


def test_checking_and_loading_a_return_does_not_try_the_network(tmp_path: Path) -> None:
    assert _attempts(WORK, tmp_path) == []
