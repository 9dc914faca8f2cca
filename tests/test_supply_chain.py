"""What the program is made of: every package pinned with its hash, listed, and asked about."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.conftest import PROJECT

LOCKS = sorted((PROJECT / "requirements").glob("*.lock"))
RUN_LOCK = PROJECT / "requirements" / "run.lock"


def _pins(lock: Path) -> set[tuple[str, str]]:
    """The name and version of every package in a lock."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==([^\s;]+)", lock.read_text(encoding="utf-8"), re.MULTILINE)
    return {(re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in found}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_is_pinned_with_its_hash(lock: Path) -> None:
    blocks = re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())
    pins = [block for block in blocks if not block.startswith("#")]
    assert len(pins) == len(_pins(lock))
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_list_of_what_it_is_made_of_has_every_pin(tmp_path: Path) -> None:
    """`make sbom` checks the list against its schema too."""
    target = tmp_path / "banenafspraak.cdx.json"
    words = ("requirements", "--no-validate", "--output-file", str(target), str(RUN_LOCK))
    subprocess.run([sys.executable, "-m", "cyclonedx_py", *words], cwd=PROJECT, check=True, capture_output=True)
    content = json.loads(target.read_bytes())
    assert (content["bomFormat"], content["specVersion"]) == ("CycloneDX", "1.6")
    assert {(one["name"].lower(), one["version"]) for one in content["components"]} == _pins(RUN_LOCK)


def test_the_audit_asks_about_every_pin() -> None:
    """Those for machines as this one, and without asking: that needs a network, and a service that answers."""
    lines = re.findall(r"^[\w.-]+==[^\\\n]+", RUN_LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    asked = [line for line in lines if (marker := Requirement(line).marker) is None or marker.evaluate()]
    words = ("--dry-run", "--require-hashes", "--disable-pip", "-r", str(RUN_LOCK))
    said = subprocess.run([sys.executable, "-m", "pip_audit", *words], check=True, capture_output=True, text=True)
    assert f"would have audited {len(asked)} packages" in said.stderr


def test_nothing_is_installed_that_is_not_pinned() -> None:
    """Python brings a pip and a setuptools of its own, which nobody listed or asked about: `make` takes them away."""
    pinned = {pin for lock in LOCKS for pin in _pins(lock)}
    found = {(re.sub(r"[-_.]+", "-", one.name).lower(), one.version) for one in distributions()}
    assert {name for name, _ in found - pinned} == {"banenafspraak"}
