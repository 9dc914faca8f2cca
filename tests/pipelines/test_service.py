"""What the service offers to others: itself to this machine alone, and to the rest through the documented proxy."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import trustme

from tests.conftest import PROJECT


def test_dagster_listens_on_this_machine_alone() -> None:
    said = subprocess.run(["make", "-n", "dev"], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "dagster dev -h 127.0.0.1" in said.stdout


@pytest.mark.nginx
@pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not on the PATH: apt-get install nginx-light")
def test_the_documented_proxy_is_one_that_nginx_takes(tmp_path: Path) -> None:
    (server,) = re.findall(r"```nginx\n(.*?)```", (PROJECT / "docs" / "operators.md").read_text(), re.DOTALL)
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    _make_certificate(key, certificate)
    server = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {key};", server)
    server = re.sub(r"(ssl_certificate) \S+;", rf"\1 {certificate};", server)
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nevents {{}}\nhttp {{\n{server}}}\n")
    said = subprocess.run(["nginx", "-t", "-c", str(config)], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def _make_certificate(key: Path, certificate: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("banenafspraak.example.nl")
    issued.private_key_pem.write_to_path(key)
    issued.cert_chain_pems[0].write_to_path(certificate)
